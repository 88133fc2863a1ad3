/// A transaction on one SQLite connection; lives and dies on the thread that runs the closure.
final class SQLiteTransaction: SQLTransaction {
    let dialect = SQLDialect.sqlite
    private let statements: SQLiteStatements
    private let path: String
    private var depth = 0
    /// The first failure, which every later statement repeats.
    private(set) var failure: SQLError?
    /// Set when the closure has returned: a transaction that was smuggled out must not touch the connection.
    var isOver = false

    init(_ statements: SQLiteStatements, path: String) {
        self.statements = statements
        self.path = path
    }

    func execute(_ query: Query) throws(SQLError) -> Int {
        try guarded(query) { try $0.run(query.values) }
    }

    func query(_ query: Query) throws(SQLError) -> [Row] {
        try guarded(query) { try $0.rows(query.values) }
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
            guard statements.isInsideTransaction, failure?.code != .ioError else { throw error }
            failure = nil
            try control("ROLLBACK TO \(name)")
            try control("RELEASE \(name)")
            throw error
        }
    }

    /// Runs a statement of the driver itself.
    func control(_ sql: String) throws(SQLError) {
        do {
            try statements.control(sql)
        } catch {
            let fault = SQLiteFault.error(error, path: path)
            failure = fault
            throw fault
        }
    }

    private func guarded<T>(_ query: Query, _ body: (SQLiteStatement) throws -> T) throws(SQLError) -> T {
        guard !isOver else {
            throw SQLError(.closed, "the transaction is over; a closure must not keep it", statement: query.text)
        }
        if let failure { throw failure }
        do {
            try StatementRules.checkValues(query)
            return try body(statements.statement(for: query))
        } catch {
            let fault = SQLiteFault.error(error, path: path).inStatement(query.text)
            failure = fault
            throw fault
        }
    }
}
