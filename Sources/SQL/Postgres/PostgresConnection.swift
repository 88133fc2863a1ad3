import CPostgres

/// One connection to a server, always in pipeline mode; belongs to the thread that made it.
///
/// What the driver itself has to say (BEGIN, SAVEPOINT, RELEASE) rides in front of the next statement and so costs no
/// round trip of its own.
final class PostgresConnection {
    /// A statement on its way: a closure's own, which is prepared, or one of the driver's, which is not.
    struct Command {
        let query: Query
        let isPrepared: Bool

        init(_ query: Query) {
            self.query = query
            isPrepared = true
        }

        init(control text: String) {
            query = Query(stringLiteral: text)
            isPrepared = false
        }
    }

    /// What the server answered to one command.
    struct Answer {
        var rows: [Row] = []
        var affected = 0
        var tag = ""
    }

    /// The failure of one command among several.
    struct Failure: Error {
        let error: SQLError
        /// The place of the failed command in the list.
        let position: Int
        /// True if we refused the command ourselves, before anything was sent.
        var isOurs = false
    }

    private struct StatementKey: Hashable {
        let shape: QueryShape
        let types: [Oid]
    }

    /// Queries already checked; the shape settles the number of values.
    private var checked: Set<QueryShape> = []
    /// Statements prepared on this connection.
    private var prepared: [StatementKey: String] = [:]
    private var preparedSoFar = 0
    let raw: OpaquePointer
    let target: PostgresTarget
    /// The server's timeline when it was connected to; 0 if it was not asked.
    private(set) var timeline = 0
    /// Set by `nextResult` when the server kept silent for too long: nothing more is asked of it here.
    var isGivenUp = false
    private let notices: NoticeBox

    /// Connects, blocking; throws `.connectionLost` if no server answers and `.other` if it must not be used.
    init(_ target: PostgresTarget) throws(SQLError) {
        raw = try target.open()
        self.target = target
        notices = NoticeBox()
        PQsetNoticeReceiver(raw, NoticeBox.receiver, Unmanaged.passUnretained(notices).toOpaque())
        guard PQenterPipelineMode(raw) == 1 else {
            throw SQLError(.other, "PostgreSQL: the connection cannot enter pipeline mode; use libpq 14 or later")
        }
        do {
            let words = PostgresTarget.settings + [target.planning, target.question]
            let answers = try run(words.map(Command.init(control:)))
            let row = answers.last?.rows.first
            try target.assertDurable(row)
            timeline = try row?.get("timeline", as: String?.self).flatMap { Int($0, radix: 16) } ?? 0
        } catch let failure as Failure {
            throw failure.error
        } catch let error as SQLError {
            throw error
        } catch {
            throw SQLError(.other, "PostgreSQL: \(error)")
        }
    }

    deinit {
        PQfinish(raw)
    }

    /// True if the socket is known to be gone.
    var isBroken: Bool { isGivenUp || PQstatus(raw) != CONNECTION_OK }

    /// Whether a wait for the standby was cut short: 01000 by hand, 57P01 because the server goes down.
    var wasCutShort: Bool { warnings.contains { $0 == "01000" || $0 == "57P01" } }

    /// Forgets the warnings seen so far.
    func clearWarnings() { notices.states = [] }

    /// The SQLSTATEs of the warnings since `clearWarnings`.
    var warnings: [String] { notices.states }

    /// Sends the commands at once and reads all answers; throws `Failure` for the first that failed.
    func run(_ commands: [Command]) throws -> [Answer] {
        if isGivenUp { throw Failure(error: lost(), position: 0) }
        // All checks come before the first byte, so that a refused statement leaves nothing half-sent.
        for (position, command) in commands.enumerated() where command.isPrepared {
            do {
                try StatementRules.checkValues(command.query)
                if !checked.contains(command.query.shape) {
                    try StatementRules.check(command.query)
                    if command.query.values.count <= StatementRules.mostKeptValues {
                        checked.insert(command.query.shape)
                    }
                }
            } catch {
                throw Failure(error: error.inStatement(command.query.text), position: position, isOurs: true)
            }
        }
        var steps: [Step] = []
        var underway: [StatementKey: String] = [:]
        for (position, command) in commands.enumerated() {
            do {
                try send(command, at: position, &steps, &underway)
            } catch {
                throw Failure(error: error, position: position)
            }
        }
        guard PQpipelineSync(raw) == 1 else { throw Failure(error: lost(), position: 0) }
        return try answers(to: steps, count: commands.count)
    }

