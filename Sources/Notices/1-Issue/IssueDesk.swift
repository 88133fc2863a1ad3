import Evidence
import Typeset

/// The first two rooms: takes a request, renders it, and puts the notice on disk with its evidence.
///
/// What it promises when ``issue(_:by:idempotency:)`` returns: request, idempotency record, content hash and evidence entry
/// are durable (contract 1). A refusal leaves nothing behind and lists everything that is wrong at once.
public struct IssueDesk: Sendable {
    let store: any IssueStore
    let reader: any NoticeReader
    let directory: any RecipientDirectory
    let templates: TemplateLibrary
    let renderer: Renderer
    let preflight: Preflight
    let typesetter: DocumentMaker
    let recorder: EvidenceRecorder
    let clock: any WallClock
    let settings: Settings
    /// Woken when something waits to be sealed.
    let sealerPoke: Poke

    /// What the configuration says.
    public struct Settings: Sendable {
        /// Where people sign in to read, as words or a bare host name.
        public var portal: String
        /// Throws a sentence when nothing new can be taken, for example because the disk is nearly full.
        public var admission: @Sendable () throws -> Void
        /// Whether whatever is issued is issued in a rehearsal.
        public var isRehearsal: Bool

        /// Says where people sign in, when nothing new is taken, and whether this is a rehearsal.
        public init(
            portal: String, isRehearsal: Bool = false, admission: @escaping @Sendable () throws -> Void = {}
        ) {
            self.portal = portal
            self.isRehearsal = isRehearsal
            self.admission = admission
        }
    }

    /// Makes a desk.
    public init(
        store: any IssueStore, reader: any NoticeReader, directory: any RecipientDirectory, templates: TemplateLibrary,
        preflight: Preflight, typesetter: DocumentMaker, recorder: EvidenceRecorder, clock: any WallClock,
        settings: Settings, sealerPoke: Poke
    ) {
        self.store = store
        self.reader = reader
        self.directory = directory
        self.templates = templates
        renderer = Renderer(library: templates)
        self.preflight = preflight
        self.typesetter = typesetter
        self.recorder = recorder
        self.clock = clock
        self.settings = settings
        self.sealerPoke = sealerPoke
    }

    /// Issues one notice.
    ///
    /// - Parameters:
    ///   - approvers: everybody who may approve, if that was asked already; many requests need it once.
    ///   - telling: the language in which a refusal is told; that of the notice without it.
    public func issue(
        _ request: IssueRequest, by author: Principal, idempotency: IdempotencyClaim? = nil,
        approvers: [Approver]? = nil, telling: NoticeLanguage? = nil
    ) async throws -> Acceptance {
        let isRehearsal = settings.isRehearsal || author.isTesting
        let idempotency = isRehearsal ? idempotency?.ofRehearsal : idempotency
        if let idempotency, let known = try await store.replay(idempotency) { return known }
        try settings.admission()
        let request = try await withKnownConfirmers(request, author, among: approvers)
        let draft = try await prepare(request, number: nil, by: author, telling: telling)
        let id = NoticeID(SecureRandom.uuid(at: draft.now))
        let notice = draft.notice(id: id, author: author)
        let recorder = recorder.rehearsing(isRehearsal)
        var evidence = [try recorder.entry(.noticeIssued, notice: id, at: draft.now, draft.facts(of: notice))]
        // What is about the person goes under the key that seals the content, and is gone when that is destroyed; in whose
        // name and which bytes must stay readable, or a bundle could no longer be laid to anybody's door.
        let grounds = draft.grounds(of: notice)
        if !grounds.isEmpty {
            evidence.append(
                try recorder.entry(.groundsStated, notice: id, person: notice.keyOwner, at: draft.now, grounds))
        }
        for override in request.overrides {
            evidence.append(
                try recorder.entry(
                    .preflightOverridden, notice: id, person: notice.keyOwner, at: draft.now,
                    [
                        "finding": .string(override.finding), "reason": .string(override.reason),
                        "author": author.facts, "confirmedBy": .string(override.confirmedBy),
                    ]))
        }
        let acceptance = try await store.accept(
            NewNotice(notice: notice, content: draft.rendered.content, idempotency: idempotency), evidence: evidence)
        if notice.state == .approved { sealerPoke.poke() }
        return acceptance
    }

