/// The log as read back from its store: the last checkpoint and the tree's right edge, checked against each other.
struct LogState: Sendable {
    /// The last checkpoint; nil for an empty log.
    var latest: StoredCheckpoint?
    /// The tree at that checkpoint.
    var tree: TileTree

    /// Reads and verifies the state; refuses a log that contradicts itself or something published before.
    ///
    /// `published` are checkpoints known from elsewhere: the last one this process saw, and any a witness has seen.
    static func load(
        from store: any EvidenceLogStore, keys: [NoteKey], published: [Checkpoint]
    ) async throws -> LogState {
        let latest = try await store.latestCheckpoint()
        let size = latest?.size ?? 0
        if let newest = published.max(by: { $0.size < $1.size }), newest.size > size {
            throw EvidenceError(
                .logRolledBack,
                "the log ends at \(size) entries, but a checkpoint over \(newest.size) was published: an older copy of "
                    + "the database is in place; restore the newest one, nothing is signed before")
        }
        guard let latest else { return LogState(latest: nil, tree: TileTree()) }
        let claimed = try Checkpoint(verifying: latest.note, keys: keys)
        guard claimed.size == latest.size, claimed.root == latest.root else {
            throw EvidenceError(
                .logDamaged,
                "checkpoint \(latest.size): the signed note says size \(claimed.size), root \(claimed.root.hex), "
                    + "which is not what stands beside it; restore the database")
        }
        let edge = TileTree.edgeTiles(ofSize: size).map(\.coordinate)
        let tree = try TileTree(size: size, tiles: await store.tiles(edge))
        guard tree.root == latest.root else {
            throw EvidenceError(
                .logDamaged,
                "the tiles at the end of the log do not lead to the root of checkpoint \(size); "
                    + "restore the database, or audit the log to see how far it is sound")
        }
        for earlier in published {
            let proof = try await store.consistencyProof(from: earlier.size, to: size)
            guard
                MerkleTree.isConsistent(
                    size: earlier.size, root: earlier.root, with: size, root: latest.root, proof: proof)
            else {
                throw EvidenceError(
                    .logForked,
                    "the log at \(size) entries does not extend the published checkpoint over \(earlier.size): "
                        + "its history was rewritten; keep the database as it is and compare it with a backup")
            }
        }
        return LogState(latest: latest, tree: tree)
    }
}

extension EvidenceError.Code {
    /// The stored log contradicts a checkpoint that was published.
    public static let logForked = Self(rawValue: "log-forked")
    /// The clock stands before the last checkpoint.
    public static let clockBehind = Self(rawValue: "clock-behind")

    /// Whether the log must not be extended until a person has looked at it.
    var forbidsSigning: Bool {
        [.logDamaged, .logRolledBack, .logForked, .badCheckpoint, .clockBehind, .malformed].contains(self)
    }
}
