/// The tree rebuilt twice: from the entries, and from the stored tiles once they disagree.
struct LogReplay {
    private(set) var fromEntries = TileTree()
    /// Nil while the tiles agree with the entries.
    private(set) var fromTiles: TileTree?
    /// Leaves since the last matching root at which entry and tile disagree, with the entry's identifier.
    private(set) var disputed: [(leaf: Int, entry: String?)] = []
    /// Whether a root could not be reached in any way; later roots then cannot match either.
    var isLost = false
    /// Which keys were given up so far.
    var succession = KeySuccession()
    private var tiles: [Tile] = []
    /// Leaves that the trees have yet to take in, with what stands in the tiles for them: taking them in one by one would
    /// copy the tree's edge for each.
    private var waiting: [(any: Digest, tile: Digest)] = []

    /// Adds a leaf; `entryHash` is nil when there is no entry, `tileHash` when there is no tile.
    mutating func append(entryHash: Digest?, tileHash: Digest?, leaf: Int, entry: String?) {
        if entryHash != tileHash {
            disputed.append((leaf, entry))
            if fromTiles == nil {
                grow()
                fromTiles = fromEntries
            }
        }
        let any = entryHash ?? tileHash ?? MerkleTree.emptyRoot
        waiting.append((any, tileHash ?? any))
    }

    /// Lets both trees take in what was added; to be called before either is looked at.
    mutating func grow() {
        guard !waiting.isEmpty else { return }
        tiles += fromEntries.append(waiting.map(\.any))
        _ = fromTiles?.append(waiting.map(\.tile))
        waiting.removeAll(keepingCapacity: true)
    }

    /// Ends a dispute: both trees go on from the one that led to the signed root.
    mutating func settle(byTiles: Bool) {
        if byTiles, let fromTiles { fromEntries = fromTiles }
        fromTiles = nil
        disputed = []
    }

    /// Returns the tiles completed or grown since the last call, each at its widest.
    mutating func takeTiles() -> [Tile] {
        grow()
        defer { tiles = [] }
        return Dictionary(tiles.map { ($0.coordinate, $0) }, uniquingKeysWith: { $1 }).values
            .sorted { $0.coordinate < $1.coordinate }
    }
}

extension Auditor {
    /// Takes over what was found of an entry, in the order of the leaves.
    func take(
        _ check: LeafCheck?, tileHash: Digest?, leaf: Int, _ replay: inout LogReplay, _ report: inout AuditReport
    ) {
        guard let check else {
            report.add(.entryMissing, leaf: leaf, "the entry was deleted; the log still commits to it")
            replay.append(entryHash: nil, tileHash: tileHash, leaf: leaf, entry: nil)
            return
        }
        switch check.verdict {
        case .erased: report.entriesErased += 1
        case .faulty(let kind, let sentence): report.add(kind, leaf: leaf, entry: check.id, sentence)
        case .sound(let rotation):
            if let fault = replay.succession.fault(entryKey: check.keyID, leaf: leaf) {
                report.add(.entrySignature, leaf: leaf, entry: check.id, fault)
            } else {
                if let rotation { replay.succession.note(rotation, at: leaf) }
                report.entriesVerified += 1
            }
        }
        replay.append(entryHash: check.leafHash, tileHash: tileHash, leaf: leaf, entry: check.id)
    }

    func examine(
        _ stored: StoredCheckpoint, after previous: StoredCheckpoint?, _ replay: inout LogReplay,
        _ report: inout AuditReport
    ) {
        report.checkpointsVerified += 1
        let size = stored.size
        do throws(EvidenceError) {
            let signed = try Checkpoint(verifying: stored.note, keys: logKeys)
            if signed.size != size || signed.root != stored.root {
                report.add(.checkpoint, checkpoint: size, "the row says something else than the signed note")
            }
            if let key = try signer(of: stored), let fault = replay.succession.fault(logKey: key) {
                report.add(.checkpoint, checkpoint: size, fault)
            }
            compare(root: signed.root, size: signed.size, &replay, &report)
        } catch {
            report.add(.checkpoint, checkpoint: size, error.reason)
            compare(root: stored.root, size: size, &replay, &report)
        }
        if let previous, stored.signedAt < previous.signedAt {
            report.add(.timeOrder, checkpoint: size, "it is dated before the checkpoint \(previous.size)")
        }
        if let token = stored.token {
            let verdict = TimestampToken.verify(token, over: SHA256.hash(stored.note), roots: roots)
            if verdict.isValid {
                report.tokensVerified += 1
                report.timestampedSize = max(report.timestampedSize, size)
            }
            for fault in verdict.faults { report.add(.token, checkpoint: size, "\(fault)") }
        }
    }

    /// Which of the log's keys signed a checkpoint.
    private func signer(of checkpoint: StoredCheckpoint) throws(EvidenceError) -> UInt32? {
        let known = Set(logKeys.map(\.keyHash))
        return try SignedNote(parsing: checkpoint.note).signatures.map(\.keyHash).first(where: known.contains)
    }

    /// Lets the signed root decide between entries and tiles.
    private func compare(root: Digest, size: Int, _ replay: inout LogReplay, _ report: inout AuditReport) {
        replay.grow()
        guard size == replay.fromEntries.size else {
            report.add(.checkpoint, checkpoint: size, "the note is for another size than its place in the log")
            return
        }
        let disputed = replay.disputed
        if replay.fromEntries.root == root {
            // Without an entry the tile's hash stood in, and was right.
            for (leaf, entry) in disputed where entry != nil {
                report.add(
                    .tileAltered, leaf: leaf, entry: entry, "the tile is wrong, the entry is right; rebuild the tile")
            }
            replay.settle(byTiles: false)
            replay.isLost = false
        } else if replay.fromTiles?.root == root {
            for (leaf, entry) in disputed where entry != nil {
                report.add(
                    .entryAltered, leaf: leaf, entry: entry, "it is not the entry the log committed to at this leaf")
            }
            replay.settle(byTiles: true)
            replay.isLost = false
        } else if !replay.isLost {
            // Once lost, every later root differs too: said once.
            for (leaf, entry) in disputed {
                report.add(
                    .entryAltered, leaf: leaf, entry: entry, "entry and tile disagree, and neither fits the root")
            }
            report.add(.rootDiffers, checkpoint: size, "the entries before it do not lead to its signed root")
            replay.isLost = true
        }
    }
}
