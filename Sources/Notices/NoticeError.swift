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
    public struct Fault: Sendable, Hashable {
        /// The JSON path or field name.
        public let field: String
        /// What is wrong with which value, and the cure.
        public let message: String
        /// Under what pages find how they say it.
        public let words: Words
        /// Names a fault; words of its own stand for those of the message.
        public init(field: String, message: Sentence, words: Words? = nil) {
            self.field = field
            self.message = message.text
            self.words = words ?? message.words
        }

        /// The same fault at another place, as a form or a batch names it.
        public func at(_ field: String) -> Fault { Fault(field: field, message: .said(message), words: words) }
    }

    /// A text that pages have in every language, with the values in it.
    public struct Words: Sendable, Hashable {
        /// Names the text.
        public let name: String
        /// What stands in it, by name.
        public let values: [String: String]
        /// Those of the values that pages have texts for as well.
        public let sentences: [String: Words]
        /// Names a text.
        public init(_ name: String, _ values: [String: String] = [:], _ sentences: [String: Words] = [:]) {
            self.name = name
            self.values = values
            self.sentences = sentences
        }
    }

    /// The kind of refusal.
    public let code: Code
    /// One sentence for people.
    public let reason: String
    /// Every place that is wrong, where there are several.
    public let faults: [Fault]
    /// Under what pages find how they say the reason.
    public let words: Words

    /// Makes a refusal.
    public init(_ code: Code, _ reason: Sentence, faults: [Fault] = []) {
        self.code = code
        self.reason = reason.text
        self.faults = faults
        words = reason.words
    }

    /// How many faults a sentence announces that ends before them.
    public static func needCorrection(_ count: Int) -> Sentence {
        count == 1 ? "one thing needs correction" : "\(count) things need correction"
    }

    /// Compares the kinds of refusal.
    public static func == (a: NoticeError, b: NoticeError) -> Bool { a.code == b.code }

    /// The reason, followed by the faults.
    public var description: String {
        faults.isEmpty ? reason : reason + ": " + faults.map { "\($0.field): \($0.message)" }.joined(separator: "; ")
    }
}
