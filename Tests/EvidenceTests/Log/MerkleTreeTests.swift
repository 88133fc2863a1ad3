import Testing

@testable import Evidence

struct MerkleTreeTests {
    static let inputs = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    static func leaves() throws -> [Digest] {
        try inputs.map { MerkleTree.leafHash(try #require(Hex.decode($0))) }
    }

    static func randomLeaves(_ count: Int) -> [Digest] {
        (0..<count).map { MerkleTree.leafHash(SHA256.hash(Array("leaf \($0)".utf8))) }
    }

    @Test func `roots are those of RFC 6962's reference tree`() throws {
        let leaves = try Self.leaves()
        for size in 0...8 {
            #expect(MerkleTree.root(of: Array(leaves[..<size])).hex == Self.roots[size])
            var tree = TileTree()
            _ = tree.append(Array(leaves[..<size]))
            #expect(tree.root.hex == Self.roots[size])
        }
    }

    @Test(arguments: [
        (0, 8, ["96a296d2", "5f083f0a", "6b47aaf2"]), (5, 8, ["bc1a0643", "ca854ea1", "d37ee418"]),
        (2, 3, ["fac54203"]), (1, 5, ["6e340b9c", "5f083f0a", "bc1a0643"]),
    ])
    func `inclusion proofs are the published ones`(index: Int, size: Int, path: [String]) throws {
        let proof = MerkleTree.inclusionProof(of: index, in: Array(try Self.leaves()[..<size]))
        #expect(proof.map { String($0.hex.prefix(8)) } == path)
    }

    @Test(arguments: [
        (1, 8, ["96a296d2", "5f083f0a", "6b47aaf2"]), (6, 8, ["0ebc5d34", "ca854ea1", "d37ee418"]),
        (2, 5, ["5f083f0a", "bc1a0643"]), (6, 7, ["0ebc5d34", "b08693ec", "d37ee418"]), (4, 8, ["6b47aaf2"]),
    ])
    func `consistency proofs are the published ones`(old: Int, new: Int, path: [String]) throws {
        let proof = MerkleTree.consistencyProof(from: old, in: Array(try Self.leaves()[..<new]))
        #expect(proof.map { String($0.hex.prefix(8)) } == path)
    }

    @Test func `every leaf of every tree up to 70 is proved, and by no other proof`() throws {
        let leaves = Self.randomLeaves(70)
        for size in 1...70 {
            let part = Array(leaves[..<size])
            let root = MerkleTree.root(of: part)
            for index in 0..<size {
                let proof = MerkleTree.inclusionProof(of: index, in: part)
                let holds = { (leaf: Digest, at: Int, size: Int, proof: [Digest]) in
                    MerkleTree.isIncluded(leaf, at: at, ofSize: size, proof: proof, root: root)
                }
                #expect(holds(part[index], index, size, proof))
                #expect(!holds(part[index], index, size, proof + [root]))
                #expect(!holds(part[index], size, size, proof))
                #expect(!holds(part[index], -1, size, proof))
                #expect(!holds(MerkleTree.emptyRoot, index, size, proof))
                if !proof.isEmpty {
                    #expect(!holds(part[index], index, size, Array(proof.dropLast())))
                    #expect(!holds(part[index], index ^ 1, size, proof))
                    var changed = proof
                    changed[index % proof.count] = root
                    #expect(!holds(part[index], index, size, changed))
                }
            }
        }
    }

    @Test func `every growth up to 70 is proved, and no rewriting is`() throws {
        let leaves = Self.randomLeaves(70)
        let roots = (0...70).map { MerkleTree.root(of: Array(leaves[..<$0])) }
        for new in 0...70 {
            for old in 0...new {
                let proof = MerkleTree.consistencyProof(from: old, in: Array(leaves[..<new]))
                let holds = { (oldRoot: Digest, newRoot: Digest, proof: [Digest]) in
                    MerkleTree.isConsistent(size: old, root: oldRoot, with: new, root: newRoot, proof: proof)
                }
                #expect(holds(roots[old], roots[new], proof))
                #expect(!holds(roots[old], roots[new], proof + [roots[new]]))
                guard old > 0, old < new else { continue }
                #expect(!holds(roots[old - 1], roots[new], proof))
                #expect(!holds(roots[old], roots[new - 1], proof))
                #expect(!holds(roots[old], roots[new], Array(proof.dropLast())))
            }
        }
        #expect(!MerkleTree.isConsistent(size: 2, root: roots[2], with: 1, root: roots[1], proof: []))
    }
}

struct TileTreeTests {
    /// Appends in batches of changing size and keeps the widest version of each tile.
    private func build(_ leaves: [Digest], batch: (Int) -> Int) -> (TileTree, [TileCoordinate: Tile]) {
        var tree = TileTree()
        var store: [TileCoordinate: Tile] = [:]
        var start = 0
        while start < leaves.count {
            let end = min(leaves.count, start + batch(start))
            for tile in tree.append(Array(leaves[start..<end])) {
                if let old = store[tile.coordinate] { #expect(tile.hashes.starts(with: old.hashes)) }
                store[tile.coordinate] = tile
            }
            start = end
        }
        return (tree, store)
    }

    @Test(arguments: [1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537, 70_000])
    func `the tiles give the root and the proofs of the whole tree`(size: Int) throws {
        let leaves = MerkleTreeTests.randomLeaves(size)
        let (tree, store) = build(leaves) { 1 + $0 % 700 }
        #expect(tree.size == size)
        let root = MerkleTree.root(of: leaves)
        #expect(tree.root == root)
        let reader = TileReader(Array(store.values))
        #expect(try reader.roots(over: [0..<size]) == [root])
        for index in Set([0, 1, size / 3, size / 2, size - 2, size - 1]) where (0..<size).contains(index) {
            let proof = try reader.roots(over: MerkleTree.inclusionRanges(of: index, inSize: size))
            #expect(MerkleTree.isIncluded(leaves[index], at: index, ofSize: size, proof: proof, root: root))
            let old = index + 1
            let growth = try reader.roots(over: MerkleTree.consistencyRanges(from: old, to: size))
            let oldRoot = MerkleTree.root(of: Array(leaves[..<old]))
            #expect(MerkleTree.isConsistent(size: old, root: oldRoot, with: size, root: root, proof: growth))
        }
    }

    @Test func `a tree loaded from its edge goes on as if it had never stopped`() throws {
        let leaves = MerkleTreeTests.randomLeaves(1400)
        for size in [0, 1, 17, 255, 256, 257, 512, 700, 1023, 1024, 1399] {
            let (tree, store) = build(Array(leaves[..<size])) { _ in 100 }
            let edge = TileTree.edgeTiles(ofSize: size).compactMap { store[$0.coordinate] }
            var loaded = try TileTree(size: size, tiles: edge)
            #expect(loaded == tree)
            #expect(loaded.root == tree.root)
            _ = loaded.append(Array(leaves[size...]))
            #expect(loaded.root == MerkleTree.root(of: leaves))
        }
    }

    @Test func `a missing, narrow or too wide edge tile is refused`() throws {
        let leaves = MerkleTreeTests.randomLeaves(300)
        let (_, store) = build(leaves) { _ in 300 }
        let edge = TileTree.edgeTiles(ofSize: 300).compactMap { store[$0.coordinate] }
        #expect(throws: EvidenceError.self) { try TileTree(size: 300, tiles: Array(edge.dropFirst())) }
        #expect(throws: EvidenceError.self) { try TileTree(size: 301, tiles: edge) }
        #expect(throws: EvidenceError.self) { try TileTree(size: 299, tiles: edge) }
    }

    @Test func `tile paths are those of C2SP`() {
        #expect(TileCoordinate(level: 0, index: 1_234_067).path == "tile/0/x001/x234/067")
        #expect(TileCoordinate(level: 1, index: 7).path == "tile/1/007")
        #expect(TileCoordinate(level: 0, index: 1000).path == "tile/0/x001/000")
        let tile = Tile(TileCoordinate(level: 0, index: 273), hashes: Array(repeating: 0, count: 112 * 32))
        #expect(tile.path == "tile/0/273.p/112")
    }

    @Test func `a log of 70,000 has the tiles the specification counts`() {
        let (_, store) = build(MerkleTreeTests.randomLeaves(70_000)) { _ in 4096 }
        let width = { (level: Int, index: Int) in store[TileCoordinate(level: level, index: index)]?.width }
        #expect(store.keys.filter { $0.level == 0 }.count == 274)
        #expect(width(0, 273) == 112)
        #expect(width(1, 0) == 256)
        #expect(width(1, 1) == 17)
        #expect(width(2, 0) == 1)
    }
}
