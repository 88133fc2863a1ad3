/// What went wrong in making or reading evidence, in a sentence a person can act on.
///
/// Two errors are equal when their codes are: callers decide on `code`, people read `reason`. A bad signature or
/// a broken proof is not an error but a verdict, and is returned as a value.
public struct EvidenceError: Error, Sendable {
    /// The kind of failure; other folders of this module add their own in extensions.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The stable name, as written in logs.
        public let rawValue: String
        /// Names a kind of failure.
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// The sentence: thing, value, cure.
    public let reason: String
    /// The same sentence in Chinese; where the error was made without one, what its code means.
    public let chinese: String
    /// What OpenSSL or the system said, for the log; nil when there is nothing to add.
    public let detail: String?

    /// Makes an error with its sentence and, where the library said something, that too.
    public init(_ code: Code, _ reason: String, chinese: String? = nil, detail: String? = nil) {
        self.code = code
        self.reason = reason
        self.chinese = chinese ?? code.chinese
        self.detail = detail
    }
}

extension EvidenceError: Equatable {
    /// Compares the codes, not the sentences.
    public static func == (a: EvidenceError, b: EvidenceError) -> Bool { a.code == b.code }
}

extension EvidenceError: CustomStringConvertible {
    /// The code, the sentence and the detail on one line.
    public var description: String {
        let tail = detail.map { " [\($0)]" } ?? ""
        return "\(code.rawValue): \(reason)\(tail)"
    }
}

extension EvidenceError.Code {
    /// OpenSSL refused an operation that should succeed.
    public static let cryptography = Self(rawValue: "cryptography")
    /// A key is unreadable, of an unsupported kind, or does not fit its certificate.
    public static let badKey = Self(rawValue: "bad-key")
    /// A certificate is unreadable, expired, or not fit for its use.
    public static let badCertificate = Self(rawValue: "bad-certificate")
    /// A file cannot be read or written.
    public static let badFile = Self(rawValue: "bad-file")
    /// A file with a secret may be read by others than its owner.
    public static let exposedFile = Self(rawValue: "exposed-file")
    /// Bytes do not follow their format.
    public static let malformed = Self(rawValue: "malformed")
    /// Something is larger than we accept.
    public static let tooLarge = Self(rawValue: "too-large")
}
