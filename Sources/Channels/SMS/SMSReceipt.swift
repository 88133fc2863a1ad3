import Evidence

/// What a gateway reports of one message after it took it.
///
/// It may come twice, out of order, before the answer to the submission, or about a message that is not
/// ours; ``identity`` lets a store keep it once, and ``reference`` finds the delivery without the provider's id.
public struct SMSReceipt: Sendable, Hashable {
    /// What is reported, and nothing more.
    public enum State: String, Sendable, Hashable, Codable {
        /// The carrier reports arrival at the handset.
        case delivered
        /// The carrier or provider reports that it will not arrive.
        case failed
        /// Still on its way: accepted, queued, handed to the carrier.
        case pending
        /// The provider itself does not know, or uses a word we do not know.
        case unknown
    }

    /// Which gateway reports, as the configuration calls it.
    public let gateway: String
    /// The provider's name for the message, if it gave one.
    public let providerID: String?
    /// Our own name for the delivery, if the provider echoed it.
    public let reference: String?
    /// The number as the provider wrote it, normalised when it is one we understand.
    public let phone: String?
    /// What is reported.
    public let state: State
    /// The provider's own word or code, untouched.
    public let rawCode: String
    /// The provider's explanation, untouched.
    public let rawText: String
    /// When it happened by the provider's clock; nil when the receipt has no readable time.
    public let happenedAt: ObservedTime?
    /// Which part of a long message it speaks of, when the provider reports parts one by one.
    public let part: Part?
    /// How many parts the provider says the message had, in a report about all of it.
    public let totalParts: Int?

    /// One part of several.
    public struct Part: Sendable, Hashable {
        /// Its place in the message, from 1, or the provider's name for it.
        public let name: String
        /// How many there are, if the report says so.
        public let total: Int?
        /// A part known by its place.
        public init(sequence: Int, total: Int) {
            name = String(sequence)
            self.total = total
        }
        /// A part known by a name of its own, where the provider counts none.
        public init(name: String) {
            self.name = name
            total = nil
        }
    }

    /// Gathers what was reported.
    public init(
        gateway: String, providerID: String?, reference: String?, phone: String?, state: State, rawCode: String,
        rawText: String = "", happenedAt: ObservedTime?, part: Part? = nil, totalParts: Int? = nil
    ) {
        self.gateway = gateway
        self.providerID = providerID
        self.reference = reference
        self.phone = phone
        self.state = state
        self.rawCode = rawCode
        self.rawText = rawText
        self.happenedAt = happenedAt
        self.part = part
        self.totalParts = totalParts
    }

    /// The same for every copy of one report, different for any other: the key under which it is kept once.
    public var identity: Digest {
        let facts: [String?] = [
            gateway, providerID, reference, phone, state.rawValue, rawCode, rawText,
            happenedAt.map { String($0.at.microseconds) }, part.map { "\($0.name)/\($0.total ?? 0)" },
        ]
        // Each fact with its length, so that moving a byte from one to the next gives another digest.
        return SHA256.hash(
            facts.flatMap { fact in
                let bytes = fact.map { Array($0.utf8) }
                return [Array("\(bytes.map { String($0.count) } ?? "-"):".utf8), bytes ?? []]
            })
    }

    /// Normalises a provider's spelling of a number; keeps the raw text when it is none we understand.
    static func phone(_ text: String?, nationCode: String? = nil) -> String? {
        guard let text, !text.isEmpty else { return nil }
        let full = nationCode.map { "+\($0)\(text)" } ?? text
        if let number = try? PhoneNumber(full) { return number.e164 }  // a wrong number is still a fact: kept raw
        let digits = full.hasPrefix("00") ? String(full.dropFirst(2)) : full
        if let number = try? PhoneNumber("+\(digits)") { return number.e164 }  // the same
        return text
    }
}
