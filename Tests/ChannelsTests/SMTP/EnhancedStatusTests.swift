import Notices
import Testing

@testable import Channels

struct EnhancedStatusTests {
    @Test func `replies are judged by their enhanced code first and by their plain code else`() {
        let table: [(Int, String, DeliveryOutcome.ReasonCode)] = [
            (250, "2.0.0 Ok: queued as 4X", .none),
            (550, "5.1.1 <a@b>: Recipient address rejected: User unknown", .addressInvalid),
            (550, "5.7.1 Message rejected", .policy),
            (552, "5.2.2 over quota", .mailboxFull),
            (452, "4.2.2 over quota", .mailboxFull),
            (550, "5.1.8 sender domain not found", .policy),
            (550, "Mailbox not found", .addressInvalid),
            (550, "Mail content denied", .policy),
            (550, "5.0.0 no such user", .addressInvalid),
            (451, "4.4.3 DNS lookup failed", .connection),
            (421, "closing", .connection),
            (554, "DT:SPM", .policy),
            (550, "4.7.1 class does not fit", .addressInvalid),
            (500, "what", .other),
        ]
        for (code, text, expected) in table {
            #expect(RefusalReason.code(reply: code, text: text) == expected, "\(code) \(text)")
        }
    }

    @Test func `only a whole code at the start counts`() {
        #expect(EnhancedStatus("5.1.1 x")?.description == "5.1.1")
        #expect(EnhancedStatus("5.7.26")?.detail == 26)
        for bad in ["", "5", "5.1", "5.1.", "3.1.1", "51.1.1", "5.1.1.1", "5.1.1x", "x5.1.1", "5.1.1234", "192.0.2.1"] {
            #expect(EnhancedStatus(bad) == nil)
        }
        #expect(EnhancedStatus.first(in: "host mx said: 550 5.2.1 off (in reply to RCPT)")?.description == "5.2.1")
        #expect(EnhancedStatus.first(in: "from 192.0.2.1 and version 10.2.3") == nil)
    }
}
