/// What an audit of the state rows found: rows that say something the evidence does not, and facts without their row.
public struct StateReport: Sendable, Hashable {
    /// One row that does not follow from the entries.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        /// The table.
        public let table: String
        /// The row: its key, as people see it.
        public let row: String
        /// What it says and what the entries say.
        public let sentence: String

        /// The place and the sentence.
        public var description: String { "\(table) \(row): \(sentence)" }
    }

    /// The most findings listed.
    public static let maximumFindings = 1000

    /// How many notices were compared.
    public internal(set) var notices = 0
    /// How many deliveries were compared.
    public internal(set) var deliveries = 0
    /// How many notices could be compared only in part, because a person's data was erased.
    public internal(set) var erased = 0
    /// What does not fit.
    public internal(set) var findings: [Finding] = []
    /// Whether there were more than are listed.
    public internal(set) var isTruncated = false

    init() {}

    /// Whether every row follows from the entries.
    public var isSound: Bool { findings.isEmpty }

    mutating func add(_ table: String, _ row: String, _ sentence: String) {
        guard findings.count < Self.maximumFindings else {
            isTruncated = true
            return
        }
        findings.append(Finding(table: table, row: row, sentence: sentence))
    }
}