    /// One message that the server will answer.
    private struct Step {
        let position: Int
        let query: Query
        /// The statement that counts as prepared once this step has succeeded.
        var preparing: (StatementKey, String)?
    }

    private func send(
        _ command: Command, at position: Int, _ steps: inout [Step], _ underway: inout [StatementKey: String]
    ) throws(SQLError) {
        let query = command.query
        let parameters = PostgresParameters(query.values, blocks: query.shape.blocks)
        let step = Step(position: position, query: query)
        // Long lists come in every length; keeping each prepared would fill the server's memory.
        guard command.isPrepared, query.values.count <= StatementRules.mostKeptValues else {
            let sent = parameters.withPointers { count, values, lengths, formats in
                PQsendQueryParams(raw, query.text, count, parameters.types, values, lengths, formats, 0)
            }
            guard sent == 1 else { throw lost() }
            steps.append(step)
            return
        }
        let key = StatementKey(shape: query.shape, types: parameters.types)
        let name: String
        if let known = prepared[key] ?? underway[key] {
            name = known
        } else {
            preparedSoFar += 1
            name = "s\(preparedSoFar)"
            guard PQsendPrepare(raw, name, query.text, Int32(parameters.types.count), parameters.types) == 1 else {
                throw lost()
            }
            underway[key] = name
            steps.append(Step(position: position, query: query, preparing: (key, name)))
        }
        let sent = parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(raw, name, count, values, lengths, formats, 0)
        }
        guard sent == 1 else { throw lost() }
        steps.append(step)
    }

    private func answers(to steps: [Step], count: Int) throws -> [Answer] {
        var answers = [Answer](repeating: Answer(), count: count)
        var failure: Failure?
        for step in steps {
            guard let result = nextResult() else { throw Failure(error: lost(), position: step.position) }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                if let (key, name) = step.preparing {
                    prepared[key] = name
                } else {
                    answers[step.position] = Answer(result)
                }
            case PGRES_PIPELINE_ABORTED: break
            default:
                if PostgresFault.isStalePlan(result) { prepared = [:] }
                let error = PQstatus(raw) == CONNECTION_OK ? PostgresFault.error(result) : lost()
                failure = failure ?? Failure(error: error.inStatement(step.query.text), position: step.position)
                if isBroken { throw failure ?? Failure(error: lost(), position: step.position) }
            }
            // Each step ends with a null.
            while let extra = nextResult() { PQclear(extra) }
        }
        guard let end = nextResult() else { throw failure ?? Failure(error: lost(), position: 0) }
        let status = PQresultStatus(end)
        PQclear(end)
        if let failure { throw failure }
        guard status == PGRES_PIPELINE_SYNC else { throw Failure(error: lost(), position: 0) }
        return answers
    }

    /// True if so many statements are prepared that they weigh on the server.
    var isCrowded: Bool { prepared.count > 1_000 }

    /// Drops all prepared statements; not in a transaction.
    func forgetStatements() throws {
        prepared = [:]
        checked = []
        _ = try run([Command(control: "DEALLOCATE ALL")])
    }

    private func lost() -> SQLError {
        PostgresFault.lost(isGivenUp ? Self.reasonOfSilence : String(cString: PQerrorMessage(raw)))
    }
}

extension PostgresConnection.Answer {
    fileprivate init(_ result: OpaquePointer) {
        tag = String(cString: PQcmdStatus(result))
        affected = tag.hasPrefix("SELECT") ? 0 : Int(String(cString: PQcmdTuples(result))) ?? 0
        guard PQresultStatus(result) == PGRES_TUPLES_OK else { return }
        let columns = PQnfields(result)
        let header = RowHeader((0..<columns).map { String(cString: PQfname(result, $0)) })
        let types = (0..<columns).map { PQftype(result, $0) }
        rows = (0..<PQntuples(result)).map { row in
            Row(
                header: header,
                values: (0..<columns).map { SQLValue(result, row: row, column: $0, type: types[Int($0)]) })
        }
    }
}

/// Collects the warnings that the server sends beside its answers; touched on the connection's thread only.
private final class NoticeBox {
    var states: [String] = []

    static let receiver: PQnoticeReceiver = { context, result in
        guard let context, let result, let state = cpostgres_error_sqlstate(result) else { return }
        guard let severity = cpostgres_error_severity(result), String(cString: severity) == "WARNING" else { return }
        Unmanaged<NoticeBox>.fromOpaque(context).takeUnretainedValue().states.append(String(cString: state))
    }
}
