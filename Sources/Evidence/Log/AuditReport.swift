/// What an audit of the whole log found.
public struct AuditReport: Sendable, Hashable {
    /// What kind of fault was found.
    public enum Kind: String, Sendable, Hashable {
        /// No row stands at this leaf.
        case entryMissing = "entry-missing"
        /// The entry's body is not what was signed, or not what the log committed to.
        case entryAltered = "entry-altered"
        /// The row says something else than the signed body.
        case rowDiffers = "row-differs"
        /// The signature is not of a known entry key.
        case entrySignature = "entry-signature"
        /// A stored tile holds other hashes than the log committed to.
        case tileAltered = "tile-altered"
        /// A checkpoint's signature or its row is wrong.
        case checkpoint = "checkpoint"
        /// The entries and tiles up to a checkpoint do not lead to its root.
        case rootDiffers = "root-differs"
        /// A timestamp token is not sound.
        case token = "token"
        /// Checkpoint times go backwards.
        case timeOrder = "time-order"
        /// The log is shorter than, or another than, what a witness saw.
        case witness = "witness"
    }

    /// One fault.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        /// Its kind.
        public let kind: Kind
        /// The leaf it is about, if any.
        public let leafIndex: Int?
        /// The entry it is about, if any.
        public let entryID: String?
        /// The checkpoint it is about, if any.
        public let checkpointSize: Int?
        /// The finding as a sentence.
        public let sentence: String

        /// The place and the sentence.
        public var description: String {
            let places = [
                leafIndex.map { "leaf \($0)" }, entryID.map { "entry \($0)" },
                checkpointSize.map { "checkpoint \($0)" },
            ].compactMap { $0 }
            return (places.isEmpty ? "log" : places.joined(separator: ", ")) + ": " + sentence
        }
    }

    /// Leaves in the newest checkpoint.
    public internal(set) var size = 0
    /// Entries whose body was read and verified.
    public internal(set) var entriesVerified = 0
    /// Entries whose body was erased: their commitment is in the log, which is all that can be known.
    public internal(set) var entriesErased = 0
    /// Checkpoints examined.
    public internal(set) var checkpointsVerified = 0
    /// Tokens examined and sound.
    public internal(set) var tokensVerified = 0
    /// Leaves covered by a sound token.
    public internal(set) var timestampedSize = 0
    /// Faults, by leaf as far as they have one; no more than `Auditor.maximumFindings`.
    public internal(set) var findings: [Finding] = []
    /// Whether there were more faults than are listed.
    public internal(set) var isTruncated = false

    init() {}

    /// Whether no fault was found.
    public var isSound: Bool { findings.isEmpty }

    /// The bad entry with the lowest leaf, or nil when no entry is bad.
    public var firstBadEntry: Finding? {
        findings.filter { $0.leafIndex != nil && $0.kind != .tileAltered }
            .min { ($0.leafIndex ?? 0) < ($1.leafIndex ?? 0) }
    }

    mutating func add(
        _ kind: Kind, leaf: Int? = nil, entry: String? = nil, checkpoint: Int? = nil, _ sentence: String
    ) {
        guard findings.count < Auditor.maximumFindings else {
            isTruncated = true
            return
        }
        findings.append(
            Finding(kind: kind, leafIndex: leaf, entryID: entry, checkpointSize: checkpoint, sentence: sentence))
    }
}
