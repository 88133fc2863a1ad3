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
