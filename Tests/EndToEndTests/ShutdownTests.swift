import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Stops that are asked for, and starts that must not be.
    struct ShutdownTests {
        @Test func `F7 SIGTERM under load drains within ten seconds and repeats nothing`() async throws {
            let peer = try await ScriptedPeer.smtp(.at("DOT", .pause(.milliseconds(200)), .proceed))
            try await House.with(.init(relay: peer.port)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                let load = Load(caller: hr, people: [person])
                async let issued = load.issue(100, named: "f7", pace: .milliseconds(10))
                try await peer.wait(forMessages: 5)
                let start = ContinuousClock.now
                let ending = try await house.stop()
                let time = ContinuousClock.now - start
                #expect(ending.code == 0, "\(ending.said.suffix(1000))")
                #expect(time <= .seconds(11), "it took \(time)")
                #expect(peer.messageCount < 100, "it stopped in the middle of the work")
                try await house.start()
                let ids = try await issued
                try await eventually("100 accepted mails", within: .seconds(120)) {
                    try await hr.mails("accepted") == 100
                }
                let tally = try await Invariants(caller: hr, taken: peer.letters).check(ids)
                #expect(tally.copies == 100)
                #expect(tally.unknowns == 0)
                try await house.audit()
            }
            await peer.stop()
        }

        @Test func `F9 a second server on the same SQLite file is refused with a sentence`() async throws {
            try await House.with { house, hr in
                let second = try await house.songda(["serve", "--port", "0"])
                #expect(second.code != 0)
                #expect(second.err.contains("songda.db is in use by process \(try await house.running.pid)"))
                #expect(second.err.contains("stop it first"))
                #expect(try await hr.send("GET", "/healthz").status == 200, "the first one goes on")
            }
        }
    }
}
