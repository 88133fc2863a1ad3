import Evidence
import Typeset

/// The third room: fixes the exact bytes, signs them for the issuing entity and starts the deliveries.
///
/// One transaction stores document, signature, deliveries and entries together, for a whole batch. A crash before it
/// leaves the notice approved, and it is sealed again; nothing has left us by then.
public struct Sealer: Sendable {
    let store: any SealStore
    let keys: any SealKeys
    let documents: DocumentMaker
    let templates: TemplateLibrary
    let starter: DeliveryStarter
    let recorder: EvidenceRecorder
    let clock: any WallClock
    let owner: String
    let isRehearsal: Bool
    /// Woken when something waits to be sealed.
    public let poke: Poke
    /// Woken when deliveries were started.
    let wakes: [Poke]
    /// Told in a sentence when a notice is set aside: it waits for an operator from then on.
    let alarm: @Sendable (String) -> Void

    /// Makes a sealer that wakes these dispatchers; outside a rehearsal it sets aside what was issued in one.
    public init(
        store: any SealStore, keys: any SealKeys, documents: DocumentMaker, templates: TemplateLibrary,
        starter: DeliveryStarter, recorder: EvidenceRecorder, clock: any WallClock, owner: String,
        isRehearsal: Bool = false, poke: Poke, wakes: [Poke],
        alarm: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.keys = keys
        self.documents = documents
        self.templates = templates
        self.starter = starter
        self.recorder = recorder
        self.clock = clock
        self.owner = owner
        self.isRehearsal = isRehearsal
        self.poke = poke
        self.wakes = wakes
        self.alarm = alarm
    }

    /// Seals what waits, until told to stop.
    public func run(until stop: StopSignal) async throws {
        try await store.releaseSealClaims(of: owner, now: clock.now)
        while !stop.isStopped && !Task.isCancelled {
            if try await runOnce() == 0 { await poke.wait(.seconds(1)) }
        }
    }

    /// Seals one batch.
    ///
    /// - Returns: how many notices were claimed.
    @discardableResult
    public func runOnce(limit: Int = 128) async throws -> Int {
        let now = clock.now
        let claims = try await store.claimForSealing(
            Lease(owner: owner, now: now, until: now.adding(.seconds(300))), limit: limit)
        var records: [SealRecord] = []
        for claim in claims {
            guard claim.claims <= Dispatcher.poisonLimit else {
                try await setAside(claim, reason: "claimed for sealing \(claim.claims - 1) times without a result")
                continue
            }
            guard isRehearsal || !claim.notice.isRehearsal || claim.notice.author.isTesting else {
                try await setAside(claim, reason: RehearsalMark.isOver.text)
                continue
            }
            do {
                records.append(try await seal(claim))
                // Whoever asks for something is served first: what was accepted is on the disk and can wait its turn.
                await Task.yield()
            } catch let error as NoticeError where error.code == .unavailable || error.code == .invalid {
                // The content is damaged or the key is missing: this notice cannot go on, the others can.
                try await setAside(claim, reason: error.reason)
            }
        }
        if !records.isEmpty {
            _ = try await store.recordSealed(records)
            for poke in wakes { poke.poke() }
        }
        return claims.count
    }

    private func seal(_ claim: SealClaim) async throws -> SealRecord {
        let notice = claim.notice
        let content = try NoticeContent(stored: claim.content, expecting: notice.contentHash)
        let (bytes, mediaType) = try await document(of: notice, content, stored: claim.content)
        let now = clock.now
        let seal: SigningIdentity
        let signature: [UInt8]
        do {
            seal = try keys.identity(of: notice.issuer)
            signature = try CAdES.sign(detached: bytes, with: seal, at: now)
        } catch let error as EvidenceError {
            throw NoticeError(.unavailable, "the seal of \(notice.issuer.id) cannot be used: \(error)")
        }
        let sealed = SealedNotice(
            mediaType: mediaType, bytes: bytes, hash: SHA256.hash(bytes), signature: signature,
            certificatePEM: seal.certificate.pem, sealedAt: now)
        var evidence = [
            try recorder.rehearsing(notice.isRehearsal).entry(
                .documentSealed, notice: notice.id, at: now,
                [
                    "number": .string(notice.number), "mediaType": .string(mediaType),
                    "documentHash": .string(sealed.hash.hex), "contentHash": .string(notice.contentHash.hex),
                    "signatureHash": .string(SHA256.hash(signature).hex),
                    "certificate": .string(seal.certificate.fingerprint.hex),
                    "certificateSubject": .string(seal.certificate.subjectName),
                ])
        ]
        let stated = notice.sealed(at: now, documentHash: sealed.hash)
        var deliveries: [NewDelivery] = []
        var rungs: [PlannedRung] = []
        for person in notice.recipients {
            let begun = try starter.start(stated, for: person, rung: 0, at: now)
            deliveries += begun.deliveries
            evidence += begun.evidence
            for index in notice.plan.rungs.indices.dropFirst() {
                rungs.append(
                    PlannedRung(
                        notice: notice.id, person: person.person, index: index,
                        dueAt: now.adding(.seconds(notice.plan.rungs[index].afterSeconds))))
            }
        }
        return SealRecord(
            notice: notice.id, fence: claim.fence, sealed: sealed, deliveries: deliveries, rungs: rungs,
            evidence: evidence)
    }

    private func document(
        of notice: Notice, _ content: NoticeContent, stored: [UInt8]
    ) async throws -> (bytes: [UInt8], mediaType: String) {
        guard notice.handling.sealsPDF else { return (stored, "application/json") }
        let language = NoticeLanguage(rawValue: notice.language) ?? .chinese
        let name = templates.template(kind: notice.kind, version: notice.templateVersion)?.settings.name
        let page = DocumentMaker.page(
            markdown: content.markdown, title: name?.text(language) ?? notice.kind, language: notice.language,
            number: notice.number, contentHash: notice.contentHash, issuer: notice.issuer.fullName,
            issuedAt: notice.createdAt, isRehearsal: notice.isRehearsal)
        return (try await documents.pdf(page), "application/pdf")
    }

    private func setAside(_ claim: SealClaim, reason: String) async throws {
        let entry = try recorder.entry(
            .quarantined, notice: claim.notice.id, at: clock.now, ["reason": .string(reason)])
        try await store.quarantine(claim.notice.id, reason: reason, evidence: [entry])
        alarm("notice=\(claim.notice.id) \(claim.notice.number) was set aside and waits for an operator: \(reason)")
    }
}

extension Notice {
    /// The notice as it is once sealed.
    func sealed(at moment: Timestamp, documentHash: Digest) -> Notice {
        Notice(
            id: id, number: number, issuer: issuer, kind: kind, templateVersion: templateVersion,
            templateHash: templateHash, language: language, priority: priority, state: .dispatching,
            approvalsNeeded: approvalsNeeded, author: author, createdAt: createdAt, sealedAt: moment,
            contentHash: contentHash, documentHash: documentHash, recipients: recipients, plan: plan,
            legalBasis: legalBasis, handling: handling, batch: batch, confirmers: confirmers, remindsOf: remindsOf,
            isRehearsal: isRehearsal)
    }
}
