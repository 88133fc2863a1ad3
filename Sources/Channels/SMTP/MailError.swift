/// Why mail could not be built, signed or read.
///
/// It is thrown before a byte reaches a server: what a server answers is a `DeliveryOutcome`, never an error.
public struct MailError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of input was wrong.
    public enum Code: String, Sendable {
        /// An address is not one that SMTP can carry.
        case badAddress = "bad-address"
        /// A header field holds a control character, so it could forge another field.
        case controlCharacter = "control-character"
        /// A header field is empty or too long.
        case badField = "bad-field"
        /// A Message-ID does not have the form `left@right`.
        case badMessageID = "bad-message-id"
        /// A delivery id or domain does not fit into an envelope sender.
        case badReturnPath = "bad-return-path"
        /// A key, domain or selector is unfit for DKIM.
        case badSignature = "bad-signature"
        /// Incoming mail is larger than we are willing to read.
        case tooLarge = "too-large"
    }

    /// What kind of input was wrong.
    public let code: Code
    /// The field at fault, in the words of the caller: `Subject`, `To`, `attachment name`.
    public let field: String
    /// Thing, value and cure in one sentence.
    public let reason: String

    /// An error about one field.
    public init(_ code: Code, field: String, _ reason: String) {
        self.code = code
        self.field = field
        self.reason = reason
    }

    /// The sentence for a log or an operator.
    public var description: String { "\(field): \(reason)" }

    /// Compares the code alone: the sentence is for people.
    public static func == (a: MailError, b: MailError) -> Bool { a.code == b.code }
}
