import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    /// The partial unique index lets one open case of a person through.
    public func open(_ change: HandoverChange) async throws {
        let rows = try await statements(for: change)
        let (insert, stages) = Self.insert(change.handover)
        do {
            try await database.write { tx in
                try tx.execute(insert)
                try tx.executeBatch(stages + rows)
            }
        } catch let error as SQLError where error.isUniqueViolation {
            throw PeopleError(
                .conflict, "a handover of \(change.handover.person) is under way already; look at that one")
        }
    }

    /// The version decides between two who change the case at once.
    public func record(_ change: HandoverChange) async throws -> Bool {
        let rows = try await statements(for: change)
        let (update, stages) = Self.update(change.handover)
        return try await database.write { tx in
            guard try tx.execute(update) == 1 else { return false }
            try tx.executeBatch(stages + rows)
            return true
        }
    }

    private static func insert(_ new: HandoverCase) -> (Query, [Query]) {
        let last = new.lastDay
        let insert: Query = """
            INSERT INTO handovers (id, person, kind, notice_on, last_day, earliest_last_day, rule, warning_zh, warning_en,
                issuer, opened_at, listed_at, rules, officer, successor, reviewer, state, version)
            VALUES (\(new.id.rawValue), \(new.person.rawValue), \(new.kind.rawValue), \(new.noticeOn), \(last.day),
                \(last.earliest), \(last.rule), \(last.warning?.zh), \(last.warning?.en), \(new.issuer?.rawValue),
                \(new.openedAt), \(new.listedAt), \(new.rules), \(new.officer.rawValue), \(new.successor?.rawValue),
                \(new.reviewer?.rawValue), 'open', \(new.version))
            """
        let stages = new.stages.enumerated().map { position, stage -> Query in
            """
            INSERT INTO handover_stages (handover, position, stage, owner, due_on, started_at, closed_at)
            VALUES (\(new.id.rawValue), \(position), \(stage.stage.rawValue), \(stage.owner?.rawValue), \(stage.dueOn),
                \(stage.startedAt), \(stage.closedAt))
            """
        }
        return (insert, stages)
    }

    private static func update(_ new: HandoverCase) -> (Query, [Query]) {
        let state = new.withdrawnAt != nil ? "withdrawn" : new.isClosed ? "closed" : "open"
        let update: Query = """
            UPDATE handovers SET officer = \(new.officer.rawValue), successor = \(new.successor?.rawValue),
                reviewer = \(new.reviewer?.rawValue), state = \(state), last_day = \(new.lastDay.day),
                warning_zh = \(new.lastDay.warning?.zh), warning_en = \(new.lastDay.warning?.en),
                clients_passed_at = \(new.passed[.clients]), data_passed_at = \(new.passed[.data]),
                formalities_passed_at = \(new.passed[.formalities]), frozen_at = \(new.frozenAt),
                cleared_at = \(new.clearedAt), access_due_at = \(new.closure?.triggeredAt),
                access_closed_at = \(new.closure?.closedAt), ended_at = \(new.endedAt),
                withdrawn_at = \(new.withdrawnAt), version = version + 1
            WHERE id = \(new.id.rawValue) AND version = \(new.version)
            """
        let stages = new.stages.map { stage -> Query in
            """
            UPDATE handover_stages SET owner = \(stage.owner?.rawValue), due_on = \(stage.dueOn),
                started_at = \(stage.startedAt), closed_at = \(stage.closedAt)
            WHERE handover = \(new.id.rawValue) AND stage = \(stage.stage.rawValue)
            """
        }
        return (update, stages)
    }

    /// Everything but the case itself: sealed before the transaction, so that it only writes.
    private func statements(for change: HandoverChange) async throws -> [Query] {
        let (handover, person) = (change.handover.id.rawValue, change.handover.person)
        let key = try await key(for: person)
        func seal(_ value: JSONValue, _ what: String, _ id: String) throws -> [UInt8] {
            try key.seal(value.canonicalBytes, place: HandoverRows.place(what, id)).bytes
        }
        var rows: [Query] = []
        for item in change.items { rows.append(try Self.upsert(item, of: handover, seal: seal)) }
        for (item, one) in change.confirmations {
            let id = item.rawValue
            rows.append(
                """
                INSERT INTO handover_confirmations (item, position, party, given_by, given_at, content_hash, statement)
                SELECT \(id), COALESCE(max(c.position), 0) + 1, \(one.party.rawValue), \(one.by), \(one.at),
                    \(one.contentHash), \(try seal(one.statement, "statement", id))
                FROM handover_confirmations c WHERE c.item = \(id)
                """)
        }
        for (item, file, bytes) in change.files {
            let id = file.id.rawValue
            let name = try key.seal(Array(file.name.utf8), place: HandoverRows.place("file name", id)).bytes
            rows.append(
                """
                INSERT INTO handover_files (id, item, name, type, purpose, size, hash, added_by, added_at, bytes)
                VALUES (\(id), \(item.rawValue), \(name), \(file.type), \(file.purpose.rawValue), \(file.size),
                    \(file.hash), \(file.by), \(file.at),
                    \(try key.seal(bytes, place: HandoverRows.place("file", id)).bytes))
                """)
        }
        let now = clock.now
        for message in change.messages {
            rows.append(
                """
                INSERT INTO handover_messages (id, handover, item, kind, person, fields, written_at)
                VALUES (\(message.id), \(handover), \(message.item?.rawValue), \(message.kind),
                    \(message.person.rawValue), \(try seal(message.fields, "message", message.id)), \(now))
                ON CONFLICT (id) DO NOTHING
                """)
        }
        if let (device, condition) = change.returned {
            let sealed = try key.seal(Array(condition.utf8), place: Self.holdingPlace(.devices, device, "returned"))
                .bytes
            rows.append(
                """
                UPDATE holdings SET returned_as = \(sealed)
                WHERE list = 'devices' AND id = \(device) AND holder = \(person.rawValue)
                """)
        }
        return rows + (try await actRows.stage(change.acts))
    }

    private static func upsert(
        _ item: HandoverItem, of handover: String, seal: (JSONValue, String, String) throws -> [UInt8]
    ) throws -> Query {
        let id = item.id.rawValue
        guard let head = item.head else {
            throw PeopleError(.unavailable, "item \(id) has no act; nothing is stored without one")
        }
        return """
            INSERT INTO handover_items (id, handover, position, kind, origin, content, submission, amount, is_key, due_on,
                state, round, head)
            SELECT \(id), \(handover), COALESCE(max(i.position), 0) + 1, \(item.kind.rawValue), \(item.origin),
                \(try seal(item.content, "content", id)), \(try item.submission.map { try seal($0, "submission", id) }),
                \(item.amount?.fen), \(item.isKey ? 1 : 0), \(item.dueOn), \(item.state.rawValue), \(item.round), \(head)
            FROM handover_items i WHERE i.handover = \(handover)
            ON CONFLICT (id) DO UPDATE SET content = excluded.content, submission = excluded.submission,
                due_on = excluded.due_on, state = excluded.state, round = excluded.round, head = excluded.head
            """
    }
}
