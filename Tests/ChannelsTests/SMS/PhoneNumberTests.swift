import Testing

@testable import Channels

@Suite struct PhoneNumberTests {
    @Test(arguments: [
        ("13800138000", "+8613800138000"), ("+8619912345678", "+8619912345678"), ("+12349013030", "+12349013030"),
        ("+85261234567", "+85261234567"), ("+3726123456", "+3726123456"),
    ])
    func `mainland and international numbers become E.164`(written: String, e164: String) throws {
        #expect(try PhoneNumber(written).e164 == e164)
    }

    @Test(arguments: [
        "", "+", "12345678901", "1380013800", "138001380000", "+86138001380", "+861080001380", "8613800138000",
        "+0123456789",
        "+1234567890123456", "+123456", "138 0013 8000", "138-0013-8000", "１３８００１３８０００", "13800138000\r\n",
        "13800138000\n", "+86138\r\n00138000", "13800138000\u{0}", "13800138000,13900139000", "13800138000&a=b",
    ])
    func `anything else is refused with the value and the cure`(written: String) {
        let error = #expect(throws: SMSError(.phoneNumber, "")) { try PhoneNumber(written) }
        #expect(error?.reason.hasPrefix("phone \"") == true)
        #expect(error?.reason.utf8.contains { $0 < 0x20 } == false)
    }
}
