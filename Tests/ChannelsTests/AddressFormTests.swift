import Channels
import Curl
import Notices
import Testing

/// What is put on record can be written into a message later, and nothing else is.
@Suite struct AddressFormTests {
    private static let addresses = [
        "zhang.san@example.com", "a@b.cn", "first+tag@sub.example.com", "张三@example.com", "zhang@例子.中国",
        "zhang@xn--fsqu00a.xn--fiqs8s", "a..b@example.com", ".a@example.com", "a b@example.com", "a@@example.com",
        "a@example..com", "a@-example.com", "\"a b\"@example.com", "a@[192.0.2.1]", "a@example.com\r\nRCPT TO:<b@c>",
        "a,b@example.com", "a%b@example.com", "@example.com", "a@", "", "a'b@example.com",
        String(repeating: "a", count: 65) + "@example.com", "é@example.com", "a@example.com.",
    ]

    @Test(arguments: addresses)
    func `an address on record is one that the composer and the dialogue take`(_ address: String) {
        let isKept = (try? AddressForm.normal(.email, address)) == address
        let isSent = (try? Mailbox(address: address)) != nil && (try? MailAddress.validate(address)) != nil
        #expect(isKept == isSent)
    }

    @Test func `an address beyond ASCII is refused when it is given, with the cure`() {
        let error = #expect(throws: (any Error).self) { try AddressForm.normal(.email, "zhang@例子.中国") }
        #expect("\(String(describing: error))".contains("xn--"))
        #expect(throws: (any Error).self) { try AddressForm.normal(.email, "张三@example.com") }
    }
}
