import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The process is killed, without warning, wherever it is.
    struct KillTests {
        /// Stops the server, lets the repetition of unknown outcomes fall due, and waits for the last acceptance.
        private func finish(_ house: House, _ hr: Caller, _ count: Int) async throws {
            try await hr.waitUntilSettled(count)
            try await house.stop()
            try await house.letRetriesFallDue()
            try await house.start()
            try await eventually("\(count) accepted mails", within: .seconds(120)) {
                try await hr.mails("accepted") == count
            }
        }

        private func people(_ hr: Caller) async throws -> [String] {
            var people: [String] = []
            for index in 1...5 {
                people.append(try await hr.person("E-\(index)", mail: "reader\(index)@far.test"))
            }
            return people
        }

        @Test(arguments: Backend.allCases)
        func `F2 kill -9 at random moments under load loses nothing and evidences every doubt`(
            backend: Backend
        ) async throws {
            // The pause widens the gap between "taken" and "known to be taken", in which a kill hurts.
            let peer = try await ScriptedPeer.smtp(.at("DOT", .pause(.milliseconds(30)), .proceed))
            try await House.with(.init(relay: peer.port), on: backend) { house, hr in
                let load = Load(caller: hr, people: try await people(hr))
                async let issued = load.issue(200, named: "f2")
                for _ in 1...6 {
                    try await peer.wait(forMessages: peer.messageCount + 1)
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...400)))
                    try await house.kill()
                    // While it is down, so that the load lasts for all rounds.
                    try await house.audit()
                    try await house.start()
                }
                let ids = try await issued
                #expect(Set(ids).count == 200)
                try await finish(house, hr, 200)
                let tally = try await Invariants(caller: hr, taken: peer.letters).check(ids)
                print(
                    "F2 on \(backend): \(tally.copies) copies of 200 notices, \(tally.unknowns) unknown outcomes recorded"
                )
                try await house.audit()
            }
            await peer.stop()
        }

        @Test
        func `F3 killed between the dot and its reply, the copy sent again is the same and the doubt is on record`()
            async throws
        {
            let peer = try await ScriptedPeer.smtp(.at("DOT", 1, .pause(.seconds(3)), .proceed))
            try await House.with(.init(relay: peer.port)) { house, hr in
                let notice = try await hr.alert(try await hr.person("E-1", mail: "reader@far.test"), key: "f3")
                try await peer.wait(forMessages: 1)
                try await house.kill()
                try await house.start()
                try await hr.wait(for: "unknown", of: notice)
                let items = try await hr.timeline(of: notice)
                #expect(items.contains { $0["event"]?.string == "OutcomeUnknown" && $0["facts"]?["recovered"] == true })
                #expect(peer.messageCount == 1, "nothing is repeated before its time")
                try await finish(house, hr, 1)
                let tally = try await Invariants(caller: hr, taken: peer.letters).check([notice])
                #expect(tally.copies == 2)
                #expect(tally.unknowns == 1)
                let shown = try await house.songda(["show", notice, "--key-file", house.path("hr.key")])
                #expect(shown.out.contains("the peer may have more than one copy"))
                try await house.audit()
            }
            await peer.stop()
        }

        @Test func `the demo killed at any point leaves a sound log, and a server goes on from there`() async throws {
            let peer = try await ScriptedPeer.smtp()
            for _ in 1...2 {
                let directory = try TemporaryDirectory.make("songda-demo") + "/demo"
                let demo = try await Program.start(
                    [Program.songda, "demo", "--directory", directory, "--clients", "8"], in: TestResources.root)
                try await demo.wait(for: "the demo's database") {
                    FileManager.default.fileExists(atPath: directory + "/songda.db-wal")
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 300...3000)))
                demo.signal(SIGKILL)
                try await demo.end()
                await demo.discard()

                let house = try await House.takeOver(
                    directory, .init(relay: peer.port, log: "songda.example/evidence"))
                try await house.audit()
                try await house.start()
                let hr = try await house.caller()
                // What was under way is called unknown; what had not left is of a rehearsal, and never leaves for real.
                try await eventually("no mail of the demo to be under way") { try await hr.mails("attempting") == 0 }
                // Nothing waits in silence: each mail that had not left is listed for operators, with the reason.
                try await eventually("each unsent mail of the demo to be set aside", within: .seconds(60)) {
                    let aside = try await hr.json("GET", "/v1/quarantine?limit=200")["deliveries"]?.array ?? []
                    let mails = aside.filter {
                        $0["channel"] == "email" && ["queued", "deferred"].contains($0["state"]?.string)
                    }
                    let isExplained = mails.allSatisfy { $0["reason"]?.string?.contains("rehearsal") == true }
                    return try await hr.mails("queued", "deferred") == mails.count && isExplained
                }
                #expect(try await hr.isReady())
                for notice in try await hr.json("GET", "/v1/notices?limit=100")["items"]?.array ?? [] {
                    let items = try await hr.timeline(of: try #require(notice["id"]?.string))
                    let begun = items.count { $0["event"] == "AttemptStarted" }
                    let ended = items.count {
                        let event = $0["event"]?.string ?? ""
                        return $0["attempt"]?.integer != nil && event != "AttemptStarted" && !event.hasPrefix("Receipt")
                    }
                    #expect(begun == ended, "each attempt has its outcome, or is called unknown: \(items)")
                }
                try await house.audit()
                #expect(peer.messageCount == 0, "what was rehearsed is not handed over for real")
                await house.discard()
            }
            await peer.stop()
        }

        @Test(.enabled(if: Strace.works, "strace cannot follow a process here"))
        func `F1 killed at the Nth time it makes something durable, it recovers and loses nothing`() async throws {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port)) { house, hr in
                let load = Load(caller: hr, people: try await people(hr))
                var ids: [String] = []
                for (round, number) in [2, 3, 4, 5, 6, 8, 11, 14].enumerated() {
                    try await house.stop()
                    let server = try await house.launch(behind: Strace.inject("fdatasync:signal=KILL:when=\(number)"))
                    async let issued = load.issue(8, named: "f1-\(round)", pace: .milliseconds(10))
                    let ending = try await server.end()
                    #expect(ending.code == 137, "round \(round): \(ending.said.suffix(500))")
                    try await house.start()
                    ids += try await issued
                    try await house.audit()
                }
                try await finish(house, hr, ids.count)
                try await Invariants(caller: hr, taken: peer.letters).check(ids)
                try await house.audit()
            }
            await peer.stop()
        }
    }
}
