import Evidence
import Notices
import SQL

extension SQLNoticeStore: BatchReader {
    private static let confirmed: Query = """
        (EXISTS (SELECT 1 FROM deliveries d WHERE d.notice = n.id AND d.state = 'acknowledged')
            OR EXISTS (SELECT 1 FROM evidence_entries e WHERE e.notice = n.id AND e.event = 'LinkAcknowledged'))
        """

    /// What recipients do that is no state of a delivery.
    private static let answerEvents =
        [EvidenceEvent.linkAcknowledged, .objectionReceived].map(\.rawValue)
        + NoticeReply.allCases.map(\.event.rawValue)

    /// Hops from name to name along the index of batches: what it costs grows with the batches, not with the notices.
    private static let names: Query = """
        WITH RECURSIVE names (batch) AS (
            SELECT min(batch) FROM notices WHERE batch IS NOT NULL
            UNION ALL
            SELECT (SELECT min(n.batch) FROM notices n WHERE n.batch > names.batch) FROM names
            WHERE names.batch IS NOT NULL
        ), firsts (batch, first) AS (
            SELECT batch, (SELECT min(n.id) FROM notices n WHERE n.batch = names.batch) FROM names
            WHERE batch IS NOT NULL
        )
        """

    /// Those begun last first.
    public func batches(before cursor: NoticeID?, limit: Int) async throws -> [NoticeBatch] {
        var query = Self.names + " SELECT batch, first FROM firsts"
        if let cursor { query += " WHERE first < \(cursor.rawValue)" }
        query += " ORDER BY first DESC LIMIT \(limit)"
        return try await database.read { [query] tx in
            try tx.query(query).compactMap { row in try Self.batch(tx, try row.get("batch"), try row.get("first")) }
        }
    }

    private static func batch(_ tx: any SQLTransaction, _ name: String, _ first: String) throws -> NoticeBatch? {
        guard let row = try tx.first("SELECT kind, created_at FROM notices WHERE id = \(first)") else { return nil }
        let count: Int =
            try tx.first("SELECT count(*) AS rows_found FROM notices WHERE batch = \(name)")?.get("rows_found") ?? 0
        return NoticeBatch(
            name: name, first: NoticeID(first), kind: try row.get("kind"), begunAt: try row.get("created_at"),
            count: count)
    }

    /// Counted when somebody looks: a batch has an end, and its page is no hot path.
    public func standing(ofBatch name: String) async throws -> BatchStanding? {
        try await database.read { tx in
            // Of no rows the lowest id is NULL.
            let first: String? = try tx.first("SELECT min(id) AS first FROM notices WHERE batch = \(name)")?.get(
                "first")
            guard let first, let batch = try Self.batch(tx, name, first) else { return nil }
            var notices: [NoticeState: Int] = [:]
            for row in try tx.query(
                "SELECT state, count(*) AS rows_found FROM notices WHERE batch = \(name) GROUP BY state")
            {
                if let state = NoticeState(rawValue: try row.get("state")) {
                    notices[state] = try row.get("rows_found")
                }
            }
            var deliveries: [ChannelKind: [DeliveryState: Int]] = [:]
            for row in try tx.query(
                """
                SELECT d.channel, d.state, count(*) AS rows_found FROM notices n JOIN deliveries d ON d.notice = n.id
                WHERE n.batch = \(name) GROUP BY d.channel, d.state
                """)
            {
                if let channel = ChannelKind(rawValue: try row.get("channel")),
                    let state = DeliveryState(rawValue: try row.get("state"))
                {
                    deliveries[channel, default: [:]][state] = try row.get("rows_found")
                }
            }
            let unconfirmed: Int =
                try tx.first(
                    """
                    SELECT count(*) AS rows_found FROM notices n
                    WHERE n.batch = \(name) AND n.state <> 'cancelled' AND NOT \(Self.confirmed)
                    """)?.get("rows_found") ?? 0
            return BatchStanding(batch: batch, notices: notices, deliveries: deliveries, unconfirmed: unconfirmed)
        }
    }

    /// One question a table for the whole page.
    public func rows(
        ofBatch name: String, _ wanted: BatchPart, after: NoticeID?, limit: Int
    ) async throws -> [BatchRow] {
        var query = Self.noticeSelect + " WHERE n.batch = \(name)"
        if let after { query += " AND n.id > \(after.rawValue)" }
        switch wanted {
        case .all: break
        case .unconfirmed: query += " AND n.state <> 'cancelled' AND NOT \(Self.confirmed)"
        case .troubled:
            query += """
                 AND (n.state = 'quarantined' OR EXISTS (SELECT 1 FROM deliveries d WHERE d.notice = n.id
                    AND d.state IN ('refused', 'failed', 'expired', 'unknown')))
                """
        }
        query += " ORDER BY n.id LIMIT \(limit)"
        let found = try await database.read { [query] tx in try tx.query(query) }
        let notices = try await notices(found)
        let ids = notices.map(\.id.rawValue)
        let rows = try await database.read { tx in
            (
                try tx.query(
                    """
                    SELECT \(DeliveryRows.columns) FROM deliveries d WHERE d.notice IN \(list: ids)
                    ORDER BY d.rung, d.created_at, d.id
                    """),
                try tx.query(
                    """
                    SELECT notice, recipient, event, learnt_at FROM evidence_entries WHERE notice IN \(list: ids)
                        AND event IN \(list: Self.answerEvents) ORDER BY position
                    """),
                try tx.query(
                    """
                    SELECT notice, person, min(due_at) AS next_at FROM rungs
                    WHERE notice IN \(list: ids) AND settled_at IS NULL GROUP BY notice, person
                    """)
            )
        }
        let deliveries = Dictionary(grouping: try await deliveries(rows.0), by: \.notice)
        var answers: [String: [BatchRow.Answer]] = [:]
        for row in rows.1 {
            let recipient: String? = try row.get("recipient")
            answers[try row.get("notice"), default: []].append(
                BatchRow.Answer(
                    person: recipient.map { PersonID($0) }, event: EvidenceEvent(rawValue: try row.get("event")),
                    learntAt: try row.get("learnt_at")))
        }
        var steps: [String: [PersonID: Timestamp]] = [:]
        for row in rows.2 {
            steps[try row.get("notice"), default: [:]][PersonID(try row.get("person"))] = try row.get("next_at")
        }
        return notices.map {
            BatchRow(
                notice: $0, deliveries: deliveries[$0.id] ?? [], answers: answers[$0.id.rawValue] ?? [],
                nextSteps: steps[$0.id.rawValue] ?? [:])
        }
    }
}
