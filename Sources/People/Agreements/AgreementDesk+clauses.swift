import Evidence
import Notices

extension AgreementDesk: CoveringClauseReader {
    /// The clause of `mandatory.yaml` by which clients belong to the company.
    static let clientOwnershipClause = "clients-are-company-assets"

    /// The newest signed agreement of each person that carries the clause, in the words they signed (S-42).
    public func coveringClauses(of employees: [PersonID]) async throws -> [PersonID: CoveringClause] {
        var found: [PersonID: CoveringClause] = [:]
        for person in Set(employees) {
            let agreements = try await store.agreements(with: person)
            let signed = agreements.last(where: {
                $0.state == .signed && $0.clauses.contains(Self.clientOwnershipClause)
            })
            guard let signed, let signedAt = signed.signedAt,
                let template = library.template(kind: signed.kind, version: signed.version),
                let clause = template.clauses.first(where: { $0.id == Self.clientOwnershipClause })
            else { continue }
            found[person] = CoveringClause(
                employee: person, agreement: signed.number, text: clause.text.text(signed.language),
                signedAt: signedAt, documentHash: signed.documentHash)
        }
        return found
    }
}
