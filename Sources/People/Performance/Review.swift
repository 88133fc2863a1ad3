import Evidence
import Notices

/// Names one review.
public struct ReviewID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a review.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// What a manager thinks of a month's or a quarter's work; the member of staff confirms or appeals, HR approves, and the
/// member of staff signs the version that was approved.
public struct Review: Sendable, Hashable {
    /// Where a review stands; it moves only along the order of S-102.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// The manager has scored.
        case scored
        /// The member of staff disagrees; nothing moves until HR has decided.
        case appealed
        /// The member of staff has confirmed.
        case confirmed
        /// HR has approved.
        case approved
        /// The member of staff has signed the result.
        case signed
    }

    /// Names it.
    public let id: ReviewID
    /// Whose work.
    public let person: PersonID
    /// The month, or the last month of the quarter.
    public let month: Month
    /// Where it stands.
    public let state: State
    /// Who scored first: the member of staff, or the key of a program.
    public let scoredBy: String
    /// Who approved.
    public let approvedBy: String?
    /// The scores that count now.
    public let current: Version
    /// What the member of staff signed.
    public let signature: Signature?
    /// Appeals, oldest first.
    public let appeals: [Appeal]

    /// One version of the scores; an appeal that is upheld makes another, and the old one stays.
    public struct Version: Sendable, Hashable {
        /// Counted from 1.
        public let number: Int
        /// The lines.
        public let lines: [ScoreLine]
        /// By how much the month's performance pay is multiplied on account of it, for example 0.5; nil for not at all.
        public let payFactor: Hundredths?

        /// Describes a version.
        public init(number: Int, lines: [ScoreLine], payFactor: Hundredths? = nil) {
            self.number = number
            self.lines = lines
            self.payFactor = payFactor
        }

        /// The weighted total over the dimensions, of 100, rounded half up (S-104).
        public var total: Hundredths {
            Hundredths(value: (lines.reduce(0) { $0 + $1.weight * $1.points.value } + 50) / 100)
        }

        /// The hash of every figure and reason, which a signature binds.
        public func hash(of review: ReviewID) -> Digest {
            let content: JSONValue = [
                "review": .string(review.rawValue), "version": .integer(Int64(number)),
                "total": .string(total.description),
                "payFactor": payFactor.map { .string($0.description) } ?? .null,
                "lines": .array(
                    lines.map {
                        [
                            "dimension": .string($0.dimension), "weight": .integer(Int64($0.weight)),
                            "deduction": .string($0.deduction.description), "reason": .string($0.reason ?? ""),
                        ]
                    }),
            ]
            return SHA256.hash(content.canonicalBytes)
        }
    }

    /// What the member of staff signed.
    public struct Signature: Sendable, Hashable {
        /// The version.
        public let version: Int
        /// Its hash.
        public let hash: Digest
        /// When.
        public let at: Timestamp
        /// The words signed beside it, for example what follows for the month's pay.
        public let statement: String

        /// Describes a signature.
        public init(version: Int, hash: Digest, at: Timestamp, statement: String) {
            self.version = version
            self.hash = hash
            self.at = at
            self.statement = statement
        }
    }

    /// What the member of staff says against the scores.
    public struct Appeal: Sendable, Hashable {
        /// Where an appeal stands.
        public enum State: String, Sendable, Hashable, CaseIterable {
            case open, upheld, rejected
        }

        /// Names it.
        public let id: String
        /// The version it is against.
        public let version: Int
        /// Where it stands.
        public let state: State
        /// Why, in the words of the member of staff.
        public let reason: String
        /// What HR decided, with its reason.
        public let decision: String?
        /// When it was made.
        public let madeAt: Timestamp

        /// Describes an appeal.
        public init(
            id: String, version: Int, state: State, reason: String, decision: String? = nil, madeAt: Timestamp
        ) {
            self.id = id
            self.version = version
            self.state = state
            self.reason = reason
            self.decision = decision
            self.madeAt = madeAt
        }
    }

    /// Describes a review.
    public init(
        id: ReviewID, person: PersonID, month: Month, state: State, scoredBy: String, approvedBy: String?,
        current: Version, signature: Signature?, appeals: [Appeal]
    ) {
        self.id = id
        self.person = person
        self.month = month
        self.state = state
        self.scoredBy = scoredBy
        self.approvedBy = approvedBy
        self.current = current
        self.signature = signature
        self.appeals = appeals
    }
}

/// One dimension of a review: how much it counts, what was deducted, and why (S-100).
public struct ScoreLine: Sendable, Hashable {
    /// What is looked at, for example 项目交付.
    public let dimension: String
    /// Of 100 over all lines.
    public let weight: Int
    /// Points of this dimension, of 100, that were taken off.
    public let deduction: Hundredths
    /// Why they were taken off; needed where any were.
    public let reason: String?

    /// Describes a line.
    public init(dimension: String, weight: Int, deduction: Hundredths, reason: String?) {
        self.dimension = dimension
        self.weight = weight
        self.deduction = deduction
        self.reason = reason
    }

    /// What is left of 100.
    public var points: Hundredths { Hundredths(value: 10_000 - deduction.value) }

    /// What is wrong with the lines of a review.
    static func faults(_ lines: [ScoreLine], payFactor: Hundredths?) -> [PeopleError.Fault] {
        var faults: [PeopleError.Fault] = []
        func fault(_ field: String, _ message: Sentence, _ words: String, _ values: [String: String] = [:]) {
            faults.append(.init(field: field, message: message, words: .init(words, values)))
        }
        if let payFactor, payFactor.value > 1_000 {
            fault(
                "payFactor", "\(payFactor) is not 0 to 10; 0.5 halves the month's performance pay", "payFactor",
                ["value": "\(payFactor)"])
        }
        if lines.isEmpty || lines.count > 50 {
            fault("lines", "\(lines.count) dimensions; give 1 to 50", "dimensions", ["value": "\(lines.count)"])
        }
        let weights = lines.reduce(0) { $0 + $1.weight }
        if weights != 100 {
            fault("lines", "the weights add up to \(weights); make them 100", "weights", ["value": "\(weights)"])
        }
        if Set(lines.map(\.dimension)).count < lines.count {
            fault("lines", "a dimension stands twice", "dimensionTwice")
        }
        for (row, line) in lines.enumerated() {
            let place = "lines[\(row)]"
            if line.dimension.isEmpty || line.dimension.utf8.count > 200 {
                fault("\(place).dimension", "give 1 to 200 bytes", "length", ["most": "200"])
            }
            if !(1...100).contains(line.weight) {
                fault(
                    "\(place).weight", "\(line.weight) is not 1 to 100", "range",
                    ["value": "\(line.weight)", "from": "1", "to": "100"])
            }
            if line.deduction.value > 10_000 {
                fault(
                    "\(place).deduction", "\(line.deduction) is more than the 100 points there are", "range",
                    ["value": "\(line.deduction)", "from": "0", "to": "100"])
            }
            if line.deduction.value > 0, line.reason?.isEmpty != false {
                fault(
                    "\(place).reason", "\(line.deduction) points were taken off without a reason; say why",
                    "deductionReason", ["value": "\(line.deduction)"])
            }
            if (line.reason?.utf8.count ?? 0) > 2_000 {
                fault("\(place).reason", "at most 2000 bytes", "length", ["most": "2000"])
            }
        }
        return faults
    }
}
