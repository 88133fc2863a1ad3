import Notices
import People
import TestSupport
import Testing

@testable import Evidence

/// A dossier as a stranger finds it: the verdict, the numbered list, the files.
struct FoundDossier {
    let report: VerificationReport
    let items: [JSONValue]
    let members: [String: [UInt8]]

    /// What the pieces are called, in their order.
    var names: [String] { items.compactMap { $0["name"]?["zh"]?.string } }

    /// The lines of one of its tables.
    func table(_ file: String) -> [String] {
        String(decoding: members["documents/\(file)"] ?? [], as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    /// Whether pieces whose names contain these words stand in this order; the first that does not is named.
    func misplaced(_ words: [String]) -> String? {
        var place = 0
        for word in words {
            guard let next = names[place...].firstIndex(where: { $0.contains(word) }) else { return word }
            place = next + 1
        }
        return nil
    }
}

extension TestGateway {
    /// The dossier of a member of staff, checked as a stranger checks it: with the roots and the log's key alone.
    func dossier(of person: PersonID) async throws -> FoundDossier {
        try await sequence()
        let bytes = try await people.dossiers.bundle(about: .employee(person), by: .hr).bundle.bytes
        let report = BundleVerifier(
            trust: .init(roots: [keys.issuer.certificate], logKeys: [keys.log.key]), now: clock.now
        ).verify(bytes)
        let members = try BundleReader(bytes).members
        let data = try JSONValue(parsing: try #require(members["dossier.json"]))
        return FoundDossier(report: report, items: try #require(data["items"]?.array), members: members)
    }

    /// Lets time pass until an instant.
    func pass(to instant: String) throws {
        let target = try #require(Timestamp(rfc3339: instant))
        pass(.microseconds(target.microseconds - clock.now.microseconds))
    }
}
