import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The database is a cluster, and its leader fails.
    struct ClusterFaultTests {
        /// The longest that writes may stand still after a fault.
        ///
        /// A claim lasts `ttl`, and ten seconds are for the election and for us. The rest is for a machine with two cores on which
        /// four servers, Songda and other tests run at the same time.
        private static let limit = PatroniCluster.ttl + .seconds(10) + .seconds(15)

        @Test(.enabled(if: NodeNetwork.works, "needs root and network namespaces"))
        func
            `F39 when the leader of a cluster fails nothing acknowledged is lost and writing goes on within ttl and ten seconds`()
            async throws
        {
            let peer = try await ScriptedPeer.smtp()
            try await PatroniCluster.with { cluster in
                let settings = House.Settings(
                    relay: peer.port, conninfo: cluster.conninfo, more: "require-sync-standby: true\n")
                try await House.with(settings, on: .postgres) { house, hr in
                    let person = try await hr.person("E-1", mail: "reader@far.test")
                    do { try await Self.survive(in: cluster, house, hr, person) } catch {
                        throw TestSupportError("\(error)\n\(try await house.running.said.suffix(3000))")
                    }
                }
            }
            await peer.stop()
        }

        /// Lets the leader fail in each way while notices are issued, and looks at what is left of them.
        private static func survive(
            in cluster: PatroniCluster, _ house: House, _ hr: Caller, _ person: String
        ) async throws {
            let load = try await SteadyLoad.run(hr, to: person, named: "f39") { load in
                for fault in PatroniCluster.Fault.allCases {
                    try await survive(fault, in: cluster, under: load)
                }
            }
            try await check(load, hr, cluster)
            try await hr.waitUntilSettled(load.book.count)
            #expect(try await house.audit()["sound"] == true)
        }

        /// Makes the fault, waits until writing goes on, and ends the fault: then the old leader must follow.
        private static func survive(
            _ fault: PatroniCluster.Fault, in cluster: PatroniCluster, under load: SteadyLoad
        ) async throws {
            try await load.wait(forMore: 10, within: .seconds(20))
            let old = try #require(try await cluster.leader())
            let start = ContinuousClock.now
            try await cluster.make(fault, of: old)
            try await eventually("another leader after \(old) was \(fault)\n\(cluster.said)") {
                let leader = try await cluster.leader(notAsking: old)
                return leader != nil && leader != old
            }
            let election = ContinuousClock.now - start
            try await load.wait(forMore: 10, within: .seconds(60))
            let silence = await load.longestSilence(since: start)
            let resumed = silence.end - start
            print("F39 \(fault): another leader after \(election), writing goes on after \(resumed)")
            #expect(resumed <= limit, "\(fault): writing went on after \(resumed)")
            let seen = try await cluster.ask(old, "SELECT pg_is_in_recovery()")
            #expect(seen != "f", "\(fault): the old leader takes writes beside the new one")
            try await cluster.heal(fault, of: old)
            try await cluster.waitUntilWhole()
            #expect(try await cluster.ask(old, "SELECT pg_is_in_recovery()") == "t", "\(fault): the old leader follows")
        }

        /// Each notice that was acknowledged is there, once, and is what its key stands for.
        private static func check(_ load: SteadyLoad, _ hr: Caller, _ cluster: PatroniCluster) async throws {
            let book = await load.book
            let leader = try #require(try await cluster.leader())
            #expect(try await cluster.ask(leader, "SELECT count(*) FROM notices") == "\(book.count)")
            #expect(Set(book.map(\.notice)).count == book.count, "no two keys have one notice")
            for entry in book {
                #expect(try await hr.send("GET", "/v1/notices/\(entry.notice)").status == 200, "\(entry) is lost")
            }
        }
    }
}
