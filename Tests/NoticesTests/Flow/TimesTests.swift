import Evidence
import Notices
import TestSupport
import Testing

/// Each channel has its own state and its own times, ours and the other side's.
@Suite struct TimesTests {
    @Test(arguments: Backend.allCases)
    func `one notice starts inbox, mail and text message, each with its own state and times (S-48)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.answer(.deferred(reason: "451 try later", after: nil))
            gateway.sms.answer(.refused(reason: "wrong number"))
            let issued = gateway.clock.now
            let id = try await gateway.issue(gateway.riskAlert())
            gateway.pass(.seconds(2))
            while try await gateway.pipeline.seal.runOnce() > 0 {}
            let placed = gateway.clock.now
            gateway.pass(.seconds(3))
            try await gateway.dispatcher(.email).runOnce()
            let deferred = gateway.clock.now
            gateway.pass(.seconds(4))
            try await gateway.dispatcher(.sms).runOnce()
            let refused = gateway.clock.now

            let (inbox, mail, sms) = (
                try await gateway.only(.inbox, of: id), try await gateway.only(.email, of: id),
                try await gateway.only(.sms, of: id)
            )
            #expect((inbox.state, mail.state, sms.state) == (.available, .deferred, .refused))
            #expect([inbox.stateAt.at, mail.stateAt.at, sms.stateAt.at] == [placed, deferred, refused])
            #expect((mail.stateReason, sms.stateReason) == ("451 try later", "wrong number"))
            let standing = try await gateway.pipeline.prove.standing(of: id)
            #expect(standing.notice.createdAt == issued && standing.notice.sealedAt == placed)
            #expect(standing.notice.state == .dispatching)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a report whose clock tells whole seconds does not stand before what led to it`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            gateway.pass(.milliseconds(400))
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            let mail = try await gateway.only(.email, of: id)
            gateway.pass(.milliseconds(100))
            let told = Timestamp(microseconds: gateway.clock.now.microseconds / 1_000_000 * 1_000_000)
            let entry = try gateway.recorder.sign(
                EvidenceDraft(
                    event: .receiptDelivered,
                    subject: EvidenceSubject(notice: id.rawValue, recipient: "p-zhangsan", delivery: mail.id.rawValue),
                    happenedAt: ObservedTime(at: told, clock: "smtp:far"), facts: [:]))
            try await gateway.log.stage([entry])
            let items = try await gateway.pipeline.prove.standing(of: id).timeline.items
            let report = try #require(items.firstIndex { $0.event == .receiptDelivered })
            let seal = try #require(items.firstIndex { $0.event == .documentSealed })
            #expect(items[report].happenedAt.at == told && told < items[seal].happenedAt.at)
            #expect(seal < report)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the moment at which a notice lay in the inbox is stored and shown (S-49)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.clientContactChange())
            gateway.pass(.seconds(7))
            try await gateway.settle()
            let placed = gateway.options.start.adding(.seconds(7))
            let item = try #require(
                try await gateway.store.items(of: PersonID("p-zhangsan"), after: nil, limit: 5).items.first)
            #expect(item.placedAt == placed)
            #expect(item.issuerName == TestGateway.issuerName)
            let standing = try await gateway.pipeline.prove.standing(of: id)
            let entry = try #require(standing.timeline.items.first { $0.event == .placedInInbox })
            #expect(entry.happenedAt == .ours(placed))
            // The inbox is a designated system here, so the rules conclude from it.
            #expect(standing.deemed.contains { $0.ruleID == "entered-designated-inbox" })
        }
    }

    @Test(arguments: Backend.allCases)
    func `the gateway's time of a text message stands beside ours (S-50)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            #expect(gateway.sms.parcels[0].content.smsText.isEmpty == false)
            let sms = try await gateway.only(.sms, of: id)
            let theirs = gateway.clock.now.adding(.seconds(300))
            gateway.pass(.seconds(480))
            let parser = ScriptedParser(["r": .delivered(.messageKey(sms.messageKey), at: theirs)])
            _ = try await gateway.pipeline.receive.take(Array("r".utf8), by: parser)
            let delivered = try await gateway.only(.sms, of: id)
            #expect(delivered.stateAt == ObservedTime(at: theirs, clock: "provider:aliyun"))
            let standing = try await gateway.pipeline.prove.standing(of: id)
            let item = try #require(standing.timeline.items.first { $0.event == .receiptDelivered })
            #expect(item.happenedAt.at == theirs)
            #expect(item.learntAt == gateway.clock.now)
        }
    }

    @Test(arguments: Backend.allCases)
    func `acceptance by a server and the report of arrival are two facts with two times (S-51)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            let mail = try await gateway.only(.email, of: id)
            let accepted = mail.stateAt
            #expect(mail.state == .accepted)
            #expect(mail.stateReason?.hasPrefix("250") == true)
            let arrived = gateway.clock.now.adding(.seconds(60))
            gateway.pass(.seconds(90))
            let dsn = ParsedReceipt.delivered(
                .messageKey(mail.messageKey), at: arrived, clock: "smtp:mx.example.com", source: .dsn)
            _ = try await gateway.pipeline.receive.take(
                Array("dsn".utf8), by: ScriptedParser(feed: "mail:bounces", ["dsn": dsn]))
            let items = try await gateway.pipeline.prove.standing(of: id).timeline.items
                .filter { $0.delivery == mail.id.rawValue }
            #expect(items.map(\.event) == [.attemptStarted, .attemptAccepted, .receiptDelivered])
            #expect(items.map(\.happenedAt.clock) == ["songda", "songda", "smtp:mx.example.com"])
            #expect(items[1].happenedAt == accepted)
            #expect(items[2].happenedAt.at == arrived)
        }
    }

    @Test(arguments: Backend.allCases)
    func `from issue to inbox, text message and mail it takes seconds, and the time line shows it (S-52)`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let stop = StopSignal()
            var notices: [NoticeID] = []
            let began = ContinuousClock.now
            // The rooms wake each other: nobody waits for a poll.
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gateway.pipeline.run(until: stop) }
                for _ in 0..<20 { notices.append(try await gateway.issue(gateway.riskAlert())) }
                await gateway.mail.waitForParcels(20)
                await gateway.sms.waitForParcels(20)
                stop.stop()
                try await group.waitForAll()
            }
            #expect(ContinuousClock.now - began < .seconds(60))
            for id in notices {
                let standing = try await gateway.pipeline.prove.standing(of: id)
                #expect(
                    standing.deliveries.map(\.state).sorted { $0.rawValue < $1.rawValue } == [
                        .accepted, .accepted, .available,
                    ])
                let issued = try #require(standing.timeline.items.first { $0.event == .noticeIssued }).happenedAt.at
                for item in standing.timeline.items where item.event == .attemptAccepted {
                    #expect(item.happenedAt.at.since(issued) <= .seconds(60))
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `reading by the identified addressee writes a signed receipt (S-53)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let inbox = try await gateway.only(.inbox, of: id)
            gateway.pass(.seconds(600))
            for _ in 0..<2 {
                _ = try await gateway.pipeline.read.open(
                    inbox.id, person: PersonID("p-zhangsan"), by: .account, source: .inbox,
                    circumstances: ["session": "s-1"])
            }
            let opened = try await gateway.store.entries(of: id).filter { $0.event == .contentOpened }
            #expect(opened.count == 2, "every opening is an entry of its own")
            let first = try #require(opened.first)
            let body = try #require(first.body)
            #expect(gateway.keys.entries.publicKey.isValid(first.signature, for: body))
            #expect(SHA256.hash(body) == first.commitment)
            let read = try EntryBody(parsing: body)
            #expect(read.happenedAt == .ours(gateway.clock.now))
            #expect(read.facts["identification"]?.string == "account")
            #expect(read.facts["session"]?.string == "s-1")
            #expect(try await gateway.only(.inbox, of: id).state == .opened)
        }
    }
}
