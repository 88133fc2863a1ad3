import Curl
import Evidence
import Notices

/// What an address of each channel must look like to be put on record.
///
/// It asks exactly those who will have to write the address later, so that nothing is accepted today which dispatch refuses
/// when the notice is due.
public enum AddressForm {
    /// The normal form of an address; throws a sentence about what is wrong with it.
    public static func normal(_ channel: ChannelKind, _ text: String) throws -> String {
        switch channel {
        case .email:
            let mailbox = try Mailbox(address: text)
            // The dialogue checks once more, by rules of its own; what it would not take is not kept either.
            try MailAddress.validate(mailbox.address)
            return mailbox.address
        case .sms: return try PhoneNumber(text).e164
        case .inbox, .ems, .onSite, .publicNotice:
            guard !text.isEmpty, text.utf8.count <= 500,
                !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
            else {
                throw NoticeError(.invalid, "\"\(text.prefix(40))\" is not one line of 1 to 500 bytes")
            }
            return text
        }
    }
}
