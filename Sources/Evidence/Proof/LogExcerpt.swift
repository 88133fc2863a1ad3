/// What a bundle is about.
public enum BundleSubject: Sendable, Hashable {
    /// One notice, by its id.
    case notice(String)
    /// A thing that entries name among `about`, for example `employee:…`.
    case thing(String)

    /// The name itself.
    public var name: String {
        switch self {
        case .notice(let name), .thing(let name): name
        }
    }

    /// The member under which index and completeness statement name it.
    var member: String {
        switch self {
        case .notice: "notice"
        case .thing: "subject"
        }
    }

    /// What index or statement say it is; nil when they say neither.
    init?(_ statement: JSONValue) {
        if let notice = statement["notice"]?.string {
            self = .notice(notice)
        } else if let subject = statement["subject"]?.string {
            self = .thing(subject)
        } else {
            return nil
        }
    }

    /// Whether an entry is about it.
    func isNamed(in body: EntryBody) -> Bool {
        switch self {
        case .notice(let id): body.subject.notice == id
        case .thing(let name): body.facts["about"]?.array?.contains(.string(name)) == true
        }
    }
}

/// What the log holds about one notice or thing, with the proofs: the part of a bundle that no one but the log can make.
public struct LogExcerpt: Sendable, Hashable {
    /// One entry with its proof.
    public struct Entry: Sendable, Hashable {
        /// The entry's identifier.
        public let id: String
        /// What happened.
        public let event: EvidenceEvent
        /// The clear body, or nil when it was erased and only its commitment is left.
        public let body: [UInt8]?
        /// The signature over the body.
        public let signature: [UInt8]
        /// The key that made the signature.
        public let keyID: String
        /// SHA-256 of the body.
        public let commitment: Digest
        /// The proof that the log has it, under the earliest timestamped checkpoint that covers it.
        public let proof: LogProof
    }

    /// The log's name.
    public let origin: String
    /// The notice or thing.
    public let about: BundleSubject
    /// Its name.
    public var notice: String { about.name }
    /// The entries, in leaf order.
    public let entries: [Entry]
    /// Entries about something else that these rest on, such as the issue of the key that somebody signed in with.
    public let related: [Entry]
    /// The checkpoints the proofs lead to and the newest one, ascending.
    public let checkpoints: [StoredCheckpoint]
    /// The proof from each checkpoint to the next: one less than there are checkpoints.
    public let growth: [[Digest]]

    /// Gathers everything the log at its newest checkpoint holds about a notice.
    ///
    /// Every entry is proved under the *earliest* checkpoint with a token that covers it, because that token shows it
    /// existed at that time; entries too new for a token are proved under the newest checkpoint. Throws when
    /// something is stored that the log cannot prove: such a bundle must not leave the house.
    public static func collect(
        notice: String, from store: any EvidenceLogStore, keys: [NoteKey],
        open: @Sendable (LoggedEntry) async throws -> OpenedBody
    ) async throws -> LogExcerpt {
        try await collect(.notice(notice), from: store, keys: keys, open: open) { size in
            try await store.entries(notice: notice, belowSize: size)
        }
    }

    /// The same about a thing that is no notice; the caller found its entries.
    public static func collect(
        subject: String, entries: [LoggedEntry], from store: any EvidenceLogStore, keys: [NoteKey],
        open: @Sendable (LoggedEntry) async throws -> OpenedBody
    ) async throws -> LogExcerpt {
        try await collect(.thing(subject), from: store, keys: keys, open: open) { size in
            entries.filter { $0.leafIndex < size }.sorted { $0.leafIndex < $1.leafIndex }
        }
    }

