import Notices

/// Why a step of the HR core was refused.
///
/// Two errors are equal when their codes are; the reason is a sentence for people that names the thing, the value and
/// the cure.
public struct PeopleError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of refusal that callers tell apart.
    public enum Code: String, Sendable, Hashable {
        /// The named employee, client, case or document does not exist, or the actor may not know that it does.
        case notFound = "not_found"
        /// The request is malformed or breaks a rule; ``PeopleError/faults`` lists every place.
        case invalid
        /// The step does not fit the present state.
        case conflict
        /// The actor may not do this; the reason says why.
        case forbidden
        /// A time limit, a rule or a missing confirmation stands against it for now.
        case locked
        /// A store, key or disk is not in a state to record evidence; nothing was done.
        case unavailable
    }

    /// One place of a bad request.
    public typealias Fault = NoticeError.Fault
    /// A text that pages have in every language.
    public typealias Words = NoticeError.Words

    /// The kind of refusal.
    public let code: Code
    /// One sentence for people.
    public let reason: String
    /// Every place that is wrong, where there are several.
    public let faults: [Fault]
    /// Under what pages find how they say the reason.
    public let words: Words

    /// Makes a refusal; words of its own stand for those of the reason.
    public init(_ code: Code, _ reason: Sentence, faults: [Fault] = [], words: Words? = nil) {
        self.code = code
        self.reason = reason.text
        self.faults = faults
        self.words = words ?? reason.words
    }

    /// Compares the kinds of refusal.
    public static func == (a: PeopleError, b: PeopleError) -> Bool { a.code == b.code }

    /// The reason, followed by the faults.
    public var description: String {
        faults.isEmpty ? reason : reason + ": " + faults.map { "\($0.field): \($0.message)" }.joined(separator: "; ")
    }
}

extension PeopleError {
    /// Refuses when there are faults; the sentence names what was not done.
    public static func check(_ faults: [Fault], _ reason: Sentence) throws(PeopleError) {
        guard faults.isEmpty else { throw PeopleError(.invalid, reason, faults: faults) }
    }
}
