import Evidence
import Notices
import TestSupport
import Testing

/// A way that has failed need not be waited for.
@Suite struct EarlyRungTests {
    @Test(arguments: Backend.allCases)
    func `a refused mail brings the next step forward at once, says why, and only once`(_ backend: Backend) async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.sms.alwaysAccepts()
            gateway.mail.answer(.refused(reason: "550 5.1.1 user unknown"))
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            let sealedAt = gateway.clock.now
            #expect(gateway.sms.parcels.count == 1)
            #expect(try await gateway.pipeline.escalate.runOnce() == 1)
            #expect(try await gateway.pipeline.escalate.runOnce() == 0)
            try await gateway.settle()
            #expect(gateway.sms.parcels.count == 2)
            let escalated = try await gateway.facts(.escalated, of: id)
            #expect(escalated.count == 1)
            #expect(escalated.first?.facts["reason"]?.string == "email refused")
            let mail = try await gateway.only(.email, of: id)
            #expect(escalated.first?.facts["broughtForwardBy"]?.string == mail.id.rawValue)
            let plannedAt = escalated.first?.facts["plannedAt"]?.string ?? ""
            let planned = try #require(Timestamp(rfc3339: plannedAt))
            #expect(planned.since(sealedAt) > .seconds(86_000))
            // When the day is over the step is not started again, and the one after it keeps its own time.
            try await gateway.settle(after: .seconds(86_400))
            #expect(try await gateway.facts(.escalated, of: id).count == 1)
            #expect(gateway.sms.parcels.count == 2)
            try await gateway.settle(after: .seconds(86_400))
            #expect(try await gateway.facts(.escalated, of: id).map { $0.facts["rung"] } == [.integer(1), .integer(2)])
        }
    }

    @Test(arguments: Backend.allCases)
    func `two failures of one step bring one step forward, and a failure of that step the next`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.answer(.refused(reason: "550 no"))
            gateway.sms.always(.outcome(.refused(reason: "number unknown")))
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            #expect(try await gateway.pipeline.escalate.runOnce() == 1)
            #expect(try await gateway.pipeline.escalate.runOnce() == 0)
            try await gateway.settle()
            // The second text message failed too: the express letter need not wait two days.
            #expect(try await gateway.pipeline.escalate.runOnce() == 1)
            #expect(try await gateway.pipeline.escalate.runOnce() == 0)
            #expect(try await gateway.only(.ems, of: id).state == .queued)
            #expect(
                try await gateway.facts(.escalated, of: id).map { $0.facts["rung"] } == [.integer(1), .integer(2)])
            try await gateway.settle()
        }
    }

    @Test(arguments: Backend.allCases)
    func `a report of failure and an expiry count like a refusal, and what was read is not pursued`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let bounced = try await gateway.issue(gateway.riskAlert())
            let read = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            let inbox = try await gateway.only(.inbox, of: read)
            _ = try await gateway.pipeline.read.open(
                inbox.id, person: PersonID("p-zhangsan"), by: .account, source: .inbox)
            for id in [bounced, read] {
                let mail = try await gateway.only(.email, of: id)
                let entry = try gateway.recorder.entry(
                    .receiptFailed, delivery: mail, at: .ours(gateway.clock.now), ["claims": "failed"])
                let bounce = Receipt(
                    source: .dsn, delivery: mail.id, dedupeKey: "dsn", state: .failed, reason: "5.2.1",
                    happenedAt: .ours(gateway.clock.now), raw: [1])
                #expect(try await gateway.store.record(bounce, evidence: [entry]) == .recorded(.failed))
            }
            #expect(try await gateway.pipeline.escalate.runOnce() == 1)
            #expect(try await gateway.facts(.escalated, of: bounced).first?.facts["reason"]?.string == "email failed")
            #expect(try await gateway.facts(.escalated, of: read).first?.facts["started"] == .bool(false))
            try await gateway.settle()
            #expect(try await gateway.store.notice(bounced)?.state == .closed)
            #expect(try await gateway.store.notice(read)?.state == .closed)
        }
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.answer(.accepted(reference: "m-1"))
            gateway.sms.always(.outcome(.deferred(reason: "busy", after: .seconds(50_000))))
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            // The second text message begins after a day, and expires a day later at the latest.
            for _ in 0..<4 { try await gateway.settle(after: .seconds(43_200)) }
            let escalated = try await gateway.facts(.escalated, of: id)
            #expect(try await gateway.deliveries(of: id, .sms).last?.state == .expired)
            #expect(escalated.last?.facts["rung"] == .integer(2))
        }
    }

    @Test(arguments: Backend.allCases)
    func `the running pipeline goes on at once, it does not wait for its own clock`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.sms.alwaysAccepts()
            gateway.mail.answer(.refused(reason: "550 no"))
            let stop = StopSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gateway.pipeline.run(until: stop) }
                _ = try await gateway.issue(gateway.riskAlert())
                await gateway.sms.waitForParcels(2)
                stop.stop()
                try await group.waitForAll()
            }
        }
    }
}
