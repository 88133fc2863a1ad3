/// Where the evidence log lives: staged entries, tiles, checkpoints and tokens.
///
/// Every verb is ONE transaction: when it returns, all of it is durable; when it throws, the caller must assume
/// neither that it happened nor that it did not, and reads again before acting. Nothing is ever deleted, and an
/// entry's leaf, a tile's beginning and a checkpoint never change once stored; the SQL conformers enforce that with
/// triggers too, so that a bug here cannot rewrite history unnoticed.
///
/// Entries of business steps are not staged through this port: the store verb that commits the step stages them in
/// the same transaction. `stage` is for entries that belong to no other step.
public protocol EvidenceLogStore: Sendable {
    // MARK: Sequencing

    /// Takes or renews the right to sequence, or returns nil when someone else holds it at `now`.
    ///
    /// Renewing by the same owner keeps the fence; taking over after expiry raises it by one.
    func acquireLease(owner: String, until: Timestamp, now: Timestamp) async throws -> SequencerLease?

    /// Stages entries on their own; an entry whose identifier is already stored is left as it is.
    func stage(_ entries: [SignedEntry]) async throws

    /// Returns up to `limit` entries without a leaf, in the order they were staged.
    func stagedEntries(limit: Int) async throws -> [StagedEntry]

    /// Returns the checkpoint with the largest size, or nil for an empty log.
    func latestCheckpoint() async throws -> StoredCheckpoint?

    /// Returns the widest stored version of each tile asked for; a tile that does not exist is left out.
    func tiles(_ coordinates: [TileCoordinate]) async throws -> [Tile]

    /// Stores leaves, tiles and checkpoint of one batch, if the lease's fence is the newest and the size still fits.
    ///
    /// Compare-and-swap: the log's size (0 without a checkpoint) must equal `batch.previousSize`. Every entry must be
    /// staged and without a leaf, and a replaced tile must be a prefix of its successor; otherwise it throws.
    func commit(_ batch: SequencedBatch, lease: SequencerLease) async throws -> CommitVerdict

    // MARK: Timestamps

    /// Returns the newest checkpoint that has a token, or nil when none has.
    func latestTimestampedCheckpoint() async throws -> StoredCheckpoint?

    /// Stores the token (DER) of the checkpoint of this size and ends the outage; the first token stays if there is one.
    func store(token: [UInt8], forCheckpointOfSize size: Int) async throws

    /// Returns the present run of failed timestamp requests, or nil when the last one succeeded.
    func timestampOutage() async throws -> TimestampOutage?

    /// Stores the state of the outage and, in the same transaction, stages the entry that reports it (if any).
    func recordTimestampFailure(_ outage: TimestampOutage, entry: SignedEntry?) async throws

    // MARK: Reading

    /// Returns up to `limit` logged entries from leaf `first` on, in leaf order.
    func entries(from first: Int, limit: Int) async throws -> [LoggedEntry]

    /// Returns the entry at a leaf, or nil when the log is shorter.
    func entry(leafIndex: Int) async throws -> LoggedEntry?

    /// Returns the logged entry of this identifier, or nil when there is none or it waits for its leaf.
    func entry(id: String) async throws -> LoggedEntry?

    /// Returns all logged entries about one notice with a leaf below `size`, in leaf order.
    func entries(notice: String, belowSize size: Int) async throws -> [LoggedEntry]

    /// Returns up to `limit` checkpoints of size `size` or more, ascending.
    func checkpoints(fromSize size: Int, limit: Int) async throws -> [StoredCheckpoint]
}
