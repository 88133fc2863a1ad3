import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

@Suite struct RecipientStoreTests {
    static let agreement = SHA256.hash(Array("signed agreement".utf8))

    @Test(arguments: Backend.allCases)
    func `a confirmation stays with an unchanged address and goes with a changed one`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let desk = gateway.addresses
            let saved = try await desk.save(
                id: nil, externalID: "E-1", name: "张三", language: "zh-CN",
                addresses: [(.email, "a@example.com"), (.sms, "+8613800000001")])
            try await desk.challenge(saved.id, channel: .email, issuer: TestGateway.issuer)
            let code = try #require(gateway.mail.parcels.last).code
            try await desk.confirm(
                saved.id, channel: .email, code: code, agreementHash: Self.agreement, agreedAt: gateway.clock.now)

            let again = try await desk.save(
                id: nil, externalID: "E-1", name: "张三丰", language: "zh-CN",
                addresses: [(.sms, "+8613800000002"), (.email, "a@example.com")])
            #expect(again.id == saved.id)
            #expect(again.name == "张三丰")
            #expect(again.addresses.map(\.value) == ["+8613800000002", "a@example.com"])
            #expect(again.address(for: .email)?.confirmation?.agreementHash == Self.agreement)
            #expect(again.address(for: .email)?.confirmation?.provedBy == "mail-code")
            #expect(again.address(for: .sms)?.confirmation == nil)

            let moved = try await desk.save(
                id: saved.id, externalID: "E-1", name: "张三", language: "zh-CN", addresses: [(.email, "b@example.com")])
            #expect(moved.addresses.map(\.confirmation) == [nil])
            #expect(try await gateway.eventsOfTheHouse().contains("AddressConfirmed"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a code that was sent to an address that is gone confirms nothing`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let desk = gateway.addresses
            let saved = try await desk.save(
                id: nil, externalID: nil, name: "张三", language: "en", addresses: [(.email, "a@example.com")])
            try await desk.challenge(saved.id, channel: .email, issuer: TestGateway.issuer)
            _ = try await desk.save(
                id: saved.id, externalID: nil, name: "张三", language: "en", addresses: [(.email, "b@example.com")])
            let code = try #require(gateway.mail.parcels.last).code
            await expectRefusal(.conflict) {
                try await desk.confirm(
                    saved.id, channel: .email, code: code, agreementHash: Self.agreement, agreedAt: gateway.clock.now)
            }
            #expect(try await gateway.eventsOfTheHouse().contains("AddressConfirmed") == false)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an external id that somebody else has is refused`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            await expectRefusal(.conflict, "ext-p-zhangsan") {
                _ = try await gateway.addresses.save(
                    id: PersonID("p-other"), externalID: "ext-p-zhangsan", name: "李四", language: "zh-CN", addresses: [])
            }
            #expect(try await gateway.store.person(externalID: "ext-p-zhangsan")?.name == "张三")
        }
    }

    @Test(arguments: Backend.allCases)
    func `people come in pages, unknown ones are absent`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            for number in 1...5 { try await gateway.person("人\(number)", id: "p-\(number)") }
            let first = try await gateway.store.people(after: nil, limit: 2)
            #expect(first.map(\.id.rawValue) == ["p-1", "p-2"])
            let rest = try await gateway.store.people(after: first.last?.id, limit: 10)
            #expect(rest.map(\.name) == ["人3", "人4", "人5"])
            let some = try await gateway.store.recipients([PersonID("p-2"), PersonID("nobody")])
            #expect(some.keys.map(\.rawValue) == ["p-2"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `names, addresses, contents and answers of servers lie in no file in clear (I7)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.answer(.refused(reason: "550 5.1.1 <canary@example.com> user unknown"))
            gateway.sms.alwaysAccepts()
            try await gateway.person("卡纳里", email: "canary@example.com", phone: "+8613912345678", postal: "金丝雀路9号")
            let id = try await gateway.issue(gateway.clientContactChange(newContact: "李金丝"))
            try await gateway.settle()
            let sms = try #require(try await gateway.deliveries(of: id, .sms).first)
            _ = try await gateway.store.record(
                Receipt(
                    source: .reply, delivery: sms.id, dedupeKey: "k", state: nil, reason: "回复：卡纳里收到",
                    happenedAt: .ours(gateway.clock.now), raw: Array("卡纳里".utf8)), evidence: [])
            let stored = try await gateway.everyStoredValue()
            for canary in ["卡纳里", "canary@example", "13912345678", "金丝雀", "李金丝"] {
                #expect(!stored.contains { $0.contains(canary) }, "\(canary) lies in clear")
            }
            #expect(
                try await gateway.deliveries(of: id, .email).first?.stateReason?.contains("canary@example.com") == true)
        }
    }
}

extension Parcel {
    /// The six digits in a parcel that carries a code.
    var code: String { String(content.smsText.filter(\.isNumber).prefix(6)) }
}

extension TestGateway {
    /// Every value of every table, bytes read as text.
    func everyStoredValue() async throws -> [String] {
        let tables = try await SchemaDescription(of: database).tables
        return try await database.read { tx in
            var values: [String] = []
            for (name, table) in tables {
                let columns = table.columns.keys.joined(separator: ", ")
                for row in try tx.query(Query(stringLiteral: "SELECT \(columns) FROM \(name)")) {
                    for column in table.columns.keys {
                        switch row[column] {
                        case .text(let text): values.append(text)
                        case .blob(let bytes): values.append(String(decoding: bytes, as: UTF8.self))
                        default: continue
                        }
                    }
                }
            }
            return values
        }
    }
}
