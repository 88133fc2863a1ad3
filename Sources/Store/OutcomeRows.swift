import Evidence
import Notices
import SQL

/// Outcomes of attempts on their way into the database, a few statements for all of them.
struct OutcomeRows: Sendable {
    /// What the dispatcher reports.
    private(set) var outcomes: [AttemptRecord] = []
    /// The rows of their entries.
    private(set) var entries: [[SQLValue]] = []
    private var transcripts: [[UInt8]?] = []
    private var reasons: [[UInt8]?] = []

    /// Adds an outcome, whose words are sealed under the person's key; without it they are not kept.
    mutating func append(_ outcome: AttemptRecord, key: DataKey?, entries: [[SQLValue]]) throws {
        let id = outcome.delivery.rawValue
        var transcript: [UInt8]?
        if let key, !outcome.transcript.isEmpty {
            transcript = try key.seal(
                Array(outcome.transcript.joined(separator: "\n").utf8),
                place: NoticeRows.place("transcript", "\(id) \(outcome.number)")
            ).bytes
        }
        outcomes.append(outcome)
        transcripts.append(transcript)
        reasons.append(try DeliveryRows.sealed(reason: outcome.reason, of: id, key))
        self.entries += entries
    }

    /// The statements that end the attempts.
    func attempts(_ dialect: SQLDialect) -> [Query] {
        var rows = ValueRows(width: 8)
        for (outcome, transcript) in zip(outcomes, transcripts) {
            rows.append([
                .text(outcome.delivery.rawValue), outcome.number.sqlValue, .integer(outcome.fence),
                outcome.finishedAt.at.sqlValue, .text(outcome.state.rawValue), outcome.reference.sqlValue,
                transcript.sqlValue, outcome.parts.sqlValue,
            ])
        }
        // A real answer that comes after recovery has called the attempt unknown still says more.
        return rows.statements { rows in
            """
            UPDATE attempts SET finished_at = v.column4, state = v.column5, reference = v.column6,
                transcript = \(dialect.bytes("v.column7")), parts = CAST(v.column8 AS BIGINT)
            FROM (VALUES \(rows: rows)) AS v
            WHERE delivery = v.column1 AND number = v.column2 AND fence = v.column3
                AND (finished_at IS NULL OR attempts.state = 'unknown')
            """
        }
    }

    /// The statements that bring the deliveries on, and return the ids of those whose fence is still ours.
    ///
    /// - Parameter states: as they are in this transaction.
    func deliveries(_ states: [String: DeliveryState], _ dialect: SQLDialect) -> [Query] {
        var rows = ValueRows(width: 11)
        for (outcome, reason) in zip(outcomes, reasons) {
            let merged = Self.merge(states[outcome.delivery.rawValue], outcome.state)
            let isNews = merged == outcome.state
            let isSilent = merged == .accepted || merged == .unknown
            let asksAt = isSilent ? outcome.finishedAt.at.adding(AwaitingReport.patience) : nil
            rows.append([
                .text(outcome.delivery.rawValue), .integer(outcome.fence), .text(merged.rawValue), isNews.sqlValue,
                reason.sqlValue, outcome.finishedAt.at.sqlValue, .text(outcome.finishedAt.clock),
                // A receipt that came first has ended the dispatch already.
                (isNews ? outcome.dueAt : nil).sqlValue,
                (merged == .accepted ? outcome.expectReceiptBy : nil).sqlValue, asksAt.sqlValue,
                (outcome.state == .unknown ? 1 : 0).sqlValue,
            ])
        }
        return rows.statements { rows in
            """
            UPDATE deliveries SET state = v.column3,
                state_reason = CASE v.column4 WHEN 1 THEN \(dialect.bytes("v.column5")) ELSE state_reason END,
                state_at = CASE v.column4 WHEN 1 THEN v.column6 ELSE state_at END,
                state_clock = CASE v.column4 WHEN 1 THEN v.column7 ELSE state_clock END,
                due_at = CAST(v.column8 AS BIGINT), expect_by = CAST(v.column9 AS BIGINT),
                ask_at = CASE WHEN channel = 'sms' THEN CAST(v.column10 AS BIGINT) END,
                claims = 0, lease_owner = NULL, unknowns = unknowns + v.column11
            FROM (VALUES \(rows: rows)) AS v
            WHERE id = v.column1 AND fence = v.column2
            RETURNING id
            """
        }
    }

    /// The outcome replaces what only said "under way"; anything a receipt has said stays if it is stronger.
    private static func merge(_ present: DeliveryState?, _ outcome: DeliveryState) -> DeliveryState {
        guard let present, ![.attempting, .queued, .deferred, .unknown].contains(present) else { return outcome }
        return present.merged(with: outcome)
    }
}

extension SQLDialect {
    /// A column of `VALUES` that holds bytes: where all of its rows are NULL, PostgreSQL takes it for text.
    ///
    /// SQLite has no such cast, and needs none.
    fileprivate func bytes(_ column: StaticString) -> Query {
        self == .postgres ? "CAST(\(unsafe: column) AS BYTEA)" : "\(unsafe: column)"
    }
}
