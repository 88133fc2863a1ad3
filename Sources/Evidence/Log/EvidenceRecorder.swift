/// Turns a draft into a signed entry.
///
/// The body names itself everything a reader needs (identifier, times and their clocks, key), so that an entry taken
/// out of its database still says what it says. The salt keeps the log silent about erased bodies: without it, the
/// commitment of a short fact could be guessed.
public struct EvidenceRecorder: Sendable {
    /// The largest body: C2SP entry bundles carry lengths of 16 bits, and attachments belong in files, not in entries.
    public static let maximumBodyBytes = 65_535

    private let signer: any Signer
    private let clock: any WallClock
    private let isRehearsal: Bool

    /// Signs with this key and this clock; in a rehearsal every entry says under its signature that it is of one.
    public init(signer: any Signer, clock: any WallClock, isRehearsal: Bool = false) {
        self.signer = signer
        self.clock = clock
        self.isRehearsal = isRehearsal
    }

    /// The same where what is recorded is of a rehearsal although the rest of this server's work is meant.
    public func rehearsing(_ isRehearsal: Bool) -> EvidenceRecorder {
        EvidenceRecorder(signer: signer, clock: clock, isRehearsal: self.isRehearsal || isRehearsal)
    }

    /// Signs a draft; nothing is stored yet.
    public func sign(_ draft: EvidenceDraft) throws -> SignedEntry {
        let learntAt = clock.now
        let id = SecureRandom.uuid(at: learntAt)
        let body = try body(of: draft, id: id, learntAt: learntAt)
        return SignedEntry(
            id: id, event: draft.event, subject: draft.subject, learntAt: learntAt, body: body,
            signature: try signer.sign(body), keyID: signer.keyID, commitment: SHA256.hash(body))
    }

    private func body(
        of draft: EvidenceDraft, id: String, learntAt: Timestamp
    ) throws(EvidenceError) -> [UInt8] {
        let name = draft.event.rawValue
        guard draft.facts.object != nil else {
            throw EvidenceError(.badEntry, "entry \(name): its facts must be an object")
        }
        var writer = CanonicalWriter()
        // In the order of RFC 8785, which sorts nothing that stands in order already.
        writer.writeObject([
            ("attempt", draft.subject.attempt.map { .integer(Int64($0)) }),
            ("delivery", draft.subject.delivery.map(JSONValue.string)),
            ("etsi", draft.event.etsiURI.map(JSONValue.string)),
            ("event", .string(name)), ("facts", draft.facts),
            ("happenedAt", .string(draft.happenedAt.at.rfc3339)), ("happenedClock", .string(draft.happenedAt.clock)),
            ("id", .string(id)), ("key", .string(signer.keyID)), ("learntAt", .string(learntAt.rfc3339)),
            ("notice", draft.subject.notice.map(JSONValue.string)),
            ("recipient", draft.subject.recipient.map(JSONValue.string)), ("rehearsal", isRehearsal ? true : nil),
            ("salt", .string(Base64.encode(SecureRandom.bytes(16)))), ("v", 1),
        ])
        let body = writer.bytes
        guard writer.isExact else {
            throw EvidenceError(
                .badEntry, "entry \(name): a number in its facts is not finite or beyond 2^53; write it as text")
        }
        guard body.count <= Self.maximumBodyBytes else {
            throw EvidenceError(
                .tooLarge,
                "entry \(name) has \(body.count) bytes (at most \(Self.maximumBodyBytes)); "
                    + "keep the long part as a file and record its hash")
        }
        return body
    }
}

extension EvidenceError.Code {
    /// An entry does not have the form it must have.
    public static let badEntry = Self(rawValue: "bad-entry")
}