    /// What stands for the number in what is not issued yet.
    private static let numberOfDrafts = "SD-00000000-XXXX-XXXX"

    /// Renders a request without storing anything: what it would say, and what stands against it.
    public func preview(
        _ request: IssueRequest, by author: Principal, telling: NoticeLanguage? = nil
    ) async throws -> Preview {
        let draft = try await prepare(
            request, number: Self.numberOfDrafts, by: author, enforcesPreflight: false, telling: telling)
        let earlier = try await repeats(
            kind: request.kind, to: draft.recipients, isRehearsal: draft.isRehearsal)
        return Preview(
            rendered: draft.rendered, findings: draft.findings, warnings: earlier + draft.rendered.warnings,
            settings: draft.template.settings,
            pdf: draft.template.settings.document == .pdf
                ? try await typesetter.pdf(draft.page) : nil)
    }

    /// What stands against issuing a request and was not overridden; what ``issue(_:by:idempotency:approvers:)`` would refuse
    /// is refused.
    ///
    /// Nothing is stored, and the document is typeset once, to see that it can be.
    ///
    /// - Parameters:
    ///   - approvers: everybody who may approve, if that was asked already; many requests need it once.
    ///   - telling: the language in which a refusal is told; that of the notice without it.
    public func check(
        _ request: IssueRequest, by author: Principal, approvers: [Approver]? = nil, telling: NoticeLanguage? = nil
    ) async throws -> [PreflightFinding] {
        let request = try await withKnownConfirmers(request, author, among: approvers)
        let draft = try await prepare(
            request, number: Self.numberOfDrafts, by: author, enforcesPreflight: false, telling: telling)
        return try Self.open(draft.findings, request.overrides, author)
    }

    /// Everybody who may approve.
    public func approvers() async throws -> [Approver] { try await store.approvers() }

    /// What a request would become.
    public struct Preview: Sendable {
        /// The words of every channel.
        public let rendered: RenderedNotice
        /// What stands against issuing it.
        public let findings: [PreflightFinding]
        /// What the author should know although it may be issued.
        public let warnings: [FieldFault]
        /// The kind's settings, with the plan.
        public let settings: KindSettings
        /// The document, for kinds that have one.
        public let pdf: [UInt8]?
    }

    /// Adds one approval.
    ///
    /// Two different people, neither the author, approve one exact content.
    public func approve(_ id: NoticeID, contentHash: Digest, by approver: Principal) async throws -> Notice {
        let known = try await reader.notice(id)
        try Self.requireSameKind(known, here: settings)
        try Self.requireReach(of: approver, known)
        let now = clock.now
        let entry = try recorder.rehearsing(known?.isRehearsal ?? false).entry(
            .approvalGiven, notice: id, at: now,
            ["approver": approver.facts, "contentHash": .string(contentHash.hex)])
        let notice = try await store.record(
            Approval(notice: id, contentHash: contentHash, approver: approver, at: now), evidence: [entry])
        if notice.state == .approved { sealerPoke.poke() }
        return notice
    }

    /// Whose approvals a notice still waits for.
    public func awaited(by notice: Notice, given: [Approval]) async throws -> AwaitedApprovals {
        let isNeeded = notice.state == .awaitingApproval && !notice.confirmers.isEmpty
        return AwaitedApprovals(of: notice, given: given, approvers: isNeeded ? try await store.approvers() : [])
    }

