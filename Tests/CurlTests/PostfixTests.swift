import Curl
import TestSupport
import Testing

@Suite(.enabled(if: PrivatePostfix.isAvailable && PrivateDovecot.isAvailable, "needs root, Postfix and Dovecot"))
struct PostfixTests {
    @Test func `a real server gives a queue id, refuses strangers and reports a later failure to our mailbox`()
        async throws
    {
        let peer = try await ScriptedPeer.smtp(.at("RCPT", .reply("550 5.1.1 no such user here")))
        let dovecot = try await PrivateDovecot.start()
        let postfix = try await PrivatePostfix.start(routes: ["client.test": peer.port], mailRoot: dovecot.mailRoot)
        let pool = MailPool(relay: relay(port: postfix.port))
        let message = Array("From: hr@songda.test\r\nTo: zhang@client.test\r\nSubject: notice\r\n\r\ntext\r\n".utf8)
        let delivery = await pool.deliver(
            .example(envelopeID: "N-2026-0001", requestsDSN: true), message: message)
        let reply = try #require(delivery.outcome.accepted)
        #expect(reply.text.contains("queued as"))
        #expect(delivery.offeredDSN)
        let refusal = await pool.deliver(.example(recipient: "nobody@songda.test"), message: message)
        #expect(refusal.outcome.refused?.0.enhanced == "5.1.1")
        #expect(await pool.deliver(.example(recipient: "a@elsewhere.test"), message: message).outcome.refused != nil)
        await pool.shutdown()
        // The bounce is real, comes back by IMAP, and carries what we gave along.
        let reader = MailboxReader(
            Mailbox(
                name: "bounces", kind: .imap, host: "127.0.0.1", port: dovecot.imapPort, security: .clearText,
                credentials: MailCredentials(username: "bounce@songda.test", password: dovecot.password)))
        var bounce: MailboxMessage?
        try await postfix.process.wait(for: "a bounce\n\(postfix.log)") {
            bounce = try await reader.fetchNew().messages.first
            return bounce != nil
        }
        let text = String(decoding: bounce?.bytes ?? [], as: UTF8.self)
        #expect(text.contains("Original-Envelope-Id: N-2026-0001\r\n"))
        #expect(text.contains("Original-Recipient: rfc822;zhang@client.test\r\n"))
        #expect(text.contains("Action: failed\r\n") && text.contains("no such user here"))
        await postfix.stop()
        await dovecot.stop()
        await peer.stop()
    }
}
