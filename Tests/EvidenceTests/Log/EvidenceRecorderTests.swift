import Testing

@testable import Evidence

struct EvidenceRecorderTests {
    private struct StillClock: WallClock {
        let now = Timestamp(microseconds: 1_795_000_000_123_456)
        func sleep(until instant: Timestamp) async throws {}
    }

    private func draft(_ facts: JSONValue = ["server": "mx.example.com", "reply": "250 2.0.0 Ok"]) -> EvidenceDraft {
        EvidenceDraft(
            event: .attemptAccepted,
            subject: EvidenceSubject(notice: "N-1", recipient: "P-7", delivery: "D-3", attempt: 2),
            happenedAt: ObservedTime(
                at: Timestamp(microseconds: 1_794_999_999_000_000), clock: "smtp:mx.example.com"),
            facts: facts)
    }

    @Test func `an entry says in its signed body everything it claims`() throws {
        let key = try SigningKey.generateP256()
        let entry = try EvidenceRecorder(signer: key, clock: StillClock()).sign(draft())
        #expect(key.publicKey.isValid(entry.signature, for: entry.body))
        #expect(entry.commitment == SHA256.hash(entry.body))
        let body = try EntryBody(parsing: entry.body)
        #expect(body.id == entry.id)
        #expect(body.event == .attemptAccepted)
        #expect(body.subject == entry.subject)
        #expect(body.happenedAt == draft().happenedAt)
        #expect(body.learntAt == entry.learntAt)
        #expect(body.keyID == key.keyID)
        #expect(body.facts["reply"] == "250 2.0.0 Ok")
        let etsi = try JSONValue(parsing: entry.body)["etsi"]
        #expect(etsi == "http://uri.etsi.org/19522/Event/RelayToNonERDS")
    }

    @Test func `the same fact twice gives two commitments`() throws {
        let recorder = EvidenceRecorder(signer: try SigningKey.generateP256(), clock: StillClock())
        let (one, two) = (try recorder.sign(draft()), try recorder.sign(draft()))
        #expect(one.commitment != two.commitment)
        #expect(one.id != two.id)
    }

    @Test func `what cannot be recorded exactly is refused`() throws {
        let recorder = EvidenceRecorder(signer: try SigningKey.generateP256(), clock: StillClock())
        #expect(throws: EvidenceError(.badEntry, "")) { try recorder.sign(draft("text")) }
        #expect(throws: EvidenceError(.badEntry, "")) { try recorder.sign(draft(["n": .integer(.max)])) }
        #expect(throws: EvidenceError(.badEntry, "")) { try recorder.sign(draft(["n": .number(.infinity)])) }
        let long = JSONValue.string(String(repeating: "文", count: 22_000))
        #expect(throws: EvidenceError(.tooLarge, "")) { try recorder.sign(draft(["raw": long])) }
    }

    @Test func `a body in another form than the signed one is not read`() throws {
        let entry = try EvidenceRecorder(signer: try SigningKey.generateP256(), clock: StillClock()).sign(draft())
        #expect(throws: EvidenceError(.badEntry, "")) { try EntryBody(parsing: entry.body + [0x0A]) }
        #expect(throws: EvidenceError(.badEntry, "")) { try EntryBody(parsing: Array("{\"v\":1}".utf8)) }
        #expect(throws: EvidenceError(.badEntry, "")) { try EntryBody(parsing: []) }
    }

    @Test func `no own event borrows an ETSI name it does not mean`() {
        for own: EvidenceEvent in [
            .addressConfirmed, .proxySigned, .leftOnSite, .publicNoticePosted, .groundsStated,
            .expectedEventMissing, .objectionReceived, .clockAnomaly, .receiptDisplayed, .outcomeUnknown,
        ] {
            #expect(own.etsiURI == nil, "\(own)")
            #expect(own.urn == "urn:songda:event:\(own.rawValue)")
        }
    }
}
