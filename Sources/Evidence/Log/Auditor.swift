import Glibc

/// Verifies the whole log again, from the first leaf to the last checkpoint, through the store's port.
///
/// The tree is rebuilt from the entries and, where they disagree, from the stored tiles as well; at each checkpoint
/// the signed root tells which of the two is wrong. So every altered entry is named, and the audit goes on behind it.
/// Every checkpoint's root is recomputed, which is stronger than consistency proofs between them. Memory stays flat.
///
/// Entries are examined a page at a time, several pages at once, because each stands for itself; the tree, the keys'
/// succession and the findings need the order of the leaves, and are gone through in that order.
public struct Auditor: Sendable {
    /// The most faults listed.
    public static let maximumFindings = 1000

    let store: any EvidenceLogStore
    let logKeys: [NoteKey]
    let entryKeys: [String: VerificationKey]
    let roots: [Certificate]
    let witnessed: [Checkpoint]
    /// Pages read or examined and not yet gone through: what bounds the memory.
    let pagesAtOnce: Int
    let open: @Sendable (LoggedEntry) async throws -> OpenedBody

    /// Makes an auditor.
    ///
    /// `roots` judge timestamp tokens; `witnessed` are checkpoints somebody outside has kept; `pagesAtOnce` is 1 where
    /// others need the processors more, and nil keeps all of them busy; `open` decrypts a stored body, and throws only when
    /// it cannot tell whether the body was erased or damaged.
    public init(
        store: any EvidenceLogStore, logKeys: [NoteKey], entryKeys: [VerificationKey], roots: [Certificate],
        witnessed: [Checkpoint] = [], pagesAtOnce: Int? = nil,
        open: @escaping @Sendable (LoggedEntry) async throws -> OpenedBody
    ) {
        self.store = store
        self.logKeys = logKeys
        self.entryKeys = Dictionary(entryKeys.map { ($0.keyID, $0) }, uniquingKeysWith: { first, _ in first })
        self.roots = roots
        self.witnessed = witnessed
        // While one page a processor is examined, as many are read or wait for their turn.
        self.pagesAtOnce = max(1, pagesAtOnce ?? 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        self.open = open
    }

    /// Audits the log as it is at the newest checkpoint; `progress` is told leaves done and leaves in all.
    public func audit(progress: @Sendable (Int, Int) -> Void = { _, _ in }) async throws -> AuditReport {
        var report = AuditReport()
        report.size = try await store.latestCheckpoint()?.size ?? 0
        var replay = LogReplay()
        var checkpoints = CheckpointPages(store: store)
        var previous: StoredCheckpoint?
        try await inOrder(ofSize: report.size) { page in
            for leaf in page.leaves {
                take(page[leaf], tileHash: page.tileHash(at: leaf), leaf: leaf, &replay, &report)
                while let checkpoint = try await checkpoints.next(ofSize: leaf + 1) {
                    examine(checkpoint, after: previous, &replay, &report)
                    previous = checkpoint
                }
            }
            try await compareTiles(replay.takeTiles(), &report)
            progress(page.leaves.upperBound, report.size)
        }
        for checkpoint in try await checkpoints.rest(below: report.size) {
            report.add(.checkpoint, checkpoint: checkpoint.size, "a second checkpoint stands at this size")
        }
        try await compareWitnesses(&report)
        return report
    }

    /// Examines the pages of a log side by side and hands them on one by one, in the order of their leaves.
    private func inOrder(ofSize size: Int, _ body: (AuditPage) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: AuditPage.self) { group in
            var begun = 0
            var early: [Int: AuditPage] = [:]
            var start = 0
            while start < size {
                // A page that waits for its turn counts too, so that a slow one does not let the others pile up.
                while begun < size, begun < start + pagesAtOnce * Tile.fullWidth {
                    // A page is one level-0 tile, so that its hashes can be laid beside the entries'.
                    let leaves = begun..<min(begun + Tile.fullWidth, size)
                    group.addTask { try await page(leaves) }
                    begun = leaves.upperBound
                }
                guard let page = early.removeValue(forKey: start) else {
                    if let next = try await group.next() { early[next.leaves.lowerBound] = next }
                    continue
                }
                start = page.leaves.upperBound
                try await body(page)
            }
        }
    }

    private func compareTiles(_ expected: [Tile], _ report: inout AuditReport) async throws {
        // Level 0 was compared leaf by leaf.
        let upper = expected.filter { $0.coordinate.level > 0 }
        guard !upper.isEmpty else { return }
        let stored = Dictionary(
            try await store.tiles(upper.map(\.coordinate)).map { ($0.coordinate, $0) }, uniquingKeysWith: { $1 })
        for tile in upper where stored[tile.coordinate]?.hashes.starts(with: tile.hashes) != true {
            report.add(
                .tileAltered, "\(tile.path) does not hold the hashes of the entries below it; rebuild it from them")
        }
    }

    private func compareWitnesses(_ report: inout AuditReport) async throws {
        for seen in witnessed.sorted(by: { $0.size < $1.size }) {
            if seen.size > report.size {
                report.add(
                    .witness, checkpoint: seen.size,
                    "a witness saw the log at \(seen.size) entries, here it ends at \(report.size): it was rolled back")
            } else if seen.size > 0, try await rootFromTiles(seen.size) != seen.root {
                report.add(
                    .witness, checkpoint: seen.size,
                    "a witness saw another root at this size: the history before it was rewritten")
            }
        }
    }

    private func rootFromTiles(_ size: Int) async throws -> Digest? {
        do {
            return try await store.root(ofSize: size)
        } catch let error as EvidenceError where error.code == .logDamaged {
            return nil
        }
    }
}

/// Reads checkpoints in pages while leaves are replayed.
private struct CheckpointPages {
    let store: any EvidenceLogStore
    private var page: [StoredCheckpoint] = []
    private var place = 0
    private var from = 0
    private var isAtEnd = false

    init(store: any EvidenceLogStore) { self.store = store }

    /// Returns the next checkpoint if its size is not above this one.
    mutating func next(ofSize size: Int) async throws -> StoredCheckpoint? {
        if place == page.count, !isAtEnd {
            page = try await store.checkpoints(fromSize: from, limit: 1024)
            place = 0
            isAtEnd = page.count < 1024
            from = (page.last?.size ?? from) + 1
        }
        guard place < page.count, page[place].size <= size else { return nil }
        place += 1
        return page[place - 1]
    }

    /// Returns what was not consumed up to this size.
    mutating func rest(below size: Int) async throws -> [StoredCheckpoint] {
        var rest: [StoredCheckpoint] = []
        while let checkpoint = try await next(ofSize: size) { rest.append(checkpoint) }
        return rest
    }
}
