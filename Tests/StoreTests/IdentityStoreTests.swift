import Evidence
import Notices
import People
import SQL
import Store
import TestSupport
import Testing

/// Who may come in through an identity provider, on both engines.
@Suite struct IdentityStoreTests {
    private static let provider = "https://sso.example.com"

    private static func add(_ login: String, to gateway: TestGateway) async throws -> Account {
        let account = Account(
            id: AccountID("u-\(login)"), login: login, name: "账号", person: nil, scopes: [.issue],
            passwordHash: "$argon2id$none", authenticator: nil)
        try await gateway.peopleStore.add(account, recovery: [], acts: [])
        return account
    }

    private static func link(
        _ account: Account, _ subject: String, issuer: String = provider, _ gateway: TestGateway
    ) async throws -> IdentityLink {
        let link = IdentityLink(
            account: account.id, identity: ProviderIdentity(issuer: issuer, subject: subject),
            linkedAt: gateway.clock.now)
        try await gateway.peopleStore.link(link, acts: [])
        return link
    }

    private static func session(
        _ name: String, of account: Account, by link: IdentityLink, at provider: String? = nil, _ gateway: TestGateway
    ) async throws -> Digest {
        let hash = SHA256.hash(Array(name.utf8))
        try await gateway.peopleStore.start(
            Session(
                hash: hash, account: account.id, method: "openid", startedAt: gateway.clock.now,
                usedAt: gateway.clock.now),
            voucher: Voucher(
                identity: link.identity, session: provider, nonce: SHA256.hash(Array("nonce \(name)".utf8))), acts: [])
        return hash
    }

    @Test(arguments: Backend.allCases)
    func `an identity is the pair of issuer and subject, and opens one account`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let store = gateway.peopleStore
            let (wang, li) = (try await Self.add("first", to: gateway), try await Self.add("second", to: gateway))
            let link = try await Self.link(wang, "248289761001", gateway)
            #expect(try await store.account(of: link.identity)?.id == wang.id)
            let elsewhere = ProviderIdentity(issuer: "https://other.example.com", subject: "248289761001")
            #expect(try await store.account(of: elsewhere) == nil)
            // The line between the two halves cannot be moved.
            let shifted = ProviderIdentity(issuer: Self.provider + "2", subject: "48289761001")
            #expect(try await store.account(of: shifted) == nil)
            await #expect(throws: PeopleError(.conflict, "")) { try await Self.link(li, "248289761001", gateway) }
            await #expect(throws: PeopleError(.conflict, "")) { try await Self.link(wang, "another", gateway) }
            _ = try await Self.link(wang, "another", issuer: elsewhere.issuer, gateway)
            #expect(try await store.links(of: wang.id).map(\.identity.subject) == ["another", "248289761001"])
            #expect(try await store.links()[li.id] == nil)
            try await store.unlink(link, acts: [])
            #expect(try await store.account(of: link.identity) == nil)
            await #expect(throws: PeopleError(.notFound, "")) { try await store.unlink(link, acts: []) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a voucher begins one session, and none once the link is gone`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let store = gateway.peopleStore
            let wang = try await Self.add("first", to: gateway)
            let link = try await Self.link(wang, "s-1", gateway)
            let first = try await Self.session("one", of: wang, by: link, gateway)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await Self.session("one", of: wang, by: link, gateway)
            }
            #expect(try await store.session(first)?.method == "openid")
            try await store.unlink(link, acts: [])
            #expect(try await store.session(first) == nil)
            await #expect(throws: PeopleError(.forbidden, "")) {
                try await Self.session("two", of: wang, by: link, gateway)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `the provider ends one session or all of a person, each message once`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let store = gateway.peopleStore
            let (wang, li) = (try await Self.add("first", to: gateway), try await Self.add("second", to: gateway))
            let (ours, others) = (
                try await Self.link(wang, "s-1", gateway), try await Self.link(li, "s-2", gateway)
            )
            let one = try await Self.session("one", of: wang, by: ours, at: "p-1", gateway)
            let two = try await Self.session("two", of: wang, by: ours, at: "p-2", gateway)
            let three = try await Self.session("three", of: li, by: others, at: "p-3", gateway)
            func end(_ message: String, _ identity: ProviderIdentity?, _ session: String?) async throws {
                try await store.endSessions(
                    of: identity, providerSession: session, issuer: Self.provider,
                    message: SHA256.hash(Array(message.utf8)), at: gateway.clock.now, acts: [])
            }
            try await end("m-1", ours.identity, "p-2")
            #expect(try await store.session(one) != nil)
            #expect(try await store.session(two) == nil)
            await #expect(throws: PeopleError(.conflict, "")) { try await end("m-1", ours.identity, nil) }
            #expect(try await store.session(one) != nil, "a message that came before ends nothing")
            try await end("m-2", ours.identity, nil)
            #expect(try await store.session(one) == nil)
            #expect(try await store.session(three) != nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the provider's name for a person lies nowhere in clear`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let wang = try await Self.add("first", to: gateway)
            let link = try await Self.link(wang, "wang.fang.canary", gateway)
            _ = try await Self.session("one", of: wang, by: link, at: "session.canary", gateway)
            let rows = try await gateway.database.read { tx in
                try tx.query("SELECT identity, subject FROM identity_links")
                    + tx.query("SELECT identity, provider_session AS subject FROM sessions")
            }
            #expect(rows.count == 2)
            for row in rows {
                for column in ["identity", "subject"] {
                    let bytes: [UInt8] = try row.get(column)
                    #expect(bytes.count >= 32)
                    #expect(!String(decoding: bytes, as: UTF8.self).contains("canary"))
                }
            }
            #expect(try await gateway.peopleStore.links(of: wang.id).first?.identity.subject == "wang.fang.canary")
        }
    }
}
