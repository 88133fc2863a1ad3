import Testing

@testable import Curl

struct AddressTests {
    @Test(
        arguments: Raw.texts(
            "a\rb@x.test", "a\nb@x.test", "a@x.test\r\nRCPT TO:<evil@x.test>", "a\u{0}@x.test", "a b@x.test",
            "<a@x.test>",
            "a@x.test>", "a\tb@x.test", "a\u{7F}@x.test", "a\u{85}@x.test", "", "@x.test", "a@", "a.x.test",
            "a@b@x.test",
            ".a@x.test", "a.@x.test", "a..b@x.test", "a@-x.test", "a@x..test", "\"a\"@x.test", "a@[127.0.0.1]",
            String(repeating: "a", count: 65) + "@x.test", "a@" + String(repeating: "b", count: 64) + ".test",
            "a@" + Array(repeating: "bbbbbbb", count: 40).joined(separator: ".")))
    func `an address that could break a dialogue is refused`(_ sample: Raw) {
        let address = sample.text
        #expect(throws: MailAddressError.self) { try MailAddress.validate(address) }
    }

    @Test(arguments: [
        "a@x.test", "first.last+tag=1@mail.example.com", "o'brien@x.test", "张三@例子.测试", "a@localhost",
        String(repeating: "a", count: 64) + "@x.test",
    ])
    func `an ordinary address is allowed`(_ address: String) throws {
        try MailAddress.validate(address)
    }

    @Test func `a line end hidden in one grapheme is found and shown harmlessly`() {
        do {
            try MailAddress.validate("a@x.test\r\nDATA")
            Issue.record("the address was accepted")
        } catch {
            #expect(error.reason.contains("line end at byte 9"))
            #expect(!error.reason.utf8.contains(0x0D) && !error.reason.utf8.contains(0x0A))
        }
    }

    @Test func `a password is not printed`() {
        let relay = MailRelay(
            name: "r", host: "h", port: 25, security: .startTLSRequired,
            credentials: MailCredentials(username: "songda", password: "s3cret"), ehloName: "us.test")
        var dumped = ""
        dump(relay, to: &dumped)
        for text in ["\(relay)", String(reflecting: relay), dumped] { #expect(!text.contains("s3cret")) }
    }

    @Test func `an enhanced code is read only where one stands`() {
        #expect(SMTPReply(code: 550, lines: ["5.1.1 no such user"]).enhanced == "5.1.1")
        #expect(SMTPReply(code: 250, lines: ["2.0.0"]).enhanced == "2.0.0")
        #expect(SMTPReply(code: 250, lines: ["10.0.0.1 greets you"]).enhanced == nil)
        #expect(SMTPReply(code: 250, lines: ["ok"]).enhanced == nil)
    }
}
