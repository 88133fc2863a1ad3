/// An entry that is durable but has no leaf yet.
public struct StagedEntry: Sendable, Hashable {
    /// The entry's identifier.
    public let id: String
    /// SHA-256 of the entry's body; its 32 bytes are the leaf's input.
    public let commitment: Digest
    /// Where the store has it, so that it need not look for it again; the store's own business.
    public let position: Int

    /// Names a staged entry.
    public init(id: String, commitment: Digest, position: Int) {
        self.id = id
        self.commitment = commitment
        self.position = position
    }
}

/// The leaf an entry was given.
public struct SequencedEntry: Sendable, Hashable {
    /// The entry's identifier.
    public let id: String
    /// The leaf, counted from 0.
    public let leafIndex: Int
    /// Where the store said it has it.
    public let position: Int

    /// Binds an entry to a leaf.
    public init(_ entry: StagedEntry, leafIndex: Int) {
        id = entry.id
        position = entry.position
        self.leafIndex = leafIndex
    }
}

/// A checkpoint as the store keeps it; its size identifies it, because the log signs one root per size.
public struct StoredCheckpoint: Sendable, Hashable {
    /// How many leaves the log had.
    public let size: Int
    /// The root of the tree over these leaves.
    public let root: Digest
    /// The signed note, byte for byte; this is what is published and what a timestamp covers.
    public let note: [UInt8]
    /// When it was signed, by our own clock.
    public let signedAt: Timestamp
    /// The RFC 3161 token over SHA-256 of `note` in DER, or nil while none was obtained.
    public let token: [UInt8]?

    /// Describes a checkpoint.
    public init(size: Int, root: Digest, note: [UInt8], signedAt: Timestamp, token: [UInt8]? = nil) {
        self.size = size
        self.root = root
        self.note = note
        self.signedAt = signedAt
        self.token = token
    }
}

/// Everything one step of the sequencer changes; stored whole or not at all.
public struct SequencedBatch: Sendable, Hashable {
    /// The size of the log this batch extends; the store refuses the batch when the log has another size.
    public let previousSize: Int
    /// The entries with their leaves, ascending from `previousSize` without gap.
    public let entries: [SequencedEntry]
    /// The tiles that are new or grew.
    public let tiles: [Tile]
    /// The checkpoint over the grown log.
    public let checkpoint: StoredCheckpoint

    /// Gathers what one step changes.
    public init(previousSize: Int, entries: [SequencedEntry], tiles: [Tile], checkpoint: StoredCheckpoint) {
        self.previousSize = previousSize
        self.entries = entries
        self.tiles = tiles
        self.checkpoint = checkpoint
    }
}

/// The store's answer to a batch.
public enum CommitVerdict: Sendable, Hashable {
    /// Stored durably.
    case committed
    /// Not stored: another sequencer holds a newer lease.
    case leaseLost
    /// Not stored: the log's size is no longer the one the batch extends.
    case sizeMoved(to: Int)
}

/// The right to sequence for a while, with the number that tells a late holder from the present one.
public struct SequencerLease: Sendable, Hashable {
    /// Who holds it: one process, one value.
    public let owner: String
    /// Grows by one whenever the lease changes hands; a commit with an older fence is refused.
    public let fence: Int64
    /// When it ends unless renewed.
    public let until: Timestamp

    /// Describes a lease.
    public init(owner: String, fence: Int64, until: Timestamp) {
        self.owner = owner
        self.fence = fence
        self.until = until
    }
}

/// An entry as the log holds it, for audit and for proof bundles.
public struct LoggedEntry: Sendable, Hashable {
    /// Its leaf, counted from 0.
    public let leafIndex: Int
    /// Its identifier.
    public let id: String
    /// What it says happened, as indexed by the store; the body is what was signed.
    public let event: EvidenceEvent
    /// What it is about, as indexed by the store; the body is what was signed.
    public let subject: EvidenceSubject
    /// When we learnt of it, as indexed by the store.
    public let learntAt: Timestamp
    /// The body as stored: compressed and sealed under its person's key, so that only the vault can open it.
    public let storedBody: [UInt8]
    /// The signature over the clear body.
    public let signature: [UInt8]
    /// The key that made the signature.
    public let keyID: String
    /// SHA-256 of the clear body; stays when the body is erased.
    public let commitment: Digest

    /// Describes a logged entry.
    public init(
        leafIndex: Int, id: String, event: EvidenceEvent, subject: EvidenceSubject, learntAt: Timestamp,
        storedBody: [UInt8], signature: [UInt8], keyID: String, commitment: Digest
    ) {
        self.leafIndex = leafIndex
        self.id = id
        self.event = event
        self.subject = subject
        self.learntAt = learntAt
        self.storedBody = storedBody
        self.signature = signature
        self.keyID = keyID
        self.commitment = commitment
    }
}

/// A run of failed timestamp requests without a success between them.
public struct TimestampOutage: Sendable, Hashable {
    /// When the first request of the run failed.
    public let since: Timestamp
    /// When the last one failed.
    public let lastFailureAt: Timestamp
    /// How many failed so far.
    public let failures: Int
    /// What the last failure said.
    public let reason: String

    /// Describes an outage.
    public init(since: Timestamp, lastFailureAt: Timestamp, failures: Int, reason: String) {
        self.since = since
        self.lastFailureAt = lastFailureAt
        self.failures = failures
        self.reason = reason
    }
}
