import Evidence
import SQL

/// The evidence log in SQL: the conformer of ``EvidenceLogStore``.
public struct SQLEvidenceLogStore: EvidenceLogStore {
    private let database: any SQLDatabase
    private let entryRows: EntryRows
    private let keys: KeyRing
    private static let leaseName = "sequencer"

    init(database: any SQLDatabase, keys: KeyRing) {
        self.database = database
        self.keys = keys
        entryRows = EntryRows(keys: keys)
    }

    // MARK: Sequencing

    /// One statement decides: whoever holds it renews, whoever comes after its end takes it with a higher fence.
    public func acquireLease(owner: String, until: Timestamp, now: Timestamp) async throws -> SequencerLease? {
        try await database.write { tx in
            let row = try tx.first(
                """
                INSERT INTO leases (name, owner, fence, held_until) VALUES (\(Self.leaseName), \(owner), 1, \(until))
                ON CONFLICT (name) DO UPDATE SET
                    fence = CASE WHEN leases.owner = excluded.owner THEN leases.fence ELSE leases.fence + 1 END,
                    owner = excluded.owner, held_until = excluded.held_until
                WHERE leases.owner = excluded.owner OR leases.held_until <= \(now)
                RETURNING fence
                """)
            return try row.map { SequencerLease(owner: owner, fence: try $0.get("fence"), until: until) }
        }
    }

    /// Stages entries that belong to no other step.
    public func stage(_ entries: [SignedEntry]) async throws {
        let rows = try await entryRows.stage(entries)
        guard !rows.isEmpty else { return }
        try await database.write { tx in try tx.executeBatch(rows) }
    }

