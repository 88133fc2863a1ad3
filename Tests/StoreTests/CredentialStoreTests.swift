import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

@Suite struct CredentialStoreTests {
    @Test(arguments: Backend.allCases)
    func `a link works once, however many press the button`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            let token = LinkTokens(key: gateway.keys.link, baseURL: "https://hr.example.com").token(for: mail.id)
            let hash = LinkTokens.hash(token)
            let link = try #require(try await gateway.store.link(hash))
            #expect(link.delivery == mail.id)
            #expect(link.expiresAt == gateway.clock.now.adding(.seconds(72 * 3600)))
            #expect(try await gateway.store.link(LinkTokens.hash(token + "0")) == nil)
            let uses = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        do {
                            _ = try await gateway.pipeline.read.openLink(token, code: nil, circumstances: [:])
                            return true
                        } catch let refusal as NoticeError where refusal.code == .credential { return false }
                    }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(uses.filter { $0 }.count == 1)
            #expect(try await gateway.store.link(hash)?.usedAt == gateway.clock.now)
            #expect(try await gateway.events(of: mail.notice).filter { $0 == .linkOpened }.count == 1)
            #expect(try await gateway.everyStoredValue().contains { $0.contains(token) } == false)
        }
    }

    @Test func `what is kept of links is in the order of their time, and a token with another time is another`()
        throws
    {
        let tokens = LinkTokens(key: Array(repeating: 7, count: 32), baseURL: nil)
        let (early, late) = (
            tokens.token(for: DeliveryID("01a205ab-1fc1-7a9c-b1b5-5635233a2101")),
            tokens.token(for: DeliveryID("01a205ab-1fc2-7000-8000-000000000000"))
        )
        #expect(early.hasPrefix("01a205ab1fc1") && early.count == 76)
        let hashes = [early, late].map { LinkTokens.hash($0).hex }
        #expect(hashes[0].hasPrefix("01a205ab1fc1") && hashes[1].hasPrefix("01a205ab1fc2"))
        // Everything but the time is of the token's own hash, and a changed time changes that too.
        #expect(hashes[0].dropFirst(12) == SHA256.hash(Array(early.utf8)).hex.dropFirst(12))
        let moved = "01a205ab1fc2" + early.dropFirst(12)
        #expect(LinkTokens.hash(moved).hex.dropFirst(12) != hashes[0].dropFirst(12))
        // A link that was made before tokens had a time, and an id that has none.
        let old = String(early.dropFirst(12))
        #expect(LinkTokens.hash(old) == SHA256.hash(Array(old.utf8)))
        #expect(tokens.token(for: DeliveryID("delivery-1")).count == 64)
        #expect(LinkTokens.hash(String(repeating: "z", count: 76)) == SHA256.hash(Array(repeating: 0x7A, count: 76)))
    }

    @Test(arguments: Backend.allCases)
    func `a mail that was queued before tokens had a time carries the same link at each attempt, and the link works`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.always(.outcome(.unknown(reason: "lost after the end of data")))
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            let token = LinkTokens(key: gateway.keys.link, baseURL: nil).token(for: mail.id)
            let old = String(token.dropFirst(12))
            try await gateway.database.write { tx in
                try tx.execute(
                    "UPDATE deliveries SET link_hash = \(LinkTokens.hash(old)) WHERE id = \(mail.id.rawValue)")
            }
            try await gateway.settle()
            try await gateway.settle(after: .seconds(3600))
            let words = gateway.mail.parcels.map(\.content.emailMarkdown)
            #expect(words.count > 1 && Set(words).count == 1, "the same bytes at each attempt")
            #expect(words.allSatisfy { $0.contains("/n/\(old)>") }, "\(words)")
            await expectRefusal(.notFound) { _ = try await gateway.pipeline.read.landing(token) }
            _ = try await gateway.pipeline.read.openLink(old, code: nil, circumstances: [:])
            await expectRefusal(.credential, "used") { _ = try await gateway.pipeline.read.landing(old) }
            for other in ["", "0", String(repeating: "0", count: 76), String(repeating: "z", count: 64)] {
                await expectRefusal(.notFound) { _ = try await gateway.pipeline.read.landing(other) }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a link is not used up by an opening that could not be recorded`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            let token = LinkTokens(key: gateway.keys.link, baseURL: "https://hr.example.com").token(for: mail.id)
            // No evidence, no action: the log refuses what says that the link was opened.
            try await gateway.database.write { tx in
                switch tx.dialect {
                case .sqlite:
                    try tx.execute(
                        """
                        CREATE TRIGGER no_openings BEFORE INSERT ON evidence_entries WHEN NEW.event = 'LinkOpened'
                        BEGIN SELECT RAISE(ABORT, 'the disk is full'); END
                        """)
                case .postgres:
                    try tx.execute(
                        "ALTER TABLE evidence_entries ADD CONSTRAINT no_openings CHECK (event <> 'LinkOpened')")
                }
            }
            await #expect(throws: SQLError.self) {
                _ = try await gateway.pipeline.read.openLink(token, code: nil, circumstances: [:])
            }
            #expect(try await gateway.store.link(LinkTokens.hash(token))?.usedAt == nil)
            try await gateway.database.write { tx in
                switch tx.dialect {
                case .sqlite: try tx.execute("DROP TRIGGER no_openings")
                case .postgres: try tx.execute("ALTER TABLE evidence_entries DROP CONSTRAINT no_openings")
                }
            }
            _ = try await gateway.pipeline.read.openLink(token, code: nil, circumstances: [:])
            await expectRefusal(.credential, "used") { _ = try await gateway.pipeline.read.landing(token) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `at most five codes an hour are sent, even when asked for all at once`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.sms.alwaysAccepts()
            let person = try await gateway.person()
            let sent = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        do {
                            try await gateway.addresses.challenge(person, channel: .sms, issuer: TestGateway.issuer)
                            return true
                        } catch { return false }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(sent == 5)
            #expect(gateway.sms.parcels.count == 5)
            await expectRefusal(.tooManyRequests) {
                try await gateway.addresses.challenge(person, channel: .sms, issuer: TestGateway.issuer)
            }
            gateway.pass(.seconds(3601))
            try await gateway.addresses.challenge(person, channel: .sms, issuer: TestGateway.issuer)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a code ends after five tries, after ten minutes and after its use`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.sms.alwaysAccepts()
            let person = try await gateway.person()
            let agreement = RecipientStoreTests.agreement
            func confirm(_ code: String) async throws {
                try await gateway.addresses.confirm(
                    person, channel: .sms, code: code, agreementHash: agreement, agreedAt: gateway.clock.now,
                    by: .author)
            }
            try await gateway.addresses.challenge(person, channel: .sms, issuer: TestGateway.issuer)
            let right = try #require(gateway.sms.parcels.last).code
            let wrong = right == "000000" ? "000001" : "000000"
            for _ in 0..<5 { await expectRefusal(.credential) { try await confirm(wrong) } }
            await expectRefusal(.tooManyRequests) { try await confirm(right) }

            try await gateway.addresses.challenge(person, channel: .sms, issuer: TestGateway.issuer)
            let late = try #require(gateway.sms.parcels.last).code
            gateway.pass(.seconds(601))
            await expectRefusal(.credential, "expired") { try await confirm(late) }

            try await gateway.addresses.challenge(person, channel: .sms, issuer: TestGateway.issuer)
            let good = try #require(gateway.sms.parcels.last).code
            try await confirm(good)
            await expectRefusal(.credential) { try await confirm(good) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `an API key opens until it is revoked, and only its hash is stored`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let desk = APIKeyDesk(store: gateway.store, recorder: gateway.recorder, clock: gateway.clock)
            let (key, secret) = try await desk.make(name: "HR", scopes: [.issue, .read], person: nil, by: .author)
            let hash = SHA256.hash(Array(secret.utf8))
            #expect(try await gateway.store.apiKey(hash) == key)
            #expect(try await gateway.store.apiKey(SHA256.hash([1])) == nil)
            try await desk.revoke(key.id, by: .author)
            await expectRefusal(.notFound) { try await desk.revoke(key.id, by: .author) }
            #expect(try await gateway.store.apiKey(hash) == nil)
            #expect(try await gateway.eventsOfTheHouse().suffix(2) == ["APIKeyIssued", "APIKeyRevoked"])
            #expect(try await gateway.store.apiKeys().map(\.revokedAt) == [gateway.clock.now])
        }
    }
}
