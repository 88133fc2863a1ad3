/// The row by which a transaction whose COMMIT got no reply can be asked for afterwards.
///
/// The row is written in the transaction itself. To find out, we insert the same row with another word: if the transaction is
/// still under way, the insert waits for it; if it was committed, the row is there; and if not, our row now bars the way, so
/// that it can never be committed later. The answer is a fact either way, never a guess.
///
/// It is a fact as long as the row would still be there. Rows are kept for two days, and whoever asks after more than one
/// (a machine that was frozen and woken) is told that nobody knows.
struct CommitWitness {
    typealias Command = PostgresConnection.Command

    /// The name of this transaction: random, of this group's one attempt.
    let id: String
    /// When the transaction began, on a clock that goes on while the machine sleeps.
    let begunAt: ContinuousClock.Instant
    /// Far below the age at which rows go, since the server's clock is another one.
    static let askableFor = Duration.seconds(86_400)

    init(begunAt: ContinuousClock.Instant = .now) {
        self.begunAt = begunAt
        id = String(UInt64.random(in: 0...UInt64.max), radix: 36) + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    }

    /// Writes the row; rides in front of COMMIT.
    var commands: [Command] {
        [Command("INSERT INTO songda_commits (id, outcome) VALUES (\(id), 'committed')")]
    }

    /// Whether it is so long ago that a missing row says nothing.
    var isForgotten: Bool { ContinuousClock.now - begunAt > Self.askableFor }

    /// True if the transaction was committed, false if it never will be; throws while the server cannot tell.
    ///
    /// A leader that fell and rose again shows what it had committed before its standby had it. So the row is written in any
    /// case: that commit waits for the standby, and with it for all that was committed before.
    ///
    /// - Parameter promise: a command that fails when the server waits for nobody.
    func wasCommitted(on connection: PostgresConnection, promise: Command? = nil) throws -> Bool {
        connection.clearWarnings()
        let question = [
            Command(control: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
            // The old session may still be at its COMMIT; we come back rather than wait for it in the dark.
            Command(control: "SET LOCAL lock_timeout = '2s'"),
            Command(
                """
                INSERT INTO songda_commits (id, outcome) VALUES (\(id), 'barred')
                ON CONFLICT (id) DO UPDATE SET outcome = songda_commits.outcome
                """),
            Command("SELECT outcome FROM songda_commits WHERE id = \(id)"),
        ]
        let answers = try connection.run(question + (promise.map { [$0] } ?? []) + [Command(control: "COMMIT")])
        guard answers.last?.tag == "COMMIT", !connection.wasCutShort, let row = answers[3].rows.first else {
            throw SQLError(.connectionLost, "PostgreSQL did not answer what became of a transaction")
        }
        return try row.get("outcome", as: String.self) == "committed"
    }

    /// Makes the table, once.
    static func prepare(_ connection: PostgresConnection) throws {
        let found = try connection.run([
            Command(
                "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'songda_commits'"
            )
        ])
        guard found[0].rows.isEmpty else { return try prune(connection) }
        do {
            _ = try connection.run([
                Command(control: "BEGIN"),
                Command(
                    control: """
                        CREATE TABLE songda_commits (
                            id TEXT PRIMARY KEY,
                            outcome TEXT NOT NULL CHECK (outcome IN ('committed', 'barred')),
                            committed_at TIMESTAMPTZ NOT NULL DEFAULT now())
                        """),
                Command(control: "CREATE INDEX songda_commits_by_time ON songda_commits (committed_at)"),
                Command(control: "COMMIT"),
            ])
        } catch {
            _ = try connection.run([Command(control: "ROLLBACK")])
            // A twin that started at the same moment may have made it; then, and only then, all is well.
            let again = try connection.run([Command("SELECT count(*) FROM songda_commits")])
            if again[0].rows.isEmpty { throw error }
        }
    }

    /// Deletes rows that nobody can ask for any more; it is a transaction of its own and no writer waits for it.
    static func prune(_ connection: PostgresConnection) throws {
        _ = try connection.run([
            Command(control: "DELETE FROM songda_commits WHERE committed_at < now() - interval '2 days'")
        ])
    }
}
