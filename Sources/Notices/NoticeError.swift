/// Why a step of the notice flow was refused.
///
/// Two errors are equal when their codes are; the reason is a sentence for people that names the thing, the value and
/// the cure.
public struct NoticeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of refusal that callers tell apart.
    public enum Code: String, Sendable, Hashable {
        /// The named notice, delivery, person, issuer or token does not exist.
        case notFound = "not_found"
        /// The request is malformed or breaks a rule of its kind; ``faults`` lists every place.
        case invalid
        /// The same idempotency key was used for another request.
        case idempotencyMismatch = "idempotency_mismatch"
        /// The step does not fit the state, for example approving a cancelled notice.
        case conflict
        /// The acting person may not do this, for example approve what they wrote.
        case forbidden
        /// A pre-flight finding blocks the notice until it is cured or overridden by two people.
        case preflight
        /// A one-time code or link is wrong, used or too old.
        case credential
        /// Too many tries; wait.
        case tooManyRequests = "too_many_requests"
        /// A store, key or disk is not in a state to record evidence; nothing was done.
        case unavailable
    }

    /// One place of a bad request.
    public struct Fault: Sendable, Hashable, Codable {
        /// The JSON path or field name.
        public let field: String
        /// What is wrong with which value, and the cure.
        public let message: String
        /// How pages say it; nil where they show the message as it is.
        public let words: Words?
        /// Names a fault.
        public init(field: String, message: String, words: Words? = nil) {
            self.field = field
            self.message = message
            self.words = words
        }
    }

    /// A text that pages have in every language, with the values in it.
    public struct Words: Sendable, Hashable, Codable {
        /// Names the text.
        public let name: String
        /// What stands in it, by name.
        public let values: [String: String]
        /// Names a text.
        public init(_ name: String, _ values: [String: String] = [:]) {
            self.name = name
            self.values = values
        }
    }

    /// The kind of refusal.
    public let code: Code
    /// One sentence for people.
    public let reason: String
    /// Every place that is wrong, where there are several.
    public let faults: [Fault]

    /// Makes a refusal.
    public init(_ code: Code, _ reason: String, faults: [Fault] = []) {
        self.code = code
        self.reason = reason
        self.faults = faults
    }

    /// How many faults a sentence announces that ends before them.
    public static func needCorrection(_ count: Int) -> String {
        count == 1 ? "one thing needs correction" : "\(count) things need correction"
    }

    /// Compares the kinds of refusal.
    public static func == (a: NoticeError, b: NoticeError) -> Bool { a.code == b.code }

    /// The reason, followed by the faults.
    public var description: String {
        faults.isEmpty ? reason : reason + ": " + faults.map { "\($0.field): \($0.message)" }.joined(separator: "; ")
    }
}
