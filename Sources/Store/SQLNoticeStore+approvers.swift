import Evidence
import Notices
import SQL

extension SQLNoticeStore {
    /// Names of accounts lie under the organisation's key, each bound to its row.
    static func accountPlace(_ column: String, _ id: String) -> String { "account \(column) of \(id)" }

    /// Keys and accounts alike: an approval is given with either.
    public func approvers() async throws -> [Approver] {
        let (keyRows, accountRows) = try await database.read { tx in
            (
                // A test key decides over nothing that is meant, so nobody may be made to wait for it.
                try tx.query(
                    """
                    SELECT id, name, scopes FROM api_keys WHERE revoked_at IS NULL AND kind <> 'test' ORDER BY id
                    """),
                try tx.query("SELECT id, name, scopes FROM accounts WHERE disabled_at IS NULL ORDER BY id")
            )
        }
        func mayApprove(_ row: Row) throws -> Bool {
            try row.get("scopes", as: String.self).split(separator: " ").contains {
                $0 == APIKey.Scope.approve.rawValue
            }
        }
        var found: [Approver] = []
        for row in keyRows where try mayApprove(row) {
            found.append(Approver(id: try row.get("id"), name: try row.get("name"), kind: .apiKey))
        }
        let accounts = try accountRows.filter(mayApprove)
        if !accounts.isEmpty {
            let key = try await key(for: KeyRing.organisation)
            for row in accounts {
                let id: String = try row.get("id")
                let name = try key.open(
                    SealedBytes(bytes: try row.get("name")), place: Self.accountPlace("name", id))
                found.append(Approver(id: id, name: String(decoding: name, as: UTF8.self), kind: .person))
            }
        }
        return found.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// Of keys, the name they were made under; of accounts, the name of whoever signs in.
    public func names(of principals: Set<String>) async throws -> [String: String] {
        guard !principals.isEmpty else { return [:] }
        let ids = principals.sorted()
        let (keyRows, accountRows) = try await database.read { tx in
            (
                try tx.query("SELECT id, name FROM api_keys WHERE id IN \(list: ids)"),
                try tx.query("SELECT id, name FROM accounts WHERE id IN \(list: ids)")
            )
        }
        var names: [String: String] = [:]
        for row in keyRows { names[try row.get("id", as: String.self)] = try row.get("name", as: String.self) }
        if !accountRows.isEmpty {
            let key = try await key(for: KeyRing.organisation)
            for row in accountRows {
                let id: String = try row.get("id")
                let name = try key.open(SealedBytes(bytes: try row.get("name")), place: Self.accountPlace("name", id))
                names[id] = String(decoding: name, as: UTF8.self)
            }
        }
        return names
    }
}
