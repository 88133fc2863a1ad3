/// The right edge of the log's tree: what is needed to append, and nothing more.
///
/// Appending costs amortised two hashes a leaf, whatever the log's size. The edge is at most 255 hashes a tile level,
/// so a log of a billion entries keeps under 40 KiB here.
public struct TileTree: Sendable, Hashable {
    /// How many leaves the tree has.
    public private(set) var size: Int
    /// Roots of the complete subtrees that make up the tree, largest first: one for each bit set in `size`.
    private var frontier: [Digest]
    /// The bytes of the tile that is not full yet, for each tile level.
    private var edge: [[UInt8]]

    /// Makes an empty tree.
    public init() {
        size = 0
        frontier = []
        edge = []
    }

    /// The root over all leaves.
    public var root: Digest { MerkleTree.fold(frontier) }

    /// Adds leaves and returns the tiles that are new or grew, each once and at its final width.
    public mutating func append(_ leafHashes: [Digest]) -> [Tile] {
        var full: [Tile] = []
        var grown: Set<Int> = []
        for leafHash in leafHashes {
            var hash = leafHash
            var level = 0
            put(hash, onTileLevel: 0, full: &full, grown: &grown)
            // Like adding one to a binary number: each carry joins two complete subtrees of one size.
            while size >> level & 1 == 1, let left = frontier.popLast() {
                hash = MerkleTree.nodeHash(left, hash)
                level += 1
                if level % 8 == 0 { put(hash, onTileLevel: level / 8, full: &full, grown: &grown) }
            }
            frontier.append(hash)
            size += 1
        }
        let partial = grown.sorted().compactMap { level in
            edge[level].isEmpty ? nil : Tile(coordinate(ofEdgeOn: level), hashes: edge[level])
        }
        return full + partial
    }

    private mutating func put(_ hash: Digest, onTileLevel level: Int, full: inout [Tile], grown: inout Set<Int>) {
        if level == edge.count { edge.append([]) }
        hash.withUnsafeBytes { edge[level].append(contentsOf: $0) }
        grown.insert(level)
        if edge[level].count == Tile.fullWidth * Digest.byteCount {
            // `size` does not count the leaf being added yet, so the shift names this tile, not the next.
            full.append(Tile(coordinate(ofEdgeOn: level), hashes: edge[level]))
            edge[level].removeAll(keepingCapacity: true)
        }
    }

    private func coordinate(ofEdgeOn level: Int) -> TileCoordinate {
        TileCoordinate(level: level, index: size >> (8 * (level + 1)))
    }

    // MARK: Loading

    /// The tiles that hold the right edge of a log of this size, with the width each must have.
    public static func edgeTiles(ofSize size: Int) -> [(coordinate: TileCoordinate, width: Int)] {
        var tiles: [(TileCoordinate, Int)] = []
        var level = 0
        while size >> (8 * level) > 0 {
            let count = size >> (8 * level)
            let width = count % Tile.fullWidth
            if width > 0 { tiles.append((TileCoordinate(level: level, index: count / Tile.fullWidth), width)) }
            level += 1
        }
        return tiles
    }

    /// Rebuilds the edge of a log from its stored tiles.
    ///
    /// Throws when a tile is missing, or has another width than a log of this size must have: a narrower one lost
    /// hashes, a wider one knows of leaves that the checkpoint has forgotten.
    public init(size: Int, tiles: [Tile]) throws(EvidenceError) {
        self.init()
        let stored = Dictionary(tiles.map { ($0.coordinate, $0) }, uniquingKeysWith: { $1 })
        var level = 0
        while size >> (8 * level) > 0 {
            edge.append([])
            level += 1
        }
        var nodes: [[Digest]] = []
        for (coordinate, width) in Self.edgeTiles(ofSize: size) {
            guard let tile = stored[coordinate], tile.hashes.count == width * Digest.byteCount else {
                let found = stored[coordinate].map { "\($0.width) hashes" } ?? "nothing"
                throw EvidenceError(
                    .logDamaged,
                    "tile \(coordinate.path) holds \(found), a log of \(size) entries needs \(width); "
                        + "restore the database, or audit the log to see how far it is sound")
            }
            edge[coordinate.level] = tile.hashes
            nodes.append(tile.nodes(covering: 0..<width))
        }
        frontier = nodes.reversed().flatMap { $0 }
        self.size = size
    }
}

extension EvidenceError.Code {
    /// The stored log contradicts itself.
    public static let logDamaged = Self(rawValue: "log-damaged")
    /// The stored log is older than something already published.
    public static let logRolledBack = Self(rawValue: "log-rolled-back")
}
