import Evidence
import Foundation
import Notices
import Testing

@testable import Channels

struct MailReceiptParserTests {
    private func parse(_ name: String, address: String? = nil, envelope: String? = nil) throws -> [ParsedReceipt] {
        try parse(ReportFixture.bytes(name, address: address, envelope: envelope))
    }

    private func parse(_ bytes: [UInt8]) throws -> [ParsedReceipt] {
        let parser = MailReceiptParser(feed: "mail:bounces", reader: try ReportFixture.reader())
        return parser.parse(bytes, receivedAt: try #require(Timestamp(rfc3339: "2026-11-22T00:00:00Z")))
    }

    @Test func `each sample becomes one receipt with its source, state and event`() throws {
        let table: [(String, Receipt.Source, DeliveryState?, EvidenceEvent)] = [
            ("postfix-failed", .dsn, .failed, .receiptFailed), ("postfix-gave-up", .dsn, .failed, .receiptFailed),
            ("postfix-delayed", .dsn, nil, .receiptDelayed), ("postfix-relayed", .dsn, .relayed, .receiptRelayed),
            ("exchange-failed", .dsn, .failed, .receiptFailed), ("gmail-failed", .dsn, .failed, .receiptFailed),
            ("qq-bounce", .dsn, .failed, .receiptFailed), ("thunderbird-displayed", .mdn, nil, .receiptDisplayed),
            ("exchange-deleted", .mdn, nil, .mailProgramReported),
            ("qq-vacation", .autoReply, nil, .automaticReplyReceived),
            ("outlook-vacation", .autoReply, nil, .automaticReplyReceived),
            ("human-reply", .reply, nil, .replyReceived),
            ("unrelated", .reply, nil, .replyReceived),
        ]
        #expect(Set(table.map(\.0)) == Set(ReportFixture.all))
        for (name, source, state, event) in table {
            let receipts = try parse(name)
            #expect(receipts.count == 1, "\(name)")
            #expect(receipts.first?.source == source, "\(name)")
            #expect(receipts.first?.state == state, "\(name)")
            #expect(receipts.first?.event == event, "\(name)")
            #expect(receipts.first?.forgery == nil, "\(name)")
            #expect(receipts.first?.keys.isEmpty == (name == "unrelated"), "\(name)")
        }
    }

    @Test func `a MAC speaks for the delivery and a Message-ID is only looked up`() throws {
        #expect(try parse("postfix-failed").first?.keys == [.delivery(ReportFixture.delivery)])
        let weak = try parse("postfix-failed", address: "bounces@songda.test", envelope: "QQ314159")
        #expect(weak.first?.keys == [.messageKey(ReportFixture.key)])
        #expect(weak.first?.facts["matchedBy"] == "message_id")
    }

    @Test func `F33 a forged report names its fault and no delivery`() throws {
        let other = try ReportFixture.returnPath(secret: 9).mailbox(for: ReportFixture.delivery).address
        let receipt = try #require(try parse("postfix-failed", address: other).first)
        #expect(receipt.keys.isEmpty)
        #expect(receipt.forgery?.contains("MAC that is not ours") == true)
    }

    @Test func `times stand under the clock that showed them`() throws {
        let delayed = try #require(try parse("postfix-delayed").first)
        #expect(delayed.happenedAt.at == Timestamp(rfc3339: "2026-11-21T14:44:31Z"))
        #expect(delayed.happenedAt.clock == "smtp:relay.songda.test")
        let text = String(decoding: try ReportFixture.bytes("human-reply"), as: UTF8.self)
        let undated = try #require(try parse(Array(text.replacingOccurrences(of: "Date:", with: "X-Date:").utf8)).first)
        #expect(undated.happenedAt.clock == "songda")
    }

    @Test func `a duplicate has the same key and a second delay has another`() throws {
        let once = try ReportFixture.bytes("postfix-delayed")
        let later = String(decoding: once, as: UTF8.self)
            .replacingOccurrences(
                of: "Last-Attempt-Date: Sat, 21 Nov 2026 22", with: "Last-Attempt-Date: Sat, 21 Nov 2026 23")
        #expect(try parse(once).first?.dedupeKey == parse(once + Array("\n".utf8)).first?.dedupeKey)
        #expect(try parse(once).first?.dedupeKey != parse(Array(later.utf8)).first?.dedupeKey)
    }

    @Test func `a report with megabytes behind it is read at its beginning`() throws {
        let bytes = try ReportFixture.bytes("postfix-failed") + [UInt8](repeating: 0x41, count: 5 << 20)
        let receipt = try #require(try parse(bytes).first)
        #expect(receipt.state == .failed)
        #expect(receipt.facts["readInPart"] == true)
    }

    @Test func `control characters of a foreign server do not reach our entries`() throws {
        let text = String(decoding: try ReportFixture.bytes("postfix-failed"), as: UTF8.self)
            .replacingOccurrences(of: "Recipient address", with: "\u{1B}[2J\u{7} address\u{0}")
        let receipt = try #require(try parse(Array(text.utf8)).first)
        #expect(receipt.reason.unicodeScalars.allSatisfy { !FieldText.breaksField($0) })
    }
}