    private static func collect(
        _ about: BundleSubject, from store: any EvidenceLogStore, keys: [NoteKey],
        open: @Sendable (LoggedEntry) async throws -> OpenedBody, logged find: (Int) async throws -> [LoggedEntry]
    ) async throws -> LogExcerpt {
        guard let newest = try await store.latestCheckpoint() else {
            throw EvidenceError(.nothingToProve, "the log is empty; there is nothing to prove about \(about.name)")
        }
        let origin = try Checkpoint(verifying: newest.note, keys: keys).origin
        let logged = try await find(newest.size)
        guard !logged.isEmpty else {
            throw EvidenceError(.nothingToProve, "the log holds no entry about \(about.name); check its name")
        }
        var checkpoints: [Int: StoredCheckpoint] = [newest.size: newest]
        var covering: StoredCheckpoint?
        var entries: [Entry] = []
        for entry in logged {
            if covering == nil || covering.map({ $0.size <= entry.leafIndex }) == true {
                covering = try await timestamped(covering: entry.leafIndex, in: store) ?? newest
            }
            guard let checkpoint = covering else { continue }
            checkpoints[checkpoint.size] = checkpoint
            entries.append(try await prove(entry, under: checkpoint, store, keys, open))
        }
        let related = try await related(to: entries, in: store, below: newest, keys, open, &checkpoints)
        let ordered = checkpoints.values.sorted { $0.size < $1.size }
        var growth: [[Digest]] = []
        for (old, new) in zip(ordered, ordered.dropFirst()) {
            growth.append(try await store.consistencyProof(from: old.size, to: new.size))
        }
        return LogExcerpt(
            origin: origin, about: about, entries: entries, related: related, checkpoints: ordered, growth: growth)
    }

    /// What the entries name with `restsOnEntry`, each once.
    ///
    /// One that is not there is left out: the verifier then finds the statement without its ground, which is the truth.
    private static func related(
        to entries: [Entry], in store: any EvidenceLogStore, below newest: StoredCheckpoint, _ keys: [NoteKey],
        _ open: @Sendable (LoggedEntry) async throws -> OpenedBody, _ checkpoints: inout [Int: StoredCheckpoint]
    ) async throws -> [Entry] {
        var seen = Set(entries.map(\.id))
        var found: [Entry] = []
        for entry in entries {
            guard let body = entry.body, let id = try EntryBody(parsing: body).restsOn, seen.insert(id).inserted,
                let logged = try await store.entry(id: id), logged.leafIndex < newest.size
            else { continue }
            let checkpoint = try await timestamped(covering: logged.leafIndex, in: store) ?? newest
            checkpoints[checkpoint.size] = checkpoint
            found.append(try await prove(logged, under: checkpoint, store, keys, open))
        }
        return found.sorted { $0.proof.index < $1.proof.index }
    }

    private static func prove(
        _ entry: LoggedEntry, under checkpoint: StoredCheckpoint, _ store: any EvidenceLogStore, _ keys: [NoteKey],
        _ open: @Sendable (LoggedEntry) async throws -> OpenedBody
    ) async throws -> Entry {
        let path = try await store.inclusionProof(of: entry.leafIndex, inSize: checkpoint.size)
        let proof = LogProof(index: entry.leafIndex, path: path, checkpoint: checkpoint.note)
        _ = try proof.verify(commitment: entry.commitment, keys: keys)
        var body: [UInt8]?
        if case .clear(let bytes) = try await open(entry) {
            guard SHA256.hash(bytes) == entry.commitment else {
                throw EvidenceError(
                    .notIncluded,
                    "entry \(entry.id) at leaf \(entry.leafIndex): its body is not what the log holds; audit the log")
            }
            body = bytes
        }
        return Entry(
            id: entry.id, event: entry.event, body: body, signature: entry.signature, keyID: entry.keyID,
            commitment: entry.commitment, proof: proof)
    }

    private static func timestamped(
        covering leafIndex: Int, in store: any EvidenceLogStore
    ) async throws -> StoredCheckpoint? {
        var from = leafIndex + 1
        while true {
            let page = try await store.checkpoints(fromSize: from, limit: 256)
            if let found = page.first(where: { $0.token != nil }) { return found }
            guard let last = page.last, page.count == 256 else { return nil }
            from = last.size + 1
        }
    }
}

/// What became of an entry's body.
public enum OpenedBody: Sendable, Hashable {
    /// The clear bytes that were signed.
    case clear([UInt8])
    /// Its key was destroyed; only the commitment is left.
    case erased
}

extension EvidenceError.Code {
    /// There is no evidence about what was asked for.
    public static let nothingToProve = Self(rawValue: "nothing-to-prove")
}
