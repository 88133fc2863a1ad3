import CPostgres

/// Turns what PostgreSQL reports into an `SQLError`, without values and without the password.
enum PostgresFault {
    /// The error of a failed result.
    static func error(_ result: OpaquePointer) -> SQLError {
        func field(_ text: UnsafeMutablePointer<CChar>?) -> String? { text.map { String(cString: $0) } }
        let state = field(cpostgres_error_sqlstate(result)) ?? ""
        let said = field(cpostgres_error_message(result)) ?? "no message"
        let constraint = field(cpostgres_error_constraint(result)) ?? ""
        let table = field(cpostgres_error_table(result)) ?? ""
        // After FATAL and PANIC the server hangs up, whatever the reason was.
        let severity = field(cpostgres_error_severity(result))
        if severity == "FATAL" || severity == "PANIC" { return lost(said) }
        if isStalePlan(result) {
            return SQLError(.serializationFailure, "the schema changed under a prepared statement; try again")
        }
        switch state {
        case "23505":
            let columns = field(cpostgres_error_detail(result)).flatMap { keyColumns($0, table) } ?? constraint
            return SQLError(.uniqueViolation(columns), said)
        case "23503": return SQLError(.foreignKeyViolation, said)
        case "23502":
            let column = field(cpostgres_error_column(result)) ?? ""
            return SQLError(.notNullViolation, "\(table).\(column) must have a value")
        default: return error(state: state, said: said)
        }
    }

    /// True if another program changed the schema since the statement was prepared.
    ///
    /// 0A000 alone means "not supported" in general; the place in the server's source tells, in every language.
    static func isStalePlan(_ result: OpaquePointer) -> Bool {
        guard let state = cpostgres_error_sqlstate(result), String(cString: state) == "0A000" else { return false }
        return cpostgres_error_function(result).map { String(cString: $0) } == "RevalidateCachedQuery"
    }

    /// The error of an SQLSTATE.
    static func error(state: String, said: String) -> SQLError {
        switch state {
        case "23514", "P0001", "42804": SQLError(.checkViolation, said)
        // 55P03 is a lock that did not come in time: as with a deadlock the transaction is over and may be run again.
        case "40001", "40P01", "55P03":
            SQLError(.serializationFailure, "the transaction lost a race (\(said)); try again")
        case "53100":
            SQLError(.diskFull, "PostgreSQL: the server's disk is full; nothing was written; free space and try again")
        case "58030": SQLError(.ioError, "PostgreSQL: the server's disk failed (\(said)); check the server")
        case "XX001", "XX002": SQLError(.corrupt, "PostgreSQL reports damaged data (\(said)); restore the last backup")
        case "25006": SQLError(.readOnly, "PostgreSQL: \(said); use write, not read")
        case "57P01", "57P02", "57P03", "53300", "25P03": lost(said)
        case _ where state.hasPrefix("08"): lost(said)
        case _ where state.hasPrefix("22"):
            // The texts of class 22 quote the offending value, which may be personal.
            SQLError(.invalidValue, "PostgreSQL refuses a value as not fit for its column (SQLSTATE \(state))")
        default: SQLError(.other, "PostgreSQL: \(said) (SQLSTATE \(state))")
        }
    }

    /// The connection is gone.
    static func lost(_ said: String) -> SQLError {
        let line = said.split(whereSeparator: \.isNewline).joined(separator: "; ")
        return SQLError(.connectionLost, "PostgreSQL: the connection was lost (\(line)); check the server")
    }

    /// `Key (a, b)=(1, 2) already exists.` names the columns, in every language, before `)=(`; the values stay behind.
    static func keyColumns(_ detail: String, _ table: String) -> String? {
        guard let open = detail.firstIndex(of: "("), let close = detail.firstRange(of: ")=(") else { return nil }
        guard open < close.lowerBound else { return nil }
        let names = detail[detail.index(after: open)..<close.lowerBound].split(separator: ",").map { name in
            let bare = name.filter { $0 != "\"" && $0 != " " }
            return "\(table).\(bare)"
        }
        return names.joined(separator: ", ")
    }
}
