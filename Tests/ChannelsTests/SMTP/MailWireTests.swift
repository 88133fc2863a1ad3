import Curl
import Notices
import TestSupport
import Testing

@testable import Channels

/// The whole way from a parcel to a server's reply, over real sockets.
struct MailWireTests {
    private func channel(_ port: Int) throws -> MailChannel {
        let relay = MailRelay(
            name: "peer", host: "127.0.0.1", port: port, security: .clearText, ehloName: "songda.test",
            timeouts: MailTimeouts(connect: .seconds(5), greeting: .seconds(5), command: .seconds(5)))
        return MailChannel(route: RouteID("peer"), composer: try .example(), pool: MailPool(relay: relay))
    }

    @Test func `a parcel arrives to the byte with its delivery reports asked for`() async throws {
        let peer = try await ScriptedPeer.smtp()
        let outcome = await (try channel(peer.port)).deliver(try .mail())
        let mail = try MailComposer.example().compose(.mail())
        #expect(peer.messages == [mail.bytes + Array(".\r\n".utf8)])
        let from = try #require(peer.lines.first { $0.hasPrefix("MAIL") })
        #expect(from.contains("<\(mail.envelope.sender)>"))
        #expect(from.contains("ENVID=\(try #require(mail.envelope.envelopeID))"))
        #expect(peer.lines.contains { $0.contains("NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;wang.fang@example.cn") })
        #expect(outcome.facts["dsnOffered"] == .bool(true))
        guard case .accepted(let reference) = outcome.result else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reference.hasPrefix("250 2.0.0 Ok: queued as PEER"))
        #expect(outcome.transcript.contains { $0.hasPrefix("S: 250 2.0.0 Ok: queued as PEER") })
        await peer.stop()
    }

    @Test func `a server without delivery reports is recorded as such`() async throws {
        let peer = try await ScriptedPeer.smtp(offers: ["PIPELINING"])
        let outcome = await (try channel(peer.port)).deliver(try .mail())
        #expect(outcome.facts["dsnOffered"] == .bool(false))
        #expect(!peer.lines.contains { $0.contains("NOTIFY") || $0.contains("ENVID") })
        await peer.stop()
    }

    @Test(arguments: ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
    func `F24 a connection lost before the dot is deferred`(verb: String) async throws {
        let peer = try await ScriptedPeer.smtp(.at(verb, .close))
        let outcome = await (try channel(peer.port)).deliver(try .mail())
        guard case .deferred = outcome.result else {
            Issue.record("\(outcome)")
            return
        }
        #expect(outcome.blamesRoute)
        await peer.stop()
    }

    @Test func `F24 a connection lost after the dot is unknown and the second copy is the same message`() async throws {
        let peer = try await ScriptedPeer.smtp(.at("DOT", 1, .close))
        let channel = try channel(peer.port)
        let outcome = await channel.deliver(try .mail(attempt: 1))
        guard case .unknown = outcome.result else {
            Issue.record("\(outcome)")
            return
        }
        guard case .accepted = await channel.deliver(try .mail(attempt: 2)).result else {
            Issue.record("the second attempt was not accepted")
            return
        }
        #expect(peer.messages.count == 2)
        #expect(Set(peer.messages).count == 1)
        await peer.stop()
    }

    @Test func `F27 and F28 a server's no is kept in its own words with a reason`() async throws {
        // Without pipelining, so that a refused recipient's message gets no dot of its own.
        let peer = try await ScriptedPeer.smtp(
            offers: [], .at("RCPT", 1, .reply("550 5.1.1 nobody here")),
            .at("RCPT", 2, .reply("452 4.2.2 come back later")),
            .at("DOT", 1, .reply("554 5.7.1 not this one")))
        let channel = try channel(peer.port)
        let refused = await channel.deliver(try .mail())
        #expect(refused.result == .refused(reason: "550 5.1.1 nobody here"))
        #expect(refused.reasonCode == .addressInvalid)
        #expect(!refused.blamesRoute)
        let deferred = await channel.deliver(try .mail())
        #expect(deferred.result == .deferred(reason: "452 4.2.2 come back later", after: nil))
        #expect(deferred.reasonCode == .mailboxFull)
        let policy = await channel.deliver(try .mail())
        #expect(policy.result == .refused(reason: "554 5.7.1 not this one"))
        #expect(policy.reasonCode == .policy)
        await peer.stop()
    }
}
