import Evidence
import Notices
import SQL

extension SQLNoticeStore: IssueStore {
    /// The idempotency row comes first: of a hundred requests with one key that arrive together, the row lets one through.
    public func accept(_ new: NewNotice, evidence: [SignedEntry]) async throws -> Acceptance {
        let notice = new.notice
        let owner = notice.recipients[0].person.rawValue
        let keys = try await keys.keys(for: Set(notice.recipients.map(\.person.rawValue)))
        guard let contentKey = keys[owner] else { throw EvidenceError(.erased, "the key of \(owner) is not there") }
        let content = try contentKey.seal(
            new.content, place: NoticeRows.place("content", notice.id.rawValue)
        ).bytes
        var rows: [Query] = []
        for (position, recipient) in notice.recipients.enumerated() {
            let person = recipient.person.rawValue
            // Whoever is served is among the recipients: who is erased is found there.
            guard let key = keys[person] else { throw EvidenceError(.erased, "the key of \(person) is not there") }
            let snapshot = try SealedRecipient.seal(recipient, notice: notice.id, key: key)
            rows.append(
                """
                INSERT INTO notice_recipients (notice, position, person, snapshot)
                VALUES (\(notice.id.rawValue), \(position), \(recipient.person.rawValue), \(snapshot))
                """)
        }
        rows += try await entryRows.stage(evidence)
        let details = try detailsTexts.text(of: NoticeRows.details(of: notice))
        let due = notice.state == .approved ? notice.createdAt : nil
        let insert: Query = """
            INSERT INTO notices (id, number, issuer, kind, template_version, template_hash, language, priority, state,
                approvals_needed, author, created_at, content_hash, details, batch, key_owner, content, due_at)
            VALUES (\(notice.id.rawValue), \(notice.number), \(notice.issuer.id.rawValue), \(notice.kind),
                \(notice.templateVersion), \(notice.templateHash), \(notice.language), \(notice.priority.rawValue),
                \(notice.state.rawValue), \(notice.approvalsNeeded), \(notice.author.id), \(notice.createdAt),
                \(notice.contentHash), \(details), \(notice.batch), \(owner), \(content), \(due))
            """
        let rest = rows
        let claim = new.idempotency
        return try await database.write { tx in
            if let claim, let known = try Self.replay(claim, tx) { return known }
            try tx.execute(insert)
            if let claim {
                let isFirst = try tx.execute(
                    """
                    INSERT INTO idempotency_keys (principal, idempotency_key, request_hash, notice)
                    VALUES (\(claim.principal), \(claim.key), \(claim.requestHash), \(notice.id.rawValue))
                    ON CONFLICT (principal, idempotency_key) DO NOTHING
                    """)
                // Another connection was faster: run again, and find its row.
                guard isFirst == 1 else {
                    throw SQLError(.serializationFailure, "another request with the same idempotency key was faster")
                }
            }
            try tx.executeBatch(rest)
            return .accepted(notice.id)
        }
    }

    /// Asked before anything is rendered: what was right yesterday is answered today, though its dates may have passed.
    ///
    /// A PostgreSQL that fell and rose again shows what it had committed before its standby had it. A repeated acknowledgement
    /// promises as much as the first, so what is found is looked up once more by a writer, whose commit waits for all before it.
    public func replay(_ claim: IdempotencyClaim) async throws -> Acceptance? {
        let found = try await database.read { tx in try Self.replay(claim, tx) }
        guard found != nil, database.dialect == .postgres else { return found }
        return try await database.write { tx in try Self.replay(claim, tx) }
    }

    private static func replay(_ claim: IdempotencyClaim, _ tx: any SQLTransaction) throws -> Acceptance? {
        let row = try tx.first(
            """
            SELECT request_hash, notice FROM idempotency_keys
            WHERE principal = \(claim.principal) AND idempotency_key = \(claim.key)
            """)
        guard let row else { return nil }
        guard try row.get("request_hash", as: Digest.self) == claim.requestHash else {
            throw NoticeError(
                .idempotencyMismatch,
                "Idempotency-Key \"\(claim.key.prefix(60))\" was used for another request; use a new key")
        }
        return .replayed(NoticeID(try row.get("notice")))
    }

