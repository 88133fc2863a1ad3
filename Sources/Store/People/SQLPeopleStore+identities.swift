import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: IdentityStore {
    /// What an identity is found by; without the organisation's key nobody can tell whose it is by trying names.
    private static func index(_ key: DataKey, _ kind: String, _ issuer: String, _ name: String) -> Digest {
        // An issuer has no line end, so that no two pairs read alike.
        SHA256.hash(key.blindIndex(of: Array("\(kind)\n\(issuer)\n\(name)".utf8)))
    }

    private static func index(_ key: DataKey, _ identity: ProviderIdentity) -> Digest {
        index(key, "identity", identity.issuer, identity.subject)
    }

    private static func place(_ account: AccountID) -> String {
        SQLNoticeStore.accountPlace("identity", account.rawValue)
    }

    /// Both directions are unique.
    public func link(_ link: IdentityLink, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        let key = try await gateway.key(for: KeyRing.organisation)
        let index = Self.index(key, link.identity)
        let subject = try key.seal(Array(link.identity.subject.utf8), place: Self.place(link.account)).bytes
        do {
            try await database.write { tx in
                try tx.execute(
                    """
                    INSERT INTO identity_links (identity, account, issuer, subject, linked_at)
                    VALUES (\(index), \(link.account.rawValue), \(link.identity.issuer), \(subject), \(link.linkedAt))
                    """)
                try tx.executeBatch(rows)
            }
        } catch let error as SQLError where error.isUniqueViolation {
            throw PeopleError(
                .conflict,
                "the account has a link to this provider, or another account has this one; take that link away first")
        } catch let error as SQLError where error.code == .foreignKeyViolation {
            throw PeopleError(.notFound, "there is no account \(link.account.rawValue.prefix(60))")
        }
    }

    /// Whoever came in by it is out at once.
    public func unlink(_ link: IdentityLink, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        let index = Self.index(try await gateway.key(for: KeyRing.organisation), link.identity)
        try await database.write { tx in
            let gone = try tx.execute(
                "DELETE FROM identity_links WHERE identity = \(index) AND account = \(link.account.rawValue)")
            guard gone == 1 else { throw PeopleError(.notFound, "the account has no such link") }
            try tx.execute("DELETE FROM sessions WHERE identity = \(index)")
            try tx.executeBatch(rows)
        }
    }

    /// By issuer.
    public func links(of account: AccountID) async throws -> [IdentityLink] {
        try await links(where: "WHERE account = \(account.rawValue) ORDER BY issuer")
    }

    /// All of them.
    public func links() async throws -> [AccountID: [IdentityLink]] {
        Dictionary(grouping: try await links(where: "ORDER BY issuer"), by: \.account)
    }

    private func links(where condition: Query) async throws -> [IdentityLink] {
        let rows = try await database.read { tx in
            try tx.query("SELECT account, issuer, subject, linked_at FROM identity_links \(condition)")
        }
        guard !rows.isEmpty else { return [] }
        let key = try await gateway.key(for: KeyRing.organisation)
        return try rows.map { row in
            let account = AccountID(try row.get("account"))
            let subject = try key.open(SealedBytes(bytes: try row.get("subject")), place: Self.place(account))
            return IdentityLink(
                account: account,
                identity: ProviderIdentity(
                    issuer: try row.get("issuer"), subject: String(decoding: subject, as: UTF8.self)),
                linkedAt: try row.get("linked_at"))
        }
    }

    /// By its hash.
    public func account(of identity: ProviderIdentity) async throws -> Account? {
        let index = Self.index(try await gateway.key(for: KeyRing.organisation), identity)
        let found: String? = try await database.read { tx in
            try tx.first("SELECT account FROM identity_links WHERE identity = \(index)")?.get("account")
        }
        guard let found else { return nil }
        return try await account(AccountID(found))
    }

    /// Shut ones too.
    public func accounts(of person: PersonID) async throws -> [Account] {
        try await accounts("WHERE person = \(person.rawValue) ORDER BY login")
    }

    /// The voucher is used up in the transaction that begins the session, so that two at once begin one.
    public func start(_ session: Session, voucher: Voucher, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        let key = try await gateway.key(for: KeyRing.organisation)
        let identity = Self.index(key, voucher.identity)
        let other = voucher.session.map { Self.index(key, "session", voucher.identity.issuer, $0) }
        try await database.write { tx in
            // Whoever was unlinked a moment ago must not come in by an answer that is still on its way.
            let isLinked = try tx.first(
                """
                SELECT account FROM identity_links
                WHERE identity = \(identity) AND account = \(session.account.rawValue)
                """)
            guard isLinked != nil else { throw PeopleError(.forbidden, "the link was taken away meanwhile") }
            try Self.use(voucher.nonce, at: session.startedAt, in: tx)
            try Self.insert(session, identity: identity, providerSession: other, in: tx)
            try tx.executeBatch(rows)
        }
    }

    /// One transaction with what is said of it.
    public func endSessions(
        of identity: ProviderIdentity?, providerSession: String?, issuer: String, message: Digest, at: Timestamp,
        acts: [Act]
    ) async throws {
        let rows = try await actRows.stage(acts)
        let key = try await gateway.key(for: KeyRing.organisation)
        let who = identity.map { Self.index(key, $0) }
        let which = providerSession.map { Self.index(key, "session", issuer, $0) }
        try await database.write { tx in
            try Self.use(message, at: at, in: tx)
            // With a session named, only that one is meant, even if the person is named too.
            if let which {
                try tx.execute("DELETE FROM sessions WHERE provider_session = \(which)")
            } else if let who {
                try tx.execute("DELETE FROM sessions WHERE identity = \(who)")
            }
            try tx.executeBatch(rows)
        }
    }

    /// Remembers what may be used once, and forgets what is a day old.
    private static func use(_ hash: Digest, at: Timestamp, in tx: any SQLTransaction) throws {
        try tx.execute("DELETE FROM used_vouchers WHERE used_at < \(at.adding(.seconds(-86_400)))")
        let isNew = try tx.execute(
            "INSERT INTO used_vouchers (hash, used_at) VALUES (\(hash), \(at)) ON CONFLICT (hash) DO NOTHING")
        guard isNew == 1 else { throw PeopleError(.conflict, "this answer of the provider was used before") }
    }
}
