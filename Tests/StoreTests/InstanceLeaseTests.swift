import Evidence
import Foundation
import SQL
import TestSupport
import Testing

@testable import Store

/// Two processes of one name would take each other's claims for their own.
@Suite struct InstanceLeaseTests {
    @Test(arguments: Backend.allCases)
    func `an instance name is taken from a holder only if it has not moved since it was seen`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let leases = InstanceLeases(gateway.database)
            func take(
                _ owner: String, replacing seen: InstanceLeases.Holder? = nil
            ) async throws -> InstanceLeases.Holder? {
                try await leases.take("one", owner: owner, replacing: seen, until: gateway.clock.now)
            }
            #expect(try await take("a") == nil)
            let first = try #require(try await take("b"))
            #expect(first.owner == "a")
            #expect(try await take("a") == nil, "who has it shows that it is there")
            let second = try #require(try await take("b", replacing: first), "a holder that has moved is there")
            #expect(second.owner == "a" && second.beat > first.beat)
            #expect(try await take("b", replacing: second) == nil)
            #expect(try await take("a")?.owner == "b")
            try await leases.release("one", owner: "a")
            #expect(try await take("c")?.owner == "b", "what is not one's own cannot be given up")
            try await leases.release("one", owner: "b")
            #expect(try await take("c") == nil)
            #expect(try await leases.take("two", owner: "a", until: gateway.clock.now) == nil, "each name for itself")
        }
    }

    @Test(arguments: Backend.allCases)
    func `a start waits for a silent holder, takes from a dead one at once, and yields to one that lives`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            func claim(_ process: ProcessIdentity) -> InstanceClaim {
                InstanceClaim(
                    on: "one", in: gateway.database, clock: gateway.clock, as: process, term: .seconds(2))
            }
            // A process of a neighbour's container with our host name and a number that nobody has here.
            let foreign = ProcessIdentity(
                host: ProcessInfo.processInfo.hostName, realm: "elsewhere", process: .max, run: "1")
            try await claim(foreign).take()
            let begun = ContinuousClock.now
            let dead = ProcessIdentity(
                host: "any", realm: ProcessIdentity.realm, process: .max, run: "2")
            try await claim(dead).take()
            #expect(ContinuousClock.now - begun > .seconds(2), "it may be there, so its silence is waited for")

            let mine = claim(ProcessIdentity())
            try await mine.take()
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await mine.keep() }
                let refusal = await #expect(throws: InstanceClaim.InUse.self) {
                    try await claim(ProcessIdentity(host: "b", realm: "r", process: 7, run: "3")).take()
                }
                #expect(refusal?.description.contains("process \(getpid())") == true)
                group.cancelAll()
            }
            try await mine.release()
            try await claim(foreign).take()
            let loss = await #expect(throws: InstanceClaim.InUse.self) { try await mine.keep() }
            #expect(loss?.description.contains("was taken over") == true)
        }
    }

    @Test(arguments: Backend.allCases)
    func `nobody rehearses beside a process that serves for real on the same database`(_ backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            func claim(_ name: String, isRehearsal: Bool) -> InstanceClaim {
                InstanceClaim(
                    on: name, in: gateway.database, clock: gateway.clock,
                    as: ProcessIdentity(host: name, realm: "r", process: 7, run: "1", isRehearsal: isRehearsal),
                    term: .seconds(2))
            }
            let real = claim("real", isRehearsal: false)
            try await real.take()
            try await claim("second", isRehearsal: false).take()
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await real.keep() }
                let refusal = await #expect(throws: InstanceClaim.InUse.self) {
                    try await claim("trial", isRehearsal: true).take()
                }
                #expect(refusal?.description.contains("serves for real") == true)
                group.cancelAll()
            }
            try await real.release()
            // The second has fallen silent, and the refused one has given its name up again.
            try await claim("trial", isRehearsal: true).take()
        }
    }

    @Test func `a process is gone only for whoever would see it`() throws {
        let own = ProcessIdentity()
        #expect(!own.isGone && !own.realm.isEmpty)
        #expect(ProcessIdentity(own.text) == own)
        #expect(ProcessIdentity(host: own.host, realm: own.realm, process: .max, run: "").isGone)
        #expect(!ProcessIdentity(host: own.host, realm: "another", process: .max, run: "").isGone)
        #expect(!ProcessIdentity(host: own.host, realm: "", process: .max, run: "").isGone)
    }
}