    /// Withdraws a notice of which nothing has left us.
    public func cancel(_ id: NoticeID, reason: String, by principal: Principal) async throws -> Notice {
        guard !reason.isEmpty, reason.utf8.count <= 2000 else {
            throw NoticeError(.invalid, "reason: say in 1 to 2000 bytes why the notice is withdrawn")
        }
        guard let notice = try await reader.notice(id) else { throw Self.unknown(id) }
        try Self.requireReach(of: principal, notice)
        let entry = try recorder.rehearsing(notice.isRehearsal).entry(
            .noticeCancelled, notice: id, person: notice.keyOwner, at: clock.now,
            ["by": principal.facts, "reason": .string(reason)])
        return try await store.cancel(id, evidence: [entry])
    }

    /// Replaces the fields of a notice that waits for approval.
    ///
    /// Every approval given so far is void. The pre-flight check is made again with what was declared and overridden when it
    /// was issued: what an edit takes away was perhaps what let it pass.
    public func edit(_ id: NoticeID, fields: JSONValue, by author: Principal) async throws -> Notice {
        guard let old = try await reader.notice(id) else { throw Self.unknown(id) }
        try Self.requireSameKind(old, here: settings)
        try Self.requireReach(of: author, old)
        let stated = try StatedGrounds(try await reader.entries(of: id))
        let request = IssueRequest(
            issuer: old.issuer.id, kind: old.kind, version: old.templateVersion, language: old.language,
            recipients: old.recipients.map(\.person), fields: fields, overrides: stated.overrides,
            declarations: stated.declarations, remindsOf: old.remindsOf)
        try await requireSameGround(old, fields)
        // The number on the document stays.
        let draft = try await prepare(
            request, number: old.number, by: author, enforcesPreflight: false, isRehearsal: old.isRehearsal)
        let findings = draft.findings
        // An override whose finding the edit has cured is moot, and stays on record.
        let overrides = stated.overrides.filter { override in findings.contains { $0.id == override.finding } }
        try Self.settle(findings, overrides, author, draft.rendered.language)
        let entry = try recorder.rehearsing(old.isRehearsal).entry(
            .approvalVoided, notice: id, at: draft.now,
            [
                "by": author.facts, "contentHashBefore": .string(old.contentHash.hex),
                "contentHash": .string(draft.rendered.contentHash.hex),
            ])
        return try await store.replaceContent(
            of: id, replacing: old.contentHash, with: draft.rendered.content, hash: draft.rendered.contentHash,
            by: author,
            evidence: [entry])
    }

    private static func unknown(_ id: NoticeID) -> NoticeError {
        NoticeError(.notFound, "there is no notice \"\(id.rawValue.prefix(40))\"")
    }

    /// A notice of a rehearsal that is over goes no further, and a meant one not in a rehearsal.
    ///
    /// One that is not there is found out later, in its own words. What a test key has issued is rehearsed wherever it is.
    private static func requireSameKind(_ notice: Notice?, here settings: Settings) throws {
        guard let notice, notice.isRehearsal != settings.isRehearsal, !notice.author.isTesting else { return }
        throw NoticeError(
            .conflict,
            notice.isRehearsal ? "the notice was \(RehearsalMark.isOver)" : "the notice \(RehearsalMark.waits)")
    }

    /// Whoever only tries things out must not decide over what is meant.
    private static func requireReach(of principal: Principal, _ notice: Notice?) throws {
        guard principal.isTesting, let notice, !notice.author.isTesting else { return }
        throw NoticeError(
            .forbidden, "\(notice.number) was not issued with a test key, and a test key decides over no other")
    }

    /// Another ground asks other pre-flight questions, which nobody has answered.
    private func requireSameGround(_ old: Notice, _ fields: JSONValue) async throws {
        guard let stored = try await reader.content(of: old.id) else {
            throw NoticeError(.unavailable, "the content of \(old.number) was erased; issue another notice")
        }
        let before = try NoticeContent(stored: stored, expecting: old.contentHash).fields["ground"]
        guard before == fields["ground"] else {
            throw NoticeError(
                .conflict, "ground: another ground is another notice; cancel this one and issue another",
                faults: [.init(field: "ground", message: "it cannot be changed by an edit")])
        }
    }
}
