import Evidence
import Synchronization

/// A log store in memory that keeps every promise of the port, and can be told to fail.
public final class InMemoryLogStore: EvidenceLogStore {
    /// The verbs that change something.
    public enum Verb: String, Sendable, CaseIterable {
        case acquireLease, stage, commit, storeToken, recordTimestampFailure
    }

    /// How a verb fails.
    public enum Fault: Sendable, CaseIterable {
        /// It throws and nothing was stored.
        case notPersisted
        /// It throws although everything was stored: the reply was lost.
        case persisted
    }

    /// The error of an injected fault.
    public struct InjectedFault: Error, Equatable {
        /// The verb that was told to fail.
        public let verb: Verb

        /// Names the verb.
        public init(verb: Verb) { self.verb = verb }
    }

    /// Everything stored; tests may change it behind the log's back.
    public struct Contents: Sendable {
        /// All staged entries by identifier.
        public var entries: [String: SignedEntry] = [:]
        /// The identifiers in the order of staging.
        public var order: [String] = []
        /// The identifier at each leaf; nil where a test deleted the row.
        public var leaves: [String?] = []
        /// Identifiers of entries whose key was destroyed.
        public var erased: Set<String> = []
        /// The widest version of each tile.
        public var tiles: [TileCoordinate: Tile] = [:]
        /// All checkpoints, ascending.
        public var checkpoints: [StoredCheckpoint] = []
        /// The lease last given.
        public var lease: SequencerLease?
        /// The present outage.
        public var outage: TimestampOutage?
        /// Where in `order` the entries without a leaf begin.
        var firstStaged = 0
        var sequenced: Set<String> = []
        var faults: [Verb: [Fault]] = [:]

        /// Makes contents of a store never used.
        public init() {}
    }

    private let contents: Mutex<Contents>

    /// Makes an empty store, or one that continues from given contents.
    public init(_ contents: Contents = Contents()) {
        self.contents = Mutex(contents)
    }

    /// What is stored now.
    public var snapshot: Contents { contents.withLock { $0 } }

    /// Changes what is stored, as an insider with access to the database could.
    public func tamper(_ change: (inout Contents) throws -> Void) rethrows {
        try contents.withLock { try change(&$0) }
    }

    /// Has the next use of a verb fail; several calls queue up.
    public func fail(_ verb: Verb, _ fault: Fault) {
        contents.withLock { $0.faults[verb, default: []].append(fault) }
    }

    private func write<R>(_ verb: Verb, _ change: (inout Contents) throws -> R) throws -> R {
        try contents.withLock { contents in
            var fault: Fault?
            if let next = contents.faults[verb]?.first {
                contents.faults[verb]?.removeFirst()
                fault = next
            }
            if fault == .notPersisted { throw InjectedFault(verb: verb) }
            let result = try change(&contents)
            if fault == .persisted { throw InjectedFault(verb: verb) }
            return result
        }
    }

    // MARK: Sequencing

    /// Takes or renews the lease.
    public func acquireLease(owner: String, until: Timestamp, now: Timestamp) async throws -> SequencerLease? {
        try write(.acquireLease) { contents in
            let old = contents.lease
            if let old, old.owner != owner, old.until > now { return nil }
            let fence = old.map { $0.owner == owner ? $0.fence : $0.fence + 1 } ?? 1
            let lease = SequencerLease(owner: owner, fence: fence, until: until)
            contents.lease = lease
            return lease
        }
    }

    /// Stages entries.
    public func stage(_ entries: [SignedEntry]) async throws {
        try write(.stage) { contents in
            for entry in entries where contents.entries[entry.id] == nil {
                contents.entries[entry.id] = entry
                contents.order.append(entry.id)
            }
        }
    }

    /// Lists entries without a leaf.
    public func stagedEntries(limit: Int) async throws -> [StagedEntry] {
        contents.withLock { contents in
            var staged: [StagedEntry] = []
            for id in contents.order[contents.firstStaged...] where !contents.sequenced.contains(id) {
                guard staged.count < limit, let entry = contents.entries[id] else { break }
                staged.append(StagedEntry(id: id, commitment: entry.commitment, position: staged.count))
            }
            return staged
        }
    }

    /// Returns the newest checkpoint.
    public func latestCheckpoint() async throws -> StoredCheckpoint? {
        contents.withLock { $0.checkpoints.last }
    }

    /// Returns tiles.
    public func tiles(_ coordinates: [TileCoordinate]) async throws -> [Tile] {
        contents.withLock { contents in coordinates.compactMap { contents.tiles[$0] } }
    }

