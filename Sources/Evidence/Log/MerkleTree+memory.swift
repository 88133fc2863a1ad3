// The same tree with all leaf hashes at hand: for small logs, for tests, and as the definition the tiles are held to.
extension MerkleTree {
    /// Returns the root over these leaf hashes.
    public static func root(of leafHashes: [Digest]) -> Digest { root(of: leafHashes[...]) }

    /// Returns the proof that leaf `index` is part of the tree over these leaf hashes.
    public static func inclusionProof(of index: Int, in leafHashes: [Digest]) -> [Digest] {
        precondition(leafHashes.indices.contains(index), "leaf \(index) is outside a tree of \(leafHashes.count)")
        return inclusionRanges(of: index, inSize: leafHashes.count).map { root(of: leafHashes[$0]) }
    }

    /// Returns the proof that the tree over all these leaf hashes extends the tree over the first `oldSize`.
    public static func consistencyProof(from oldSize: Int, in leafHashes: [Digest]) -> [Digest] {
        consistencyRanges(from: oldSize, to: leafHashes.count).map { root(of: leafHashes[$0]) }
    }

    /// Joins neighbours level by level; an odd one at the end waits, which gives RFC 6962's split.
    private static func root(of leafHashes: ArraySlice<Digest>) -> Digest {
        guard !leafHashes.isEmpty else { return emptyRoot }
        var level = Array(leafHashes)
        while level.count > 1 {
            var above: [Digest] = []
            above.reserveCapacity((level.count + 1) / 2)
            for index in stride(from: 0, to: level.count - 1, by: 2) {
                above.append(nodeHash(level[index], level[index + 1]))
            }
            if level.count % 2 == 1 { above.append(level[level.count - 1]) }
            level = above
        }
        return level[0]
    }
}
