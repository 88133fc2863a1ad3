import TestSupport
import Testing

@testable import Evidence

/// Keys take each other's place, and what an old key signs afterwards is noticed (F45, F46).
struct KeySuccessionTests {
    /// A log whose two keys were replaced half way.
    private struct Rotated {
        let fixture: BundleFixture
        let newEntries: SigningKey
        let newLog: NoteSigner

        init() async throws {
            fixture = try BundleFixture()
            let log = fixture.log
            try await log.stage(10)
            _ = try await log.sequencer().step()
            log.pass(.seconds(60))
            newEntries = try SigningKey.generateP256()
            newLog = try NoteSigner(name: "log.example/test", key: try SigningKey.generateEd25519())
            let rotation = try KeyRotation(role: .entries, old: log.entryKey, new: newEntries, at: log.clock.now)
            try await stage(
                .keyRotated,
                [
                    "role": "entries", "from": .string(log.entryKey.keyID), "to": .string(newEntries.keyID),
                    "rotation": rotation.json,
                ], by: newEntries)
            try await step(newLog)
        }

        func stage(_ event: EvidenceEvent, _ facts: JSONValue, by key: SigningKey) async throws {
            let recorder = EvidenceRecorder(signer: key, clock: fixture.log.clock)
            let entry = try recorder.sign(
                EvidenceDraft(
                    event: event, subject: EvidenceSubject(), happenedAt: .ours(fixture.log.clock.now), facts: facts))
            try await fixture.log.store.stage([entry])
        }

        func step(_ signer: NoteSigner) async throws {
            fixture.log.pass(.seconds(60))
            let sequencer = Sequencer(
                store: fixture.log.store, signer: signer, previousKeys: [fixture.log.signer.key, newLog.key],
                recorder: fixture.log.recorder, clock: fixture.log.clock, settings: .init(owner: "one"))
            guard case .sequenced = try await sequencer.step() else { throw TestFailure() }
        }

        func audit() async throws -> AuditReport {
            try await Auditor(
                store: fixture.log.store, logKeys: [newLog.key, fixture.log.signer.key],
                entryKeys: [newEntries.publicKey, fixture.log.entryKey.publicKey], roots: [fixture.issuer.certificate],
                open: { .clear($0.storedBody) }
            ).audit()
        }
    }

    private struct TestFailure: Error {}

    @Test func `what the old keys signed in their time goes on to verify`() async throws {
        let log = try await Rotated()
        try await log.stage(.serviceStarted, [:], by: log.newEntries)
        try await log.step(log.newLog)
        let report = try await log.audit()
        #expect(report.isSound, "\(report.findings)")
        #expect(report.entriesVerified == 12)
    }

    @Test func `F45 an entry signed with the old key after it was given up is named`() async throws {
        let log = try await Rotated()
        try await log.stage(.approvalGiven, ["approver": ["id": "u-1"]], by: log.fixture.log.entryKey)
        try await log.step(log.newLog)
        let report = try await log.audit()
        #expect(report.findings.map(\.leafIndex) == [11])
        #expect(report.findings.first?.kind == .entrySignature)
        #expect(report.findings.first?.sentence.contains("given up at leaf 10") == true)
    }

    @Test func `F45 a checkpoint signed with the old log key after the new one is named`() async throws {
        let log = try await Rotated()
        try await log.stage(.serviceStarted, [:], by: log.newEntries)
        try await log.step(log.fixture.log.signer)
        let report = try await log.audit()
        #expect(report.findings.map(\.kind) == [.checkpoint])
        #expect(report.findings.first?.sentence.contains("had been given up") == true)
    }

    @Test func `F46 a rotation holds only with the signatures of both keys, and openssl says the same`() throws {
        let (old, new, other) = (
            try SigningKey.generateP256(), try SigningKey.generateP256(), try SigningKey.generateP256()
        )
        let rotation = try KeyRotation(role: .entries, old: old, new: new, at: ManualClock().now)
        let read = try KeyRotation(json: try JSONValue(parsing: rotation.json.canonicalBytes), origin: "the file")
        #expect(read == rotation)
        #expect(read.isVouched(old: old.publicKey, new: new.publicKey))
        #expect(!read.isVouched(old: other.publicKey, new: new.publicKey))
        #expect(!read.isVouched(old: old.publicKey, new: other.publicKey))
        for field in ["from", "to", "at", "role"] {
            var members = try #require(rotation.json.object)
            members[field] =
                field == "role" ? "log" : field == "at" ? "2020-01-01T00:00:00.000000Z" : .string(other.keyID)
            let altered = try KeyRotation(json: .object(members), origin: "the file")
            #expect(!altered.isVouched(old: old.publicKey, new: new.publicKey), "\(field)")
        }
        let openssl = try OpenSSLCommand()
        try openssl.write(old.publicKey.pem, "old.pem")
        try openssl.write(rotation.statement, "statement")
        try openssl.write(rotation.signatures[0], "signature")
        let said = try openssl.run("dgst", "-sha256", "-verify", "old.pem", "-signature", "signature", "statement")
        #expect(said.output.contains("Verified OK"))
    }
}
