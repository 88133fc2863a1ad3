import Foundation
import Testing

@testable import Channels

struct InjectionTests {
    static let breakers = ["\r\n", "\n", "\r", "\0", "\u{2028}", "\u{85}", "\u{0B}", "\u{7F}"]

    /// Every place where text from outside enters the header.
    static let places: [(field: String, put: @Sendable (String) throws -> MIMEMessage)] = [
        ("Subject", { try MIMEMessage.example(subject: $0) }),
        ("address", { text in try changed { $0.from = try Mailbox(name: text, address: "hr@songda.test") } }),
        ("address", { text in try changed { $0.to = try Mailbox(address: "a\(text)@example.cn") } }),
        ("address", { text in try changed { $0.to = try Mailbox(address: "a@example.cn\(text)") } }),
        ("X-Songda-Notice", { text in try changed { $0.noticeNumber = text } }),
        ("Content-Language", { text in try changed { $0.language = text } }),
        ("Message-ID", { text in try changed { $0.messageID = try MessageID(delivery: text, domain: "songda.test") } }),
        ("Message-ID", { text in try changed { $0.inReplyTo = try MessageID("<a@b\(text)>") } }),
        ("attachment name", { try MIMEMessage.example(attachmentName: $0) }),
        ("attachment fallback name", { text in try changed { $0.attachments[0].fallbackName = text } }),
        ("attachment type", { text in try changed { $0.attachments[0].mediaType = "application/\(text)pdf" } }),
    ]

    static func changed(_ change: (inout MIMEMessage) throws -> Void) throws -> MIMEMessage {
        var message = try MIMEMessage.example()
        try change(&message)
        return message
    }

    @Test(arguments: breakers)
    func `a control character in any field is refused and the field is named`(breaker: String) throws {
        for place in Self.places {
            for text in ["x\(breaker)Bcc: evil@example.net", "\(breaker)", "x\(breaker)\u{301}y"] {
                let error = #expect(throws: MailError.self) { try place.put(text).encoded() }
                #expect(error?.field == place.field)
                #expect(error?.reason.unicodeScalars.allSatisfy { !FieldText.breaksField($0) } == true)
            }
        }
    }

    @Test func `NUL in a body is refused and line ends in it stay in it`() throws {
        #expect(throws: MailError.self) { try Self.changed { $0.text = "a\0b" }.encoded() }
        #expect(throws: MailError.self) { try Self.changed { $0.html = "a\0b" }.encoded() }
        let read = try PythonReading(of: Self.changed { $0.text = "x\r\n.\r\nMAIL FROM:<>\n--\nFrom x\r" }.encoded())
        #expect(read.parts[0].text == "x\r\n.\r\nMAIL FROM:<>\r\n--\r\nFrom x\r\n")
        #expect(read.defects == [])
    }

    @Test(arguments: [
        "", "@", "a@", "@b", "a b@c.cn", "a@b@c.cn", "<a@b.cn>", "a@b.cn>", ".a@b.cn", "a.@b.cn", "a..b@c.cn",
        "\"a\"@b.cn", "a@-b.cn", "a@b-.cn", "a@b..cn", "a@[127.0.0.1]", "李@b.cn", "a@例子.cn", "a,b@c.cn",
        "a@b.cn NOTIFY=NEVER",
        String(repeating: "a", count: 65) + "@b.cn", "a@" + String(repeating: "b", count: 64) + ".cn",
    ])
    func `what is no plain address is refused`(address: String) {
        #expect(throws: MailError(.badAddress, field: "", "")) { try Mailbox(address: address) }
    }

    @Test(arguments: ["a@b", "10086@qq.com", "o'neil+tag@ex-ample.com.cn", "a@xn--fsqu00a.cn"])
    func `plain addresses are taken`(address: String) throws {
        #expect(try Mailbox(address: address).address == address)
    }

    @Test(arguments: ["../x.pdf", "a/b.pdf", "a\\b.pdf", "C:x", "notice\u{202E}fdp.exe", ""])
    func `file names that mislead are refused`(name: String) {
        #expect(throws: MailError.self) { try MIMEMessage.example(attachmentName: name).encoded() }
    }

    @Test func `quotes and commas in a name are quoted`() throws {
        let read = try PythonReading(
            of: Self.changed { $0.from = try Mailbox(name: "A \"B\", \\C", address: "hr@songda.test") }.encoded())
        #expect(read.from == ["A \"B\", \\C", "hr@songda.test"])
    }
}
