import Curl
import Evidence
import Foundation
import Notices
import TestSupport
import Testing

@testable import Channels

/// Out through a real Postfix and back as a real report.
@Suite(.enabled(if: PrivatePostfix.isAvailable, "needs root and /usr/sbin/postfix"))
struct PostfixRoundTripTests {
    private func deliver(to address: String, by postfix: PrivatePostfix) async throws -> DeliveryOutcome {
        let relay = MailRelay(
            name: "postfix", host: "127.0.0.1", port: postfix.port, security: .clearText, ehloName: "songda.test")
        let pool = MailPool(relay: relay)
        let channel = MailChannel(route: RouteID("postfix"), composer: try .example(), pool: pool)
        let outcome = await channel.deliver(try .mail(to: address))
        await pool.shutdown()
        return outcome
    }

    private func report(at postfix: PrivatePostfix) async throws -> (ParsedReceipt, DeliveryStatusReport) {
        let text = try await postfix.message(for: "bounce@songda.test") { $0.contains("message/delivery-status") }
        let bytes = Array(text.utf8)
        let reader = try ReportFixture.reader()
        let receipts = MailReceiptParser(feed: "mail:bounces", reader: reader)
            .parse(bytes, receivedAt: Timestamp(microseconds: 0))
        return (try #require(receipts.first), try #require(try reader.read(bytes).deliveryStatus))
    }

    @Test func `a mailbox's Postfix reports arrival and the message is intact`() async throws {
        let postfix = try await PrivatePostfix.start(mailboxes: ["bounce@songda.test", "wang.fang@example.cn"])
        let outcome = try await deliver(to: "wang.fang@example.cn", by: postfix)
        guard case .accepted(let reference) = outcome.result else {
            Issue.record("\(outcome)")
            return
        }
        let queueID = try #require(reference.split(separator: " ").last)
        #expect(reference.contains("queued as"))
        #expect(postfix.log.contains(queueID))
        #expect(outcome.facts["dsnOffered"] == true)
        let (receipt, status) = try await report(at: postfix)
        #expect(receipt.keys == [.delivery(ReportFixture.delivery)])
        #expect(receipt.state == .delivered)
        #expect(receipt.happenedAt.clock == "smtp:mx.songda.test")
        #expect(
            try ReportFixture.returnPath().read(envelopeID: status.envelopeID ?? "")
                == .delivery(ReportFixture.delivery))
        #expect(status.messageID?.left == ReportFixture.key)
        #expect(status.recipients.first?.originalRecipient == "wang.fang@example.cn")
        let stored = try await postfix.message(for: "wang.fang@example.cn") { _ in true }
        let read = try PythonReading(of: Array(stored.replacingOccurrences(of: "\n", with: "\r\n").utf8))
        #expect(read.headers["subject"] == "文书送达通知")
        #expect(read.parts.last?.name == "解除劳动合同通知书.pdf")
        #expect(read.defects == [])
        await postfix.stop()
    }

    @Test func `F33 a bounce that comes after acceptance leads back to its delivery`() async throws {
        let peer = try await ScriptedPeer.smtp(.at("RCPT", .reply("550 5.1.1 nobody of that name")))
        let postfix = try await PrivatePostfix.start(routes: ["far.test": peer.port])
        guard case .accepted = try await deliver(to: "li.na@far.test", by: postfix).result else {
            Issue.record("Postfix did not accept")
            return
        }
        let (receipt, status) = try await report(at: postfix)
        #expect(receipt.keys == [.delivery(ReportFixture.delivery)])
        #expect(receipt.state == .failed)
        #expect(receipt.event == .receiptFailed)
        #expect(receipt.facts["reasonCode"] == "address_invalid")
        #expect(receipt.reason.contains("nobody of that name"))
        #expect(status.recipients.first?.finalRecipient == "li.na@far.test")
        await postfix.stop()
        await peer.stop()
    }

    @Test func `a next hop without reports makes relayed and never delivered`() async throws {
        let peer = try await ScriptedPeer.smtp(offers: ["PIPELINING"])
        let postfix = try await PrivatePostfix.start(routes: ["far.test": peer.port])
        _ = try await deliver(to: "li.na@far.test", by: postfix)
        let (receipt, _) = try await report(at: postfix)
        #expect(receipt.state == .relayed)
        #expect(receipt.event == .receiptRelayed)
        #expect(peer.messages.count == 1)
        await postfix.stop()
        await peer.stop()
    }
}
