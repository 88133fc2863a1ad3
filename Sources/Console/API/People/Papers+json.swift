import Evidence
import Foundation
import Notices
import People

extension ObjectReader {
    /// A whole number.
    mutating func integer(_ name: String) -> Int? {
        let before = faults.count
        if let number = optionalInteger(name) { return number }
        if faults.count == before { fault(name, "is missing; give a whole number") }
        return nil
    }
}

extension Call {
    /// A parameter of the query that must be there.
    func required(_ name: String, in query: [String: String]) throws(Problem) -> String {
        guard let value = query[name], !value.isEmpty else { throw .malformed("the parameter \(name) is missing") }
        return value
    }
}

extension JSONValue {
    /// A value as its own coding writes it; numbers of money are texts there.
    init(coding value: some Encodable) throws {
        try self.init(parsing: Array(try JSONEncoder().encode(value)))
    }
}

extension RecordedAct {
    /// The act as evidence: the signed body, its signature, and its place in the log.
    var proofJSON: JSONValue {
        .object([
            "id": .string(entry.id), "event": .string(entry.event.rawValue), "learntAt": .string(learntAt.rfc3339),
            "body": entry.body.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null,
            "signature": .string(Base64.encode(entry.signature)), "key": .string(entry.keyID),
            "commitment": .string(entry.commitment.hex), "leafIndex": entry.leafIndex.map { .integer($0) } ?? .null,
            "about": .array(subjects.map { .string($0.description) }),
        ])
    }
}

extension Agreement {
    /// The agreement as the API shows it.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "number": .string(number), "person": .string(person.rawValue),
            "issuer": .string(issuer.rawValue), "kind": .string(kind), "version": .integer(Int64(version)),
            "templateHash": .string(templateHash.hex), "language": .string(language.rawValue),
            "title": .string(title), "state": .string(state.rawValue), "mandatory": .bool(isMandatory),
            "signBy": .string(signBy.description), "clauses": .array(clauses.map { .string($0) }),
            "documentHash": .string(documentHash.hex), "intent": .string(intent),
            "offeredAt": .string(offeredAt.rfc3339), "signedAt": signedAt.map { .string($0.rfc3339) } ?? .null,
        ])
    }
}

extension SignatureProof {
    /// The signature as the API shows it.
    var json: JSONValue {
        .object(facts.merging(["at": .string(at.rfc3339)]) { first, _ in first })
    }
}

extension AgreementProof {
    /// File, seal, signature and acts.
    var json: JSONValue {
        .object([
            "agreement": agreement.json, "values": file.values, "mediaType": "application/pdf",
            "document": .string(Base64.encode(file.bytes)),
            "seal": file.seal?.json ?? .null,
            "signature": file.signature?.json ?? .null, "acts": .array(acts.map(\.proofJSON)),
        ])
    }
}

extension AgreementFile.Seal {
    /// The company's seal as the API shows it.
    var json: JSONValue {
        .object([
            "signature": .string(Base64.encode(signature)), "certificate": .string(certificatePEM),
            "sealedAt": .string(sealedAt.rfc3339),
        ])
    }
}

extension CheckTask {
    /// The task as the API shows it.
    var json: JSONValue {
        .object([
            "id": .string(id), "agreement": .string(agreement.rawValue), "person": .string(person.rawValue),
            "check": .string(check), "occasion": .string(occasion), "dueOn": .string(dueOn.description),
            "text": .object(["zh": .string(text.zh), "en": .string(text.en)]),
            "outcome": outcome.map { .string($0.rawValue) } ?? .null, "note": note.map { .string($0) } ?? .null,
        ])
    }
}

extension AgreementDesk.NonCompeteStanding {
    /// The clock as the API shows it.
    var json: JSONValue {
        .object([
            "agreement": .string(clock.agreement.rawValue), "number": .string(clock.number),
            "person": .string(clock.person.rawValue), "startsOn": .string(clock.startsOn.description),
            "endsOn": .string(clock.endsOn.description), "state": .string(clock.state.rawValue),
            "paidMonths": .array(clock.paidMonths.sorted().map { .integer(Int64($0)) }),
            "unpaidMonths": .array(unpaidMonths.map { .integer(Int64($0)) }), "terminable": .bool(isTerminable),
            "warning": warning.map { .object(["zh": .string($0.zh), "en": .string($0.en)]) } ?? .null,
        ])
    }
}
