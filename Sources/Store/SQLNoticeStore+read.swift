import Evidence
import Foundation
import Notices
import SQL

extension SQLNoticeStore: NoticeReader {
    static let noticeSelect: Query = "SELECT \(NoticeRows.columns) FROM notices n"

    /// By id.
    public func notice(_ id: NoticeID) async throws -> Notice? {
        try await one(Self.noticeSelect + " WHERE n.id = \(id.rawValue)")
    }

    /// By number.
    public func notice(number: String) async throws -> Notice? {
        try await one(Self.noticeSelect + " WHERE n.number = \(number)")
    }

    private func one(_ query: Query) async throws -> Notice? {
        let rows = try await database.read { tx in try tx.query(query) }
        return try await notices(rows).first
    }

    /// Ids sort by time, so the id is the cursor and each page is one walk along an index.
    public func notices(_ filter: NoticeFilter, before cursor: NoticeID?, limit: Int) async throws -> [Notice] {
        var query = Self.noticeSelect
        var id: Query = "n.id"
        if let person = filter.person {
            query += " JOIN notice_recipients r ON r.notice = n.id WHERE r.person = \(person.rawValue)"
            id = "r.notice"
        } else {
            query += " WHERE 1 = 1"
        }
        // No cursor, no condition: how a made-up highest id sorts depends on the server's collation.
        if let cursor { query += " AND \(id) < \(cursor.rawValue)" }
        if let state = filter.state { query += " AND n.state = \(state.rawValue)" }
        if let kind = filter.kind { query += " AND n.kind = \(kind)" }
        if let batch = filter.batch { query += " AND n.batch = \(batch)" }
        query += " ORDER BY \(id) DESC LIMIT \(limit)"
        let rows = try await database.read { [query] tx in try tx.query(query) }
        return try await notices(rows)
    }

    /// The rendered content.
    public func content(of notice: NoticeID) async throws -> [UInt8]? {
        let row = try await database.read { tx in
            try tx.first("SELECT n.id AS n_id, n.key_owner, n.content FROM notices n WHERE n.id = \(notice.rawValue)")
        }
        guard let row else { return nil }
        return try await openContents([row])[notice.rawValue]
    }

    /// The sealed document.
    public func document(of notice: NoticeID) async throws -> SealedNotice? {
        let row = try await database.read { tx in
            try tx.first(
                """
                SELECT n.id AS n_id, n.key_owner, n.content, n.document_hash, \(DocumentRows.columns)
                FROM notices n JOIN documents o ON o.notice = n.id WHERE n.id = \(notice.rawValue)
                """)
        }
        guard let row else { return nil }
        return try await openDocuments([row], contents: try await openContents([row]))[notice.rawValue]
    }

