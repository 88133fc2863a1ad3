import Evidence
import Notices
import SQL

extension SQLNoticeStore: SealStore {
    /// The claim moves `due_at` to the end of the lease: a sealer that dies leaves nothing to clean up.
    ///
    /// A notice that was claimed before without a result is claimed alone: if it is what crashes us, it takes no other along.
    /// It is looked first whether anything waits at all: an idle worker must not have the disk synced every second.
    public func claimForSealing(_ lease: Lease, limit: Int) async throws -> [SealClaim] {
        let mostUrgent: Query = """
            SELECT claims FROM notices WHERE due_at <= \(lease.now) AND state = 'approved'
            ORDER BY priority, due_at LIMIT 1
            """
        guard try await database.read({ tx in try tx.first(mostUrgent) != nil }) else { return [] }
        let rows = try await database.write { tx in
            guard let first = try tx.first(mostUrgent) else { return [Row]() }
            let isSuspect = try first.get("claims", as: Int.self) > 0
            let kind: Query = isSuspect ? "claims > 0" : "claims = 0"
            let claimed = try tx.query(
                """
                WITH due AS MATERIALIZED (
                    SELECT id FROM notices WHERE due_at <= \(lease.now) AND state = 'approved'
                        AND \(kind)
                    ORDER BY priority, due_at LIMIT \(isSuspect ? 1 : limit) \(tx.dialect.skippingLocked))
                UPDATE notices SET due_at = \(lease.until), lease_owner = \(lease.owner), fence = fence + 1,
                    claims = claims + 1
                WHERE id IN (SELECT id FROM due)
                RETURNING id
                """)
            let ids: [String] = try claimed.map { try $0.get("id") }
            guard !ids.isEmpty else { return [Row]() }
            return try tx.query(
                "SELECT \(NoticeRows.columns), n.content, n.fence, n.claims FROM notices n WHERE n.id IN \(list: ids) "
                    + "ORDER BY n.priority, n.id")
        }
        do {
            return try await sealClaims(rows)
        } catch let error as SQLError where error.code != .decoding {
            throw error
        } catch {
            // One of them is damaged. Each is judged alone, so that the sound ones go on.
            var claims: [SealClaim] = []
            for row in rows { claims += try await [sealClaimOrDamage(row)] }
            return claims
        }
    }

    private func sealClaims(_ rows: [Row]) async throws -> [SealClaim] {
        let notices = try await notices(rows)
        let contents = try await openContents(rows)
        return try zip(rows, notices).map { row, notice in
            guard let content = contents[notice.id.rawValue] else {
                throw EvidenceError(.erased, "the content of notice \(notice.id) was erased")
            }
            return SealClaim(
                notice: notice, content: content, fence: try row.get("fence"), claims: try row.get("claims"))
        }
    }

    /// The claim of one row; where its sealed columns cannot be opened its content is empty, which matches no hash, so that
    /// the sealer sets it aside.
    private func sealClaimOrDamage(_ row: Row) async throws -> SealClaim {
        do {
            return try await sealClaims([row])[0]
        } catch let error as SQLError where error.code != .decoding {
            throw error
        } catch {
            return SealClaim(
                notice: try NoticeRows.notice(row, recipients: []), content: [], fence: try row.get("fence"),
                claims: try row.get("claims"))
        }
    }