    /// Stores a batch by compare-and-swap.
    public func commit(_ batch: SequencedBatch, lease: SequencerLease) async throws -> CommitVerdict {
        try write(.commit) { contents in
            guard contents.lease?.fence == lease.fence, contents.lease?.owner == lease.owner else {
                return .leaseLost
            }
            let size = contents.checkpoints.last?.size ?? 0
            guard size == batch.previousSize else { return .sizeMoved(to: size) }
            // All checks come before the first change, so that a refused batch leaves nothing behind.
            for (place, entry) in batch.entries.enumerated() {
                guard contents.entries[entry.id] != nil, !contents.sequenced.contains(entry.id),
                    entry.leafIndex == size + place
                else { throw Violation(rule: "entry \(entry.id) cannot take leaf \(entry.leafIndex)") }
            }
            for tile in batch.tiles {
                guard tile.hashes.starts(with: contents.tiles[tile.coordinate]?.hashes ?? []) else {
                    throw Violation(rule: "tile \(tile.path) does not continue what is stored")
                }
            }
            for entry in batch.entries {
                contents.sequenced.insert(entry.id)
                contents.leaves.append(entry.id)
            }
            for tile in batch.tiles { contents.tiles[tile.coordinate] = tile }
            contents.checkpoints.append(batch.checkpoint)
            while contents.firstStaged < contents.order.count,
                contents.sequenced.contains(contents.order[contents.firstStaged])
            {
                contents.firstStaged += 1
            }
            return .committed
        }
    }

    /// A caller broke a rule of the port.
    public struct Violation: Error {
        /// The rule.
        public let rule: String
    }

    // MARK: Timestamps

    /// Returns the newest checkpoint with a token.
    public func latestTimestampedCheckpoint() async throws -> StoredCheckpoint? {
        contents.withLock { $0.checkpoints.last { $0.token != nil } }
    }

    /// Stores a token.
    public func store(token: [UInt8], forCheckpointOfSize size: Int) async throws {
        try write(.storeToken) { contents in
            guard let place = contents.checkpoints.firstIndex(where: { $0.size == size }) else {
                throw Violation(rule: "no checkpoint of size \(size)")
            }
            let old = contents.checkpoints[place]
            if old.token == nil {
                contents.checkpoints[place] = StoredCheckpoint(
                    size: old.size, root: old.root, note: old.note, signedAt: old.signedAt, token: token)
            }
            contents.outage = nil
        }
    }

    /// Returns the present outage.
    public func timestampOutage() async throws -> TimestampOutage? {
        contents.withLock { $0.outage }
    }

    /// Stores the outage and stages its entry.
    public func recordTimestampFailure(_ outage: TimestampOutage, entry: SignedEntry?) async throws {
        try write(.recordTimestampFailure) { contents in
            contents.outage = outage
            if let entry, contents.entries[entry.id] == nil {
                contents.entries[entry.id] = entry
                contents.order.append(entry.id)
            }
        }
    }

    // MARK: Reading

    /// Returns a page of entries.
    public func entries(from first: Int, limit: Int) async throws -> [LoggedEntry] {
        contents.withLock { contents in
            var page: [LoggedEntry] = []
            for leaf in first..<max(first, contents.leaves.count) where page.count < limit {
                if let entry = contents.logged(leaf) { page.append(entry) }
            }
            return page
        }
    }

    /// Returns one entry.
    public func entry(leafIndex: Int) async throws -> LoggedEntry? {
        contents.withLock { $0.leaves.indices.contains(leafIndex) ? $0.logged(leafIndex) : nil }
    }

    /// Returns the entry of an identifier.
    public func entry(id: String) async throws -> LoggedEntry? {
        contents.withLock { contents in contents.leaves.firstIndex(of: id).flatMap { contents.logged($0) } }
    }

    /// Returns the entries of one notice.
    public func entries(notice: String, belowSize size: Int) async throws -> [LoggedEntry] {
        contents.withLock { contents in
            (0..<min(size, contents.leaves.count)).compactMap { contents.logged($0) }
                .filter { $0.subject.notice == notice }
        }
    }

    /// Returns a page of checkpoints.
    public func checkpoints(fromSize size: Int, limit: Int) async throws -> [StoredCheckpoint] {
        contents.withLock { Array($0.checkpoints.filter { $0.size >= size }.prefix(limit)) }
    }
}

extension InMemoryLogStore.Contents {
    fileprivate func logged(_ leafIndex: Int) -> LoggedEntry? {
        guard let id = leaves[leafIndex], let entry = entries[id] else { return nil }
        return LoggedEntry(
            leafIndex: leafIndex, id: entry.id, event: entry.event, subject: entry.subject, learntAt: entry.learntAt,
            storedBody: erased.contains(id) ? [] : entry.body, signature: entry.signature, keyID: entry.keyID,
            commitment: entry.commitment)
    }
}
