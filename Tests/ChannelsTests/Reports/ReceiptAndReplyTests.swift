import Foundation
import Notices
import Testing

@testable import Channels

struct ReceiptAndReplyTests {
    @Test func `a read receipt says who displayed which message and how it was sent`() throws {
        let read = try ReportFixture.read("thunderbird-displayed")
        #expect(read.match == .delivery(ReportFixture.delivery, by: .returnPath))
        let receipt = try #require(read.disposition)
        #expect(receipt.disposition == .displayed)
        #expect(receipt.sentManually == true)
        #expect(receipt.finalRecipient == "wang.fang@example.cn")
        #expect(receipt.messageID?.left == ReportFixture.key)
        #expect(receipt.reportingProgram == "mail.example.cn; Thunderbird 128.4")
    }

    @Test func `a read receipt with odd spaces, letter case and an empty line inside is read`() throws {
        let receipt = try #require(try ReportFixture.read("exchange-deleted").disposition)
        #expect(receipt.disposition == .deleted)
        #expect(receipt.sentManually == false)
        #expect(receipt.modifiers == ["error", "expired"])
        #expect(receipt.messageID?.left == ReportFixture.key)
    }

    @Test func `a duplicate read receipt has the fingerprint of the first`() throws {
        let first = try ReportFixture.bytes("thunderbird-displayed")
        let text = String(decoding: first, as: UTF8.self)
        let second = Array(text.replacingOccurrences(of: "mdn-1@", with: "mdn-2@").utf8)
        let reader = try ReportFixture.reader()
        #expect(try reader.read(first).fingerprint == reader.read(second).fingerprint)
        #expect(try reader.read(first).fingerprint != ReportFixture.read("exchange-deleted").fingerprint)
    }

    @Test(arguments: ["qq-vacation", "outlook-vacation"])
    func `a vacation message is not a person's answer`(name: String) throws {
        let read = try ReportFixture.read(name)
        guard case .autoReply = read.content else {
            Issue.record("read as \(read.content)")
            return
        }
        guard case .delivery(ReportFixture.delivery, _) = read.match else {
            Issue.record("matched \(read.match)")
            return
        }
    }

    @Test func `a read receipt in free words is told from an answer and claims nothing`() throws {
        let text = String(decoding: try ReportFixture.bytes("human-reply"), as: UTF8.self)
        let subject = "Subject: =?UTF-8?B?5bey6K+7OiDmlofkuabpgIHovr4=?=\nX-Old: x"
        let bytes = Array(
            text.replacingOccurrences(of: "Subject: =?UTF-8?B?5Zue5aSN77ya5paH5Lmm6YCB?=", with: subject).utf8)
        #expect(try ReportFixture.reader().read(bytes).content == .informalReceipt(subject: "已读: 文书送达"))
    }

    @Test func `an answer by a person is found by the message it answers`() throws {
        let read = try ReportFixture.read("human-reply")
        #expect(read.content == .reply(subject: "回复：文书送达通知"))
        #expect(read.match == .delivery(ReportFixture.delivery, by: .messageID))
        #expect(read.from == "zhou.lei@corp.example")
    }
}