    /// Uses the partial index of entries without a leaf, which is as small as what waits.
    public func stagedEntries(limit: Int) async throws -> [StagedEntry] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT id, commitment, position FROM evidence_entries
                WHERE leaf_index IS NULL ORDER BY position LIMIT \(limit)
                """
            ).map {
                StagedEntry(
                    id: try $0.get("id"), commitment: try $0.get("commitment"), position: try $0.get("position"))
            }
        }
    }

    /// The newest checkpoint.
    public func latestCheckpoint() async throws -> StoredCheckpoint? {
        try await database.read { tx in
            try tx.first(Self.checkpointColumns + " ORDER BY size DESC LIMIT 1").map(Self.checkpoint)
        }
    }

    /// The stored tiles among those asked for.
    public func tiles(_ coordinates: [TileCoordinate]) async throws -> [Tile] {
        try await database.read { tx in
            var tiles: [Tile] = []
            for coordinate in coordinates {
                let row = try tx.first(
                    """
                    SELECT hashes FROM merkle_tiles
                    WHERE level = \(coordinate.level) AND position = \(coordinate.index)
                    """)
                if let row { tiles.append(Tile(coordinate, hashes: try row.get("hashes"))) }
            }
            return tiles
        }
    }

    /// Compares and swaps inside one transaction: the lease first, then the size, then the rows.
    public func commit(_ batch: SequencedBatch, lease: SequencerLease) async throws -> CommitVerdict {
        var rows = ValueRows(width: 3)
        for entry in batch.entries {
            rows.append([entry.position.sqlValue, .text(entry.id), entry.leafIndex.sqlValue])
        }
        let leaves = rows
        return try await database.write { tx in
            // The update takes the lease's row lock, so that two sequencers cannot both pass this point.
            let held = try tx.execute(
                """
                UPDATE leases SET held_until = held_until
                WHERE name = \(Self.leaseName) AND owner = \(lease.owner) AND fence = \(lease.fence)
                """)
            guard held == 1 else { return .leaseLost }
            let size = try tx.first("SELECT size FROM checkpoints ORDER BY size DESC LIMIT 1")
            let current: Int = try size?.get("size") ?? 0
            guard current == batch.previousSize else { return .sizeMoved(to: current) }
            let placed = try tx.executeBatch(leaves.statements(Self.place)).reduce(0, +)
            guard placed == batch.entries.count else {
                throw SQLError(.other, "an entry of the batch is gone or has a leaf already; restart and audit the log")
            }
            try tx.executeBatch(
                batch.tiles.map {
                    """
                    INSERT INTO merkle_tiles (level, position, hashes)
                    VALUES (\($0.coordinate.level), \($0.coordinate.index), \($0.hashes))
                    ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes
                    """
                })
            let checkpoint = batch.checkpoint
            try tx.execute(
                """
                INSERT INTO checkpoints (size, root, note, signed_at)
                VALUES (\(checkpoint.size), \(checkpoint.root), \(checkpoint.note), \(checkpoint.signedAt))
                """)
            return .committed
        }
    }

    /// Gives rows of position, id and leaf their leaves, if they have none.
    private static func place(_ leaves: ValueRows) -> Query {
        """
        UPDATE evidence_entries SET leaf_index = v.column3 FROM (VALUES \(rows: leaves)) AS v
        WHERE position = v.column1 AND id = v.column2 AND leaf_index IS NULL
        """
    }

    // MARK: Timestamps

    /// The newest checkpoint that a token covers.
    public func latestTimestampedCheckpoint() async throws -> StoredCheckpoint? {
        try await database.read { tx in
            try tx.first(Self.checkpointColumns + " WHERE token IS NOT NULL ORDER BY size DESC LIMIT 1")
                .map(Self.checkpoint)
        }
    }

    /// The first token stays; the trigger would refuse a second one.
    public func store(token: [UInt8], forCheckpointOfSize size: Int) async throws {
        try await database.write { tx in
            try tx.execute("UPDATE checkpoints SET token = \(token) WHERE size = \(size) AND token IS NULL")
            try tx.execute("DELETE FROM timestamp_outages WHERE id = 1")
        }
    }

    /// The present run of failures.
    public func timestampOutage() async throws -> TimestampOutage? {
        try await database.read { tx in
            try tx.first("SELECT since, last_failure_at, failures, reason FROM timestamp_outages WHERE id = 1").map {
                TimestampOutage(
                    since: try $0.get("since"), lastFailureAt: try $0.get("last_failure_at"),
                    failures: try $0.get("failures"), reason: try $0.get("reason"))
            }
        }
    }

    /// Stores the outage with the entry that reports it.
    public func recordTimestampFailure(_ outage: TimestampOutage, entry: SignedEntry?) async throws {
        let rows = try await entryRows.stage(entry.map { [$0] } ?? [])
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO timestamp_outages (id, since, last_failure_at, failures, reason)
                VALUES (1, \(outage.since), \(outage.lastFailureAt), \(outage.failures), \(outage.reason))
                ON CONFLICT (id) DO UPDATE SET since = excluded.since, last_failure_at = excluded.last_failure_at,
                    failures = excluded.failures, reason = excluded.reason
                """)
            try tx.executeBatch(rows)
        }
    }

    // MARK: Reading

    /// A page of the log.
    public func entries(from first: Int, limit: Int) async throws -> [LoggedEntry] {
        try await database.read { tx in
            try tx.query(
                Self.entryColumns + " WHERE leaf_index >= \(first) ORDER BY leaf_index LIMIT \(limit)"
            ).map(Self.entry)
        }
    }

    /// One leaf.
    public func entry(leafIndex: Int) async throws -> LoggedEntry? {
        try await database.read { tx in
            try tx.first(Self.entryColumns + " WHERE leaf_index = \(leafIndex)").map(Self.entry)
        }
    }

    /// By identifier.
    public func entry(id: String) async throws -> LoggedEntry? {
        try await database.read { tx in
            try tx.first(Self.entryColumns + " WHERE id = \(id) AND leaf_index IS NOT NULL").map(Self.entry)
        }
    }

    /// Everything logged about one notice.
    public func entries(notice: String, belowSize size: Int) async throws -> [LoggedEntry] {
        try await database.read { tx in
            try tx.query(
                Self.entryColumns + " WHERE notice = \(notice) AND leaf_index < \(size) ORDER BY leaf_index"
            ).map(Self.entry)
        }
    }

    /// A page of checkpoints.
    public func checkpoints(fromSize size: Int, limit: Int) async throws -> [StoredCheckpoint] {
        try await database.read { tx in
            try tx.query(Self.checkpointColumns + " WHERE size >= \(size) ORDER BY size LIMIT \(limit)")
                .map(Self.checkpoint)
        }
    }

    /// Opens the stored body of an entry; erased only when the person's key was destroyed.
    ///
    /// A body that does not open is handed out as it lies there: it matches no commitment, so that audits and proofs name
    /// the entry and go on with the others.
    public func openBody(of entry: LoggedEntry) async throws -> OpenedBody {
        let owner = entry.subject.recipient ?? KeyRing.organisation
        let key: DataKey
        switch try await keys.standing(of: owner) {
        case .destroyed: return .erased
        case .missing: return .clear(entry.storedBody)
        case .usable(let usable): key = usable
        }
        do {
            return .clear(try key.open(SealedBytes(bytes: entry.storedBody), place: EntryRows.place(entry.id)))
        } catch {
            return .clear(entry.storedBody)
        }
    }

    private static let checkpointColumns: Query = "SELECT size, root, note, signed_at, token FROM checkpoints"
    private static let entryColumns: Query = """
        SELECT leaf_index, id, event, notice, recipient, delivery, attempt, learnt_at, body, signature, key_id, commitment
        FROM evidence_entries
        """

    private static func checkpoint(_ row: Row) throws -> StoredCheckpoint {
        StoredCheckpoint(
            size: try row.get("size"), root: try row.get("root"), note: try row.get("note"),
            signedAt: try row.get("signed_at"), token: try row.get("token"))
    }

    private static func entry(_ row: Row) throws -> LoggedEntry {
        LoggedEntry(
            leafIndex: try row.get("leaf_index"), id: try row.get("id"),
            event: EvidenceEvent(rawValue: try row.get("event")),
            subject: EvidenceSubject(
                notice: try row.get("notice"), recipient: try row.get("recipient"), delivery: try row.get("delivery"),
                attempt: try row.get("attempt")),
            learntAt: try row.get("learnt_at"), storedBody: try row.get("body"), signature: try row.get("signature"),
            keyID: try row.get("key_id"), commitment: try row.get("commitment"))
    }
}
