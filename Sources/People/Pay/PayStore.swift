import Evidence
import Notices

/// Reads pay sheets.
public protocol PayReader: Sendable {
    /// One sheet.
    func paySheet(_ id: PaySheetID) async throws -> PaySheet?
    /// Every sheet of a person, the newest first.
    func paySheets(of person: PersonID) async throws -> [PaySheet]
}

/// Keeps pay sheets; each verb is one transaction of state and acts.
public protocol PayStore: PayReader {
    /// Keeps a draft, and the text of its rules if they are new.
    ///
    /// Refuses rules that bear the version of others: a sheet must be checkable against the text it was made by.
    func add(_ sheet: PaySheet, by rules: PayRules, acts: [Act]) async throws
    /// Moves a sheet on if it still stands where the caller saw it; false if somebody else moved it first.
    ///
    /// A second sheet in force for one person and month is a conflict.
    func move(_ sheet: PaySheetID, to state: PaySheet.State, from seen: PaySheet.State, acts: [Act]) async throws
        -> Bool
}

/// A performance result as pay needs it.
public struct SignedResult: Sendable, Hashable {
    /// Names it.
    public let reference: String
    /// The score.
    public let score: ExactNumber?
    /// The factor it sets on the month's performance pay; nil for none.
    public let factor: ExactNumber?
    /// When the last signature was given; nil while one is missing.
    public let signedOn: CivilDate?

    /// Describes a result.
    public init(reference: String, score: ExactNumber?, factor: ExactNumber?, signedOn: CivilDate?) {
        self.reference = reference
        self.score = score
        self.factor = factor
        self.signedOn = signedOn
    }
}

/// Where performance results are read.
public protocol SignedResultReader: Sendable {
    /// The result of a person with this name, signed or not.
    func signedResult(_ reference: String, of person: PersonID) async throws -> SignedResult?
}

/// Where it is read which clauses a person has signed.
public protocol SignedClauseReader: Sendable {
    /// Every clause in an agreement that the person has signed.
    func signedClauses(of person: PersonID) async throws -> [SignedClause]
}

/// A clause that a person has signed.
public struct SignedClause: Sendable, Hashable {
    /// The clause, for example `clients-are-company-assets`.
    public let clause: String
    /// The agreement it stands in.
    public let agreement: AgreementID
    /// The agreement's number.
    public let number: String
    /// SHA-256 of the signed document.
    public let documentHash: Digest
    /// When it was signed.
    public let signedAt: Timestamp

    /// Names a signed clause.
    public init(clause: String, agreement: AgreementID, number: String, documentHash: Digest, signedAt: Timestamp) {
        self.clause = clause
        self.agreement = agreement
        self.number = number
        self.documentHash = documentHash
        self.signedAt = signedAt
    }
}

/// The late arrivals of a month as far as clocks and calendars tell.
public struct KnownLateness: Sendable, Hashable {
    /// How many there were.
    public let late: Int
    /// The year whose calendar is missing, so that days on which the person punched could not be judged; nil for none.
    public let missingCalendar: Int?

    /// States what is known.
    public init(late: Int, missingCalendar: Int? = nil) {
        self.late = late
        self.missingCalendar = missingCalendar
    }
}

/// Counts late arrivals from the clocks, for pay that is lowered on their account.
public protocol LatenessReader: Sendable {
    /// How often somebody was late in a month; nil where no punch of theirs was imported for it.
    func lateArrivals(of person: PersonID, in month: Month) async throws -> KnownLateness?
}
