/// Where a tile stands in the log: its level above the leaves and its place within that level.
///
/// Level 0 holds leaf hashes, level 1 the roots of full level-0 tiles, and so on (C2SP tlog-tiles).
public struct TileCoordinate: Sendable, Hashable, Comparable {
    /// The level: 0 is the level of the leaf hashes.
    public let level: Int
    /// The tile's number within its level, from the left.
    public let index: Int

    /// Names one tile.
    public init(level: Int, index: Int) {
        self.level = level
        self.index = index
    }

    /// Orders by level, then from left to right.
    public static func < (a: TileCoordinate, b: TileCoordinate) -> Bool {
        a.level == b.level ? a.index < b.index : a.level < b.level
    }
}

/// Up to 256 hashes of one level of the tree, side by side.
///
/// A tile only ever grows at its right end: a narrower version is a prefix of every later one, so a store keeps the
/// widest version only and refuses one whose beginning differs.
public struct Tile: Sendable, Hashable {
    /// Hashes in a full tile.
    public static let fullWidth = 256

    /// Where the tile stands.
    public let coordinate: TileCoordinate
    /// The hashes, 32 bytes each, left to right; between 1 and 256 of them.
    public let hashes: [UInt8]

    /// Makes a tile of hashes that lie side by side.
    public init(_ coordinate: TileCoordinate, hashes: [UInt8]) {
        self.coordinate = coordinate
        self.hashes = hashes
    }

    /// How many hashes the tile holds.
    public var width: Int { hashes.count / 32 }
}

extension TileCoordinate {
    /// The path of a full tile below the log's address, as in `tile/0/x001/234`.
    public var path: String {
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1000)
            let padded = String(repeating: "0", count: 3 - digits.utf8.count) + digits
            groups.append(groups.isEmpty ? padded : "x" + padded)
            rest /= 1000
        } while rest > 0
        return "tile/\(level)/" + groups.reversed().joined(separator: "/")
    }
}

extension Tile {
    /// The path of this version of the tile below the log's address, as in `tile/0/x001/234.p/17`.
    public var path: String { width == Tile.fullWidth ? coordinate.path : "\(coordinate.path).p/\(width)" }

    /// Returns the hash at a place of the tile.
    func hash(at place: Int) -> Digest {
        Digest { $0.copyBytes(from: hashes[(place * Digest.byteCount)..<((place + 1) * Digest.byteCount)]) }
    }

    /// Returns the root over 2^height neighbouring hashes of the tile.
    func root(from place: Int, height: Int) -> Digest {
        MerkleTree.root(of: (place..<(place + 1 << height)).map(hash(at:)))
    }

    /// Returns the roots of the complete subtrees that make up a range of places starting at 0.
    func nodes(covering places: Range<Int>) -> [Digest] {
        MerkleTree.nodes(covering: places).map { root(from: $0.index << $0.level, height: $0.level) }
    }
}
