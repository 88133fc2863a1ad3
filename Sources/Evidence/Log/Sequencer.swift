/// Gives staged entries their leaves and signs what the log has become.
///
/// One sequencer works at a time, by lease; its fence and the size it extends are checked in the transaction that
/// stores a batch, so that a paused one that wakes up late changes nothing. What is staged becomes part of a signed
/// checkpoint within the interval, or the alarm says why not.
public actor Sequencer {
    /// How the sequencer works.
    public struct Settings: Sendable {
        /// Names this process; two processes must differ.
        public var owner: String
        /// The longest wait between looks at what is staged.
        public var interval: Duration
        /// The most entries one checkpoint adds.
        public var batchLimit: Int
        /// How long the lease lasts; after a crash another process waits this long.
        public var leaseSpan: Duration

        /// Sets how the sequencer works.
        public init(
            owner: String, interval: Duration = .milliseconds(250), batchLimit: Int = 1024,
            leaseSpan: Duration = .seconds(10)
        ) {
            self.owner = owner
            self.interval = interval
            self.batchLimit = batchLimit
            self.leaseSpan = leaseSpan
        }
    }

    /// What one step did.
    public enum StepOutcome: Sendable, Hashable {
        /// Nothing was staged.
        case idle
        /// A checkpoint of this size was stored, with this many new entries.
        case sequenced(size: Int, entries: Int)
        /// Another process holds the lease.
        case standby
        /// The clock is not to be trusted; nothing was signed.
        case clockHeld(reason: String)
    }

    private let store: any EvidenceLogStore
    private let signer: NoteSigner
    private let keys: [NoteKey]
    private let recorder: EvidenceRecorder
    private let clock: any WallClock
    private let elapsed: @Sendable () -> Duration
    private let settings: Settings
    private let onCheckpoint: @Sendable (StoredCheckpoint) -> Void
    private let alarm: @Sendable (String) -> Void
    private let bell = Doorbell()

    /// What we know to be stored; nil when that must be read again.
    private var state: LogState?
    private var lease: SequencerLease?
    /// Checkpoints the store must still agree with whenever it is read again.
    private var published: [Checkpoint]
    private var clockGuard = ClockGuard()
    private var reportedHold: ClockGuard.Hold?
    /// How long the last step took that had something to do.
    private var lastWork = Duration.zero
    /// When an idle sequencer looks at the log again.
    private var nextLook: Timestamp?

    /// Makes a sequencer.
    ///
    /// `previousKeys` are keys the log signed with before; `witnessed` are checkpoints known from outside the store;
    /// `onCheckpoint` is called after a checkpoint is durable, and `alarm` with a sentence an operator must read.
    /// `elapsed` is time that no one can set.
    public init(
        store: any EvidenceLogStore, signer: NoteSigner, previousKeys: [NoteKey] = [], recorder: EvidenceRecorder,
        clock: any WallClock, settings: Settings, witnessed: [Checkpoint] = [],
        onCheckpoint: @escaping @Sendable (StoredCheckpoint) -> Void = { _ in },
        alarm: @escaping @Sendable (String) -> Void = { _ in },
        elapsed: @escaping @Sendable () -> Duration = Sequencer.continuousTime()
    ) {
        self.store = store
        self.signer = signer
        self.keys = [signer.key] + previousKeys
        self.recorder = recorder
        self.clock = clock
        self.settings = settings
        self.published = witnessed
        self.onCheckpoint = onCheckpoint
        self.alarm = alarm
        self.elapsed = elapsed
    }

    /// Returns a reader of the time since now, by a clock that no one can set.
    public static func continuousTime() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }

    /// Has the next step begin at once instead of at the end of the interval.
    public nonisolated func poke() { bell.ring() }

    /// Works until cancelled; throws only when the log must not be extended before a person has looked at it.
    public func run() async throws {
        try await recover()
        var failures = 0
        while true {
            try Task.checkCancellation()
            let begun = (clock.now, elapsed())
            var wait = settings.interval
            do {
                let outcome = try await step()
                failures = 0
                if case .sequenced = outcome { lastWork = elapsed() - begun.1 }
                // Counted from the beginning of this step, and ending before the interval does: an entry staged a moment
                // after we looked still has its place within it. Looking costs a read, so an idle log costs no commit.
                wait = max(settings.interval / 4, settings.interval - lastWork * 1.5)
                // A full batch means more is waiting.
                if case .sequenced(_, let entries) = outcome, entries == settings.batchLimit { continue }
            } catch let error as CancellationError {
                throw error
            } catch let error as EvidenceError where error.code.forbidsSigning {
                // Going on would put a signature under a log we know to be wrong.
                alarm(error.reason)
                throw error
            } catch {
                // The store did not answer, or answered with an error. Nothing was signed that is stored in another
                // form: the state is read again before the next batch. So it is safe to try again, more slowly.
                failures += 1
                if failures == 1 { alarm("the evidence log could not be extended, trying again: \(error)") }
                wait = min(.seconds(5), settings.interval * (1 << min(failures, 5)))
            }
            try await bell.wait(until: begun.0.adding(wait), clock: clock)
        }
    }

    /// Verifies the stored log against its last checkpoint, and refuses with a sentence if it must not be extended.
    public func recover() async throws {
        let loaded = try await LogState.load(from: store, keys: keys, published: published)
        if let latest = loaded.latest, clock.now.adding(ClockGuard.tolerance) < latest.signedAt {
            throw EvidenceError(
                .clockBehind,
                "the clock says \(clock.now.rfc3339), the last checkpoint was signed at \(latest.signedAt.rfc3339); "
                    + "set the clock right and start again")
        }
        adopt(loaded)
    }

    private func adopt(_ loaded: LogState) {
        state = loaded
        // One earlier checkpoint is enough from here on: the one just verified extends all others.
        published = loaded.latest.map { [Checkpoint(origin: signer.key.name, size: $0.size, root: $0.root)] } ?? []
    }

    /// Does one round: lease, clock, one batch.
    ///
    /// Without work no lease is taken or kept, so that an idle process writes nothing; the clock is watched all the same.
    public func step() async throws -> StepOutcome {
        if let state, try await store.stagedEntries(limit: 1).isEmpty,
            clockGuard.observe(wall: clock.now, elapsed: elapsed(), lastCheckpoint: state.latest?.signedAt) == nil,
            try await isUnchanged(state)
        {
            reportedHold = nil
            return .idle
        }
        guard let lease = try await holdLease() else { return .standby }
        // Crash here: the lease runs out by itself.
        let state = try await currentState()
        if let hold = clockGuard.observe(
            wall: clock.now, elapsed: elapsed(), lastCheckpoint: state.latest?.signedAt)
        {
            try await report(hold)
            return .clockHeld(reason: hold.sentence)
        }
        reportedHold = nil
        let staged = try await store.stagedEntries(limit: settings.batchLimit)
        guard !staged.isEmpty else { return .idle }
        let (batch, tree) = try nextBatch(staged, after: state)
        // Crash here: a checkpoint was signed, but it never left this process; the entries are still staged, and the
        // next sequencer signs its own. Only what `commit` stored is ever published.
        self.state = nil
        let verdict = try await store.commit(batch, lease: lease)
        // Crash or error here: stored or not, we cannot know; `state` is nil, so the next step reads what is true.
        switch verdict {
        case .committed:
            adopt(LogState(latest: batch.checkpoint, tree: tree))
            // Crash here: the checkpoint is durable and only its announcement is missing; it will be contained in the
            // next one announced.
            onCheckpoint(batch.checkpoint)
            return .sequenced(size: batch.checkpoint.size, entries: staged.count)
        case .leaseLost:
            // We were paused past our lease and someone else works; not an error.
            self.lease = nil
            return .standby
        case .sizeMoved:
            // Our batch was stored although its reply was lost, or another sequencer was faster. The next step reads
            // the log again and verifies that it extends what we knew.
            return .idle
        }
    }

    /// Looks, as often as a lease would be renewed, whether somebody else has extended the log or put it back.
    private func isUnchanged(_ state: LogState) async throws -> Bool {
        let now = clock.now
        if let nextLook, now < nextLook, nextLook.since(now) <= settings.leaseSpan { return true }
        nextLook = now.adding(settings.leaseSpan * 0.5)
        let newest = try await store.latestCheckpoint()
        guard newest?.size == state.latest?.size, newest?.root == state.latest?.root else {
            // Read again, and held to what was published, under the lease.
            self.state = nil
            return false
        }
        return true
    }

    private func holdLease() async throws -> SequencerLease? {
        let now = clock.now
        if let lease, now.adding(settings.leaseSpan * 0.5) < lease.until { return lease }
        let taken = try await store.acquireLease(
            owner: settings.owner, until: now.adding(settings.leaseSpan), now: now)
        // A new fence means that someone else may have worked in between.
        if taken?.fence != lease?.fence { state = nil }
        lease = taken
        return taken
    }

    private func currentState() async throws -> LogState {
        if let state { return state }
        let loaded = try await LogState.load(from: store, keys: keys, published: published)
        adopt(loaded)
        return loaded
    }

    private func nextBatch(
        _ staged: [StagedEntry], after state: LogState
    ) throws -> (batch: SequencedBatch, tree: TileTree) {
        var tree = state.tree
        let tiles = tree.append(staged.map { MerkleTree.leafHash($0.commitment) })
        try verify(tree, tiles, of: staged, after: state.tree)
        let checkpoint = Checkpoint(origin: signer.key.name, size: tree.size, root: tree.root)
        let note = try signer.sign(checkpoint.text)
        // Times of checkpoints never decrease, even when two machines' clocks differ within the tolerance.
        let signedAt = max(clock.now, state.latest?.signedAt ?? .earliest)
        let entries = staged.enumerated().map {
            SequencedEntry($0.element, leafIndex: state.tree.size + $0.offset)
        }
        let batch = SequencedBatch(
            previousSize: state.tree.size, entries: entries, tiles: tiles,
            checkpoint: StoredCheckpoint(size: tree.size, root: tree.root, note: note.bytes, signedAt: signedAt))
        return (batch, tree)
    }

    // A bit flipped in memory between hashing and signing has ended logs elsewhere: once signed, it cannot be undone.
    // So everything is hashed a second time; that costs little beside the transaction.
    private func verify(
        _ tree: TileTree, _ tiles: [Tile], of staged: [StagedEntry], after old: TileTree
    ) throws(EvidenceError) {
        var again = old
        let secondTiles = again.append(staged.map { MerkleTree.leafHash($0.commitment) })
        guard again == tree, secondTiles == tiles else {
            throw EvidenceError(
                .logDamaged,
                "hashing the same entries twice gave two results at size \(tree.size): the machine's memory is faulty; "
                    + "move the service to another one")
        }
    }

    private func report(_ hold: ClockGuard.Hold) async throws {
        // Once a kind of hold, not once a step.
        switch (reportedHold, hold) {
        case (.stepped, .stepped), (.behind, .behind): return
        default: break
        }
        let now = clock.now
        let entry = try recorder.sign(
            EvidenceDraft(
                event: .clockAnomaly, subject: EvidenceSubject(), happenedAt: .ours(now),
                facts: ["reason": .string(hold.sentence)]))
        try await store.stage([entry])
        reportedHold = hold
        alarm(hold.sentence)
    }
}