    /// Everything the approver could have lost since the page was shown is checked again here, under the row's lock: the
    /// words, the right to approve these, and the key or account itself.
    public func record(_ approval: Approval, evidence: [SignedEntry]) async throws -> Notice {
        let rows = try await entryRows.stage(evidence)
        let principal = try Self.json(approval.approver)
        let id = approval.notice.rawValue
        try await database.write { tx in
            // Touching the row first serialises approvers of one notice on both engines.
            let touched = try tx.execute("UPDATE notices SET fence = fence + 1 WHERE id = \(id)")
            guard touched == 1, let row = try tx.first(Self.approvalState(id)) else { throw Self.unknownNotice(id) }
            try Self.requireStanding(of: approval.approver, tx)
            guard try row.get("state", as: String.self) == NoticeState.awaitingApproval.rawValue else {
                let state: String = try row.get("state")
                throw NoticeError(.conflict, "the notice is \(state); only one that awaits approval can be approved")
            }
            let hash = try row.get("content_hash", as: Digest.self)
            guard hash == approval.contentHash else {
                throw NoticeError(
                    .conflict,
                    "the content's hash is \(hash.hex), not the one given; read it again and approve that version")
            }
            guard try !NoticeRows.writers(try row.get("details")).contains(approval.approver.id) else {
                throw NoticeError(.forbidden, "who wrote or changed a notice cannot approve it; ask somebody else")
            }
            let isNew = try tx.execute(
                """
                INSERT INTO approvals (notice, approver, content_hash, principal, approved_at)
                VALUES (\(id), \(approval.approver.id), \(approval.contentHash), \(principal), \(approval.at))
                ON CONFLICT (notice, approver) DO NOTHING
                """)
            guard isNew == 1 else {
                throw NoticeError(.conflict, "\(approval.approver.id) has approved this notice before")
            }
            let given = Set(
                try tx.query("SELECT approver FROM approvals WHERE notice = \(id)").map {
                    try $0.get("approver", as: String.self)
                })
            // A name in a request is not a decision: whoever is to stand behind an override approves the notice.
            let areConfirmed = try NoticeRows.confirmers(try row.get("details")).allSatisfy(given.contains)
            if areConfirmed, given.count >= (try row.get("approvals_needed", as: Int.self)) {
                try tx.execute(
                    """
                    UPDATE notices SET state = \(NoticeState.approved.rawValue), due_at = \(approval.at) WHERE id = \(id)
                    """)
            }
            try tx.executeBatch(rows)
        }
        return try await existing(approval.notice)
    }

    /// The key or account exists, is in force and may approve, as of this transaction: admission was a moment ago.
    private static func requireStanding(of approver: Principal, _ tx: any SQLTransaction) throws {
        let row: Row? =
            switch approver.kind {
            case .apiKey: try tx.first("SELECT scopes, revoked_at AS ended FROM api_keys WHERE id = \(approver.id)")
            case .person: try tx.first("SELECT scopes, disabled_at AS ended FROM accounts WHERE id = \(approver.id)")
            case .system: nil
            }
        let scopes = try row?.get("scopes", as: String.self).split(separator: " ") ?? []
        guard let row, try row.get("ended", as: Timestamp?.self) == nil,
            scopes.contains(where: { $0 == APIKey.Scope.approve.rawValue })
        else {
            throw NoticeError(
                .forbidden, "\(approver.id) may not approve (any more): their key or account is gone or lacks the right"
            )
        }
    }

    private static func approvalState(_ id: String) -> Query {
        "SELECT state, content_hash, details, approvals_needed FROM notices WHERE id = \(id)"
    }

    static func unknownNotice(_ id: String) -> NoticeError {
        NoticeError(.notFound, "there is no notice \"\(id.prefix(40))\"")
    }

