import Curl
import Foundation
import TestSupport
import Testing

/// F30: whatever is wrong with TLS, no mail and no credentials leave, and nothing falls back to clear text.
@Suite(.serialized)
struct SMTPSecurityTests {
    private let secret = MailCredentials(username: "songda", password: "correct horse battery")

    private func attempt(
        _ peer: ScriptedPeer, ca: String?, security: MailSecurity = .startTLSRequired, host: String = "localhost"
    ) async -> MailDelivery {
        let pool = MailPool(
            relay: relay(port: peer.port, security: security, caFile: ca, credentials: secret, host: host))
        let delivery = await pool.deliver(.example(), message: exampleMessage)
        await pool.shutdown()
        return delivery
    }

    private func expectNothingLeaked(_ peer: ScriptedPeer) {
        let said = peer.lines.map { $0.uppercased() }
        #expect(!said.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
        let encoded = Data("\u{0}songda\u{0}correct horse battery".utf8).base64EncodedString()
        #expect(!peer.events.contains { $0.text.contains(encoded) })
        #expect(peer.messages.isEmpty)
    }

    @Test(arguments: [MailSecurity.startTLSRequired, .implicitTLS])
    func `mail goes over TLS after a login, with the server's certificate as evidence`(
        _ security: MailSecurity
    ) async throws {
        let certificates = try await TestCertificates.make()
        let peer = try await ScriptedPeer.smtp(
            offers: ["PIPELINING", "AUTH PLAIN", "DSN"], identity: certificates.good,
            implicitTLS: security == .implicitTLS)
        let delivery = await attempt(peer, ca: certificates.caFile, security: security)
        #expect(delivery.outcome.accepted != nil, "\(delivery.outcome)")
        #expect(delivery.usedTLS && delivery.offeredDSN)
        let pem = try String(contentsOfFile: certificates.good.certificate, encoding: .utf8)
        #expect(
            delivery.tlsCertificatePEM?.trimmingCharacters(in: .whitespacesAndNewlines)
                == pem.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(["TLSv1.2", "TLSv1.3"].contains(peer.events.first { $0.kind == "tls" }?.text))
        #expect(peer.lines.contains("AUTH PLAIN"))
        let encoded = Data("\u{0}songda\u{0}correct horse battery".utf8).base64EncodedString()
        #expect(peer.lines.contains(encoded))
        // The server got the password; the evidence did not.
        #expect(delivery.opening.contains { $0.text == "[credentials]" })
        #expect(!delivery.opening.contains { $0.text.contains(encoded) || $0.text.contains("battery") })
        await peer.stop()
    }

