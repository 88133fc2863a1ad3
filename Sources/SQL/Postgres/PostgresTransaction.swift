import CPostgres

/// A transaction on one PostgreSQL connection; lives and dies on the thread that runs the closure.
final class PostgresTransaction: SQLTransaction {
    typealias Command = PostgresConnection.Command

    let dialect = SQLDialect.postgres
    private let connection: PostgresConnection
    /// What the driver has to say before the next statement; BEGIN stands first until a statement has taken it along.
    private var pending: [Command]
    private var hasBegun = false
    private var depth = 0
    /// The first failure, which every later statement repeats.
    private(set) var failure: SQLError?
    /// Set when the closure has returned: a transaction that was smuggled out must not touch the connection.
    var isOver = false

    init(_ connection: PostgresConnection, begin: String) {
        self.connection = connection
        pending = [Command(control: begin)]
    }

    func execute(_ query: Query) throws(SQLError) -> Int {
        try run([query])[0].affected
    }

    func query(_ query: Query) throws(SQLError) -> [Row] {
        try run([query])[0].rows
    }

    func executeBatch(_ queries: [Query]) throws(SQLError) -> [Int] {
        var counts: [Int] = []
        counts.reserveCapacity(queries.count)
        // In portions, so that neither side's memory holds the whole batch.
        for start in stride(from: 0, to: queries.count, by: 256) {
            let answers = try run(Array(queries[start..<min(start + 256, queries.count)]))
            counts += answers.map(\.affected)
        }
        return counts
    }

    func attempt<T>(_ body: () throws -> T) throws -> T {
        if let failure { throw failure }
        depth += 1
        defer { depth -= 1 }
        let name = "songda_\(depth)"
        pending.append(Command(control: "SAVEPOINT \(name)"))
        do {
            let value = try body()
            if let failure { throw failure }
            pending.append(Command(control: "RELEASE SAVEPOINT \(name)"))
            return value
        } catch {
            // A lost race or a lost connection has cost us the whole transaction, not this part of it.
            if let failure, Self.costsTransaction(failure) { throw error }
            failure = nil
            pending.append(Command(control: "ROLLBACK TO SAVEPOINT \(name)"))
            pending.append(Command(control: "RELEASE SAVEPOINT \(name)"))
            throw error
        }
    }

    /// Commits together with the commands of the witness; throws `.connectionLost` if the reply never came.
    ///
    /// - Parameter promise: a command that fails when the server does not keep what is asked of it.
    func commit(_ witness: [Command], promise: Command? = nil) throws(SQLError) {
        guard hasBegun else { return }
        connection.clearWarnings()
        let before = pending + witness
        do {
            let answers = try connection.run(
                before + (promise.map { [$0] } ?? []) + [Command(control: "COMMIT")])
            // A server that had aborted the transaction answers COMMIT with the tag ROLLBACK and no error.
            guard answers.last?.tag == "COMMIT" else {
                throw SQLError(.other, "PostgreSQL rolled the transaction back at COMMIT; nothing was written")
            }
        } catch {
            let failure = error as? PostgresConnection.Failure
            let fault = failure?.error ?? error as? SQLError
            if promise != nil, failure?.position == before.count, fault?.code != .connectionLost {
                throw PostgresTarget.noStandby
            }
            guard fault?.code == .connectionLost, connection.wasCutShort else {
                throw fault ?? SQLError(.other, "PostgreSQL: \(error)")
            }
        }
        // 01000: the wait for the standby was cancelled by hand; committed here, perhaps nowhere else.
        if connection.warnings.contains("01000") {
            throw SQLError(
                .ambiguousCommit,
                "PostgreSQL committed on this server only: the wait for its standby was cut short (warning 01000); check the "
                    + "standby, and look whether the row is there before doing anything twice")
        }
        // 57P01: cut short because the server goes down, as a leader does that is one no more. Whoever leads next is asked.
        if connection.warnings.contains("57P01") { throw PostgresFault.lost("it went down at COMMIT") }
        if connection.isBroken { throw PostgresFault.lost("at COMMIT") }
    }

    /// Ends the transaction without a trace; a failure to do so leaves it to the connection's end.
    func rollback() throws(SQLError) {
        guard hasBegun else { return }
        do {
            _ = try connection.run([Command(control: "ROLLBACK")])
        } catch {
            throw (error as? PostgresConnection.Failure)?.error ?? SQLError(.other, "PostgreSQL: \(error)")
        }
    }

    /// True if no rollback to a savepoint can mend what has happened.
    static func costsTransaction(_ failure: SQLError) -> Bool {
        switch failure.code {
        case .connectionLost, .serializationFailure, .ambiguousCommit, .ioError, .corrupt: true
        default: false
        }
    }

    private func run(_ queries: [Query]) throws(SQLError) -> [PostgresConnection.Answer] {
        guard !isOver else {
            throw SQLError(
                .closed, "the transaction is over; a closure must not keep it", statement: queries.first?.text)
        }
        if let failure { throw failure }
        let own = pending.count
        do {
            let answers = try connection.run(pending + queries.map { Command($0) })
            pending = []
            hasBegun = true
            return Array(answers[own...])
        } catch {
            let fault = note(error, own: own)
            failure = fault
            throw fault
        }
    }

    /// Books what a failed run means for the commands that still had to be said.
    private func note(_ error: any Error, own: Int) -> SQLError {
        guard let refusal = error as? PostgresConnection.Failure else {
            return SQLError(.other, "PostgreSQL: \(error)")
        }
        // A value refused by us: nothing was sent, and what is pending still is.
        if refusal.isOurs { return refusal.error }
        pending = []
        hasBegun = true
        if refusal.position < own, refusal.error.code != .serializationFailure {
            // BEGIN fails on a server that has become a standby: go and look for the new primary.
            return PostgresFault.lost(refusal.error.reason)
        }
        return refusal.error
    }
}
