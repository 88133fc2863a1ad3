import Evidence
import Notices
import TestSupport
import Testing

/// What happens when the other side says no, later, or nothing.
@Suite struct RetryTests {
    @Test(arguments: Backend.allCases)
    func `mail that is put off is tried by schedule and expires after five days with an entry (F24, F27)`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.always(.outcome(.deferred(reason: "451 4.7.1 greylisted", after: nil)))
            gateway.sms.alwaysAccepts()
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            var waits: [Duration] = []
            while let due = try await gateway.only(.email, of: id).dueAt {
                waits.append(due.since(gateway.clock.now))
                gateway.pass(due.since(gateway.clock.now))
                #expect(try await gateway.dispatcher(.email).runOnce() == 1)
            }
            let expected: [Int64] = [300, 1500, 3600, 7200, 10_800]
            for (wait, base) in zip(waits, expected) {
                #expect(
                    wait >= .seconds(base) && wait <= .seconds(base * 6 / 5), "\(wait) is not \(base) s and a fifth")
            }
            #expect(waits.dropFirst(5).allSatisfy { $0 >= .seconds(10_800) && $0 <= .seconds(12_960) })
            let mail = try await gateway.only(.email, of: id)
            #expect(mail.state == .expired)
            #expect(mail.stateReason?.contains("451 4.7.1 greylisted") == true)
            #expect(mail.attempts == gateway.mail.parcels.count)
            let span = gateway.clock.now.since(gateway.options.start)
            #expect(span > .seconds(4 * 86_400) && span <= .seconds(5 * 86_400))
            let events = try await gateway.events(of: id)
            #expect(events.filter { $0 == .attemptDeferred }.count == mail.attempts - 1)
            #expect(events.filter { $0 == .deliveryExpired }.count == 1)
            // One Message-ID and one content, however often.
            #expect(Set(gateway.mail.parcels.map(\.messageKey)).count == 1)
            #expect(Set(gateway.mail.parcels.map(\.content)).count == 1)
            try await gateway.pipeline.escalate.runOnce()
            gateway.sms.alwaysAccepts()
            try await gateway.settle()
            #expect(try await gateway.store.notice(id)?.state == .closed)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the wait a peer asks for is respected when it is longer than ours (F34)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.answer(.deferred(reason: "429", after: .seconds(900)), .accepted(reference: "m-1"))
            let id = try await gateway.sealedClientNotice()
            try await gateway.settle()
            let due = try #require(try await gateway.only(.sms, of: id).dueAt)
            #expect(due.since(gateway.clock.now) >= .seconds(900))
            gateway.pass(.seconds(1100))
            try await gateway.settle()
            #expect(try await gateway.only(.sms, of: id).state == .accepted)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a refusal ends one delivery with the peer's words and leaves the others alone (F28)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.answer(.refused(reason: "550 5.1.1 user unknown"))
            gateway.sms.alwaysAccepts()
            let second = try await gateway.person(
                "李四", id: "p-lisi", email: "lisi@example.com", phone: "+8613800009999")
            gateway.mail.answer(.accepted(reference: "250 ok"))
            let id = try await gateway.issue(gateway.clientContactChange(to: [PersonID("p-zhangsan"), second]))
            try await gateway.settle()
            let mails = try await gateway.deliveries(of: id, .email)
            #expect(Set(mails.map(\.state)) == [.refused, .accepted])
            #expect(mails.first { $0.state == .refused }?.stateReason == "550 5.1.1 user unknown")
            #expect(try await gateway.deliveries(of: id, .sms).map(\.state) == [.accepted, .accepted])
            for _ in 0..<3 { try await gateway.settle(after: .seconds(9999)) }
            #expect(gateway.mail.parcels.count == 2)
            #expect(try await gateway.store.notice(id)?.state == .closed)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a route that fails five times rests, costs nobody an attempt, and is probed by one (F24)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend, { $0.limits = .init(inFlight: 1, batch: 1) }) { gateway in
            gateway.sms.alwaysAccepts()
            for _ in 0..<5 {
                gateway.mail.next(.outcome(.deferred(reason: "connection refused", after: nil), blamesRoute: true))
            }
            var notices: [NoticeID] = []
            for _ in 0..<7 { notices.append(try await gateway.sealedClientNotice()) }
            for _ in 0..<5 { #expect(try await gateway.dispatcher(.email).runOnce() == 1) }
            guard case .open(let until) = try #require(gateway.routes[.email]).status[0].breaker else {
                Issue.record("the breaker is closed")
                return
            }
            #expect(try await gateway.eventsOfTheHouse().contains("BreakerOpened"))
            #expect(try await gateway.dispatcher(.email).runOnce() == 0)
            #expect(try await gateway.dispatcher(.email).runOnce() == 0)
            let resting = try await gateway.untouched(notices)
            #expect(resting.count == 2)
            let latest = until.adding(until.since(gateway.clock.now) * 0.2)
            #expect(
                resting.allSatisfy { delivery in
                    delivery.stateReason == "connection refused"
                        && delivery.dueAt.map { $0 >= until && $0 <= latest } ?? false
                })
            // After the wait a single parcel goes; while it is under way the others wait.
            gateway.pass(latest.since(gateway.clock.now))
            gateway.mail.alwaysAccepts()
            #expect(try await gateway.dispatcher(.email).runOnce() == 1)
            let breaker = try #require(gateway.routes[.email]).status[0].breaker
            #expect(breaker == .closed)
            #expect(try await gateway.eventsOfTheHouse().contains("BreakerClosed"))
            try await gateway.settle()
            try await gateway.settle(after: .seconds(400))
            for id in notices { #expect(try await gateway.only(.email, of: id).state == .accepted) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a probe that cannot go does not keep its route waiting for ever`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend, { $0.limits = .init(inFlight: 1, batch: 1) }, checks: false) { gateway in
            gateway.sms.alwaysAccepts()
            for _ in 0..<5 { gateway.mail.next(.outcome(.deferred(reason: "refused", after: nil), blamesRoute: true)) }
            for _ in 0..<5 { _ = try await gateway.sealedClientNotice() }
            for _ in 0..<5 { try await gateway.dispatcher(.email).runOnce() }
            gateway.pass(.seconds(60))
            // The next one is cancelled between claim and intent, or damaged: its parcel never goes.
            let damaged = try await gateway.sealedClientNotice()
            try await gateway.database.write { tx in
                try tx.execute(
                    "UPDATE deliveries SET priority = 0, due_at = 1 WHERE notice = \(damaged.rawValue) AND channel = 'email'"
                )
                try tx.execute("UPDATE notices SET content_hash = template_hash WHERE id = \(damaged.rawValue)")
            }
            gateway.mail.alwaysAccepts()
            try await gateway.dispatcher(.email).runOnce()
            #expect(try await gateway.events(of: damaged).contains(.quarantined))
            gateway.pass(.seconds(600))
            try await gateway.settle()
            #expect(gateway.mail.parcels.count == 10)
        }
    }

    @Test(arguments: Backend.allCases)
    func `routes are used by weight, and the other one takes over while one rests (F34)`(_ backend: Backend)
        async throws
    {
        let (a, b, reserve) = (
            ScriptedChannel(.email, route: "a"), ScriptedChannel(.email, route: "b"),
            ScriptedChannel(.email, route: "c")
        )
        try await TestGateway.staffed(
            backend, { $0.mail = [(a, 3), (b, 1), (reserve, 0)] }
        ) { gateway in
            gateway.sms.alwaysAccepts()
            for channel in [a, b, reserve] { channel.alwaysAccepts() }
            for _ in 0..<12 { _ = try await gateway.sealedClientNotice() }
            try await gateway.settle()
            #expect((a.parcels.count, b.parcels.count, reserve.parcels.count) == (9, 3, 0))
            try await gateway.pipeline.operate.setPaused(true, route: RouteID("a"), reason: "full", by: .author)
            for _ in 0..<4 { _ = try await gateway.sealedClientNotice() }
            try await gateway.settle()
            #expect((a.parcels.count, b.parcels.count, reserve.parcels.count) == (9, 7, 0))
            try await gateway.pipeline.operate.setPaused(true, route: RouteID("b"), reason: "full", by: .author)
            for _ in 0..<2 { _ = try await gateway.sealedClientNotice() }
            try await gateway.settle()
            #expect((a.parcels.count, b.parcels.count, reserve.parcels.count) == (9, 7, 2))
        }
    }

    @Test(arguments: Backend.allCases)
    func `what is not urgent waits for the morning, what is urgent does not`(_ backend: Backend) async throws {
        // 22:00 in China on 21 November.
        let night = try #require(Timestamp(rfc3339: "2026-11-21T14:00:00.000000Z"))
        let morning = try #require(Timestamp(rfc3339: "2026-11-22T00:00:00.000000Z"))
        try await TestGateway.staffed(backend, { $0.start = night }) { gateway in
            gateway.acceptsAll()
            let client = try await gateway.issue(gateway.clientContactChange())
            let dismissal = try await gateway.approvedDismissal()
            try await gateway.settle()
            #expect(gateway.mail.parcels.map(\.notice) == [dismissal])
            #expect(gateway.sms.parcels.map(\.notice) == [dismissal])
            #expect(try await gateway.only(.inbox, of: client).state == .available)
            #expect(try await gateway.only(.sms, of: client).dueAt == morning)
            gateway.pass(morning.since(gateway.clock.now) - .seconds(1))
            try await gateway.settle()
            #expect(gateway.sms.parcels.count == 1)
            try await gateway.settle(after: .seconds(2))
            #expect(gateway.sms.parcels.map(\.notice) == [dismissal, client])
            #expect(gateway.mail.parcels.count == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a retry that falls into the night waits for the morning, and costs no attempt`(_ backend: Backend)
        async throws
    {
        // 20:59 in China.
        let evening = try #require(Timestamp(rfc3339: "2026-11-21T12:59:00.000000Z"))
        let morning = try #require(Timestamp(rfc3339: "2026-11-22T00:00:00.000000Z"))
        try await TestGateway.staffed(backend, { $0.start = evening }) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.answer(.deferred(reason: "busy", after: .seconds(120)))
            let client = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            try await gateway.settle(after: .seconds(300))
            let waiting = try await gateway.only(.sms, of: client)
            #expect(gateway.sms.parcels.count == 1)
            #expect(waiting.dueAt == morning)
            #expect(waiting.attempts == 1)
            gateway.sms.alwaysAccepts()
            try await gateway.settle(after: morning.since(gateway.clock.now))
            #expect(gateway.sms.parcels.count == 2)
        }
    }
}

extension TestGateway {
    /// The mails of these notices that nobody has tried yet.
    func untouched(_ notices: [NoticeID]) async throws -> [Delivery] {
        var found: [Delivery] = []
        for id in notices { found += try await deliveries(of: id, .email).filter { $0.attempts == 0 } }
        return found
    }
}