    @Test func `many messages go over one TLS connection`() async throws {
        let certificates = try await TestCertificates.make()
        let peer = try await ScriptedPeer.smtp(identity: certificates.good)
        let pool = MailPool(
            relay: relay(port: peer.port, security: .startTLSRequired, caFile: certificates.caFile, host: "localhost"),
            maxConnections: 1)
        let large = Array(String(repeating: String(repeating: "y", count: 70) + "\r\n", count: 20_000).utf8)
        for message in [exampleMessage, large, exampleMessage, large] {
            #expect(await pool.deliver(.example(), message: message).outcome.accepted != nil)
        }
        #expect(peer.connections == 1)
        #expect(
            peer.messages.map(\.count) == [
                exampleMessage.count + 5, large.count + 3, exampleMessage.count + 5, large.count + 3,
            ])
        await pool.shutdown()
        await peer.stop()
    }

    @Test func `F30 a server that does not offer STARTTLS gets nothing`() async throws {
        let peer = try await ScriptedPeer.smtp(offers: ["PIPELINING", "AUTH PLAIN LOGIN"])
        let deferral = try #require(await attempt(peer, ca: nil).outcome.deferral)
        #expect(deferral.phase == .tls)
        #expect(deferral.reason.contains("STARTTLS"))
        expectNothingLeaked(peer)
        await peer.stop()
    }

    @Test func `F30 a server that refuses STARTTLS gets nothing`() async throws {
        let certificates = try await TestCertificates.make()
        let peer = try await ScriptedPeer.smtp(
            offers: ["AUTH PLAIN"], identity: certificates.good, .at("STARTTLS", .reply("454 4.7.0 not now")))
        #expect(await attempt(peer, ca: certificates.caFile).outcome.deferral?.phase == .tls)
        expectNothingLeaked(peer)
        await peer.stop()
    }

    @Test func `F30 a certificate that is unknown, expired or for another name gets nothing`() async throws {
        let certificates = try await TestCertificates.make()
        let cases: [(PeerIdentity, String?)] = [
            (certificates.good, certificates.otherCAFile), (certificates.good, nil),
            (certificates.expired, certificates.caFile), (certificates.wrongName, certificates.caFile),
            (certificates.good, "/nonexistent/ca.pem"),
        ]
        for (identity, ca) in cases {
            for security in [MailSecurity.startTLSRequired, .implicitTLS] {
                let peer = try await ScriptedPeer.smtp(
                    offers: ["AUTH PLAIN"], identity: identity, implicitTLS: security == .implicitTLS)
                let delivery = await attempt(peer, ca: ca, security: security)
                #expect(delivery.outcome.deferral?.phase == .tls, "\(identity.certificate): \(delivery.outcome)")
                expectNothingLeaked(peer)
                await peer.stop()
            }
        }
    }

    @Test func `F30 TLS 1 1 is refused`() async throws {
        let certificates = try await TestCertificates.make()
        let peer = try await ScriptedPeer.smtp(offers: ["AUTH PLAIN"], identity: certificates.good, maxTLS: "1.1")
        #expect(await attempt(peer, ca: certificates.caFile).outcome.deferral?.phase == .tls)
        expectNothingLeaked(peer)
        await peer.stop()
    }

    @Test func `F30 replies injected before the handshake are not believed`() async throws {
        let certificates = try await TestCertificates.make()
        let peer = try await ScriptedPeer.smtp(
            offers: ["AUTH PLAIN"], identity: certificates.good,
            .at("STARTTLS", .reply("220 2.0.0 go ahead\n250-evil\n250 AUTH PLAIN\n235 in\n250 ok"), .silent))
        #expect(await attempt(peer, ca: certificates.caFile).outcome.isDeferred)
        expectNothingLeaked(peer)
        await peer.stop()
    }

    @Test func `a refused login is deferred and says so`() async throws {
        let certificates = try await TestCertificates.make()
        let peer = try await ScriptedPeer.smtp(
            offers: ["AUTH PLAIN"], identity: certificates.good, .at("AUTH", .reply("535 5.7.8 bad credentials")))
        let deferral = try #require(await attempt(peer, ca: certificates.caFile).outcome.deferral)
        #expect(deferral.phase == .auth)
        #expect(deferral.reply?.text == "535 5.7.8 bad credentials")
        await peer.stop()
    }

    @Test func `a server that offers no login is not used without one`() async throws {
        let certificates = try await TestCertificates.make()
        let peer = try await ScriptedPeer.smtp(offers: ["PIPELINING"], identity: certificates.good)
        #expect(await attempt(peer, ca: certificates.caFile).outcome.deferral?.phase == .auth)
        #expect(!peer.lines.contains { $0.hasPrefix("MAIL") })
        await peer.stop()
    }

    @Test func `a password for a clear-text relay is never sent`() async throws {
        let peer = try await ScriptedPeer.smtp(offers: ["AUTH PLAIN"])
        let deferral = try #require(await attempt(peer, ca: nil, security: .clearText).outcome.deferral)
        #expect(deferral.reason.contains("no TLS"))
        #expect(peer.connections == 0)
        await peer.stop()
    }

    @Test(arguments: Raw.texts("a.test\r\nRCPT TO:<evil@x.test>", "a b", "", "a\u{0}b", "user@host", "h/../x"))
    func `a relay's host and EHLO name are checked before libcurl sees them`(_ sample: Raw) async throws {
        let text = sample.text
        let peer = try await ScriptedPeer.smtp()
        for isHost in [true, false] {
            var relay = relay(port: peer.port)
            if isHost { relay.host = text } else { relay.ehloName = text }
            let pool = MailPool(relay: relay)
            #expect(await pool.deliver(.example(), message: exampleMessage).outcome.deferral?.phase == .connect)
            await pool.shutdown()
        }
        #expect(peer.connections == 0)
        await peer.stop()
    }
}