    func existing(_ id: NoticeID) async throws -> Notice {
        guard let notice = try await notice(id) else { throw Self.unknownNotice(id.rawValue) }
        return notice
    }

    /// Any edit voids what was approved: the approvals were for other words.
    public func replaceContent(
        of notice: NoticeID, replacing old: Digest, with content: [UInt8], hash: Digest, by author: Principal,
        evidence: [SignedEntry]
    ) async throws -> Notice {
        let id = notice.rawValue
        guard let owner = try await keyOwner(of: notice) else { throw Self.unknownNotice(id) }
        let sealed = try await key(for: owner).seal(content, place: NoticeRows.place("content", id)).bytes
        let rows = try await entryRows.stage(evidence)
        try await database.write { tx in
            guard let row = try tx.first("SELECT details, content_hash FROM notices WHERE id = \(id)") else {
                throw Self.unknownNotice(id)
            }
            guard try row.get("content_hash", as: Digest.self) == old else {
                throw NoticeError(
                    .conflict, "somebody else has changed the notice meanwhile; read it again and edit that version")
            }
            let details = try NoticeRows.details(try row.get("details"), editedBy: author.id)
            let changed = try tx.execute(
                """
                UPDATE notices SET content = \(sealed), content_hash = \(hash), details = \(details)
                WHERE id = \(id) AND state = \(NoticeState.awaitingApproval.rawValue) AND content_hash = \(old)
                """)
            guard changed == 1 else {
                throw NoticeError(
                    .conflict, "only a notice that awaits approval can be edited; cancel it and issue another")
            }
            try tx.execute("DELETE FROM approvals WHERE notice = \(id)")
            try tx.executeBatch(rows)
        }
        return try await existing(notice)
    }

    func keyOwner(of notice: NoticeID) async throws -> String? {
        try await database.read { tx in
            try tx.first("SELECT key_owner FROM notices WHERE id = \(notice.rawValue)")?.get("key_owner")
        }
    }

    /// A notice can be withdrawn while nothing has left us; what waits in a queue is stopped with it.
    ///
    /// An inbox delivery is before the person's eyes from the moment of the seal, so a sealed notice that has one cannot be
    /// withdrawn any more. What was only rehearsed can be at any time: it had no effect that a withdrawal would hide.
    public func cancel(_ notice: NoticeID, evidence: [SignedEntry]) async throws -> Notice {
        let id = notice.rawValue
        let rows = try await entryRows.stage(evidence)
        try await database.write { tx in
            guard let row = try tx.first("SELECT state, details FROM notices WHERE id = \(id)") else {
                throw Self.unknownNotice(id)
            }
            let state: String = try row.get("state")
            let isOpen = [.awaitingApproval, .approved, .dispatching, .quarantined].contains(
                NoticeState(rawValue: state))
            guard isOpen else { throw NoticeError(.conflict, "the notice is \(state) and cannot be withdrawn") }
            let isRehearsal = try NoticeRows.isRehearsal(try row.get("details"))
            let begun: Int =
                try tx.first(
                    """
                    SELECT count(*) AS begun FROM deliveries WHERE notice = \(id)
                        AND (attempts > 0 OR state NOT IN ('queued', 'deferred', 'cancelled'))
                    """)?.get("begun") ?? 0
            guard begun == 0 || isRehearsal else {
                throw NoticeError(.conflict, "\(begun) of its deliveries have begun; issue a correcting notice instead")
            }
            try tx.execute(
                "UPDATE notices SET state = \(NoticeState.cancelled.rawValue), due_at = NULL, fence = fence + 1 WHERE id = \(id)"
            )
            try tx.execute(
                """
                UPDATE deliveries SET state = \(DeliveryState.cancelled.rawValue), due_at = NULL, fence = fence + 1
                WHERE notice = \(id) AND state IN ('queued', 'deferred', 'cancelled')
                """)
            try tx.execute("UPDATE rungs SET settled_at = due_at WHERE notice = \(id) AND settled_at IS NULL")
            try tx.executeBatch(rows)
        }
        return try await existing(notice)
    }
}
