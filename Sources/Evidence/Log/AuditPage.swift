/// What was found of one entry by looking at it alone.
struct LeafCheck: Sendable {
    enum Verdict: Sendable {
        /// Its content is gone by rule.
        case erased
        /// It is what was signed; with its body if it says that a key was replaced.
        case sound(rotation: EntryBody?)
        /// It is not, and why.
        case faulty(AuditReport.Kind, String)
    }

    let id: String
    let keyID: String
    let leafHash: Digest
    let verdict: Verdict
}

/// The entries of one level-0 tile, each examined by itself, beside the tile as it is stored.
struct AuditPage: Sendable {
    let leaves: Range<Int>
    private let checks: [LeafCheck?]
    private let tile: Tile?

    /// What was found of the entry at a leaf; nil when there is none.
    subscript(leaf: Int) -> LeafCheck? { checks[leaf - leaves.lowerBound] }

    /// The leaf's hash by the stored tile, if it reaches so far.
    func tileHash(at leaf: Int) -> Digest? {
        let place = leaf - leaves.lowerBound
        return tile.flatMap { $0.width > place ? $0.hash(at: place) : nil }
    }

    fileprivate init(leaves: Range<Int>, checks: [LeafCheck?], tile: Tile?) {
        self.leaves = leaves
        self.checks = checks
        self.tile = tile
    }
}

extension Auditor {
    /// Others on the same threads get their turn after so many entries, a few milliseconds' work.
    private static let stride = 32

    /// Reads a page from the store and examines its entries.
    func page(_ leaves: Range<Int>) async throws -> AuditPage {
        try Task.checkCancellation()
        let entries = try await store.entries(from: leaves.lowerBound, limit: leaves.count)
        let coordinate = TileCoordinate(level: 0, index: leaves.lowerBound / Tile.fullWidth)
        let tile = try await store.tiles([coordinate]).first
        var checks = [LeafCheck?](repeating: nil, count: leaves.count)
        for (index, entry) in entries.enumerated() where leaves.contains(entry.leafIndex) {
            if index % Self.stride == Self.stride - 1 { await Task.yield() }
            checks[entry.leafIndex - leaves.lowerBound] = LeafCheck(
                id: entry.id, keyID: entry.keyID, leafHash: MerkleTree.leafHash(entry.commitment),
                verdict: try await verdict(on: entry))
        }
        return AuditPage(leaves: leaves, checks: checks, tile: tile)
    }

    private func verdict(on entry: LoggedEntry) async throws -> LeafCheck.Verdict {
        switch try await open(entry) {
        case .erased: return .erased
        case .clear(let bytes): return verdict(on: bytes, in: entry)
        }
    }

    private func verdict(on bytes: [UInt8], in entry: LoggedEntry) -> LeafCheck.Verdict {
        guard SHA256.hash(bytes) == entry.commitment else {
            return .faulty(.entryAltered, "the body is not what its commitment says")
        }
        let body: EntryBody
        do throws(EvidenceError) {
            body = try EntryBody(parsing: bytes)
        } catch {
            return .faulty(.entryAltered, error.reason)
        }
        guard let key = entryKeys[body.keyID] else {
            return .faulty(.entrySignature, "it is signed by the unknown key \(body.keyID.prefix(64))")
        }
        guard key.isValid(entry.signature, for: bytes) else {
            return .faulty(.entrySignature, "the signature does not fit the body and the key \(body.keyID)")
        }
        guard body.id == entry.id, body.event == entry.event, body.subject == entry.subject,
            body.learntAt == entry.learntAt, body.keyID == entry.keyID
        else { return .faulty(.rowDiffers, "the row says something else than the signed body; the body counts") }
        return .sound(rotation: body.event == .keyRotated ? body : nil)
    }
}
