import Evidence
import Notices

/// Something that was put into an employee's file: a document, a reward, a punishment (S-115, S-116).
public struct FileEntry: Sendable, Hashable {
    /// What it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A plan, a report, a result of work, linked by its hash.
        case document
        /// A reward (奖励).
        case reward
        /// A punishment (处分).
        case punishment
    }

    /// What it is.
    public let kind: Kind
    /// The day it is about.
    public let dated: CivilDate
    /// What it is called.
    public let title: String
    /// Why; for rewards and punishments.
    public let reason: String?
    /// How much, exact to the fen.
    public let amount: Amount?
    /// The currency of the amount.
    public let currency: String?
    /// SHA-256 of the document.
    public let hash: Digest?
    /// The system it comes from, for example `oa`.
    public let source: String
    /// Its name there; sent again it is not entered twice.
    public let externalID: String

    /// Describes an entry.
    public init(
        kind: Kind, dated: CivilDate, title: String, reason: String? = nil, amount: Amount? = nil,
        currency: String? = nil, hash: Digest? = nil, source: String, externalID: String
    ) {
        self.kind = kind
        self.dated = dated
        self.title = title
        self.reason = reason
        self.amount = amount
        self.currency = currency
        self.hash = hash
        self.source = source
        self.externalID = externalID
    }
}

/// What the files of employees hold.
public protocol EmployeeFileStore: Sendable {
    /// Enters something; false when the same source has sent it before.
    func file(_ entry: FileEntry, of person: PersonID, act: Act) async throws -> Bool
    /// What a file holds, by day.
    func file(of person: PersonID) async throws -> [FileEntry]
}

/// Everything in somebody's file as one time line (S-118).
public struct EmployeeFile: Sendable, Hashable {
    /// One line of it.
    public struct Line: Sendable, Hashable {
        /// What a line is about.
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            /// The first day.
            case joined
            /// Another unit or position.
            case moved
            /// Another state of the employment.
            case state
            /// The end.
            case left
            /// A document.
            case document
            /// A reward.
            case reward
            /// A punishment.
            case punishment
            /// A course.
            case training
        }

        /// The day.
        public let on: CivilDate
        /// What it is about.
        public let kind: Kind
        /// The line in words.
        public let words: BilingualText
        /// What it says, by name.
        public let facts: [String: String]
    }

    /// Whose file it is.
    public let employee: Employee
    /// The gap in the contract, if there is one.
    public let limbo: ContractLimbo?
    /// The lines, the oldest first.
    public let lines: [Line]
}
