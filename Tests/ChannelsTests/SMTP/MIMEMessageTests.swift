import Evidence
import Foundation
import Testing

@testable import Channels

struct MIMEMessageTests {
    @Test func `a Chinese subject, sender and file name come back from a strict parser`() throws {
        let read = try PythonReading(of: MIMEMessage.example().encoded())
        #expect(read.headers["subject"] == "解除劳动合同通知书")
        #expect(read.from == ["东海科技(上海)有限公司人力资源部", "hr@songda.test"])
        #expect(read.headers["x-songda-notice"] == "东海〔2026〕第12号")
        #expect(read.headers["date"] == "Sat, 21 Nov 2026 18:32:05 +0800")
        #expect(read.headers["message-id"] == "<01932f6e8a407c119d025e0f6a7b8c9d@songda.test>")
        #expect(read.headers["auto-submitted"] == "auto-generated")
        #expect(read.headers["content-language"] == "zh-CN")
        #expect(read.headers["disposition-notification-to"] == "bounce+abc@songda.test")
        #expect(read.headers.keys.allSatisfy { !$0.hasPrefix("list-") })
        #expect(read.parts.map(\.type) == ["text/plain", "text/html", "application/pdf"])
        #expect(read.parts[0].text == "王芳:\r\n\r\n请查收附件。\r\n")
        #expect(read.parts[2].name == "解除劳动合同通知书.pdf")
        #expect(read.defects == [])
        #expect(read.longest <= 76)
        #expect(read.stray == 0)
        #expect(!read.eight_bit)
    }

    @Test(arguments: [
        "a", "Notice of change of contact", "=?UTF-8?B?eA==?=", "two  spaces", "终", "𠮷野家👩‍👩‍👧‍👦的通知",
        String(repeating: "解除劳动合同通知书", count: 12), String(repeating: "word ", count: 40) + "end",
        String(repeating: "x", count: 300), "mixed 中文 and English " + String(repeating: "很长", count: 30), "e\u{301}té",
    ])
    func `any subject survives and no line is longer than 76`(subject: String) throws {
        let bytes = try MIMEMessage.example(subject: subject).encoded()
        let read = try PythonReading(of: bytes)
        #expect(read.headers["subject"]?.unicodeScalars.elementsEqual(subject.unicodeScalars) == true)
        #expect(read.longest <= 76)
    }

    @Test func `each encoded word is 75 characters at most and whole by itself`() throws {
        let subject = String(repeating: "送达👩‍👩‍👧‍👦", count: 20)
        var writer = FieldWriter()
        try writer.text("Subject", subject)
        let words = String(decoding: writer.bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).dropFirst()
        #expect(words.count > 3)
        for word in words {
            #expect(word.utf8.count <= 75)
            let inner = try #require(Base64.decode(String(word.dropFirst(10).dropLast(2))))
            #expect(String(validating: inner, as: UTF8.self) != nil)
        }
    }

    @Test func `a long file name is continued over lines and comes back`() throws {
        let name = String(repeating: "关于对接人变更及工作交接安排的通知", count: 4) + ".pdf"
        let bytes = try MIMEMessage.example(attachmentName: name).encoded()
        #expect(String(decoding: bytes, as: UTF8.self).contains("filename*1*="))
        let read = try PythonReading(of: bytes)
        #expect(read.parts[2].name == name)
        #expect(read.longest <= 76)
    }

    @Test func `an ASCII name is there for programs that know no RFC 2231`() throws {
        let text = String(decoding: try MIMEMessage.example().encoded(), as: UTF8.self)
        #expect(text.contains("name=\"notice-12.pdf\""))
        #expect(text.contains("filename=\"notice-12.pdf\""))
    }

    @Test func `the same message has the same bytes and another content another boundary`() throws {
        let first = try MIMEMessage.example().encoded()
        #expect(try MIMEMessage.example().encoded() == first)
        let text = String(decoding: first, as: UTF8.self)
        let boundary = try #require(text.range(of: "=_songda-[0-9a-f]{24}-mixed", options: .regularExpression))
        let other = try MIMEMessage.example(html: "<p>另</p>").encoded()
        #expect(!String(decoding: other, as: UTF8.self).contains(text[boundary]))
    }

    @Test func `a reminder names the message it reminds of`() throws {
        var message = try MIMEMessage.example()
        message.inReplyTo = try MessageID("<first@songda.test>")
        let read = try PythonReading(of: message.encoded())
        #expect(read.headers["in-reply-to"] == "<first@songda.test>")
        #expect(read.headers["references"] == "<first@songda.test>")
    }

    @Test func `a notice without a document or HTML is a single text part`() throws {
        var message = try MIMEMessage.example(html: nil)
        message.attachments = []
        let read = try PythonReading(of: message.encoded())
        #expect(read.parts.map(\.type) == ["text/plain"])
        #expect(read.defects == [])
    }

    @Test func `dates are written in their zone and read back`() throws {
        for text in ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2026-12-31T20:00:00Z", "2100-03-01T00:00:00Z"] {
            let time = try #require(Timestamp(rfc3339: text))
            for zone in [0, 480, -330, 840] {
                #expect(MailDate.parse(MailDate.format(time, offsetMinutes: zone)) == time)
            }
        }
        #expect(MailDate.parse("21 Nov 26 10:32 GMT") == Timestamp(rfc3339: "2026-11-21T10:32:00Z"))
        for bad in [
            "", "yesterday", "Sat, 99 Nov 2026 10:00:00", "1 Xyz 2026 10:00:00 +0000", "1 Nov 2026 25:00:00 +0000",
        ] {
            #expect(MailDate.parse(bad) == nil)
        }
    }
}
