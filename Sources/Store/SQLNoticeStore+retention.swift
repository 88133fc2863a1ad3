import Evidence
import Notices
import SQL

extension SQLNoticeStore: RetentionStore {
    /// Whether a hold is set.
    public func isHeld(_ person: PersonID) async throws -> Bool {
        try await database.read { tx in
            try tx.first("SELECT is_held FROM people WHERE id = \(person.rawValue)")?.get("is_held") ?? false
        }
    }

    /// Sets or lifts a hold.
    public func setHold(_ person: PersonID, held: Bool, reason: String, evidence: [SignedEntry]) async throws {
        let rows = try await entryRows.stage(evidence)
        try await database.write { tx in
            let changed = try tx.execute("UPDATE people SET is_held = \(held) WHERE id = \(person.rawValue)")
            guard changed == 1 else {
                throw NoticeError(.notFound, "there is no person \"\(person.rawValue.prefix(60))\"")
            }
            try tx.executeBatch(rows)
        }
    }

    /// The newest notice given to a person.
    public func newestNotice(of person: PersonID) async throws -> Timestamp? {
        try await database.read { tx in
            try tx.first(
                """
                SELECT max(n.created_at) AS newest FROM notice_recipients r JOIN notices n ON n.id = r.notice
                WHERE r.person = \(person.rawValue)
                """)?.get("newest")
        }
    }

    /// The key goes; what it sealed stays as bytes nobody can open, so that the log's commitments still stand for something.
    public func erase(_ person: PersonID, keepAfter: Timestamp, evidence: [SignedEntry]) async throws {
        let id = person.rawValue
        let rows = try await entryRows.stage(evidence)
        let now = clock.now
        try await database.write { tx in
            let held: Bool? = try tx.first("SELECT is_held FROM people WHERE id = \(id)")?.get("is_held")
            guard let held else { throw NoticeError(.notFound, "there is no person \"\(id.prefix(60))\"") }
            guard !held else { throw NoticeError(.forbidden, "\(id) is under a legal hold; lift it first") }
            let newer = try tx.first(
                """
                SELECT n.id FROM notice_recipients r JOIN notices n ON n.id = r.notice
                WHERE r.person = \(id) AND n.created_at > \(keepAfter) LIMIT 1
                """)
            guard newer == nil else { throw NoticeError(.forbidden, "a notice to \(id) is still within its retention") }
            // A notice to several people is sealed under the first one's key.
            let shared = try tx.first(
                """
                SELECT r.person FROM notices n JOIN notice_recipients r ON r.notice = n.id
                    JOIN people p ON p.id = r.person
                WHERE n.key_owner = \(id) AND n.id IN (SELECT notice FROM notice_recipients WHERE person = \(id))
                    AND p.is_held = 1 LIMIT 1
                """)
            if let shared {
                let other: String = try shared.get("person")
                throw NoticeError(.forbidden, "\(other), who got a notice together with \(id), is under a legal hold")
            }
            try tx.execute(
                "UPDATE data_keys SET wrapped = NULL, destroyed_at = \(now) WHERE owner = \(id) AND wrapped IS NOT NULL"
            )
            // Not evidence, and findable by whoever guesses the address or knows the number: these go.
            try tx.execute("DELETE FROM addresses WHERE person = \(id)")
            try tx.execute("UPDATE people SET external_id = NULL, name_hash = NULL WHERE id = \(id)")
            try Self.endEverything(for: id, at: now, tx)
            try tx.executeBatch(rows)
        }
        keys.forget(id)
    }

    /// Ends what is under way for a person, of whom nothing can be recorded any more, and forgets what stands beside the
    /// sealed columns in clear: the articles relied on, and what servers answered.
    ///
    /// By way of the notices given to them: neither deliveries nor notices have an index by person, which each notice would
    /// have to pay for, and to read those tables whole stops everybody else among millions.
    private static func endEverything(for person: String, at now: Timestamp, _ tx: any SQLTransaction) throws {
        let given: Set<String> = Set(
            try tx.query("SELECT notice FROM notice_recipients WHERE person = \(person)").map { try $0.get("notice") })
        for part in given.sorted().chunks(of: 500) {
            try tx.execute(
                """
                UPDATE attempts SET reference = NULL WHERE delivery IN (
                    SELECT id FROM deliveries WHERE notice IN \(list: part) AND person = \(person))
                """)
            try tx.execute(
                """
                UPDATE deliveries SET due_at = NULL, expect_by = NULL, stopped_reason = NULL
                WHERE notice IN \(list: part) AND person = \(person)
                """)
            try tx.execute(
                """
                UPDATE rungs SET settled_at = \(now)
                WHERE notice IN \(list: part) AND person = \(person) AND settled_at IS NULL
                """)
            // A notice is sealed under the key of one of those it was given to.
            let sealed = try tx.query(
                "SELECT id, details FROM notices WHERE id IN \(list: part) AND key_owner = \(person)")
            try tx.executeBatch(
                sealed.map { row in
                    """
                    UPDATE notices SET details = \(try NoticeRows.detailsWithoutBasis(try row.get("details"))),
                        stopped_reason = NULL, due_at = NULL
                    WHERE id = \(try row.get("id", as: String.self))
                    """
                })
        }
    }
}
