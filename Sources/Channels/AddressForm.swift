import Curl
import Evidence
import Notices

/// What an address of each channel must look like to be put on record.
///
/// It asks exactly those who will have to write the address later, so that nothing is accepted today which dispatch refuses
/// when the notice is due.
public enum AddressForm {
    /// The normal form of an address.
    public static func normal(_ channel: ChannelKind, _ text: String) throws(AddressFault) -> String {
        switch channel {
        case .email: return try mail(text)
        case .sms:
            do throws(SMSError) { return try PhoneNumber(text).e164 } catch { throw AddressFault(error.reason) }
        case .inbox, .ems, .onSite, .publicNotice:
            guard !text.isEmpty, text.utf8.count <= 500,
                !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
            else {
                throw AddressFault(
                    "\"\(FieldText.shortened(text))\" has \(text.utf8.count) bytes or a line break; write one line of 1 to 500 bytes"
                )
            }
            return text
        }
    }

    private static func mail(_ text: String) throws(AddressFault) -> String {
        let mailbox: Mailbox
        do throws(MailError) { mailbox = try Mailbox(address: text) } catch { throw AddressFault(error.reason) }
        // A name without a dot is a machine of the sender's own network (RFC 7085), where nobody can be served.
        guard mailbox.domain.contains(".") else {
            throw AddressFault(
                "\"\(FieldText.shortened(text))\" ends in a machine's name; write the whole domain, as in name@example.com"
            )
        }
        // The dialogue checks once more, by rules of its own; what it would not take is not kept either.
        do throws(MailAddressError) { try MailAddress.validate(text) } catch { throw AddressFault("\(error)") }
        return text
    }
}
