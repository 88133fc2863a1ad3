import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

@Suite struct DispatchStoreTests {
    @Test(arguments: Backend.allCases)
    func `one urgent delivery among a thousand in bulk is claimed first`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            for _ in 0..<50 { _ = try await gateway.issue(gateway.clientContactChange()) }
            while try await gateway.pipeline.seal.runOnce() > 0 {}
            // The other rows are copies: what is asked here is the order, not the content.
            try await gateway.database.write { tx in
                try tx.execute(
                    """
                    INSERT INTO deliveries (id, notice, person, channel, address, rung, priority, state, state_at,
                        state_clock, created_at, due_at)
                    SELECT d.id || '-' || e.rung || n.n, d.notice, d.person, 'email', d.address, d.rung, d.priority, d.state,
                        d.state_at, d.state_clock, d.created_at, d.due_at
                    FROM deliveries d JOIN deliveries e ON e.id = d.id CROSS JOIN
                        (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
                        UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9 UNION ALL SELECT 10
                        UNION ALL SELECT 11 UNION ALL SELECT 12 UNION ALL SELECT 13 UNION ALL SELECT 14 UNION ALL
                        SELECT 15 UNION ALL SELECT 16 UNION ALL SELECT 17 UNION ALL SELECT 18 UNION ALL SELECT 19) AS n
                    WHERE d.channel = 'email'
                    """)
            }
            #expect(try await gateway.count("deliveries", where: "channel = 'email' AND due_at IS NOT NULL") == 1000)
            gateway.pass(.seconds(60))
            let urgent = try await gateway.approvedDismissal()
            while try await gateway.pipeline.seal.runOnce() > 0 {}
            let first = try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1)
            #expect(first.map(\.notice.id) == [urgent])
            let next = try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 5)
            #expect(next.count == 5)
            #expect(next.allSatisfy { $0.notice.priority == .bulk && $0.fence == 1 && $0.claims == 1 })
            // An address is bound to its delivery, which the audit of what is stored would see in the copies.
            try await gateway.database.write { tx in
                try tx.execute("DELETE FROM deliveries WHERE id LIKE '%-%-%-%-%-%'")
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `claimers side by side never share a delivery`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            for _ in 0..<60 { _ = try await gateway.issue(gateway.clientContactChange()) }
            while try await gateway.pipeline.seal.runOnce() > 0 {}
            let other = backend == .postgres ? try await gateway.restarted { $0.owner = "two" } : gateway
            let claimed = try await withThrowingTaskGroup(of: [DeliveryID].self) { group in
                for round in 0..<12 {
                    group.addTask {
                        let one = round.isMultiple(of: 2) ? gateway : other
                        return try await one.store.claimDue(
                            one.lease(owner: "w\(round)"), channels: [.email], limit: 10
                        ).map(\.delivery.id)
                    }
                }
                return try await group.reduce(into: [DeliveryID]()) { $0 += $1 }
            }
            #expect(claimed.count == Set(claimed).count)
            #expect(claimed.count == 60)
            if backend == .postgres { await other.database.close() }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a lease that is over can be taken, and the old fence then counts for nothing`(_ backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            let old = try #require(
                try await gateway.store.claimDue(gateway.lease(owner: "a"), channels: [.email], limit: 10).first)
            #expect(try await gateway.store.claimDue(gateway.lease(owner: "b"), channels: [.email], limit: 10).isEmpty)
            gateway.pass(.seconds(1201))
            let new = try #require(
                try await gateway.store.claimDue(gateway.lease(owner: "b"), channels: [.email], limit: 10).first)
            #expect(new.delivery.id == mail.id)
            #expect(new.fence == old.fence + 1)
            #expect(new.claims == 2)
            // The stale worker may neither begin nor give back.
            #expect(try await gateway.store.recordIntents([gateway.intent(old)]).isEmpty)
            try await gateway.store.postpone([old], until: gateway.clock.now, reason: "late")
            #expect(try await gateway.store.claimDue(gateway.lease(owner: "c"), channels: [.email], limit: 10).isEmpty)
            #expect(try await gateway.store.recordIntents([gateway.intent(new)]) == [mail.id])
            _ = try await gateway.store.recordOutcomes([gateway.outcome(new)])
            #expect(try await gateway.count("evidence_entries", where: "event = 'AttemptStarted'") == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an intent raises the count, an outcome ends the lease, and both are on record`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            let claim = try #require(
                try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).first)
            _ = try await gateway.store.recordIntents([gateway.intent(claim)])
            let attempting = try #require(try await gateway.store.delivery(mail.id))
            #expect(attempting.state == .attempting)
            #expect(attempting.attempts == 1)
            gateway.pass(.seconds(2))
            let stale = try await gateway.store.recordOutcomes([gateway.outcome(claim)])
            #expect(stale.isEmpty)
            let accepted = try #require(try await gateway.store.delivery(mail.id))
            #expect(accepted.state == .accepted)
            #expect(accepted.stateReason == "250 ok")
            #expect(accepted.stateAt == .ours(gateway.clock.now))
            #expect(accepted.dueAt == nil)
            #expect(
                try await gateway.store.delivery(matching: .reference(route: RouteID("relay-a"), "ref-1"))?.id
                    == mail.id)
            #expect(
                try await gateway.store.delivery(matching: .reference(route: RouteID("relay-b"), "ref-1")) == nil)
            #expect(try await gateway.store.delivery(matching: .messageKey(mail.messageKey))?.id == mail.id)
            #expect(try await gateway.store.delivery(matching: .messageKey("no key")) == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a real answer that comes after recovery called it unknown is still taken`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            let claim = try #require(
                try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).first)
            _ = try await gateway.store.recordIntents([gateway.intent(claim)])
            gateway.pass(.seconds(1201))
            #expect(try await gateway.dispatcher(.email).recover(isStart: false) == 1)
            #expect(try await gateway.store.delivery(mail.id)?.state == .unknown)
            #expect(try await gateway.dispatcher(.email).recover(isStart: false) == 0)

            let stale = try await gateway.store.recordOutcomes([gateway.outcome(claim)])
            #expect(stale.isEmpty)
            let settled = try #require(try await gateway.store.delivery(mail.id))
            #expect(settled.state == .accepted)
            #expect(settled.dueAt == nil, "it would be sent again although the peer has it")
            #expect(
                try await gateway.store.delivery(matching: .reference(route: RouteID("relay-a"), "ref-1"))?.id
                    == mail.id)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an outcome after the fence has moved is evidence only, and is marked (F4)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            let old = try #require(
                try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).first)
            _ = try await gateway.store.recordIntents([gateway.intent(old)])
            gateway.pass(.seconds(1201))
            try await gateway.dispatcher(.email).recover(isStart: false)
            gateway.pass(.seconds(400))
            // The retry is under way under a new fence when the old worker wakes up.
            let new = try #require(
                try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).first)
            #expect(new.unknownsBefore == 1)
            _ = try await gateway.store.recordIntents([gateway.intent(new, number: 2)])
            #expect(try await gateway.store.recordOutcomes([gateway.outcome(old)]) == [mail.id])
            #expect(try await gateway.store.delivery(mail.id)?.state == .attempting)
            #expect(try await gateway.events(of: mail.notice).contains(.attemptAccepted))
            _ = try await gateway.store.recordOutcomes([gateway.outcome(new, number: 2, reference: "ref-2")])
            #expect(try await gateway.store.delivery(mail.id)?.attempts == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `giving a claim back counts no attempt and no crash`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            for _ in 0..<5 {
                let claim = try #require(
                    try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).first)
                #expect(claim.claims == 1)
                try await gateway.store.postpone(
                    [claim], until: gateway.clock.now.adding(.seconds(60)), reason: "resting")
                #expect(try await gateway.store.nextDue(channels: [.email]) == gateway.clock.now.adding(.seconds(60)))
                #expect(try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).isEmpty)
                gateway.pass(.seconds(60))
            }
            let waiting = try #require(try await gateway.store.delivery(mail.id))
            #expect(waiting.attempts == 0)
            #expect(waiting.state == .queued)
            #expect(waiting.stateReason == "resting")
        }
    }

    @Test(arguments: Backend.allCases)
    func `a delivery that was claimed without an outcome is claimed alone the next time (F8)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            for _ in 0..<3 { _ = try await gateway.queuedMail() }
            #expect(try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 10).count == 3)
            // The process dies here, and its successor begins.
            try await gateway.store.releaseDispatchClaims(of: "one", channels: [.email], now: gateway.clock.now)
            var seen: Set<DeliveryID> = []
            for _ in 0..<3 {
                let suspects = try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 10)
                #expect(suspects.count == 1)
                #expect(suspects.first?.claims == 2)
                seen.formUnion(suspects.map(\.delivery.id))
            }
            #expect(seen.count == 3)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a notice that was claimed for sealing without a result is claimed alone the next time (F8)`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            for _ in 0..<3 { _ = try await gateway.issue(gateway.clientContactChange()) }
            #expect(try await gateway.store.claimForSealing(gateway.lease(), limit: 10).count == 3)
            try await gateway.store.releaseSealClaims(of: "one", now: gateway.clock.now)
            for _ in 0..<3 {
                #expect(try await gateway.store.claimForSealing(gateway.lease(), limit: 10).map(\.claims) == [2])
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a damaged row is set aside and the sound ones beside it go out`(_ backend: Backend) async throws {
        for (table, column, key) in [
            ("deliveries", "address", "id"), ("notices", "content", "notice"),
            ("notice_recipients", "snapshot", "notice"),
            ("documents", "signature", "notice"),
        ] {
            try await TestGateway.with(backend, checks: false) { gateway in
                gateway.mail.alwaysAccepts()
                try await gateway.person()
                let bad = try await gateway.queuedMail()
                let good = try await gateway.queuedMail()
                try await gateway.database.write { tx in
                    let id = key == "id" ? bad.id.rawValue : bad.notice.rawValue
                    let name = table == "notices" ? "id" : key
                    let condition = Query(stringLiteral: "\(name) = ") + "\(id)"
                    let row = try #require(
                        try tx.first(Query(stringLiteral: "SELECT \(column) AS v FROM \(table) WHERE ") + condition))
                    try tx.set(column, to: try row.get("v", as: SQLValue.self).altered, in: table, where: condition)
                }
                try await gateway.dispatcher(.email).runOnce()
                try await gateway.dispatcher(.email).runOnce()
                #expect(gateway.mail.parcels.map(\.delivery) == [good.id], "\(table).\(column)")
                #expect(try await gateway.events(of: bad.notice).contains(.quarantined), "\(table).\(column)")
                #expect(try await gateway.count("deliveries", where: "stopped_reason IS NOT NULL") == 1)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `quarantine under an old fence changes and records nothing`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            let old = try #require(
                try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).first)
            gateway.pass(.seconds(1201))
            let new = try #require(
                try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).first)
            let entry = try gateway.recorder.entry(.quarantined, delivery: mail, at: .ours(gateway.clock.now))
            try await gateway.store.quarantine(old.delivery.id, fence: old.fence, reason: "x", evidence: [entry])
            #expect(try await gateway.events(of: mail.notice).contains(.quarantined) == false)
            try await gateway.store.quarantine(new.delivery.id, fence: new.fence, reason: "x", evidence: [entry])
            #expect(try await gateway.events(of: mail.notice).contains(.quarantined))
            gateway.pass(.seconds(9999))
            #expect(try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).isEmpty)
            #expect(try await gateway.store.notice(mail.notice)?.state == .dispatching)
        }
    }
}
