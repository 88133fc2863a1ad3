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
                addresses: [(.email, "a@example.com"), (.sms, "+8613800000001")], by: .author)
            try await desk.challenge(saved.id, channel: .email, issuer: TestGateway.issuer)
            let code = try #require(gateway.mail.parcels.last).code
            try await desk.confirm(
                saved.id, channel: .email, code: code, agreementHash: Self.agreement, agreedAt: gateway.clock.now,
                by: .author)

            let again = try await desk.save(
                id: saved.id, externalID: "E-1", name: "张三丰", language: "zh-CN",
                addresses: [(.sms, "+8613800000002"), (.email, "a@example.com")], by: .author)
            #expect(again.id == saved.id)
            #expect(again.name == "张三丰")
            #expect(again.addresses.map(\.value) == ["+8613800000002", "a@example.com"])
            #expect(again.address(for: .email)?.confirmation?.agreementHash == Self.agreement)
            #expect(again.address(for: .email)?.confirmation?.provedBy == "mail-code")
            #expect(again.address(for: .sms)?.confirmation == nil)

            let moved = try await desk.save(
                id: saved.id, externalID: "E-1", name: "张三", language: "zh-CN", addresses: [(.email, "b@example.com")],
                by: .author)
            #expect(moved.addresses.map(\.confirmation) == [nil])
            #expect(try await gateway.eventsOfTheHouse().contains("AddressConfirmed"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 addresses that several systems add at once are all kept, and no entry says otherwise`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.addresses
            let values = (1...6).map { "+861380000000\($0)" }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for value in values {
                    group.addTask {
                        _ = try await desk.add(
                            externalID: "E-1", name: "张三", language: "zh-CN", addresses: [(.sms, value)], by: .author)
                    }
                }
                try await group.waitForAll()
            }
            let person = try #require(try await gateway.store.person(externalID: "E-1"))
            #expect(Set(person.addresses.map(\.value)) == Set(values))
            try await gateway.sequence()
            #expect(try await gateway.eventsOfTheHouse().count { $0 == "AddressesSaved" } == values.count)
            await expectRefusal(.conflict, "language") {
                _ = try await desk.add(
                    externalID: "E-1", name: "张三", language: "en", addresses: [(.sms, values[0])], by: .author)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `adding somebody who is on record keeps every address, and another name is refused`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let desk = gateway.addresses
            let first = try await desk.add(
                externalID: "E-1", name: "张三", language: "zh-CN",
                addresses: [(.email, "a@example.com"), (.sms, "+8613800000001")], by: .author)
            #expect(first.isNew)
            try await desk.challenge(first.person.id, channel: .email, issuer: TestGateway.issuer)
            let code = try #require(gateway.mail.parcels.last).code
            try await desk.confirm(
                first.person.id, channel: .email, code: code, agreementHash: Self.agreement,
                agreedAt: gateway.clock.now, by: .author)
            // What an import sends again, or in part, takes nothing away.
            let again = try await desk.add(
                externalID: "E-1", name: "张三", language: "zh-CN", addresses: [(.sms, "+8613800000002")], by: .author)
            #expect(!again.isNew && again.person.id == first.person.id)
            #expect(
                again.person.addresses.map(\.value) == ["a@example.com", "+8613800000001", "+8613800000002"])
            #expect(again.person.address(for: .sms)?.value == "+8613800000002")
            #expect(again.person.address(for: .email)?.confirmation != nil)
            let before = try await gateway.eventsOfTheHouse().count
            _ = try await desk.add(externalID: "E-1", name: "张三", language: "zh-CN", addresses: [], by: .author)
            #expect(try await gateway.eventsOfTheHouse().count == before, "nothing changed, and nothing is recorded")

            await expectRefusal(.conflict, "is on record otherwise") {
                _ = try await desk.add(
                    externalID: "E-1", name: "测试", language: "zh-CN", addresses: [(.email, "x@example.com")],
                    by: .author)
            }
            #expect(try await gateway.store.person(externalID: "E-1")?.name == "张三")
        }
    }

    @Test func `a name that reads differently from what is signed is refused with its character`() async throws {
        try await TestGateway.with(.sqlite) { gateway in
            for bad in ["\u{202E}", "\u{2066}", "\u{200B}", "\u{85}", "\n"] {
                do {
                    _ = try await gateway.addresses.add(
                        externalID: nil, name: "李\(bad)雷", language: "zh-CN", addresses: [], by: .author)
                    Issue.record("U+\(bad.unicodeScalars.map(\.value)) was taken")
                } catch let error as NoticeError {
                    #expect(error.code == .invalid && error.faults.map(\.field) == ["name"])
                    #expect(error.reason.contains("one thing needs correction"), "\(error.reason)")
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a code that was sent to an address that is gone confirms nothing`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let desk = gateway.addresses
            let saved = try await desk.save(
                id: nil, externalID: nil, name: "张三", language: "en", addresses: [(.email, "a@example.com")],
                by: .author)
            try await desk.challenge(saved.id, channel: .email, issuer: TestGateway.issuer)
            _ = try await desk.save(
                id: saved.id, externalID: nil, name: "张三", language: "en", addresses: [(.email, "b@example.com")],
                by: .author)
            let code = try #require(gateway.mail.parcels.last).code
            await expectRefusal(.conflict) {
                try await desk.confirm(
                    saved.id, channel: .email, code: code, agreementHash: Self.agreement, agreedAt: gateway.clock.now,
                    by: .author)
            }
            #expect(try await gateway.eventsOfTheHouse().contains("AddressConfirmed") == false)
        }
    }

    @Test(arguments: Backend.allCases)
    func `who changed which address is on record, and so is the end of a confirmation`(_ backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.sms.alwaysAccepts()
            let desk = gateway.addresses
            let saved = try await desk.save(
                id: nil, externalID: "E-1", name: "张三", language: "zh-CN",
                addresses: [(.email, "a@example.com"), (.sms, "+8613800005678")], by: .author)
            try await desk.challenge(saved.id, channel: .sms, issuer: TestGateway.issuer)
            try await desk.confirm(
                saved.id, channel: .sms, code: try #require(gateway.sms.parcels.last).code,
                agreementHash: Self.agreement, agreedAt: gateway.clock.now, by: .author)
            // The same once more changes nothing and says nothing.
            for addresses in [
                [(ChannelKind.email, "a@example.com"), (.sms, "+8613800005678")],
                [(.email, "b@example.com"), (.sms, "+8613800009999")],
            ] {
                _ = try await desk.save(
                    id: saved.id, externalID: "E-1", name: "张三", language: "zh-CN", addresses: addresses,
                    by: .approverA)
            }
            try await gateway.sequence()
            let rows = try await gateway.database.read { tx in
                try tx.query(
                    "SELECT id, event FROM evidence_entries WHERE recipient = \(saved.id.rawValue) ORDER BY position")
            }
            let events = try rows.map { try $0.get("event", as: String.self) }
            #expect(events == ["AddressesSaved", "AddressConfirmed", "AddressesSaved", "AddressRevoked"])
            var bodies: [EntryBody] = []
            for row in rows {
                let entry = try #require(try await gateway.log.entry(id: try row.get("id")))
                guard case .clear(let bytes) = try await gateway.log.openBody(of: entry) else { continue }
                bodies.append(try EntryBody(parsing: bytes))
            }
            try #require(bodies.count == 4)
            #expect(
                bodies.map { $0.facts["by"]?["id"]?.string } == ["key-author", "key-author"]
                    + Array(repeating: Principal.approverA.id, count: 2))
            #expect(bodies[2].facts["removed"]?.array?.count == 2 && bodies[2].facts["added"]?.array?.count == 2)
            let phone = try await gateway.store.keyedHash(of: ServiceAddress(channel: .sms, value: "+8613800005678"))
            #expect(bodies[3].facts["addressHash"]?.string == phone)
            #expect(bodies[3].facts["agreementHash"]?.string == Self.agreement.hex)
            #expect(!"\(bodies[0].facts)\(bodies[2].facts)\(bodies[3].facts)".contains("13800005678"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `who changed an issuing entity is on record with what it was before`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let before = try #require(try await gateway.store.issuer(TestGateway.issuer))
            let after = Issuer(
                id: before.id, fullName: before.fullName, creditCode: before.creditCode, contact: before.contact,
                mailbox: "other@example.com", smsSignature: before.smsSignature,
                sealCertificatePEM: before.sealCertificatePEM)
            for _ in 0..<2 { try await gateway.addresses.save(after, by: .author) }
            #expect(try await gateway.eventsOfTheHouse().filter { $0 == "IssuerSaved" }.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an external id that somebody else has is refused`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            await expectRefusal(.conflict, "ext-p-zhangsan") {
                _ = try await gateway.addresses.save(
                    id: PersonID("p-other"), externalID: "ext-p-zhangsan", name: "李四", language: "zh-CN", addresses: [],
                    by: .author)
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
