import Evidence
import Notices
import TestSupport
import Testing

@Suite struct RoutePauseTests {
    static let route = RouteID("relay-a")

    private func status(_ gateway: TestGateway) throws -> RouteTable.Status {
        let table = try #require(gateway.routes[.email])
        return try #require(table.status.first)
    }

    @Test(arguments: Backend.allCases)
    func `a pause outlives a restart, with who, why and when, and so does its end`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend, checks: false) { first in
            first.acceptsAll()
            try await first.pipeline.operate.setPaused(true, route: Self.route, reason: "换证书", by: .author)
            let since = first.clock.now
            let id = try await first.sealedClientNotice()
            try await first.settle()
            #expect(first.mail.parcels.isEmpty)
            let second = try await first.restarted()
            #expect(try status(second).isPaused == false, "nothing is known before the store is read")
            try await second.pipeline.operate.refreshRoutes()
            let pause = try #require(try status(second).pause)
            #expect((pause.isPaused, pause.reason, pause.by, pause.at) == (true, "换证书", .author, since))
            try await second.settle(after: .seconds(80))
            #expect(second.mail.parcels.isEmpty)
            #expect(try await second.only(.email, of: id).stateReason == "paused by an operator")
            #expect(try await second.only(.email, of: id).attempts == 0)
            try await second.pipeline.operate.setPaused(false, route: Self.route, reason: "已更换", by: .author)
            try await second.settle(after: .seconds(80))
            #expect(second.mail.parcels.count == 1)
            #expect(
                try await second.eventsOfTheHouse().filter { $0.hasPrefix("Route") } == ["RoutePaused", "RouteResumed"])
            let third = try await second.restarted()
            try await third.pipeline.operate.refreshRoutes()
            #expect(try status(third).isPaused == false)
            try await third.check()
            await third.close()
        }
    }

    @Test func `both processes on one database see a pause within seconds, and an old reading changes nothing`()
        async throws
    {
        try await TestGateway.staffed(.postgres) { one in
            one.acceptsAll()
            let two = try await one.restarted { $0.owner = "two" }
            let stop = StopSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await two.pipeline.run(until: stop) }
                try await one.pipeline.operate.setPaused(true, route: Self.route, reason: "full", by: .author)
                let deadline = ContinuousClock.now + .seconds(30)
                while try !status(two).isPaused, ContinuousClock.now < deadline { await Poke().wait(.milliseconds(50)) }
                #expect(try status(two).isPaused)
                stop.stop()
                try await group.waitForAll()
            }
            let old = try await one.store.routePauses()
            try await two.pipeline.operate.setPaused(false, route: Self.route, reason: "empty", by: .author)
            let table = try #require(two.routes[.email])
            for pause in old { #expect(table.apply(pause) == false) }
            #expect(try status(two).isPaused == false)
            await two.close()
        }
    }

    @Test func `a route nobody has is refused, and so is a decision without a reason`() async throws {
        try await TestGateway.with(.sqlite) { gateway in
            let desk = gateway.pipeline.operate
            await expectRefusal(.notFound, "nowhere") {
                try await desk.setPaused(true, route: RouteID("nowhere"), reason: "x", by: .author)
            }
            await expectRefusal(.invalid, "reason") {
                try await desk.setPaused(true, route: Self.route, reason: "", by: .author)
            }
            let (pauses, events) = try await (gateway.store.routePauses(), gateway.eventsOfTheHouse())
            #expect(pauses.isEmpty)
            #expect(events.isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `F31 a route that comes back gets a few at first and more with each answer`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            for _ in 0..<40 { _ = try await gateway.sealedClientNotice() }
            try await gateway.pipeline.operate.setPaused(true, route: Self.route, reason: "full", by: .author)
            try await gateway.dispatcher(.email).runOnce()
            try await gateway.pipeline.operate.setPaused(false, route: Self.route, reason: "empty", by: .author)
            gateway.pass(.seconds(80))
            var rounds: [Int] = []
            while gateway.mail.parcels.count < 40, rounds.count < 20 {
                rounds.append(try await gateway.dispatcher(.email).runOnce())
            }
            #expect(Array(rounds.prefix(4)) == [2, 4, 8, 16])
            #expect(rounds.reduce(0, +) == 40)
            #expect(Set(gateway.mail.parcels.map(\.messageKey)).count == 40)
            try await gateway.settle()
        }
    }
}
