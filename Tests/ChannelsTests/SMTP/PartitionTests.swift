import Curl
import Evidence
import Notices
import Sandbox
import TestSupport
import Testing

@testable import Channels

/// The way to the relay is cut, and heals.
@Suite struct PartitionTests {
    @Test func `F31 a partition costs no mail and no doubt, and what waited returns in a trickle that grows`()
        async throws
    {
        let port = try LoopbackPort.free()
        let relay = MailRelay(
            name: "cut", host: "127.0.0.1", port: port, security: .clearText, ehloName: "songda.test",
            timeouts: MailTimeouts(connect: .seconds(5), greeting: .seconds(1), command: .seconds(5)))
        let pool = MailPool(relay: relay)
        var options = TestGateway.Options()
        options.relays = [
            RouteTable.Route(
                channel: MailChannel(route: RouteID("cut"), composer: try .example(), pool: pool), weight: 1)
        ]
        options.limits = .init(inFlight: 64, batch: 64)
        try await TestGateway.with(.sqlite, options) { gateway in
            gateway.sms.alwaysAccepts()
            try await gateway.person(email: "zhangsan@far.test")
            for _ in 0..<40 { _ = try await gateway.issue(gateway.riskAlert()) }
            while try await gateway.pipeline.seal.runOnce() > 0 {}
            let mail = gateway.dispatcher(.email)
            // Cut: every attempt is a delay with its reason, the breaker opens, the rest waits untried.
            while try await mail.runOnce() > 0 {}
            let table = try #require(gateway.routes[.email])
            guard case .open(let until) = try #require(table.status.first).breaker else {
                Issue.record("the breaker is closed")
                return
            }
            let waiting = try await gateway.mails()
            #expect(waiting.allSatisfy { $0.state == .deferred || $0.state == .queued })
            let dues = Set(waiting.compactMap(\.dueAt))
            #expect(dues.count > 20, "forty deliveries come back at \(dues.count) moments")
            // Healed: one probe, then a few, then more with each answer.
            var settings = SandboxMailServer.Options()
            settings.port = port
            let server = try SandboxMailServer(options: settings)
            try await server.start()
            gateway.pass(max(until.since(gateway.clock.now), .seconds(2000)))
            var rounds: [Int] = []
            while server.mailCount < 40, rounds.count < 30 {
                let sent = try await mail.runOnce()
                rounds.append(sent)
                if sent == 0 { gateway.pass(.seconds(1)) }
            }
            let busy = rounds.filter { $0 > 0 }
            #expect(busy.first == 1, "\(rounds)")
            #expect(zip(busy, busy.dropFirst()).allSatisfy { $1 <= 2 * $0 }, "no round is a storm: \(rounds)")
            #expect(server.mailCount == 40)
            #expect(Set(server.mails.map(\.bytes)).count == 40, "none came twice")
            #expect(try await gateway.mails().allSatisfy { $0.state == .accepted })
            let house = try await gateway.eventsOfTheHouse()
            #expect(house.filter { $0 == "BreakerOpened" }.count == house.filter { $0 == "BreakerClosed" }.count)
            try await server.stop()
        }
        await pool.shutdown()
    }
}

extension TestGateway {
    /// Every delivery by mail.
    fileprivate func mails() async throws -> [Delivery] {
        var found: [Delivery] = []
        for notice in try await store.notices(NoticeFilter(), before: nil, limit: 100) {
            found += try await deliveries(of: notice.id, .email)
        }
        return found
    }
}
