/// Why a text message, a call-back or a gateway description cannot be used.
///
/// It is thrown only for bad input and bad configuration. What a gateway answers is never an error but a
/// `DeliveryOutcome`. The reason names the thing, the value (shortened) and the cure.
public struct SMSError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of refusal a caller may want to tell apart.
    public enum Code: String, Sendable, Hashable {
        /// The phone number is not one we can send to.
        case phoneNumber = "sms.phone-number"
        /// The text breaks a rule of the gateway: signature, link, length, forbidden character.
        case text = "sms.text"
        /// The message lacks what this gateway needs, such as an approved template.
        case message = "sms.message"
        /// The call-back or the answer to a status question does not have the documented form.
        case malformedReceipt = "sms.malformed-receipt"
        /// The call-back is not from this gateway, or speaks of another account.
        case foreignReceipt = "sms.foreign-receipt"
        /// The YAML description of a gateway, or an adapter's configuration, is wrong.
        case configuration = "sms.configuration"
    }

    /// Which kind of refusal.
    public let code: Code
    /// A sentence: the thing, the value, the cure.
    public let reason: String

    /// Makes an error from its code and its sentence.
    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Compares the code alone: wording may change, meaning may not.
    public static func == (left: SMSError, right: SMSError) -> Bool {
        left.code == right.code
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
    }

    /// The code and the sentence.
    public var description: String { "\(code.rawValue): \(reason)" }

    /// Quotes a value for a message: control characters made visible, cut to 40 scalars.
    static func quoted(_ value: String) -> String {
        var out = ""
        for (index, scalar) in value.unicodeScalars.enumerated() {
            if index == 40 {
                out += "…"
                break
            }
            if scalar.value < 0x20 || scalar.value == 0x7F {
                out += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return "\"\(out)\""
    }
}
