import Evidence
import Notices

/// The signed clause by which the clients somebody develops in service belong to the company (S-42).
public struct CoveringClause: Sendable, Hashable {
    /// Who signed it.
    public let employee: PersonID
    /// The agreement it stands in.
    public let agreement: String
    /// Its words.
    public let text: String
    /// When it was signed.
    public let signedAt: Timestamp
    /// SHA-256 of the signed document.
    public let documentHash: Digest

    /// Gathers a clause.
    public init(
        employee: PersonID, agreement: String, text: String, signedAt: Timestamp, documentHash: Digest
    ) {
        self.employee = employee
        self.agreement = agreement
        self.text = text
        self.signedAt = signedAt
        self.documentHash = documentHash
    }
}

/// Finds the signed client-ownership clauses; the agreements know them.
public protocol CoveringClauseReader: Sendable {
    /// The newest clause each of these people has signed; whoever has signed none is absent.
    func coveringClauses(of employees: [PersonID]) async throws -> [PersonID: CoveringClause]
}

/// Knows of no clause: a house that keeps no agreements here.
public struct NoCoveringClauses: CoveringClauseReader {
    /// Makes it.
    public init() {}
    /// Nobody has signed anything.
    public func coveringClauses(of employees: [PersonID]) async throws -> [PersonID: CoveringClause] { [:] }
}