    /// In the order they were started.
    public func deliveries(of notice: NoticeID) async throws -> [Delivery] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT \(DeliveryRows.columns) FROM deliveries d WHERE d.notice = \(notice.rawValue)
                ORDER BY d.rung, d.created_at, d.id
                """)
        }
        return try await deliveries(rows)
    }

    /// One delivery.
    public func delivery(_ id: DeliveryID) async throws -> Delivery? {
        let rows = try await database.read { tx in
            try tx.query("SELECT \(DeliveryRows.columns) FROM deliveries d WHERE d.id = \(id.rawValue)")
        }
        return try await deliveries(rows).first
    }

    /// For the present content; an edit deletes them.
    public func approvals(of notice: NoticeID) async throws -> [Approval] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT content_hash, principal, approved_at FROM approvals WHERE notice = \(notice.rawValue)
                ORDER BY approved_at
                """)
        }
        return try rows.map {
            Approval(
                notice: notice, contentHash: try $0.get("content_hash"),
                approver: try Self.value(Principal.self, from: try $0.get("principal")),
                at: try $0.get("approved_at"))
        }
    }

    /// Everything recorded about a notice, bodies opened where their key still exists.
    public func entries(of notice: NoticeID) async throws -> [RecordedEntry] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, event, key_owner, body, signature, key_id, commitment, leaf_index FROM evidence_entries
                WHERE notice = \(notice.rawValue) ORDER BY position
                """)
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("key_owner") }))
        return try rows.map { try EntryRows.recorded($0, keys) }
    }

    /// For metrics, not for hot paths: it counts every row.
    ///
    /// Whoever serves it keeps the answer for a while.
    public func counts() async throws -> FlowCounts {
        try await database.read { tx in
            var notices: [NoticeState: Int] = [:]
            for row in try tx.query("SELECT state, count(*) AS rows_found FROM notices GROUP BY state") {
                if let state = NoticeState(rawValue: try row.get("state")) {
                    notices[state] = try row.get("rows_found")
                }
            }
            var deliveries: [ChannelKind: [DeliveryState: Int]] = [:]
            for row in try tx.query(
                "SELECT channel, state, count(*) AS rows_found FROM deliveries GROUP BY channel, state")
            {
                if let channel = ChannelKind(rawValue: try row.get("channel")),
                    let state = DeliveryState(rawValue: try row.get("state"))
                {
                    deliveries[channel, default: [:]][state] = try row.get("rows_found")
                }
            }
            let staged: Int =
                try tx.first("SELECT count(*) AS rows_found FROM evidence_entries WHERE leaf_index IS NULL")?
                .get("rows_found") ?? 0
            let due: Timestamp? = try tx.first(
                """
                SELECT min(due_at) AS due FROM deliveries WHERE due_at IS NOT NULL
                    AND state IN ('queued', 'deferred', 'unknown')
                """)?.get("due")
            return FlowCounts(notices: notices, deliveries: deliveries, stagedEntries: staged, oldestDue: due)
        }
    }
}

extension SQLNoticeStore: InboxStore {
    /// Unread first, then the newest.
    public func items(
        of person: PersonID, ofTestKeys: Bool, after: InboxCursor?, limit: Int
    ) async throws -> InboxPage {
        let rank: Query = "CASE WHEN d.state = 'available' THEN 0 ELSE 1 END"
        var beyond: Query = ""
        if let after {
            let place = after.isUnread ? 0 : 1
            beyond = """
                AND (\(rank) > \(place) OR (\(rank) = \(place) AND (d.created_at < \(after.placedAt)
                    OR (d.created_at = \(after.placedAt) AND d.id > \(after.delivery.rawValue)))))
                """
        }
        let rows = try await rows(
            """
            WHERE d.person = \(person.rawValue) AND d.channel = 'inbox' AND d.state <> 'cancelled'
                AND \(Self.isOfTestKey(ofTestKeys)) \(beyond)
            ORDER BY \(rank), d.created_at DESC, d.id LIMIT \(limit + 1)
            """)
        let shown = Array(rows.prefix(limit))
        // By the rows: what was erased is not shown, and ends no inbox.
        let next = try rows.count > limit ? shown.last.map { try Self.cursor(of: $0) } : nil
        return InboxPage(items: try await items(shown), next: next)
    }

    private static func cursor(of row: Row) throws -> InboxCursor {
        InboxCursor(
            isUnread: try row.get("d_state", as: String.self) == DeliveryState.available.rawValue,
            placedAt: try row.get("d_created_at"), delivery: DeliveryID(try row.get("d_id")))
    }

    /// One item; somebody else's is not there.
    public func item(_ delivery: DeliveryID, of person: PersonID, ofTestKeys: Bool) async throws -> InboxItem? {
        try await items(
            await rows(
                """
                WHERE d.id = \(delivery.rawValue) AND d.person = \(person.rawValue) AND d.channel = 'inbox'
                    AND \(Self.isOfTestKey(ofTestKeys))
                """)
        ).first
    }

    /// The author stands in the details, whose texts cannot hold an unescaped quotation mark.
    private static func isOfTestKey(_ wanted: Bool) -> Query {
        wanted ? "n.details LIKE '%\"keyKind\":\"test\"%'" : "n.details NOT LIKE '%\"keyKind\":\"test\"%'"
    }

    private func rows(_ condition: Query) async throws -> [Row] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT d.id AS d_id, d.state AS d_state, d.created_at AS d_created_at, \(NoticeRows.columns), n.content
                FROM deliveries d JOIN notices n ON n.id = d.notice \(condition)
                """)
        }
    }

    private func items(_ rows: [Row]) async throws -> [InboxItem] {
        let notices = try await notices(rows)
        let contents = try await openContents(rows)
        return try zip(rows, notices).compactMap { row, notice in
            guard let stored = contents[notice.id.rawValue], let state = DeliveryState(rawValue: try row.get("d_state"))
            else { return nil }
            let content = try NoticeContent(stored: stored, expecting: notice.contentHash)
            return InboxItem(
                delivery: DeliveryID(try row.get("d_id")), notice: notice.id, number: notice.number, kind: notice.kind,
                subject: content.inboxTitle, issuerName: notice.issuer.fullName, placedAt: try row.get("d_created_at"),
                state: state, asksAcknowledgement: notice.handling.asksAcknowledgement)
        }
    }
}
