import TestSupport
import Testing

extension EndToEnd {
    /// A mail server that fails at a given point, met by the whole program.
    struct MailFaultTests {
        /// Stops the server, lets retries fall due, and starts it again, configured anew if asked.
        private func retry(_ house: House, _ settings: House.Settings? = nil) async throws {
            try await house.stop()
            if let settings { try house.write(settings) }
            try await house.letRetriesFallDue()
            try await house.start()
        }

        private func show(_ notice: String, in house: House) async throws -> String {
            try await house.succeed(["show", notice, "--key-file", house.path("hr.key")])
        }

        @Test func `F24 a refused connection costs nothing: the mail leaves once when the server is back`() async throws
        {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: try LoopbackPort.free())) { house, hr in
                let notice = try await hr.alert(try await hr.person("E-1", mail: "reader@far.test"), key: "f24")
                try await hr.wait(for: "deferred", of: notice)
                #expect(try await show(notice, in: house).contains("connect"))
                try await retry(house, .init(relay: peer.port))
                try await hr.wait(for: "accepted", of: notice)
                let tally = try await Invariants(caller: hr, taken: peer.letters).check([notice])
                #expect(tally.copies == 1)
                #expect(tally.unknowns == 0)
                try await house.audit()
            }
            await peer.stop()
        }

        @Test func `F24 a reset at any verb before the dot is a delay and never a doubt`() async throws {
            let peer = try await ScriptedPeer.smtp(
                .at("EHLO", 1, .reset), .at("MAIL", 1, .reset), .at("RCPT", 1, .reset), .at("DATA", 1, .reset))
            try await House.with(.init(relay: peer.port)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                var notices: [String] = []
                for verb in ["ehlo", "mail", "rcpt", "data"] {
                    let notice = try await hr.alert(person, key: verb)
                    try await hr.wait(for: "deferred", of: notice)
                    notices.append(notice)
                }
                #expect(peer.messageCount == 0)
                try await retry(house)
                for notice in notices { try await hr.wait(for: "accepted", of: notice) }
                let tally = try await Invariants(caller: hr, taken: peer.letters).check(notices)
                #expect(tally.copies == 4)
                #expect(tally.unknowns == 0)
            }
            await peer.stop()
        }

        @Test func `F25 a reply lost after the dot is unknown, and is repeated once with the same bytes`() async throws
        {
            let peer = try await ScriptedPeer.smtp(.at("DOT", 1, .close), .at("DOT", 2, .close))
            try await House.with(.init(relay: peer.port)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                let notice = try await hr.alert(person, key: "f25")
                try await hr.wait(for: "unknown", of: notice)
                try await retry(house)
                try await peer.wait(forMessages: 2)
                try await hr.wait(for: "unknown", of: notice)
                // The one repetition is used up: however long one waits, there is no third copy.
                try await eventually("the second doubt on record") {
                    try await hr.timeline(of: notice).filter { $0["event"]?.string == "OutcomeUnknown" }.count == 2
                }
                try await retry(house)
                let other = try await hr.alert(person, key: "f25-other")
                try await hr.wait(for: "accepted", of: other)
                #expect(peer.messageCount == 3)
                let copies = peer.letters.filter {
                    Invariants.messageID(of: $0) == Invariants.messageID(of: peer.letters[0])
                }
                #expect(copies.count == 2)
                #expect(Set(copies).count == 1, "Message-ID, Date and every byte stay the same")
                #expect(try await show(notice, in: house).contains("unknown"))
            }
            await peer.stop()
        }

        @Test func `F30 without STARTTLS, or with a certificate of nobody we trust, not one byte of a notice leaves`()
            async throws
        {
            let certificates = try await TestCertificates.make()
            let clear = try await ScriptedPeer.smtp()
            let foreign = try await ScriptedPeer.smtp(identity: certificates.expired)
            let good = try await ScriptedPeer.smtp(identity: certificates.good)
            var settings = House.Settings(relay: clear.port, security: "startTLSRequired", caFile: certificates.caFile)
            try await House.with(settings) { house, hr in
                let notice = try await hr.alert(try await hr.person("E-1", mail: "reader@far.test"), key: "f30")
                try await hr.wait(for: "deferred", of: notice)
                #expect(try await show(notice, in: house).contains("STARTTLS"))
                settings.relay = foreign.port
                try await retry(house, settings)
                try await eventually("a second delay on record") {
                    try await hr.timeline(of: notice).count { $0["event"] == "AttemptDeferred" } == 2
                }
                for peer in [clear, foreign] {
                    #expect(!peer.lines.contains { $0.uppercased().hasPrefix("MAIL") }, "\(peer.lines)")
                }
                settings.relay = good.port
                try await retry(house, settings)
                try await hr.wait(for: "accepted", of: notice)
                let tally = try await Invariants(caller: hr, taken: good.letters).check([notice])
                #expect(tally.copies == 1)
                #expect(
                    try await hr.timeline(of: notice).contains {
                        $0["event"] == "AttemptAccepted" && $0["facts"]?["tls"] == true
                    })
            }
            for peer in [clear, foreign, good] { await peer.stop() }
        }

        @Test func `F32 a relay whose name does not resolve delays, blames no address, and its rest costs no attempt`()
            async throws
        {
            let peer = try await ScriptedPeer.smtp()
            var settings = House.Settings(relay: peer.port, security: "startTLSRequired")
            // RFC 6761: no name below .invalid ever resolves.
            settings.relayHost = "relay.songda-test.invalid"
            try await House.with(settings) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                var notices: [String] = []
                for index in 0..<5 {
                    let notice = try await hr.alert(person, key: "f32-\(index)")
                    try await hr.wait(for: "deferred", of: notice)
                    #expect(try await show(notice, in: house).lowercased().contains("resolve"))
                    notices.append(notice)
                }
                // Five in a row: the route rests, and what comes now waits without a try.
                let waiting = try await hr.alert(person, key: "f32-waiting")
                try await eventually("the route to rest") {
                    try await hr.deliveries(of: waiting).contains {
                        $0["channel"] == "email" && $0["state"] == "queued" && $0["reason"]?.string != nil
                            && $0["attempts"] == 0
                    }
                }
                try await retry(house, .init(relay: peer.port))
                for notice in notices + [waiting] { try await hr.wait(for: "accepted", of: notice) }
                let tally = try await Invariants(caller: hr, taken: peer.letters).check(notices + [waiting])
                #expect(tally.copies == 6 && tally.unknowns == 0)
                #expect(try await hr.timeline(of: waiting).count { $0["event"] == "AttemptStarted" } <= 3)
                try await house.audit()
            }
            await peer.stop()
        }

        @Test func `F27 a temporary refusal waits for its retry and then leaves once`() async throws {
            let peer = try await ScriptedPeer.smtp(.at("RCPT", 1, .reply("451 4.7.1 greylisted, come back later")))
            try await House.with(.init(relay: peer.port)) { house, hr in
                let notice = try await hr.alert(try await hr.person("E-1", mail: "reader@far.test"), key: "f27")
                try await hr.wait(for: "deferred", of: notice)
                #expect(try await show(notice, in: house).contains("greylisted, come back later"))
                let due = try await hr.deliveries(of: notice).first { $0["channel"]?.string == "email" }?["dueAt"]?
                    .string
                #expect(due != nil, "the next try has its time")
                try await retry(house)
                try await hr.wait(for: "accepted", of: notice)
                let tally = try await Invariants(caller: hr, taken: peer.letters).check([notice])
                #expect(tally.copies == 1)
                #expect(tally.unknowns == 0)
            }
            await peer.stop()
        }

        @Test func `F28 a permanent refusal is shown with the server's own words, and others go on`() async throws {
            let peer = try await ScriptedPeer.smtp(.at("RCPT", 1, .reply("550 5.1.1 nobody of that name here")))
            try await House.with(.init(relay: peer.port)) { house, hr in
                let gone = try await hr.alert(try await hr.person("E-1", mail: "gone@far.test"), key: "f28-1")
                try await hr.wait(for: "refused", of: gone)
                let there = try await hr.alert(try await hr.person("E-2", mail: "there@far.test"), key: "f28-2")
                try await hr.wait(for: "accepted", of: there)
                let shown = try await show(gone, in: house)
                #expect(shown.contains("refused"))
                #expect(shown.contains("nobody of that name here"))
                try await retry(house)
                try await house.audit()
                #expect(peer.messageCount == 1, "a permanent refusal is not tried again")
            }
            await peer.stop()
        }
    }
}
