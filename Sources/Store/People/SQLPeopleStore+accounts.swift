import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: AccountStore {
    private static func place(_ column: String, _ id: AccountID) -> String {
        SQLNoticeStore.accountPlace(column, id.rawValue)
    }

    /// One transaction with the recovery codes.
    public func add(_ account: Account, recovery: [Digest], acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        let key = try await gateway.key(for: KeyRing.organisation)
        let id = account.id.rawValue
        let name = try key.seal(Array(account.name.utf8), place: Self.place("name", account.id)).bytes
        let secret = try account.authenticator.map {
            try key.seal($0, place: Self.place("authenticator", account.id)).bytes
        }
        let scopes = account.scopes.map(\.rawValue).sorted().joined(separator: " ")
        do {
            try await database.write { tx in
                try tx.execute(
                    """
                    INSERT INTO accounts (id, login, name, person, scopes, password_hash, authenticator)
                    VALUES (\(id), \(account.login), \(name), \(account.person?.rawValue), \(scopes),
                        \(account.passwordHash), \(secret))
                    """)
                try tx.executeBatch(
                    recovery.map { "INSERT INTO recovery_codes (account, hash) VALUES (\(id), \($0))" })
                try tx.executeBatch(rows)
            }
        } catch let error as SQLError where error.isUniqueViolation {
            throw PeopleError(.conflict, "the login \"\(account.login.prefix(60))\" is taken; choose another")
        } catch let error as SQLError where error.code == .foreignKeyViolation {
            throw PeopleError(
                .invalid,
                "nobody on record has the id \"\(account.person?.rawValue.prefix(60) ?? "")\"; give the id that "
                    + "`songda employees show NUMBER` and GET /v1/people print, not a number of your own")
        }
    }

    /// By login.
    public func account(login: String) async throws -> Account? {
        try await accounts("WHERE login = \(login)").first
    }

    /// By id.
    public func account(_ id: AccountID) async throws -> Account? {
        try await accounts("WHERE id = \(id.rawValue)").first
    }

    /// By login, all.
    public func accounts() async throws -> [Account] { try await accounts("ORDER BY login") }

    func accounts(_ condition: Query) async throws -> [Account] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, login, name, person, scopes, password_hash, authenticator, disabled_at FROM accounts
                \(condition)
                """)
        }
        guard !rows.isEmpty else { return [] }
        let key = try await gateway.key(for: KeyRing.organisation)
        return try rows.map { row in
            let id = AccountID(try row.get("id"))
            func open(_ column: String) throws -> [UInt8]? {
                try row.get(column, as: [UInt8]?.self).map {
                    try key.open(SealedBytes(bytes: $0), place: Self.place(column, id))
                }
            }
            let scopes: String = try row.get("scopes")
            return Account(
                id: id, login: try row.get("login"), name: String(decoding: try open("name") ?? [], as: UTF8.self),
                person: try row.get("person", as: String?.self).map { PersonID($0) },
                scopes: Set(scopes.split(separator: " ").compactMap { APIKey.Scope(rawValue: String($0)) }),
                passwordHash: try row.get("password_hash"), authenticator: try open("authenticator"),
                disabledAt: try row.get("disabled_at"))
        }
    }

    /// The sessions go with it, so that whoever has one is out at once.
    public func disable(_ id: AccountID, at: Timestamp, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        try await database.write { tx in
            let changed = try tx.execute(
                "UPDATE accounts SET disabled_at = \(at) WHERE id = \(id.rawValue) AND disabled_at IS NULL")
            guard changed == 1 else { throw PeopleError(.notFound, "there is no account \(id) in use") }
            try tx.execute("DELETE FROM sessions WHERE account = \(id.rawValue)")
            try tx.executeBatch(rows)
        }
    }

    /// One statement, so that tries side by side are all counted.
    public func countFailure(_ id: AccountID, at: Timestamp) async throws -> Int {
        try await database.write { tx in
            try tx.first(
                """
                UPDATE accounts SET failures = failures + 1, failed_at = \(at) WHERE id = \(id.rawValue)
                RETURNING failures
                """)?.get("failures") ?? .max
        }
    }

    /// The run of failures as it stands.
    public func failures(_ id: AccountID) async throws -> (count: Int, last: Timestamp?) {
        try await database.read { tx in
            let row = try tx.first("SELECT failures, failed_at FROM accounts WHERE id = \(id.rawValue)")
            return (try row?.get("failures") ?? 0, try row?.get("failed_at"))
        }
    }

    /// One statement: a code seen over a shoulder is worth nothing once it was used.
    public func useStep(_ step: Int64, of id: AccountID) async throws -> Bool {
        try await database.write { tx in
            try tx.execute(
                "UPDATE accounts SET last_step = \(step) WHERE id = \(id.rawValue) AND last_step < \(step)") == 1
        }
    }

    /// One statement, once.
    public func useRecovery(_ hash: Digest, of id: AccountID) async throws -> Bool {
        try await database.write { tx in
            try tx.execute(
                "UPDATE recovery_codes SET used = 1 WHERE account = \(id.rawValue) AND hash = \(hash) AND used = 0")
                == 1
        }
    }

    /// Sessions that are over are swept out on the way.
    public func start(_ session: Session, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        try await database.write { tx in
            try Self.insert(session, identity: nil, providerSession: nil, in: tx)
            try tx.executeBatch(rows)
        }
    }

    /// The row of a session; where a provider vouched, with what it is found by when the provider ends it.
    static func insert(_ session: Session, identity: Digest?, providerSession: Digest?, in tx: any SQLTransaction)
        throws
    {
        let over = session.startedAt.adding(.seconds(-86_400))
        try tx.execute("DELETE FROM sessions WHERE started_at < \(over)")
        try tx.execute("UPDATE accounts SET failures = 0, failed_at = NULL WHERE id = \(session.account.rawValue)")
        try tx.execute(
            """
            INSERT INTO sessions (hash, account, method, started_at, used_at, identity, provider_session)
            VALUES (\(session.hash), \(session.account.rawValue), \(session.method), \(session.startedAt),
                \(session.usedAt), \(identity), \(providerSession))
            """)
    }

    /// By hash.
    public func session(_ hash: Digest) async throws -> Session? {
        try await database.read { tx in
            try tx.first("SELECT account, method, started_at, used_at FROM sessions WHERE hash = \(hash)").map {
                Session(
                    hash: hash, account: AccountID(try $0.get("account")), method: try $0.get("method"),
                    startedAt: try $0.get("started_at"), usedAt: try $0.get("used_at"))
            }
        }
    }

    /// When it was used.
    public func touch(_ hash: Digest, at: Timestamp) async throws {
        try await database.write { tx in
            try tx.execute("UPDATE sessions SET used_at = \(at) WHERE hash = \(hash)")
        }
    }

    /// It is gone.
    public func end(_ hash: Digest) async throws {
        try await database.write { tx in try tx.execute("DELETE FROM sessions WHERE hash = \(hash)") }
    }
}
