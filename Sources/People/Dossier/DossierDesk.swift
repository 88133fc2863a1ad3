import Evidence
import Notices

/// Puts together what can be shown about a person or a case, so that legal can use it and the other side can check it.
///
/// Everything recorded is in it, what speaks against us too. The bundle verifies offline: its entries with their proofs, the
/// notices' own proof bundles inside, the list and the printed materials under one signature.
public struct DossierDesk: Sendable {
    let store: any PeopleStores
    let notices: any NoticeReader
    let prove: ProofDesk
    let documents: DocumentMaker
    let sources: [any DossierSource]
    let sender: NoticeSender
    let acts: ActRecorder

    /// How many notices' bundles are taken inside; further ones are named by the hash of their document.
    private static let noticesInside = 50

    /// Makes a desk.
    public init(
        store: any PeopleStores, notices: any NoticeReader, prove: ProofDesk, documents: DocumentMaker,
        sources: [any DossierSource], sender: NoticeSender, acts: ActRecorder
    ) {
        self.store = store
        self.notices = notices
        self.prove = prove
        self.documents = documents
        self.sources = sources
        self.sender = sender
        self.acts = acts
    }

    /// The numbered list, without the bundle; that it was read is recorded (S-23, S-121).
    public func list(about name: Subject, by actor: Actor) async throws -> Dossier {
        try AccessPolicy.require(.viewDossier, actor)
        let subject = try await resolve(name)
        let dossier = try await gather(subject, by: actor).dossier
        try await store.record([try read(dossier, what: "list", hash: nil, actor)])
        return dossier
    }

    /// The whole dossier as one file; that it was read is recorded before it leaves.
    public func bundle(about name: Subject, by actor: Actor) async throws -> (name: String, bundle: WrittenBundle) {
        try AccessPolicy.require(.viewDossier, actor)
        let subject = try await resolve(name)
        let gathered = try await gather(subject, by: actor)
        let issuer = try await issuer(of: subject)
        let printer = DossierPrinter(documents: documents, issuer: issuer.fullName, now: acts.now)
        let printed = try await printer.print(gathered.dossier)
        let files =
            [
                BundleContents.Document(
                    name: "evidence-list.pdf", mediaType: "application/pdf", bytes: printed.list, isEvidenced: false),
                BundleContents.Document(
                    name: "materials.pdf", mediaType: "application/pdf", bytes: printed.materials, isEvidenced: false),
            ] + gathered.files
        let bundle = try await prove.bundle(
            about: subject.description, leaves: printed.dossier.items.compactMap(\.leafIndex).map { Int($0) },
            data: printed.dossier.json, documents: files, issuer: issuer.id)
        try await store.record([try read(printed.dossier, what: "bundle", hash: SHA256.hash(bundle.bytes), actor)])
        return ("dossier-\(subject.kind.rawValue)-\(subject.id).asice", bundle)
    }

    private func read(_ dossier: Dossier, what: String, hash: Digest?, _ actor: Actor) throws -> Act {
        try acts.act(
            .dossierRead, by: actor, about: [dossier.subject],
            [
                "what": .string(what), "items": .integer(Int64(dossier.items.count)),
                "sha256": hash.map { .string($0.hex) } ?? .null,
            ])
    }

    /// Employees are named by number too.
    private func resolve(_ name: Subject) async throws -> Subject {
        guard name.kind == .employee else {
            guard try await !store.acts(about: name).isEmpty else {
                throw PeopleError(.notFound, "nothing is recorded about \(name.description.prefix(80)); check the name")
            }
            return name
        }
        if let found = try await store.employee(number: name.id) { return .employee(found.id) }
        return .employee(try await store.require(PersonID(name.id)).id)
    }

    private func issuer(of subject: Subject) async throws -> Issuer {
        var wanted: IssuerID?
        if subject.kind == .employee, let employee = try await store.employee(PersonID(subject.id)) {
            wanted = try await store.units().issuer(of: employee.unit)
        }
        return try await sender.entity(wanted)
    }

    // MARK: Gathering

    private struct Gathered {
        var dossier: Dossier
        var files: [BundleContents.Document]
    }

    private struct Piece {
        let name: BilingualText
        let source: String
        let proves: BilingualText
        let phase: Dossier.Phase
        let happenedAt: ObservedTime
        let hash: Digest
        var entry: String?
        var leafIndex: Int64?
        var file: String?
        var lines: [String] = []
    }

    private func gather(_ subject: Subject, by actor: Actor) async throws -> Gathered {
        let recorded = try await store.acts(about: subject)
        var pieces = try recorded.map(Self.piece)
        var files: [BundleContents.Document] = []
        let (found, inside) = try await noticePieces(about: subject, recorded, by: actor)
        pieces += found
        files += inside
        for source in sources {
            for material in try await source.materials(about: subject, for: actor) {
                pieces.append(
                    Piece(
                        name: material.name, source: material.source, proves: material.proves, phase: material.phase,
                        happenedAt: material.happenedAt, hash: SHA256.hash(material.bytes), file: material.file))
                files.append(
                    BundleContents.Document(
                        name: material.file, mediaType: material.mediaType, bytes: material.bytes, isEvidenced: false))
            }
        }
        guard !pieces.isEmpty else {
            throw PeopleError(.notFound, "nothing is recorded about \(subject.description.prefix(80)) yet")
        }
        // Stable: what happened at one moment stays in the order in which it was recorded.
        let ordered = pieces.enumerated().sorted {
            ($0.element.happenedAt.at, $0.offset) < ($1.element.happenedAt.at, $1.offset)
        }.map(\.element)
        let items = ordered.enumerated().map { index, piece in
            Dossier.Item(
                number: index + 1, name: piece.name, source: piece.source, proves: piece.proves, phase: piece.phase,
                happenedAt: piece.happenedAt, hash: piece.hash, entry: piece.entry, leafIndex: piece.leafIndex,
                file: piece.file, lines: piece.lines, page: nil)
        }
        return Gathered(
            dossier: Dossier(subject: subject, title: try await title(of: subject), items: items), files: files)
    }

