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

    @Test(arguments: [
        (ChannelKind.email, "zhang", "name@example.com"), (.email, "a@localhost", "write the whole domain"),
        (.email, "a b@example.com", "remove it"), (.email, "a@b\u{0}.cn", "remove it"),
        (.email, "@example.com", "write 1 to 64"),
        (.email, "a@-example.com", "write letters, digits, hyphens and dots"),
        (.sms, "138 0013 8000", "without spaces or hyphens"), (.sms, "12345", "country code"),
        (.ems, "北京\n上海", "write one line"),
    ])
    func `a refused address is named with its cure, and with no word of ours before it`(
        _ channel: ChannelKind, _ address: String, _ cure: String
    ) throws {
        let fault = try #require(throws: AddressFault.self) { try AddressForm.normal(channel, address) }
        #expect(fault.description.contains(cure), "\(fault)")
        #expect(!fault.description.contains("address:") && !fault.description.contains("sms."))
        // What a terminal would swallow is shown.
        #expect(fault.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }

    @Test func `an address beyond ASCII is refused when it is given, with the cure`() {
        let error = #expect(throws: (any Error).self) { try AddressForm.normal(.email, "zhang@例子.中国") }
        #expect("\(String(describing: error))".contains("xn--"))
        #expect(throws: (any Error).self) { try AddressForm.normal(.email, "张三@example.com") }
    }
}
