import Evidence
import Notices
import TestSupport
import Testing

@Suite struct ClientNoticeTests {
    @Test(arguments: Backend.allCases)
    func `each client gets one notice on both channels that names the new contact (S-46)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.acceptsAll()
            var notices: [NoticeID] = []
            for number in 1...3 {
                let client = try await gateway.person(
                    "客户\(number)", id: "c-\(number)", email: "c\(number)@client.example",
                    phone: "+861390000000\(number)")
                notices.append(try await gateway.issue(gateway.clientContactChange(to: [client], batch: "handover-7")))
            }
            try await gateway.settle()
            #expect(Set(notices).count == 3)
            #expect(
                Set(gateway.mail.parcels.map(\.address)) == [
                    "c1@client.example", "c2@client.example", "c3@client.example",
                ])
            #expect(Set(gateway.sms.parcels.map(\.address)).count == 3)
            for parcel in gateway.mail.parcels {
                #expect(parcel.content.emailMarkdown.contains("李经理"))
                #expect(parcel.content.attachments.isEmpty)
            }
            for parcel in gateway.sms.parcels { #expect(parcel.content.smsText.contains("李经理")) }
            let batch = try await gateway.store.notices(NoticeFilter(batch: "handover-7"), before: nil, limit: 10)
            #expect(Set(batch.map(\.id)) == Set(notices))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a client opens the notice and the acknowledgement is on record (S-47)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let inbox = try await gateway.only(.inbox, of: id)
            let person = PersonID("p-zhangsan")
            let desk = gateway.pipeline.read
            // Whoever knows the hash has not been shown the words.
            let known = try #require(try await gateway.store.notice(id)?.documentHash)
            await expectRefusal(.conflict) {
                _ = try await desk.answer(
                    .acknowledge(known), to: inbox.id, person: person, by: .account, source: .inbox)
            }
            #expect(try await gateway.facts(.acknowledged, of: id).isEmpty)
            let shown = try await desk.open(inbox.id, person: person, by: .account, source: .inbox)
            #expect(shown.content.markdown.contains("李经理"))
            // What is confirmed is bound to the bytes that were shown.
            await expectRefusal(.conflict) {
                _ = try await desk.answer(
                    .acknowledge(SHA256.hash([1])), to: inbox.id, person: person, by: .account, source: .inbox)
            }
            let state = try await desk.answer(
                .acknowledge(shown.document.hash), to: inbox.id, person: person, by: .account, source: .inbox)
            #expect(state == .acknowledged)
            // Pressed again, it is the same acknowledgement.
            let again = try await gateway.pipeline.read.answer(
                .acknowledge(shown.document.hash), to: inbox.id, person: person, by: .account, source: .inbox)
            #expect(again == .acknowledged)
            #expect(try await gateway.facts(.acknowledged, of: id).count == 1)
            let opening = try #require(try await gateway.facts(.contentOpened, of: id).first)
            #expect(opening.facts["contentHash"]?.string == shown.notice.contentHash.hex)
            let entry = try #require(try await gateway.facts(.acknowledged, of: id).first)
            #expect(entry.facts["documentHash"]?.string == shown.document.hash.hex)
            let items = try await gateway.store.items(of: person, after: nil, limit: 10).items
            #expect(items.map(\.state) == [.acknowledged])
        }
    }

    @Test(arguments: Backend.allCases)
    func `an alert reaches HR on three channels with its receipts (S-57)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            #expect(gateway.sms.parcels.count == 1 && gateway.mail.parcels.count == 1)
            // The alert itself stays out of the text message.
            #expect(gateway.sms.parcels.allSatisfy { !$0.content.smsText.contains("王五") })
            let mail = try await gateway.only(.email, of: id)
            let parser = ScriptedParser(
                feed: "mail:bounces",
                [
                    "dsn": .delivered(
                        .messageKey(mail.messageKey), at: gateway.clock.now, clock: "smtp:mx.example.com", source: .dsn)
                ])
            #expect(try await gateway.pipeline.receive.take(Array("dsn".utf8), by: parser).recorded == 1)
            #expect(try await gateway.only(.email, of: id).state == .delivered)
        }
    }

    @Test(arguments: Backend.allCases)
    func `nobody reads or answers what was given to somebody else`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let other = try await gateway.person("李四", id: "p-lisi")
            let id = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let inbox = try await gateway.only(.inbox, of: id)
            await expectRefusal(.notFound) {
                _ = try await gateway.pipeline.read.open(inbox.id, person: other, by: .account, source: .inbox)
            }
            await expectRefusal(.notFound) {
                _ = try await gateway.pipeline.read.answer(
                    .object("不是我"), to: inbox.id, person: other, by: .account, source: .inbox)
            }
            #expect(try await gateway.store.item(inbox.id, of: other) == nil)
            #expect(try await gateway.store.items(of: other, after: nil, limit: 10).items.isEmpty)
            #expect(try await gateway.events(of: id).contains(.contentOpened) == false)
        }
    }
}