    private func title(of subject: Subject) async throws -> String {
        guard subject.kind == .employee, let employee = try await store.employee(PersonID(subject.id)) else {
            return "关于 \(subject.description) 的证据"
        }
        return "关于员工 \(employee.name)（工号 \(employee.number)，\(employee.position)，\(employee.state.chinese)）的证据"
    }

    private static func piece(_ act: RecordedAct) throws -> Piece {
        let words = DossierWords(act.entry.event, subjects: act.subjects)
        guard let body = act.entry.body else {
            return Piece(
                name: BilingualText(zh: "\(words.name.zh)（内容已依规删除）", en: "\(words.name.en) (erased)"), source: "存证日志",
                proves: BilingualText(
                    zh: "该记录曾经存在，内容已依规删除", en: "that the entry existed; its content was erased by rule"),
                phase: words.phase, happenedAt: ObservedTime(at: act.learntAt, clock: ObservedTime.ours),
                hash: act.entry.commitment, entry: act.entry.id, leafIndex: act.entry.leafIndex)
        }
        let read = try EntryBody(parsing: body)
        return Piece(
            name: words.name, source: "存证日志，记录人 \(read.facts["by"]?["id"]?.string ?? "系统")", proves: words.proves,
            phase: words.phase, happenedAt: read.happenedAt, hash: act.entry.commitment, entry: act.entry.id,
            leafIndex: act.entry.leafIndex, lines: lines(of: read.facts))
    }

    /// The details of an act, one a line; who and about whom stand elsewhere.
    private static func lines(of facts: JSONValue) -> [String] {
        (facts.object ?? [:]).filter { $0.key != "by" && $0.key != "about" && !$0.value.isNull }
            .sorted { $0.key < $1.key }
            .map { "\($0.key)：\($0.value.string ?? $0.value.canonicalText)" }
    }

    private func noticePieces(
        about subject: Subject, _ recorded: [RecordedAct], by actor: Actor
    ) async throws -> ([Piece], [BundleContents.Document]) {
        var ids: [NoticeID] = []
        for act in recorded {
            for linked in act.subjects where linked.kind == .notice { ids.append(NoticeID(linked.id)) }
        }
        if subject.kind == .employee {
            ids += try await notices.notices(
                NoticeFilter(person: PersonID(subject.id)), before: nil, limit: 200
            ).map(\.id)
        }
        var seen: Set<NoticeID> = []
        var pieces: [Piece] = []
        var files: [BundleContents.Document] = []
        for id in ids where seen.insert(id).inserted {
            guard let notice = try await notices.notice(id) else { continue }
            var hash = notice.documentHash ?? notice.contentHash
            var file: String?
            if files.count < Self.noticesInside, let inside = try await inside(notice, by: actor) {
                files.append(inside)
                (hash, file) = (SHA256.hash(inside.bytes), inside.name)
            }
            pieces.append(
                Piece(
                    name: BilingualText(zh: "通知 \(notice.number)（\(notice.kind)）", en: "notice \(notice.number)"),
                    source: notice.issuer.fullName,
                    proves: BilingualText(
                        zh: "该通知的内容、签章、投递与回执，现状态 \(notice.state.rawValue)",
                        en: "content, seal, deliveries and receipts of the notice, now \(notice.state.rawValue)"),
                    phase: .after, happenedAt: ObservedTime(at: notice.createdAt, clock: ObservedTime.ours), hash: hash,
                    file: file,
                    lines: [
                        "contentHash：\(notice.contentHash.hex)",
                        "documentHash：\(notice.documentHash?.hex ?? "尚未签章")",
                    ]))
        }
        return (pieces, files)
    }

    /// A notice's own proof bundle; nil while the log has nothing about it.
    private func inside(_ notice: Notice, by actor: Actor) async throws -> BundleContents.Document? {
        do {
            let (name, bundle) = try await prove.bundle(of: notice.id, for: actor.principal)
            return BundleContents.Document(
                name: name, mediaType: "application/vnd.etsi.asic-e+zip", bytes: bundle.bytes, isEvidenced: false)
        } catch let error as EvidenceError where error.code == .nothingToProve { return nil }
    }
}

extension Dossier {
    /// The list as data, for machines; the same in the API and in the bundle.
    public var json: JSONValue {
        .object([
            "v": 1, "subject": .string(subject.description), "title": .string(title),
            "awaiting": .integer(Int64(awaiting)),
            "items": .array(
                items.map { item in
                    .object([
                        "number": .integer(Int64(item.number)),
                        "name": ["zh": .string(item.name.zh), "en": .string(item.name.en)],
                        "source": .string(item.source),
                        "proves": ["zh": .string(item.proves.zh), "en": .string(item.proves.en)],
                        "phase": .string(item.phase.rawValue), "happenedAt": .string(item.happenedAt.at.rfc3339),
                        "clock": .string(item.happenedAt.clock), "sha256": .string(item.hash.hex),
                        "entry": item.entry.map { .string($0) } ?? .null,
                        "leaf": item.leafIndex.map { .integer($0) } ?? .null,
                        "file": item.file.map { .string($0) } ?? .null,
                        "page": item.page.map { .integer(Int64($0)) } ?? .null,
                        "lines": .array(item.lines.map { .string($0) }),
                    ])
                }),
        ])
    }
}