    /// Opens the `content` column of rows that also carry `n_id` and `key_owner`.
    func openContents(_ rows: [Row]) async throws -> [String: [UInt8]] {
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("key_owner") }))
        var contents: [String: [UInt8]] = [:]
        for row in rows {
            let id: String = try row.get("n_id")
            guard contents[id] == nil, let key = keys[try row.get("key_owner")] else { continue }
            contents[id] = try key.open(
                SealedBytes(bytes: try row.get("content")), place: NoticeRows.place("content", id))
        }
        return contents
    }

    /// Document, signature, deliveries, later rungs and entries of a whole batch in one transaction.
    public func recordSealed(_ records: [SealRecord]) async throws -> Set<NoticeID> {
        let persons = Set(records.flatMap { $0.deliveries.map(\.delivery.person.rawValue) })
        let owners = try await keyOwners(of: records.map(\.notice.rawValue))
        let keys = try await keys.keys(for: persons.union(owners.values))
        var prepared: [(notice: NoticeID, advance: Query, rest: [Query], entries: [[SQLValue]])] = []
        for record in records {
            let id = record.notice.rawValue
            let sealed = record.sealed
            guard let key = owners[id].flatMap({ keys[$0] }) else {
                throw EvidenceError(.erased, "the key of notice \(id) is not there")
            }
            var bytes: [UInt8]?
            // A notice that is its own message has its bytes in the content column already.
            if sealed.mediaType == "application/pdf" {
                bytes = try key.seal(sealed.bytes, place: NoticeRows.place("document", id)).bytes
            }
            var rest: [Query] = [
                """
                INSERT INTO documents (notice, media_type, bytes, hash, signature, certificate, sealed_at, tag)
                VALUES (\(id), \(sealed.mediaType), \(bytes), \(sealed.hash), \(sealed.signature),
                    \(sealed.certificatePEM), \(sealed.sealedAt), \(DocumentRows.tag(sealed, of: id, key)))
                """
            ]
            rest += try record.deliveries.map { try Self.insert($0, keys: keys) }
            rest += record.rungs.map {
                """
                INSERT INTO rungs (notice, person, position, due_at, priority)
                VALUES (\($0.notice.rawValue), \($0.person.rawValue), \($0.index), \($0.dueAt),
                    (SELECT n.priority FROM notices n WHERE n.id = \($0.notice.rawValue)))
                """
            }
            let isOver = record.deliveries.allSatisfy { $0.delivery.state.endsDispatch } && record.rungs.isEmpty
            prepared.append(
                (
                    record.notice,
                    """
                    UPDATE notices SET state = \((isOver ? NoticeState.closed : .dispatching).rawValue),
                        sealed_at = \(sealed.sealedAt), document_hash = \(sealed.hash), due_at = NULL, claims = 0
                    WHERE id = \(id) AND fence = \(record.fence) AND state = 'approved'
                    """, rest, try await entryRows.values(of: record.evidence)
                ))
        }
        let all = prepared
        return try await database.write { tx in
            var stored: Set<NoticeID> = []
            let advanced = try tx.executeBatch(all.map(\.advance))
            for (one, count) in zip(all, advanced) where count == 1 { stored.insert(one.notice) }
            // Grouped by statement, so that each text is prepared once for the whole batch.
            let ours = all.filter { stored.contains($0.notice) }
            try tx.executeBatch(
                ours.flatMap(\.rest) + EntryRows.statements(inserting: ours.flatMap(\.entries)))
            return stored
        }
    }

    private func keyOwners(of notices: [String]) async throws -> [String: String] {
        try await database.read { tx in
            var owners: [String: String] = [:]
            for row in try tx.query("SELECT id, key_owner FROM notices WHERE id IN \(list: notices)") {
                owners[try row.get("id")] = try row.get("key_owner", as: String.self)
            }
            return owners
        }
    }

    static func insert(_ new: NewDelivery, keys: [String: DataKey]) throws -> Query {
        let delivery = new.delivery
        guard let key = keys[delivery.person.rawValue] else {
            throw EvidenceError(.erased, "the key of \(delivery.person) is not there")
        }
        let address = try key.seal(
            AddressRecords.bytes(delivery.address), place: NoticeRows.place("address", delivery.id.rawValue)
        ).bytes
        let reason = try DeliveryRows.sealed(reason: delivery.stateReason, of: delivery.id.rawValue, key)
        return """
            INSERT INTO deliveries (id, notice, person, channel, address, rung, priority, state, state_reason, state_at,
                state_clock, created_at, due_at, link_hash, link_expires_at)
            VALUES (\(delivery.id.rawValue), \(delivery.notice.rawValue), \(delivery.person.rawValue),
                \(delivery.address.channel.rawValue), \(address), \(delivery.rung), \(new.priority.rawValue),
                \(delivery.state.rawValue), \(reason), \(delivery.stateAt.at), \(delivery.stateAt.clock),
                \(delivery.createdAt), \(delivery.dueAt), \(new.linkHash), \(new.linkExpiresAt))
            """
    }

    /// After a restart nothing of ours is under way, so nothing need wait for its lease to end.
    public func releaseSealClaims(of owner: String, now: Timestamp) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE notices SET due_at = \(now), lease_owner = NULL
                WHERE lease_owner = \(owner) AND state = 'approved' AND due_at > \(now)
                """)
        }
    }

    /// Set aside, never deleted.
    public func quarantine(_ notice: NoticeID, reason: String, evidence: [SignedEntry]) async throws {
        let rows = try await entryRows.stage(evidence)
        let now = clock.now
        try await database.write { tx in
            // Another worker may have sealed it meanwhile: then it did not crash everybody.
            let stopped = try tx.execute(
                """
                UPDATE notices SET state = \(NoticeState.quarantined.rawValue), due_at = NULL,
                    stopped_reason = \(reason), stopped_at = \(now)
                WHERE id = \(notice.rawValue) AND state = \(NoticeState.approved.rawValue)
                """)
            if stopped == 1 { try tx.executeBatch(rows) }
        }
    }
}

extension SQLDialect {
    /// Lets several workers claim side by side; SQLite has one writer and needs nothing.
    var skippingLocked: Query { self == .postgres ? "FOR UPDATE SKIP LOCKED" : "" }
}
