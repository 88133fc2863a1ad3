import Evidence
import Foundation
import Notices
import SQL

extension SQLNoticeStore: CredentialStore {
    /// By the token's hash.
    public func link(_ tokenHash: Digest) async throws -> LinkRecord? {
        try await database.read { tx in
            try tx.first(
                """
                SELECT id, person, notice, link_expires_at, link_used_at FROM deliveries WHERE link_hash = \(tokenHash)
                """
            ).map {
                LinkRecord(
                    delivery: DeliveryID(try $0.get("id")), person: PersonID(try $0.get("person")),
                    notice: NoticeID(try $0.get("notice")), expiresAt: try $0.get("link_expires_at"),
                    usedAt: try $0.get("link_used_at"))
            }
        }
    }

    /// One statement: of two that press the button at once, one opens.
    static func useLink(_ tokenHash: Digest, of delivery: String, at: Timestamp, _ tx: any SQLTransaction) throws {
        let used = try tx.execute(
            """
            UPDATE deliveries SET link_used_at = \(at)
            WHERE id = \(delivery) AND link_hash = \(tokenHash) AND link_used_at IS NULL
            """)
        guard used == 1 else {
            throw NoticeError(.credential, "the link was used before; read the notice in the inbox")
        }
    }

    /// Counts and inserts in one transaction.
    public func store(_ challenge: Challenge, limit: Int, since: Timestamp) async throws -> Bool {
        let person = challenge.person.rawValue
        let address = try await key(for: person).seal(
            Array(try Self.json(challenge.address).utf8), place: NoticeRows.place("challenge", challenge.id)
        ).bytes
        return try await database.write { tx in
            // Touching the person serialises requests that come together.
            try tx.execute("UPDATE people SET language = language WHERE id = \(person)")
            let recent: Int =
                try tx.first(
                    "SELECT count(*) AS recent FROM challenges WHERE person = \(person) AND created_at >= \(since)")?
                .get("recent") ?? 0
            guard recent < limit else { return false }
            try tx.execute(
                """
                INSERT INTO challenges (id, person, purpose, code_hash, address, created_at, expires_at)
                VALUES (\(challenge.id), \(person), \(challenge.purpose), \(challenge.codeHash), \(address),
                    \(challenge.createdAt), \(challenge.expiresAt))
                """)
            return true
        }
    }

    /// The newest that was not used.
    public func challenge(person: PersonID, purpose: String) async throws -> Challenge? {
        let row = try await database.read { tx in
            try tx.first(
                """
                SELECT id, code_hash, address, created_at, expires_at, tries FROM challenges
                WHERE person = \(person.rawValue) AND purpose = \(purpose) AND used_at IS NULL
                ORDER BY created_at DESC, id DESC LIMIT 1
                """)
        }
        guard let row else { return nil }
        let id: String = try row.get("id")
        let address = try await key(for: person.rawValue).open(
            SealedBytes(bytes: try row.get("address")), place: NoticeRows.place("challenge", id))
        return Challenge(
            id: id, person: person, purpose: purpose, codeHash: try row.get("code_hash"),
            address: try JSONDecoder().decode(ServiceAddress.self, from: Data(address)),
            createdAt: try row.get("created_at"), expiresAt: try row.get("expires_at"), tries: try row.get("tries"))
    }

    /// One statement, so that tries side by side are all counted.
    public func countTry(_ id: String) async throws -> Int {
        try await database.write { tx in
            try tx.first("UPDATE challenges SET tries = tries + 1 WHERE id = \(id) RETURNING tries")?.get("tries")
                ?? .max
        }
    }

    /// One statement: a code works once.
    public func useChallenge(_ id: String, at: Timestamp) async throws -> Bool {
        try await database.write { tx in
            try tx.execute("UPDATE challenges SET used_at = \(at) WHERE id = \(id) AND used_at IS NULL") == 1
        }
    }

    /// Only the hash is stored.
    public func save(_ key: APIKey, evidence: [SignedEntry]) async throws {
        let scopes = key.scopes.map(\.rawValue).sorted().joined(separator: " ")
        let rows = try await entryRows.stage(evidence)
        try await ofKnownPerson(key.person) { tx in
            try tx.execute(
                """
                INSERT INTO api_keys (id, name, hash, kind, scopes, person, created_at)
                VALUES (\(key.id), \(key.name), \(key.hash), \(key.kind.rawValue), \(scopes), \(key.person?.rawValue),
                    \(key.createdAt))
                """)
            try tx.executeBatch(rows)
        }
    }

    /// Runs a write that names a person; one nobody knows is a refusal, not a fault.
    private func ofKnownPerson(
        _ person: PersonID?, _ body: @escaping @Sendable (any SQLTransaction) throws -> Void
    ) async throws {
        do { try await database.write(body) } catch let error as SQLError where error.code == .foreignKeyViolation {
            throw NoticeError(
                .notFound, "person: there is no person \"\(person?.rawValue.prefix(60) ?? "")\"; add them first")
        }
    }

    /// A key that was not revoked.
    public func apiKey(_ hash: Digest) async throws -> APIKey? {
        try await apiKeys(" WHERE hash = \(hash) AND revoked_at IS NULL").first
    }

    /// All of them.
    public func apiKeys() async throws -> [APIKey] { try await apiKeys(" ORDER BY created_at") }

    private func apiKeys(_ condition: Query) async throws -> [APIKey] {
        try await database.read { tx in
            try tx.query(
                "SELECT id, name, hash, kind, scopes, person, created_at, revoked_at FROM api_keys \(condition)"
            ).map { row in
                let scopes: String = try row.get("scopes")
                guard let kind = APIKey.Kind(rawValue: try row.get("kind")) else {
                    throw SQLError(.decoding, "an API key is of a kind that this version does not know")
                }
                let person: String? = try row.get("person")
                return APIKey(
                    id: try row.get("id"), name: try row.get("name"), hash: try row.get("hash"),
                    kind: kind,
                    scopes: Set(scopes.split(separator: " ").compactMap { APIKey.Scope(rawValue: String($0)) }),
                    person: person.map { PersonID($0) }, createdAt: try row.get("created_at"),
                    revokedAt: try row.get("revoked_at"))
            }
        }
    }

    /// From this moment it opens nothing.
    public func revoke(apiKey id: String, at: Timestamp, evidence: [SignedEntry]) async throws -> Bool {
        let rows = try await entryRows.stage(evidence)
        return try await database.write { tx in
            let revoked = try tx.execute(
                "UPDATE api_keys SET revoked_at = \(at) WHERE id = \(id) AND revoked_at IS NULL")
            guard revoked == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }
}
