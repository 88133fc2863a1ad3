import Evidence
import Notices
import TestSupport
import Testing

@Suite struct EscalationTests {
    static let day = Duration.seconds(86_400)

    @Test(arguments: Backend.allCases)
    func `unread after a day another text message goes out, after two an EMS is to be sent`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            #expect(gateway.sms.parcels.count == 1)
            try await gateway.settle(after: Self.day - .seconds(1))
            #expect(gateway.sms.parcels.count == 1)
            try await gateway.settle(after: .seconds(1))
            #expect(gateway.sms.parcels.count == 2)
            // The second one is a delivery of its own, with a key of its own.
            #expect(Set(gateway.sms.parcels.map(\.messageKey)).count == 2)
            try await gateway.settle(after: Self.day)
            let ems = try await gateway.only(.ems, of: id)
            #expect((ems.state, ems.rung, ems.attempts) == (.queued, 2, 0))
            #expect(try await gateway.store.notice(id)?.state == .dispatching)
            let escalated = try await gateway.facts(.escalated, of: id)
            #expect(escalated.map { $0.facts["started"] } == [.bool(true), .bool(true)])
            #expect(escalated.map { $0.facts["rung"] } == [.integer(1), .integer(2)])
            // On site on the tenth day, for nothing has arrived; the notice stays open until people have acted.
            try await gateway.settle(after: Self.day * 8)
            _ = try await gateway.only(.onSite, of: id)
            #expect(try await gateway.store.notice(id)?.state == .dispatching)
        }
    }

    @Test(arguments: Backend.allCases)
    func `read in time, the later steps are skipped, and that is on record too`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            let inbox = try await gateway.only(.inbox, of: id)
            _ = try await gateway.pipeline.read.open(
                inbox.id, person: PersonID("p-zhangsan"), by: .account, source: .inbox)
            try await gateway.settle(after: Self.day)
            #expect(gateway.sms.parcels.count == 1)
            let escalated = try await gateway.facts(.escalated, of: id)
            #expect(escalated.map { $0.facts["started"] } == [.bool(false)])
            #expect(escalated.first?.facts["condition"]?.string == "not_opened")
            #expect(try await gateway.store.notice(id)?.state == .closed)
            try await gateway.settle(after: Self.day)
            #expect(try await gateway.facts(.escalated, of: id).count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `what somebody opens and acknowledges with nothing but the link does not stop the steps`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            // A kind without sensitive fields: others ask for a code.
            let id = try await gateway.issue(
                IssueRequest(
                    issuer: TestGateway.issuer, kind: "handover-reminder", recipients: [PersonID("p-zhangsan")],
                    fields: ["items": ["客户资料清单（12家）"], "dueDate": "2026-12-18"]))
            try await gateway.settle()
            let token = try gateway.mail.parcels[0].linkToken
            let desk = gateway.pipeline.read
            let shown = try await desk.openLink(token, code: nil, circumstances: [:])
            let state = try await desk.answer(
                .acknowledge(shown.document.hash), ticket: shown.ticket, circumstances: [:])
            #expect(state == .accepted)
            await expectRefusal(.credential, "identified themselves") {
                _ = try await desk.answer(.refuse("不收"), ticket: shown.ticket, circumstances: [:])
            }
            #expect(try await gateway.only(.email, of: id).state == .accepted)
            let entry = try #require(try await gateway.facts(.linkAcknowledged, of: id).first)
            #expect(entry.facts["documentHash"]?.string == shown.document.hash.hex)
            #expect(try await gateway.facts(.acknowledged, of: id).isEmpty)
            let standing = try await gateway.pipeline.prove.standing(of: id)
            #expect(!standing.deemed.contains { $0.ruleID == "known-to-recipient" })
            try await gateway.settle(after: Self.day)
            #expect(gateway.sms.parcels.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the step of a dismissal stands before those of a batch, and a page of steps is one commit`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            for _ in 0..<120 { _ = try await gateway.issue(gateway.riskAlert()) }
            gateway.pass(.seconds(60))
            let urgent = try await gateway.approvedDismissal()
            while try await gateway.pipeline.seal.runOnce() > 0 {}
            // Handed over a little later, so that no report is missed yet when the steps are due.
            gateway.pass(.seconds(5))
            try await gateway.settle()
            gateway.pass(Self.day - .seconds(5))
            let page = try await gateway.store.dueRungs(now: gateway.clock.now, limit: 5)
            #expect(page.count == 5 && page.due.first?.notice.id == urgent)
            let before = gateway.database.statistics
            #expect(try await gateway.pipeline.escalate.runOnce() == 121)
            let after = gateway.database.statistics
            #expect(after.writes - before.writes == 1)
            #expect(after.reads - before.reads < 15, "not a question a step")
        }
    }

    @Test(arguments: Backend.allCases)
    func `more rungs than a page holds are all settled in one run`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            for _ in 0..<230 { _ = try await gateway.issue(gateway.riskAlert()) }
            try await gateway.settle()
            gateway.pass(Self.day)
            #expect(try await gateway.pipeline.escalate.runOnce() == 230)
            #expect(try await gateway.pipeline.escalate.runOnce() == 0)
            try await gateway.settle()
            #expect(gateway.sms.parcels.count == 460)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an expected report that does not come is an entry, once, and only where one was to come`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            // This relay offered no delivery reports, so none can be missed.
            gateway.mail.always(.outcome(.accepted(reference: "250 ok"), facts: ["dsnOffered": .bool(false)]))
            gateway.sms.alwaysAccepts()
            let id = try await gateway.sealedClientNotice()
            try await gateway.settle()
            for _ in 0..<3 { try await gateway.settle(after: Self.day + .seconds(1)) }
            let missing = try await gateway.facts(.expectedEventMissing, of: id)
            #expect(missing.map { $0.facts["channel"]?.string } == ["sms"])
            #expect(missing.first?.facts["expected"]?.string == "delivery report")
            #expect(try await gateway.only(.sms, of: id).state == .accepted)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a channel for which a person has no address is an entry, not a silence`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.acceptsAll()
            try await gateway.person(phone: nil)
            let id = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let missing = try await gateway.facts(.addressMissing, of: id)
            #expect(missing.map { $0.facts["channel"]?.string } == ["sms"])
            #expect(gateway.mail.parcels.count == 1)
        }
    }
}
