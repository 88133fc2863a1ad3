import Foundation
import TestSupport
import Testing

@testable import Evidence

/// A log with a notice, and everything needed to write its bundle.
struct BundleFixture {
    let log: LogFixture
    let issuer: CertificateIssuer
    let seal: SigningIdentity
    let authority: EmbeddedAuthority
    let entryCertificate: Certificate
    static let creditCode = "91310000MA1FL0000N"
    static let pdf = Array("%PDF-1.7 解除劳动合同通知书".utf8)

    init(isRehearsal: Bool = false) throws {
        log = try LogFixture(isRehearsal: isRehearsal)
        let now = log.clock.now
        let start = now.adding(.seconds(-86_400))
        issuer = try CertificateIssuer.root(named: "Test Root", key: .generateP256(), from: start)
        let sealKey = try SigningKey.generateP256()
        seal = try SigningIdentity(
            signer: sealKey,
            certificate: issuer.sealCertificate(
                organisation: "上海示例科技有限公司", creditCode: Self.creditCode, key: sealKey.publicKey,
                from: start))
        let tsaKey = try SigningKey.generateP256()
        authority = try EmbeddedAuthority(
            key: tsaKey,
            certificate: issuer.timestampCertificate(named: "Test TSA", key: tsaKey.publicKey, from: start),
            clock: log.clock)
        entryCertificate = try issuer.entryCertificate(
            named: "Test Entries", key: log.entryKey.publicKey, from: start)
    }

    static func facts(_ event: EvidenceEvent) -> JSONValue {
        switch event {
        case .noticeIssued: ["creditCode": .string(creditCode), "note": "a word like ,\"creditCode\":\"no\""]
        case .documentSealed: ["sha256": .string(SHA256.hash(pdf).hex)]
        default: ["note": "事实 \"quoted\" \\ key"]
        }
    }

    /// Records events about a notice, sequences each round and stamps it if asked to.
    func record(_ events: [EvidenceEvent], notice: String = "N-1", stamped: Bool = true) async throws {
        let entries = try events.map { event in
            try log.recorder.sign(
                EvidenceDraft(
                    event: event, subject: EvidenceSubject(notice: notice, recipient: "P-1", delivery: "D-1"),
                    happenedAt: .ours(log.clock.now), facts: Self.facts(event)))
        }
        try await log.store.stage(entries)
        try await log.stage(30, notice: "N-other")
        _ = try await log.sequencer().step()
        if stamped {
            let scheduler = TimestampScheduler(
                store: log.store, authority: authority, recorder: log.recorder, clock: log.clock)
            guard case .stamped = try await scheduler.step() else { throw Unstamped() }
        }
        log.pass(.seconds(60))
    }

    /// A key for a person's inbox is issued, and somebody opens the notice with it.
    func openWithKey(of keyHolder: String = "P-1", stamped: Bool = true) async throws {
        let issue = try log.recorder.sign(
            EvidenceDraft(
                event: .apiKeyIssued, subject: EvidenceSubject(recipient: keyHolder), happenedAt: .ours(log.clock.now),
                facts: ["by": ["id": "hr"], "scopes": ["inbox"]]))
        try await log.store.stage([issue])
        try await record([.attemptStarted], notice: "N-other", stamped: stamped)
        let opened = try log.recorder.sign(
            EvidenceDraft(
                event: .contentOpened, subject: EvidenceSubject(notice: "N-1", recipient: "P-1", delivery: "D-1"),
                happenedAt: ObservedTime(at: log.clock.now, clock: #"a "quoted" \ clock, of 某人"#),
                facts: [
                    "identification": "account", "restsOnEntry": .string(issue.id), "words": #","restsOnEntry":"no""#,
                ]))
        try await log.store.stage([opened])
        try await record([.acknowledged], stamped: stamped)
    }

    /// The members under a new manifest and seal, as an insider who holds the seal could make them.
    func reseal(
        _ members: [(name: String, bytes: [UInt8])], by other: SigningIdentity? = nil
    ) throws -> [(name: String, bytes: [UInt8])] {
        let inner = members.filter { !$0.name.hasPrefix("META-INF") && $0.name != "mimetype" }
        let manifest = Manifest(
            references: inner.map {
                .init(name: $0.name, mediaType: BundleLayout.mediaType(of: $0.name), digest: SHA256.hash($0.bytes))
            })
        let signature = try CAdES.sign(detached: manifest.bytes, with: other ?? seal, at: log.clock.now)
        return [("mimetype", Array(BundleLayout.mimetype.utf8))] + inner
            + [(Manifest.name, manifest.bytes), (Manifest.signatureName, signature)]
    }

    /// Whom the same root certifies and who is not the issuing entity.
    func strangers() throws -> [(who: String, identity: SigningIdentity)] {
        let key = try SigningKey.generateP256()
        let other = try issuer.sealCertificate(
            organisation: "上海示例科技有限公司", creditCode: "91110000100000000A", key: key.publicKey,
            from: log.clock.now.adding(.seconds(-86_400)))
        return [
            ("another entity", try SigningIdentity(signer: key, certificate: other)),
            ("the entry key", try SigningIdentity(signer: log.entryKey, certificate: entryCertificate)),
        ]
    }

    struct Unstamped: Error {}

    /// A whole life in three checkpoints.
    func live(lastStamped: Bool = true) async throws {
        try await record([.noticeIssued, .approvalGiven, .documentSealed])
        try await record([.attemptStarted, .attemptDeferred, .attemptStarted, .attemptAccepted, .receiptFailed])
        try await record([.placedInInbox, .contentOpened, .acknowledged], stamped: lastStamped)
    }

    func contents(erased: Set<String> = []) async throws -> BundleContents {
        let excerpt = try await LogExcerpt.collect(notice: "N-1", from: log.store, keys: [log.signer.key]) { entry in
            erased.contains(entry.event.rawValue) ? .erased : .clear(entry.storedBody)
        }
        let sealed = try CAdES.sign(detached: Self.pdf, with: seal, at: log.clock.now)
        let stamp = try await authority.token(for: CAdES.timestampImprint(of: sealed))
        return BundleContents(
            notice: ["number": "N-1", "kind": "dismissal"],
            documents: [
                .init(name: "notice.pdf", mediaType: "application/pdf", bytes: Self.pdf, isEvidenced: true),
                .init(
                    name: "notice.pdf.p7s", mediaType: "application/pkcs7-signature",
                    bytes: try CAdES.addingTimestamp(stamp, to: sealed), isEvidenced: false),
            ],
            excerpt: excerpt, logKeys: [log.signer.key], entryKeys: [log.entryKey.publicKey],
            entryCertificates: [entryCertificate], roots: [issuer.certificate])
    }

    func bundle(_ contents: BundleContents) async throws -> [UInt8] {
        try await BundleWriter(identity: seal, authority: authority, clock: log.clock).write(contents).bytes
    }

    func verify(_ bundle: [UInt8], pinned: Bool = true) -> VerificationReport {
        let trust = BundleVerifier.Trust(
            roots: pinned ? [issuer.certificate] : nil, logKeys: pinned ? [log.signer.key] : nil)
        return BundleVerifier(trust: trust, now: log.clock.now).verify(bundle)
    }
}
