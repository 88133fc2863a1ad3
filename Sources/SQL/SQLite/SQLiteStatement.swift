import GRDB
import GRDBSQLite

/// One prepared statement of one connection; belongs to the thread that uses the connection.
///
/// Runs through SQLite itself: GRDB would copy each value twice, look each `?n` up by name and each column's name too, which
/// costs more than many a statement takes to run.
final class SQLiteStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    /// Made with the first row and shared by all that follow.
    private var header: RowHeader?

    private let room: SQLiteBindingRoom

    /// Prepares one statement; `isKept` says that it will be run again and again.
    init(_ text: String, on connection: OpaquePointer, room: SQLiteBindingRoom, isKept: Bool) throws {
        self.connection = connection
        self.room = room
        var prepared: OpaquePointer?
        var isAlone = true
        let code = text.withCString { start in
            var rest: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(
                connection, start, -1, isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0, &prepared, &rest)
            while let next = rest?.pointee, next != 0 {
                if next != CChar(bitPattern: UInt8(ascii: ";")), next > 32 || next < 0 { isAlone = false }
                rest = rest?.successor()
            }
            return code
        }
        guard code == SQLITE_OK else { throw Self.fault(on: connection) }
        guard let prepared else { throw SQLError(.other, "the statement is empty") }
        handle = prepared
        // All is set, so that what was prepared is also given back.
        guard isAlone else { throw SQLError(.other, "the text holds more than one statement; run them one by one") }
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Runs the statement and returns how many rows it changed; what it may answer is dropped.
    func run(_ values: [SQLValue]) throws -> Int {
        let before = sqlite3_total_changes(connection)
        try bound(to: values) { while try step() {} }
        // sqlite3_changes() still holds the count of an earlier statement after one that changes nothing.
        return sqlite3_total_changes(connection) == before ? 0 : Int(sqlite3_changes(connection))
    }

    /// Runs the statement and returns its rows.
    func rows(_ values: [SQLValue]) throws -> [Row] {
        var rows: [Row] = []
        try bound(to: values) {
            while try step() {
                let columns = sqlite3_data_count(handle)
                rows.append(Row(header: header(columns), values: (0..<columns).map(value)))
            }
        }
        return rows
    }

    /// True when there is a row, false when the statement is done.
    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw Self.fault(on: connection)
        }
    }

    /// Its return code repeats the failure of the last step, which was thrown already.
    private func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func header(_ columns: CInt) -> RowHeader {
        if let known = header, known.names.count == columns { return known }
        let made = RowHeader(
            (0..<columns).map { column in sqlite3_column_name(handle, column).map { String(cString: $0) } ?? "" })
        header = made
        return made
    }

    private func value(_ column: CInt) -> SQLValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, column))
        case SQLITE_TEXT:
            let start = sqlite3_column_text(handle, column)
            let count = Int(sqlite3_column_bytes(handle, column))
            return .text(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(handle, column)
            let count = Int(sqlite3_column_bytes(handle, column))
            return .blob([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        default: return .null
        }
    }

    /// Binds `?1…?n` in order, runs the body, and takes the values away again.
    ///
    /// SQLite reads texts and bytes where they lie in the room, which therefore outlives the binding.
    private func bound(to values: [SQLValue], _ body: () throws -> Void) throws {
        try room.lend(values) { bytes in
            defer { reset() }
            var start = 0
            for (offset, value) in values.enumerated() {
                let index = CInt(offset + 1)
                let code: CInt
                switch value {
                case .null: code = sqlite3_bind_null(handle, index)
                case .integer(let number): code = sqlite3_bind_int64(handle, index, number)
                case .real(let number): code = sqlite3_bind_double(handle, index, number)
                case .text(let text):
                    let count = text.utf8.count
                    // No pointer would bind NULL; the empty text is a text.
                    code =
                        count == 0
                        ? sqlite3_bind_text(handle, index, "", 0, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
                        : sqlite3_bind_text64(
                            handle, index, (bytes.baseAddress?.advanced(by: start)).map(Self.characters), UInt64(count),
                            nil, UInt8(SQLITE_UTF8))
                    start += count
                case .blob(let content):
                    // The same for no bytes: they are a blob of length 0, not NULL.
                    code =
                        content.isEmpty
                        ? sqlite3_bind_zeroblob(handle, index, 0)
                        : sqlite3_bind_blob64(
                            handle, index, bytes.baseAddress?.advanced(by: start), UInt64(content.count), nil)
                    start += content.count
                }
                guard code == SQLITE_OK else { throw Self.fault(on: connection) }
            }
            try body()
        }
    }

    private static func characters(_ bytes: UnsafeRawPointer) -> UnsafePointer<CChar> {
        bytes.assumingMemoryBound(to: CChar.self)
    }

    /// What the connection says went wrong last.
    private static func fault(on connection: OpaquePointer) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)))
    }
}
