import GRDB

/// Turns what SQLite reports into an `SQLError`.
enum SQLiteFault {
    /// The error, with the file's path so that the sentence says which database it is about.
    static func error(_ error: any Error, path: String) -> SQLError {
        if let known = error as? SQLError { return known }
        guard let fault = error as? DatabaseError else {
            return SQLError(.other, "database \(path): \(error)")
        }
        let said = fault.message ?? "no message"
        let number = fault.extendedResultCode.rawValue
        switch fault.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            return SQLError(.uniqueViolation(columns(said)), said)
        case .SQLITE_CONSTRAINT_FOREIGNKEY:
            return SQLError(.foreignKeyViolation, "\(said): a row it refers to is missing, or it is still referred to")
        // The index of the WAL could not grow: nothing of the commit was written yet.
        case .SQLITE_IOERR_SHMSIZE:
            return SQLError(
                .diskFull, "database \(path): the disk is full; nothing was written; free space and try again")
        case .SQLITE_CONSTRAINT_NOTNULL: return SQLError(.notNullViolation, said)
        default: break
        }
        switch fault.resultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH: return SQLError(.checkViolation, said)
        case .SQLITE_FULL:
            return SQLError(
                .diskFull, "database \(path): the disk is full; nothing was written; free space and try again")
        case .SQLITE_IOERR:
            return SQLError(.ioError, "database \(path): the disk failed (\(said), SQLite code \(number))")
        case .SQLITE_READONLY: return SQLError(.readOnly, "database \(path): \(said); use write, not read")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return SQLError(.locked, "database \(path) is held by another program (\(said)); stop it and try again")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return SQLError(
                .corrupt, "database \(path) is damaged or is no SQLite database (\(said)); restore the last backup")
        case .SQLITE_CANTOPEN:
            return SQLError(
                .other, "database \(path) cannot be opened (\(said)); check that the directory exists and is ours")
        default: return SQLError(.other, "database \(path): \(said) (SQLite code \(number))")
        }
    }

    /// `UNIQUE constraint failed: a.b, a.c` names the columns after the colon.
    private static func columns(_ message: String) -> String {
        message.firstRange(of: ": ").map { String(message[$0.upperBound...]) } ?? message
    }
}
