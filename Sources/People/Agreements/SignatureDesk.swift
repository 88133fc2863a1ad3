import Evidence
import Notices

/// How a person was identified when they signed.
public struct SignatureProof: Sendable, Hashable, Codable {
    /// `one-time-code`.
    public let method: String
    /// Through which channel the code went.
    public let channel: ChannelKind
    /// To which address on record.
    public let address: String
    /// Whether that address was confirmed by the person before.
    public let isConfirmed: Bool
    /// The words by which the person said what they wanted.
    public let intent: String
    /// SHA-256 of the bytes that were signed.
    public let hash: Digest
    /// When.
    public let at: Timestamp

    /// As entries write it.
    public var facts: [String: JSONValue] {
        [
            "method": .string(method), "channel": .string(channel.rawValue), "address": .string(address),
            "addressConfirmed": .bool(isConfirmed), "intent": .string(intent), "signedHash": .string(hash.hex),
        ]
    }
}

/// Has an identified person sign exact bytes, and has the company seal documents.
///
/// The one-time code is asked for one hash and answers for that hash only: whoever was sent a code for one text cannot be
/// said to have signed another (电子签名法 第十三条).
public struct SignatureDesk: Sendable {
    let codes: OneTimeCodes
    let directory: any RecipientStore
    let documents: DocumentMaker
    let seals: any SealKeys
    let clock: any WallClock

    /// Makes a desk.
    public init(
        codes: OneTimeCodes, directory: any RecipientStore, documents: DocumentMaker, seals: any SealKeys,
        clock: any WallClock
    ) {
        self.codes = codes
        self.directory = directory
        self.documents = documents
        self.seals = seals
        self.clock = clock
    }

    /// The entity that signs and serves; there must be one only, or it must be named.
    func issuer(_ wanted: IssuerID? = nil) async throws -> Issuer {
        let known = try await directory.issuers()
        if let wanted, let found = known.first(where: { $0.id == wanted }) { return found }
        guard let only = known.first, known.count == 1, wanted == nil else {
            throw PeopleError(
                .invalid,
                wanted.map { "there is no issuing entity \"\($0.rawValue.prefix(60))\"" }
                    ?? "there are \(known.count) issuing entities; name the one that is the employer")
        }
        return only
    }

    /// The person as the gateway knows them.
    func person(_ id: PersonID) async throws -> Recipient {
        guard let person = try await directory.recipients([id])[id] else {
            throw PeopleError(.notFound, "there is no person \"\(id.rawValue.prefix(60))\"")
        }
        return person
    }

    /// Sends the code that signs bytes with this hash.
    func challenge(_ id: PersonID, channel: ChannelKind, hash: Digest, issuer: Issuer) async throws {
        let person = try await person(id)
        guard channel == .email || channel == .sms, let address = person.address(for: channel) else {
            throw PeopleError(
                .invalid,
                "\(id) has no address for \(channel.rawValue) to which a code can go; use email or sms, and "
                    + "have the address added first")
        }
        _ = try await codes.send(
            to: address, of: person, purpose: .sign(hash),
            sender: Parcel.Sender(name: issuer.fullName, mailbox: issuer.mailbox, smsSignature: issuer.smsSignature))
    }

    /// Takes the code; what comes back is bound to the hash.
    func prove(_ id: PersonID, code: String, intent: String, hash: Digest) async throws -> SignatureProof {
        let address = try await codes.check(code, person: id, purpose: .sign(hash))
        return SignatureProof(
            method: "one-time-code", channel: address.channel, address: address.value,
            isConfirmed: address.confirmation != nil, intent: intent, hash: hash, at: clock.now)
    }

    /// Typesets a document.
    func typeset(
        _ markdown: String, title: String, language: NoticeLanguage, number: String, contentHash: Digest,
        issuer: Issuer, at moment: Timestamp
    ) async throws -> [UInt8] {
        try await documents.pdf(
            markdown: markdown, title: title, language: language, number: number, contentHash: contentHash,
            issuer: issuer.fullName, issuedAt: moment)
    }

    /// Puts the company's seal under the bytes of a PDF.
    func seal(_ bytes: [UInt8], issuer: Issuer) throws -> SealedNotice {
        let now = clock.now
        do {
            let identity = try seals.identity(for: issuer.id)
            return SealedNotice(
                mediaType: "application/pdf", bytes: bytes, hash: SHA256.hash(bytes),
                signature: try CAdES.sign(detached: bytes, with: identity, at: now),
                certificatePEM: identity.certificate.pem, sealedAt: now)
        } catch let error as EvidenceError {
            throw PeopleError(.unavailable, "the seal of \(issuer.id) cannot be used: \(error)")
        }
    }

}
