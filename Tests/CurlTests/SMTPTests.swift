import Curl
import Foundation
import TestSupport
import Testing

/// A relay on loopback with short waits.
func relay(
    port: Int, security: MailSecurity = .clearText, caFile: String? = nil, credentials: MailCredentials? = nil,
    host: String = "127.0.0.1", timeouts: MailTimeouts = .short
) -> MailRelay {
    MailRelay(
        name: "test", host: host, port: port, security: security, caFile: caFile, credentials: credentials,
        ehloName: "songda.test", timeouts: timeouts)
}

extension MailTimeouts {
    static let short = MailTimeouts(
        connect: .seconds(5), greeting: .seconds(5), command: .seconds(5), data: .seconds(5), finalReply: .seconds(5))
}

extension MailEnvelope {
    static func example(
        sender: String = "bounce+1@songda.test", recipient: String = "zhang@client.test", envelopeID: String? = nil,
        requestsDSN: Bool = false
    ) -> MailEnvelope {
        MailEnvelope(sender: sender, recipient: recipient, envelopeID: envelopeID, requestsDSN: requestsDSN)
    }
}

let exampleMessage = Array("Subject: notice\r\n\r\n.first dot\r\n..two\r\nend\r\n".utf8)

extension MailOutcome {
    var isDeferred: Bool { if case .deferred = self { true } else { false } }
    var isUnknown: Bool { if case .unknown = self { true } else { false } }
    var accepted: SMTPReply? { if case .accepted(let reply) = self { reply } else { nil } }
    var refused: (SMTPReply, MailPhase)? {
        if case .refused(let reply, let phase) = self { (reply, phase) } else { nil }
    }
    var deferral: (reason: String, reply: SMTPReply?, phase: MailPhase)? {
        if case .deferred(let reason, let reply, let phase) = self { (reason, reply, phase) } else { nil }
    }
}

/// Delivers one message to a peer and shuts the pool down.
func deliver(
    to peer: ScriptedPeer, _ envelope: MailEnvelope = .example(), _ message: [UInt8] = exampleMessage,
    timeouts: MailTimeouts = .short
) async -> MailDelivery {
    let pool = MailPool(relay: relay(port: peer.port, timeouts: timeouts))
    let delivery = await pool.deliver(envelope, message: message)
    await pool.shutdown()
    return delivery
}

