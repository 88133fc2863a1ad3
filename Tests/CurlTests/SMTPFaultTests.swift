import Curl
import TestSupport
import Testing

/// The faults of GOALS.md at each verb; what matters is on which side of "the server may have it" each one falls.
@Suite(.serialized)
struct SMTPFaultTests {
    @Test func `F24 a refused connection is deferred`() async throws {
        let pool = MailPool(relay: relay(port: try LoopbackPort.free()))
        let delivery = await pool.deliver(.example(), message: exampleMessage)
        #expect(delivery.outcome.deferral?.phase == .connect)
        await pool.shutdown()
    }

    @Test(arguments: ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY"], [true, false])
    func `F24 a connection lost before the dot is deferred`(_ verb: String, _ pipelining: Bool) async throws {
        for action in [PeerAction.close, .reset] {
            let peer = try await ScriptedPeer.smtp(offers: pipelining ? ["PIPELINING"] : ["HELP"], .at(verb, action))
            // Large enough that the last piece cannot have gone when the peer hangs up in the middle.
            let message = Array(String(repeating: String(repeating: "x", count: 70) + "\r\n", count: 60_000).utf8)
            let delivery = await deliver(to: peer, .example(), verb == "BODY" ? message : exampleMessage)
            #expect(delivery.outcome.isDeferred, "\(verb) \(action): \(delivery.outcome)")
            #expect(peer.messages.isEmpty)
            await peer.stop()
        }
    }

    @Test(arguments: ["HELO", "EHLO", "MAIL", "RCPT", "DATA"])
    func `F24 smtp-sink hanging up at a verb is deferred`(_ verb: String) async throws {
        try #require(SMTPSink.isAvailable)
        let sink = try await SMTPSink.start(["-q", verb])
        let pool = MailPool(relay: relay(port: sink.port))
        let outcome = await pool.deliver(.example(), message: exampleMessage).outcome
        // A client that says EHLO never meets a server that hangs up at HELO.
        #expect(verb == "HELO" ? outcome.accepted != nil : outcome.isDeferred, "\(outcome)")
        await pool.shutdown()
        await sink.stop()
    }

    @Test func `F24 a connection lost at the dot is unknown`() async throws {
        let sink = try await SMTPSink.start(["-q", "."])
        let pool = MailPool(relay: relay(port: sink.port))
        #expect(await pool.deliver(.example(), message: exampleMessage).outcome.isUnknown)
        await pool.shutdown()
        await sink.stop()
    }

    @Test func `F25 a reply lost after acceptance is unknown and the message went once`() async throws {
        for action in [PeerAction.close, .reset] {
            let peer = try await ScriptedPeer.smtp(.at("DOT", 1, action))
            let pool = MailPool(relay: relay(port: peer.port))
            let first = await pool.deliver(.example(), message: exampleMessage)
            #expect(first.outcome.isUnknown)
            #expect(first.transcript.last?.text == ".")
            #expect(peer.messages.count == 1)
            #expect(await pool.deliver(.example(), message: exampleMessage).outcome.accepted != nil)
            await pool.shutdown()
            await peer.stop()
        }
    }

    @Test func `F25 a late reply never reaches the next message`() async throws {
        let peer = try await ScriptedPeer.smtp(.at("DOT", 1, .pause(.seconds(2)), .reply("250 2.0.0 late")))
        var timeouts = MailTimeouts.short
        timeouts.finalReply = .seconds(1)
        let pool = MailPool(relay: relay(port: peer.port, timeouts: timeouts), maxConnections: 1)
        #expect(await pool.deliver(.example(), message: exampleMessage).outcome.isUnknown)
        let second = await pool.deliver(.example(), message: exampleMessage)
        #expect(second.outcome.accepted?.text == "250 2.0.0 Ok: queued as PEER2")
        #expect(peer.connections == 2)
        await pool.shutdown()
        await peer.stop()
    }

    @Test func `F26 a slow final reply is waited for, ten minutes by default`() async throws {
        #expect(MailTimeouts().finalReply == .seconds(600))
        #expect(MailTimeouts().greeting == .seconds(300))
        let peer = try await ScriptedPeer.smtp(.at("DOT", .pause(.seconds(3)), .reply("250 2.0.0 slow but sure")))
        var timeouts = MailTimeouts(
            connect: .seconds(1), greeting: .seconds(1), command: .seconds(1), data: .seconds(1),
            finalReply: .seconds(8))
        let delivery = await deliver(to: peer, timeouts: timeouts)
        #expect(delivery.outcome.accepted?.lines == ["2.0.0 slow but sure"])
        timeouts.finalReply = .seconds(1)
        #expect(await deliver(to: peer, timeouts: timeouts).outcome.isUnknown)
        await peer.stop()
    }

    @Test func `a greeting may take longer than connecting`() async throws {
        let peer = try await ScriptedPeer.smtp(.at("CONNECT", .pause(.seconds(3)), .proceed))
        var timeouts = MailTimeouts.short
        timeouts.connect = .seconds(1)
        #expect(await deliver(to: peer, timeouts: timeouts).outcome.accepted != nil)
        await peer.stop()
    }

    @Test(arguments: ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"], ["450 4.2.0 try later", "421 4.3.2 closing"])
    func `F27 a 4xx or 421 at any verb is deferred with its reply`(_ verb: String, _ text: String) async throws {
        let peer = try await ScriptedPeer.smtp(
            .at(verb, 1, .reply(text)), .at("HELO", .reply(text)))
        let pool = MailPool(relay: relay(port: peer.port), maxConnections: 1)
        let first = await pool.deliver(.example(), message: exampleMessage)
        let deferral = try #require(first.outcome.deferral)
        #expect(deferral.reply?.text == text)
        let phases = ["CONNECT": "connect", "EHLO": "connect", "MAIL": "mailFrom", "RCPT": "rcptTo", "DATA": "data"]
        #expect(deferral.phase.rawValue == phases[verb] ?? "endOfData")
        #expect(await pool.deliver(.example(), message: exampleMessage).outcome.accepted != nil)
        await pool.shutdown()
        await peer.stop()
    }

    @Test(arguments: [true, false])
    func `F28 a refused recipient keeps the reply's text and others proceed`(_ pipelining: Bool) async throws {
        let text = "550-5.1.1 <zhang@client.test>:\n550 5.1.1 no such user 没有此人"
        let peer = try await ScriptedPeer.smtp(
            offers: pipelining ? ["PIPELINING"] : ["HELP"], .at("RCPT", 1, .reply(text)),
            .at("DATA", 1, pipelining ? .reply("503 5.5.1 no recipients") : .proceed))
        let pool = MailPool(relay: relay(port: peer.port), maxConnections: 1)
        let first = await pool.deliver(.example(), message: exampleMessage)
        let (reply, phase) = try #require(first.outcome.refused)
        #expect(reply.code == 550 && reply.enhanced == "5.1.1" && phase == .rcptTo)
        #expect(reply.lines == ["5.1.1 <zhang@client.test>:", "5.1.1 no such user 没有此人"])
        #expect(first.transcript.contains { $0.text == "550-5.1.1 <zhang@client.test>:" })
        let second = await pool.deliver(.example(), message: exampleMessage)
        #expect(second.outcome.accepted != nil)
        #expect(second.reusedConnection)
        #expect(peer.lines.contains("RSET"))
        #expect(peer.messages.count == 1)
        await pool.shutdown()
        await peer.stop()
    }

    @Test func `F28 a server that wants text for a refused recipient gets a lone dot`() async throws {
        let peer = try await ScriptedPeer.smtp(
            .at("RCPT", 1, .reply("550 5.1.1 no such user")), .at("DOT", 1, .reply("554 5.5.1 no valid recipients")))
        let pool = MailPool(relay: relay(port: peer.port), maxConnections: 1)
        let first = await pool.deliver(.example(), message: exampleMessage)
        #expect(first.outcome.refused?.0.text == "550 5.1.1 no such user")
        #expect(peer.messages == [Array(".\r\n".utf8)])
        let second = await pool.deliver(.example(), message: exampleMessage)
        #expect(second.outcome.accepted != nil && second.reusedConnection)
        await pool.shutdown()
        await peer.stop()
    }

    @Test(arguments: [("MAIL", MailPhase.mailFrom), ("DATA", .data), ("DOT", .endOfData)])
    func `F28 a 5xx at another verb is a refusal that names it`(_ verb: String, _ phase: MailPhase) async throws {
        let peer = try await ScriptedPeer.smtp(.at(verb, .reply("554 5.7.1 not here")))
        let refused = await deliver(to: peer).outcome.refused
        #expect(refused?.0.text == "554 5.7.1 not here")
        #expect(refused?.1 == phase)
        await peer.stop()
    }

    @Test func `a relay that wants a login has not refused the recipient`() async throws {
        let peer = try await ScriptedPeer.smtp(.at("MAIL", .reply("530 5.7.0 authentication required")))
        #expect(await deliver(to: peer).outcome.deferral?.reply?.code == 530)
        await peer.stop()
    }

    @Test func `F29 a server without a banner is given up and does not hold up another relay`() async throws {
        let hole = try await ScriptedPeer.smtp(.at("CONNECT", .silent))
        let healthy = try await ScriptedPeer.smtp()
        var timeouts = MailTimeouts.short
        timeouts.greeting = .seconds(2)
        let stuck = MailPool(relay: relay(port: hole.port, timeouts: timeouts))
        async let lost = stuck.deliver(.example(), message: exampleMessage)
        let pool = MailPool(relay: relay(port: healthy.port))
        for _ in 0..<50 { #expect(await pool.deliver(.example(), message: exampleMessage).outcome.accepted != nil) }
        let deferral = try #require(await lost.outcome.deferral)
        #expect(deferral.phase == .connect && deferral.reason.contains("silent"))
        await stuck.shutdown()
        await pool.shutdown()
        await hole.stop()
        await healthy.stop()
    }

    @Test(arguments: ["MAIL", "RCPT", "DATA"])
    func `F29 a server that falls silent in mid-dialogue is deferred`(_ verb: String) async throws {
        let peer = try await ScriptedPeer.smtp(.at(verb, .silent))
        var timeouts = MailTimeouts.short
        timeouts.command = .seconds(1)
        timeouts.data = .seconds(1)
        #expect(await deliver(to: peer, timeouts: timeouts).outcome.isDeferred)
        await peer.stop()
    }

    @Test(
        arguments: Raw.texts(
            "garbage\r\n", "25\r\n", "250x\r\n", "999 odd\r\n", "250-one\r\n251 other\r\n",
            "250 " + String(repeating: "x", count: 5000), String(repeating: "250-x\r\n", count: 200),
            "\r\n", "\u{0}\u{1}\u{2}\r\n"))
    func `a reply that is none ends the connection`(_ sample: Raw) async throws {
        let text = sample.text
        let atMail = try await ScriptedPeer.smtp(.at("MAIL", .raw(text)))
        #expect(await deliver(to: atMail).outcome.isDeferred)
        await atMail.stop()
        let atDot = try await ScriptedPeer.smtp(.at("DOT", .raw(text)))
        #expect(await deliver(to: atDot).outcome.isUnknown)
        await atDot.stop()
    }

    @Test func `a reply no one asked for ends the connection before the next message`() async throws {
        let peer = try await ScriptedPeer.smtp(.at("DOT", 1, .reply("250 2.0.0 one\n250 2.0.0 two")))
        let pool = MailPool(relay: relay(port: peer.port), maxConnections: 1)
        #expect(await pool.deliver(.example(), message: exampleMessage).outcome.accepted?.text == "250 2.0.0 one")
        let second = await pool.deliver(.example(), message: exampleMessage)
        #expect(second.outcome.accepted?.text == "250 2.0.0 Ok: queued as PEER2")
        await pool.shutdown()
        await peer.stop()
    }

    @Test func `a server that refuses in the middle of the message is heard`() async throws {
        let peer = try await ScriptedPeer.smtp(.at("BODY", .reply("552 5.3.4 too big"), .silent))
        let message = Array(String(repeating: String(repeating: "x", count: 70) + "\r\n", count: 60_000).utf8)
        let outcome = await deliver(to: peer, .example(), message).outcome
        // The peer goes on reading, so the reply may be read before or after the dot; it is the same no.
        #expect(outcome.refused?.0.text == "552 5.3.4 too big")
        await peer.stop()
    }

    @Test func `cancelling before the dot defers and after it is unknown`() async throws {
        for (verb, isSafe) in [("RCPT", true), ("DOT", false)] {
            let peer = try await ScriptedPeer.smtp(offers: ["HELP"], .at(verb, .silent))
            let pool = MailPool(relay: relay(port: peer.port, timeouts: MailTimeouts()))
            let outcome = await withTaskGroup(of: MailOutcome.self) { group in
                group.addTask { await pool.deliver(.example(), message: exampleMessage).outcome }
                if isSafe {
                    try? await peer.wait(for: "RCPT")
                } else {
                    try? await peer.wait(forKind: "message")
                }
                group.cancelAll()
                return await group.next()
            }
            #expect(isSafe ? outcome?.isDeferred == true : outcome?.isUnknown == true, "\(verb): \(outcome as Any)")
            await pool.shutdown()
            await peer.stop()
        }
    }

    @Test func `shutting down defers what waits and gives up what hangs after the grace`() async throws {
        let peer = try await ScriptedPeer.smtp(.at("DOT", .silent))
        let pool = MailPool(relay: relay(port: peer.port, timeouts: MailTimeouts()), maxConnections: 1)
        async let hanging = pool.deliver(.example(), message: exampleMessage)
        try await peer.wait(forKind: "message")
        async let waiting = pool.deliver(.example(), message: exampleMessage)
        await pool.shutdown(grace: .milliseconds(300))
        #expect(await hanging.outcome.isUnknown)
        #expect(await waiting.outcome.isDeferred)
        #expect(await pool.deliver(.example(), message: exampleMessage).outcome.isDeferred)
        await peer.stop()
    }

    @Test func `a full queue defers at once`() async throws {
        let peer = try await ScriptedPeer.smtp(.at("CONNECT", .silent))
        let pool = MailPool(relay: relay(port: peer.port, timeouts: MailTimeouts()), maxConnections: 1, queueLimit: 2)
        let outcomes = await withTaskGroup(of: MailOutcome.self) { group in
            for _ in 0..<5 { group.addTask { await pool.deliver(.example(), message: exampleMessage).outcome } }
            var first: [MailOutcome] = []
            // One hangs in the greeting and two may wait: at least two of the five are turned away at once.
            for _ in 0..<2 { if let outcome = await group.next() { first.append(outcome) } }
            await pool.shutdown(grace: .zero)
            return first
        }
        #expect(outcomes.allSatisfy { $0.deferral?.reason.contains("already wait") == true })
        await peer.stop()
    }
}
