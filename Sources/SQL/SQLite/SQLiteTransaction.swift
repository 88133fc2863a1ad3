import Foundation
import GRDB
import GRDBSQLite

/// A transaction on one SQLite connection; lives and dies on the thread that runs the closure.
final class SQLiteTransaction: SQLTransaction {
    let dialect = SQLDialect.sqlite
    private let database: Database
    private let texts: SQLiteTexts
    private let path: String
    private var depth = 0
    /// The first failure, which every later statement repeats.
    private(set) var failure: SQLError?
    /// Set when the closure has returned: a transaction that was smuggled out must not touch the connection.
    var isOver = false
    /// Roughly how many pages this connection has put into the WAL, to know when to empty it.
    private(set) var pagesWritten = 0

    init(_ database: Database, _ texts: SQLiteTexts, path: String) {
        self.database = database
        self.texts = texts
        self.path = path
    }

    func execute(_ query: Query) throws(SQLError) -> Int {
        try guarded(query) { statement in
            let before = database.totalChangesCount
            try statement.execute()
            // sqlite3_changes() still holds the count of an earlier statement after one that changes nothing.
            let changed = database.totalChangesCount == before ? 0 : database.changesCount
            pagesWritten += changed + query.values.reduce(1) { $0 + $1.approximateSize / 4096 }
            return changed
        }
    }

    func query(_ query: Query) throws(SQLError) -> [Row] {
        try guarded(query) { statement in
            let header = RowHeader(statement.columnNames)
            var rows: [Row] = []
            let cursor = try GRDB.Row.fetchCursor(statement)
            while let row = try cursor.next() {
                rows.append(Row(header: header, values: (0..<row.count).map { SQLValue(row[$0] as DatabaseValue) }))
            }
            // INSERT … RETURNING comes this way too.
            if !statement.isReadonly { pagesWritten += 1 + rows.count }
            return rows
        }
    }

    func executeBatch(_ queries: [Query]) throws(SQLError) -> [Int] {
        var counts: [Int] = []
        counts.reserveCapacity(queries.count)
        for query in queries { try counts.append(execute(query)) }
        return counts
    }

    func attempt<T>(_ body: () throws -> T) throws -> T {
        if let failure { throw failure }
        depth += 1
        defer { depth -= 1 }
        let name = "songda_\(depth)"
        try control("SAVEPOINT \(name)")
        do {
            let value = try body()
            if let failure { throw failure }
            try control("RELEASE \(name)")
            return value
        } catch {
            // A full or failing disk makes SQLite roll the whole transaction back by itself: no savepoint is left then.
            guard database.isInsideTransaction, failure?.code != .ioError else { throw error }
            failure = nil
            try control("ROLLBACK TO \(name)")
            try control("RELEASE \(name)")
            throw error
        }
    }

    /// Runs a statement of the driver itself.
    func control(_ sql: String) throws(SQLError) {
        do {
            try database.cachedStatement(sql: sql).execute()
        } catch {
            let fault = SQLiteFault.error(error, path: path)
            failure = fault
            throw fault
        }
    }

    private func guarded<T>(_ query: Query, _ body: (Statement) throws -> T) throws(SQLError) -> T {
        guard !isOver else {
            throw SQLError(.closed, "the transaction is over; a closure must not keep it", statement: query.text)
        }
        if let failure { throw failure }
        do {
            try StatementRules.checkValues(query)
            let text = try texts.text(of: query)
            // Long lists come in every length; keeping each prepared would fill the memory.
            let statement =
                try query.values.count > 64
                ? database.makeStatement(sql: text) : database.cachedStatement(sql: text)
            try bind(query.values, to: statement)
            return try body(statement)
        } catch {
            let fault = SQLiteFault.error(error, path: path).inStatement(query.text)
            failure = fault
            throw fault
        }
    }
}

/// Binds `?1…?n` in order, through SQLite itself.
///
/// GRDB would copy each value twice and look each `?n` up by name, which costs more than many a statement takes to run.
private func bind(_ values: [SQLValue], to statement: Statement) throws {
    // Resets the statement, clears what an earlier run bound, and tells GRDB that nothing is missing.
    statement.setUncheckedArguments(StatementArguments())
    let handle = statement.sqliteStatement
    // SQLite copies what it is given: the statement outlives these values.
    let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    for (offset, value) in values.enumerated() {
        let index = CInt(offset + 1)
        let code: CInt
        switch value {
        case .null: code = sqlite3_bind_null(handle, index)
        case .integer(let number): code = sqlite3_bind_int64(handle, index, number)
        case .real(let number): code = sqlite3_bind_double(handle, index, number)
        case .text(var text):
            code = text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    // No pointer would bind NULL; the empty text is a text.
                    characters.isEmpty
                        ? sqlite3_bind_text(handle, index, "", 0, copy)
                        : sqlite3_bind_text64(
                            handle, index, characters.baseAddress, UInt64(characters.count), copy, UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let bytes):
            code = bytes.withUnsafeBytes { raw in
                // The same for no bytes: they are a blob of length 0, not NULL.
                raw.count == 0
                    ? sqlite3_bind_zeroblob(handle, index, 0)
                    : sqlite3_bind_blob64(handle, index, raw.baseAddress, UInt64(raw.count), copy)
            }
        }
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
}

extension SQLValue {
    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob([UInt8](data))
        }
    }

    fileprivate var approximateSize: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .blob(let bytes): bytes.count
        default: 8
        }
    }
}
