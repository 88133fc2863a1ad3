import Evidence
import Notices
import TestSupport
import Testing

/// One-time codes travel like notices: past routes that rest.
@Suite struct CodeRouteTests {
    @Test(arguments: Backend.allCases)
    func `a code takes a route that works, and says so when none does`(_ backend: Backend) async throws {
        let (first, second) = (ScriptedChannel(.sms, route: "sms-a"), ScriptedChannel(.sms, route: "sms-b"))
        try await TestGateway.staffed(backend) { options in
            options.sms = [(first, 1), (second, 0)]
        } _: { gateway in
            first.always(.outcome(.deferred(reason: "no answer", after: nil), blamesRoute: true))
            second.alwaysAccepts()
            let person = PersonID("p-zhangsan")
            func ask() async throws {
                // At most five codes an hour.
                gateway.pass(.seconds(3600))
                try await gateway.addresses.challenge(person, channel: .sms, issuer: TestGateway.issuer)
            }
            let desk = gateway.pipeline.operate
            try await desk.setPaused(true, route: RouteID("sms-a"), reason: "maintenance", by: .author)
            try await ask()
            #expect((first.parcels.count, second.parcels.count) == (0, 1))
            try await desk.setPaused(true, route: RouteID("sms-b"), reason: "maintenance", by: .author)
            await expectRefusal(.unavailable, "paused") { try await ask() }
            for route in ["sms-a", "sms-b"] {
                try await desk.setPaused(false, route: RouteID(route), reason: "done", by: .author)
            }
            // Failures count for the route: after enough of them it rests, and that is an entry.
            gateway.pass(.seconds(3600))
            for _ in 0..<5 {
                gateway.pass(.seconds(1))
                await expectRefusal(.unavailable, "no answer") {
                    try await gateway.addresses.challenge(person, channel: .sms, issuer: TestGateway.issuer)
                }
            }
            #expect(first.parcels.count == 5)
            gateway.pass(.seconds(20))
            try await gateway.sequence()
            #expect(try await gateway.eventsOfTheHouse().contains("BreakerOpened"))
        }
    }
}