@Suite(.serialized)
struct SMTPTests {
    @Test(arguments: [true, false])
    func `a message is handed over byte for byte but for dot-stuffing`(_ pipelining: Bool) async throws {
        let peer = try await ScriptedPeer.smtp(offers: pipelining ? ["PIPELINING"] : ["HELP"])
        let delivery = await deliver(to: peer)
        #expect(delivery.outcome.accepted?.text == "250 2.0.0 Ok: queued as PEER1")
        #expect(delivery.outcome.accepted?.enhanced == "2.0.0")
        #expect(peer.messages == [Array("Subject: notice\r\n\r\n..first dot\r\n...two\r\nend\r\n.\r\n".utf8)])
        #expect(
            peer.lines == [
                "EHLO songda.test", "MAIL FROM:<bounce+1@songda.test>", "RCPT TO:<zhang@client.test>", "DATA", "QUIT",
            ])
        #expect(
            delivery.transcript.filter { $0.direction == .client }.map(\.text) == [
                "MAIL FROM:<bounce+1@songda.test>", "RCPT TO:<zhang@client.test>", "DATA",
                "[message: \(exampleMessage.count) bytes]", ".",
            ])
        #expect(delivery.transcript.last?.text == "250 2.0.0 Ok: queued as PEER1")
        #expect(delivery.opening.first?.text == "220 peer.test ESMTP")
        #expect(delivery.peer == MailPeer(host: "127.0.0.1", ip: "127.0.0.1", port: peer.port))
        await peer.stop()
    }

    @Test func `a message larger than any buffer arrives whole`() async throws {
        let peer = try await ScriptedPeer.smtp()
        // Every length of line, so that dots and line ends fall on every place of a piece.
        var message: [UInt8] = []
        while message.count < 400_000 {
            message += Array(repeating: UInt8(ascii: "."), count: message.count % 97) + [0x0D, 0x0A]
        }
        let delivery = await deliver(to: peer, .example(), message)
        #expect(delivery.outcome.accepted != nil)
        let text = String(decoding: message, as: UTF8.self).replacingOccurrences(of: "\r\n.", with: "\r\n..")
        #expect(peer.messages.first.map { String(decoding: $0, as: UTF8.self) } == text + ".\r\n")
        await peer.stop()
    }

    @Test func `a message without a last line end gets one`() async throws {
        let peer = try await ScriptedPeer.smtp()
        _ = await deliver(to: peer, .example(), Array("A: b\r\n\r\n.".utf8))
        #expect(peer.messages == [Array("A: b\r\n\r\n..\r\n.\r\n".utf8)])
        await peer.stop()
    }

    @Test(
        arguments: Raw.texts(
            "a\nb\r\n", "a\rb\r\n", "a\r", "\n.\r\n", "a\r\r\n", "a\u{0}\r\n",
            String(repeating: "x", count: 999) + "\r\n", "a\r\n" + String(repeating: "x", count: 999)))
    func `a message that servers would read differently is not sent`(_ sample: Raw) async throws {
        let text = sample.text
        let peer = try await ScriptedPeer.smtp()
        let delivery = await deliver(to: peer, .example(), Array(text.utf8))
        #expect(delivery.outcome.deferral?.phase == .data)
        #expect(peer.connections == 0)
        await peer.stop()
    }

    @Test(
        arguments: Raw.texts(
            "a@x.test\r\nRCPT TO:<evil@x.test", "a@x.test\nb", "a\u{0}@x.test", "a@x.test>\r\nDATA", "a b@x.test"))
    func `an address with CR, LF or NUL is refused before anything is sent`(_ sample: Raw) async throws {
        let address = sample.text
        let peer = try await ScriptedPeer.smtp()
        let asRecipient = await deliver(to: peer, .example(recipient: address))
        #expect(asRecipient.outcome.deferral?.phase == .rcptTo)
        #expect(asRecipient.outcome.deferral?.reply == nil)
        let asSender = await deliver(to: peer, .example(sender: address))
        #expect(asSender.outcome.deferral?.phase == .mailFrom)
        #expect(peer.connections == 0)
        await peer.stop()
    }

    @Test func `delivery reports are asked for where the server offers them`() async throws {
        let peer = try await ScriptedPeer.smtp()
        let envelope = MailEnvelope.example(recipient: "li+hr@client.test", envelopeID: "N=7+x", requestsDSN: true)
        let delivery = await deliver(to: peer, envelope)
        #expect(delivery.offeredDSN)
        #expect(
            peer.lines.dropFirst().prefix(2) == [
                "MAIL FROM:<bounce+1@songda.test> SIZE=\(exampleMessage.count) RET=HDRS ENVID=N+3D7+2Bx",
                "RCPT TO:<li+hr@client.test> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;li+2Bhr@client.test",
            ])
        await peer.stop()
    }

    @Test func `a server without delivery reports is no fault and is recorded`() async throws {
        let peer = try await ScriptedPeer.smtp(offers: ["PIPELINING"])
        let delivery = await deliver(to: peer, .example(envelopeID: "n7", requestsDSN: true))
        #expect(delivery.outcome.accepted != nil)
        #expect(!delivery.offeredDSN)
        #expect(!peer.lines.contains { $0.contains("NOTIFY") || $0.contains("ENVID") })
        await peer.stop()
    }

    @Test func `an empty sender is sent as the null return path`() async throws {
        let peer = try await ScriptedPeer.smtp(offers: ["HELP"])
        _ = await deliver(to: peer, .example(sender: ""))
        #expect(peer.lines.contains("MAIL FROM:<>"))
        await peer.stop()
    }

    @Test func `an address beyond ASCII needs a server that takes it`() async throws {
        let able = try await ScriptedPeer.smtp(offers: ["SMTPUTF8"])
        #expect(await deliver(to: able, .example(recipient: "张三@client.test")).outcome.accepted != nil)
        #expect(able.lines.contains { $0.hasSuffix("SMTPUTF8") })
        await able.stop()
        let unable = try await ScriptedPeer.smtp(offers: ["HELP"])
        let delivery = await deliver(to: unable, .example(recipient: "张三@client.test"))
        #expect(delivery.outcome.deferral?.reason.contains("SMTPUTF8") == true)
        #expect(!unable.lines.contains { $0.hasPrefix("MAIL") })
        await unable.stop()
    }

    @Test func `connections are kept and used again`() async throws {
        let peer = try await ScriptedPeer.smtp()
        let pool = MailPool(relay: relay(port: peer.port), maxConnections: 2)
        var reused = 0
        for _ in 0..<20 {
            let delivery = await pool.deliver(.example(), message: exampleMessage)
            #expect(delivery.outcome.accepted != nil)
            if delivery.reusedConnection { reused += 1 }
        }
        await pool.shutdown()
        #expect(reused >= 18)
        #expect(peer.connections <= 2)
        #expect(peer.messages.count == 20)
        await peer.stop()
    }

    @Test func `many deliveries at once share the allowed connections`() async throws {
        let peer = try await ScriptedPeer.smtp()
        let pool = MailPool(relay: relay(port: peer.port), maxConnections: 4)
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 {
                group.addTask { await pool.deliver(.example(), message: exampleMessage).outcome.accepted != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        await pool.shutdown()
        #expect(accepted == 100)
        #expect((1...4).contains(peer.connections))
        await peer.stop()
    }

    @Test func `a kept connection that the server left is replaced silently`() async throws {
        let peer = try await ScriptedPeer.smtp(
            .at("DOT", 1, .reply("250 2.0.0 first"), .reply("421 4.3.2 going down"), .close))
        let pool = MailPool(relay: relay(port: peer.port), maxConnections: 1)
        #expect(await pool.deliver(.example(), message: exampleMessage).outcome.accepted?.text == "250 2.0.0 first")
        try await peer.wait(forKind: "gone")
        let second = await pool.deliver(.example(), message: exampleMessage)
        #expect(second.outcome.accepted?.text == "250 2.0.0 Ok: queued as PEER2")
        #expect(!second.reusedConnection)
        await pool.shutdown()
        await peer.stop()
    }

    @Test func `an idle connection is closed with QUIT`() async throws {
        let peer = try await ScriptedPeer.smtp()
        let pool = MailPool(relay: relay(port: peer.port), idleTimeout: .milliseconds(200))
        _ = await pool.deliver(.example(), message: exampleMessage)
        try await peer.wait(for: "QUIT")
        #expect(await pool.deliver(.example(), message: exampleMessage).outcome.accepted != nil)
        await pool.shutdown()
        await peer.stop()
    }

    @Test func `smtp-sink stores what was sent`() async throws {
        let sink = try await SMTPSink.start(keepsMessages: true)
        let pool = MailPool(relay: relay(port: sink.port))
        #expect(await pool.deliver(.example(), message: exampleMessage).outcome.accepted != nil)
        await pool.shutdown()
        try await sink.process.wait(for: "the stored message") { sink.messages.contains("end\n") }
        #expect(sink.messages.contains("\n.first dot\n..two\nend\n"))
        await sink.stop()
    }
}
