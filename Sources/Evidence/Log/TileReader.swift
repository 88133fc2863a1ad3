/// Roots and proofs of the stored log, from O(log n) tiles.
///
/// Pure over the tiles it is given: `requiredTiles` says which to fetch, the other functions compute. What it returns
/// is only as good as the tiles; whoever hands a proof on verifies it against the signed root first.
public struct TileReader: Sendable {
    private let tiles: [TileCoordinate: Tile]

    /// Reads from these tiles.
    public init(_ tiles: [Tile]) {
        self.tiles = Dictionary(tiles.map { ($0.coordinate, $0) }, uniquingKeysWith: { $1 })
    }

    /// The tiles needed for these ranges of leaves.
    static func requiredTiles(for ranges: [Range<Int>]) -> [TileCoordinate] {
        Set(ranges.flatMap(MerkleTree.nodes(covering:)).map(tile(of:))).sorted()
    }

    private static func tile(of node: MerkleTree.Node) -> TileCoordinate {
        TileCoordinate(level: node.level / 8, index: node.index << (node.level % 8) / Tile.fullWidth)
    }

    /// Returns the root over each of these ranges of leaves.
    func roots(over ranges: [Range<Int>]) throws(EvidenceError) -> [Digest] {
        var roots: [Digest] = []
        for range in ranges {
            var hashes: [Digest] = []
            for node in MerkleTree.nodes(covering: range) { hashes.append(try hash(of: node)) }
            roots.append(MerkleTree.fold(hashes))
        }
        return roots
    }

    private func hash(of node: MerkleTree.Node) throws(EvidenceError) -> Digest {
        let coordinate = Self.tile(of: node)
        let place = node.index << (node.level % 8) % Tile.fullWidth
        guard let tile = tiles[coordinate], tile.width >= place + 1 << (node.level % 8) else {
            throw EvidenceError(
                .logDamaged,
                "tile \(coordinate.path) is missing or too narrow; audit the log to see how far it is sound")
        }
        return tile.root(from: place, height: node.level % 8)
    }
}

extension EvidenceLogStore {
    /// Returns the proof that leaf `index` is part of the log at `size`.
    public func inclusionProof(of index: Int, inSize size: Int) async throws -> [Digest] {
        precondition(index >= 0 && index < size, "leaf \(index) is outside a log of \(size)")
        return try await roots(over: MerkleTree.inclusionRanges(of: index, inSize: size))
    }

    /// Returns the proof that the log at `newSize` extends the log at `oldSize`.
    public func consistencyProof(from oldSize: Int, to newSize: Int) async throws -> [Digest] {
        try await roots(over: MerkleTree.consistencyRanges(from: oldSize, to: newSize))
    }

    /// Returns the root over the first `size` leaves, from the tiles.
    public func root(ofSize size: Int) async throws -> Digest {
        size == 0 ? MerkleTree.emptyRoot : try await roots(over: [0..<size])[0]
    }

    private func roots(over ranges: [Range<Int>]) async throws -> [Digest] {
        try TileReader(await tiles(TileReader.requiredTiles(for: ranges))).roots(over: ranges)
    }
}
