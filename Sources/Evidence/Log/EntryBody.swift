/// What a signed entry's body says, read back from its bytes.
public struct EntryBody: Sendable, Hashable {
    /// The entry's identifier.
    public let id: String
    /// What happened.
    public let event: EvidenceEvent
    /// What it is about.
    public let subject: EvidenceSubject
    /// When it happened, and by whose clock.
    public let happenedAt: ObservedTime
    /// When we learnt of it.
    public let learntAt: Timestamp
    /// The key that signed it.
    public let keyID: String
    /// The details.
    public let facts: JSONValue
    /// Whether it was recorded in a rehearsal, so that it is evidence of a rehearsal and of nothing else.
    public let isRehearsal: Bool

    /// The identifier of the entry this one rests on, such as the issue of the key that somebody signed in with.
    public var restsOn: String? { facts[Self.restsOn]?.string }

    /// The fact under which an entry names the one it rests on, by identifier.
    public static let restsOn = "restsOnEntry"

    /// Reads a body; bytes that are not exactly the canonical form of an entry are refused.
    public init(parsing bytes: [UInt8]) throws(EvidenceError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes, maximumBytes: EvidenceRecorder.maximumBodyBytes)
        } catch {
            throw EvidenceError(.badEntry, "an entry is not readable: \(error)", chinese: "存证记录无法读取：\(error.chinese)")
        }
        guard value.canonicalBytes == bytes else {
            throw EvidenceError(
                .badEntry, "an entry is not in canonical form (RFC 8785)", chinese: "存证记录不是规范形式（RFC 8785）")
        }
        guard value["v"] == 1, let id = value["id"]?.string, let event = value["event"]?.string,
            let happenedAt = value["happenedAt"]?.string.flatMap(Timestamp.init(rfc3339:)),
            let happenedClock = value["happenedClock"]?.string,
            let learntAt = value["learntAt"]?.string.flatMap(Timestamp.init(rfc3339:)),
            let keyID = value["key"]?.string, let facts = value["facts"], facts.object != nil,
            let salt = value["salt"]?.string.flatMap(Base64.decode), salt.count == 16
        else {
            throw EvidenceError(
                .badEntry, "an entry is not of version 1, or lacks a member it must have",
                chinese: "存证记录不是版本 1，或者缺少必备的项")
        }
        // Present and true, or absent: a reader with stock tools looks for these bytes.
        guard value["rehearsal"] == nil || value["rehearsal"] == true else {
            throw EvidenceError(
                .badEntry, "an entry says neither that it is of a rehearsal nor that it is not",
                chinese: "存证记录既未载明属于演练，也未载明不属于演练")
        }
        isRehearsal = value["rehearsal"] != nil
        self.id = id
        self.event = EvidenceEvent(rawValue: event)
        self.subject = EvidenceSubject(
            notice: value["notice"]?.string, recipient: value["recipient"]?.string,
            delivery: value["delivery"]?.string, attempt: value["attempt"]?.integer.flatMap(Int.init(exactly:)))
        self.happenedAt = ObservedTime(at: happenedAt, clock: happenedClock)
        self.learntAt = learntAt
        self.keyID = keyID
        self.facts = facts
    }
}
