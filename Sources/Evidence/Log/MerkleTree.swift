/// The hash tree of RFC 6962: roots, proofs and their verification, as pure functions.
///
/// No sorting and no doubling of an odd leaf; leaves and inner nodes are hashed with different prefixes, so that
/// neither can be passed off as the other.
public enum MerkleTree {
    /// A complete subtree: 2^level leaves, the `index`-th of its kind from the left.
    struct Node: Hashable {
        let level: Int
        let index: Int
    }

    /// The root of a tree without leaves: SHA-256 of nothing.
    public static let emptyRoot = SHA256.hash([UInt8]())

    /// Returns the hash of a leaf with this input.
    public static func leafHash(_ input: [UInt8]) -> Digest { SHA256.hash([[0x00], input]) }

    /// Returns the hash of the leaf that stands for an entry's commitment.
    public static func leafHash(_ commitment: Digest) -> Digest { SHA256.hash(prefix: 0x00, commitment) }

    /// Returns the hash of an inner node.
    public static func nodeHash(_ left: Digest, _ right: Digest) -> Digest { SHA256.hash(prefix: 0x01, left, right) }

    // MARK: Verification

    /// Tells whether the proof shows that a leaf stands at this place of the tree with this size and root.
    public static func isIncluded(
        _ leafHash: Digest, at index: Int, ofSize size: Int, proof: [Digest], root: Digest
    ) -> Bool {
        guard index >= 0, index < size else { return false }
        var first = index
        var last = size - 1
        var hash = leafHash
        for sibling in proof {
            guard last > 0 else { return false }
            if first & 1 == 1 || first == last {
                hash = nodeHash(sibling, hash)
                while first & 1 == 0, first > 0 {
                    first >>= 1
                    last >>= 1
                }
            } else {
                hash = nodeHash(hash, sibling)
            }
            first >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Tells whether the proof shows that the larger tree only adds leaves to the smaller one.
    public static func isConsistent(
        size oldSize: Int, root oldRoot: Digest, with newSize: Int, root newRoot: Digest, proof: [Digest]
    ) -> Bool {
        guard oldSize >= 0, oldSize <= newSize else { return false }
        if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot }
        if oldSize == 0 { return proof.isEmpty && oldRoot == emptyRoot }
        var path = proof[...]
        var oldHash: Digest
        if oldSize & (oldSize - 1) == 0 {
            // The old tree is one complete subtree: its root is the first element, and is not sent.
            guard !path.isEmpty else { return false }
            oldHash = oldRoot
        } else {
            guard let start = path.popFirst() else { return false }
            oldHash = start
        }
        var newHash = oldHash
        var first = oldSize - 1
        var last = newSize - 1
        while first & 1 == 1 {
            first >>= 1
            last >>= 1
        }
        for sibling in path {
            guard last > 0 else { return false }
            if first & 1 == 1 || first == last {
                oldHash = nodeHash(sibling, oldHash)
                newHash = nodeHash(sibling, newHash)
                while first & 1 == 0, first > 0 {
                    first >>= 1
                    last >>= 1
                }
            } else {
                newHash = nodeHash(newHash, sibling)
            }
            first >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == oldRoot && newHash == newRoot
    }

    // MARK: Shape

    /// Returns the complete subtrees that make up a range of leaves, left to right.
    ///
    /// The range must start at a multiple of the power of two that is not below its length, as all ranges that occur
    /// in roots and proofs do.
    static func nodes(covering range: Range<Int>) -> [Node] {
        var nodes: [Node] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let length = largestPowerOfTwo(notAbove: range.upperBound - start)
            let level = length.trailingZeroBitCount
            nodes.append(Node(level: level, index: start >> level))
            start += length
        }
        return nodes
    }

    /// Returns the leaf ranges whose roots prove inclusion, from the leaf upwards.
    static func inclusionRanges(of index: Int, inSize size: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var range = 0..<size
        while range.count > 1 {
            let split = range.lowerBound + largestPowerOfTwo(below: range.count)
            if index < split {
                ranges.append(split..<range.upperBound)
                range = range.lowerBound..<split
            } else {
                ranges.append(range.lowerBound..<split)
                range = split..<range.upperBound
            }
        }
        return ranges.reversed()
    }

    /// Returns the leaf ranges whose roots prove that the tree of the old size is the beginning of the new one.
    static func consistencyRanges(from oldSize: Int, to newSize: Int) -> [Range<Int>] {
        guard oldSize > 0, oldSize < newSize else { return [] }
        var ranges: [Range<Int>] = []
        var range = 0..<newSize
        while range.upperBound != oldSize {
            let split = range.lowerBound + largestPowerOfTwo(below: range.count)
            if oldSize <= split {
                ranges.append(split..<range.upperBound)
                range = range.lowerBound..<split
            } else {
                ranges.append(range.lowerBound..<split)
                range = split..<range.upperBound
            }
        }
        // The old tree itself, if it is a complete left part, is known to the verifier and left out.
        if range.lowerBound > 0 { ranges.append(range) }
        return ranges.reversed()
    }

    /// Joins complete subtrees that stand side by side, left to right, into the root over them.
    static func fold(_ hashes: [Digest]) -> Digest {
        guard var root = hashes.last else { return emptyRoot }
        for left in hashes.dropLast().reversed() { root = nodeHash(left, root) }
        return root
    }

    private static func largestPowerOfTwo(notAbove value: Int) -> Int {
        1 << (Int.bitWidth - 1 - value.leadingZeroBitCount)
    }

    private static func largestPowerOfTwo(below value: Int) -> Int { largestPowerOfTwo(notAbove: value - 1) }
}
