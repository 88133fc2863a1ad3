/// An offline proof that one leaf is in the log: a C2SP tlog-proof file.
public struct LogProof: Sendable, Hashable {
    /// The leaf, counted from 0.
    public let index: Int
    /// The hashes from the leaf's neighbour to the root.
    public let path: [Digest]
    /// The signed checkpoint, byte for byte.
    public let checkpoint: [UInt8]

    /// Gathers a proof.
    public init(index: Int, path: [Digest], checkpoint: [UInt8]) {
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
    }

    private static let header = "c2sp.org/tlog-proof@v1"

    /// The file.
    public var bytes: [UInt8] {
        var text = "\(Self.header)\nindex \(index)\n"
        for hash in path { text += Base64.encode(hash.bytes) + "\n" }
        return Array((text + "\n").utf8) + checkpoint
    }

    /// Reads a file; nothing is verified yet.
    ///
    /// An `extra` line is refused: nothing vouches for it.
    public init(parsing bytes: [UInt8]) throws(EvidenceError) {
        var lines: [String] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A), lines.count < 80 {
            let line = rest[rest.startIndex..<end]
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            lines.append(String(decoding: line, as: UTF8.self))
        }
        guard lines.count >= 2, lines[0] == Self.header else {
            throw EvidenceError(
                .malformed, "no log proof: the first line must be \(Self.header)",
                chinese: "不是日志证明：首行应为 \(Self.header)")
        }
        guard lines[1].hasPrefix("index "), let index = Int(lines[1].dropFirst(6)), index >= 0,
            lines[1] == "index \(index)"
        else {
            throw EvidenceError(
                .malformed, "log proof: \"\(lines[1].prefix(40))\" is no index line",
                chinese: "日志证明：“\(lines[1].prefix(40))”不是位置行（index）")
        }
        var path: [Digest] = []
        for line in lines.dropFirst(2) {
            guard path.count < 63, let hash = Base64.decode(line).flatMap(Digest.init(bytes:)) else {
                throw EvidenceError(
                    .malformed, "log proof: \"\(line.prefix(60))\" is not 32 bytes in base 64",
                    chinese: "日志证明：“\(line.prefix(60))”不是 base64 编码的 32 字节")
            }
            path.append(hash)
        }
        self.init(index: index, path: path, checkpoint: Array(rest))
    }

    /// Verifies that the entry with this commitment is in the log of these keys, and returns the checkpoint that says so.
    public func verify(commitment: Digest, keys: [NoteKey]) throws(EvidenceError) -> Checkpoint {
        let state = try Checkpoint(verifying: checkpoint, keys: keys)
        try verify(commitment: commitment, under: state)
        return state
    }

    /// Verifies that the entry with this commitment is in the log as this checkpoint, the proof's own, has it.
    func verify(commitment: Digest, under state: Checkpoint) throws(EvidenceError) {
        let leaf = MerkleTree.leafHash(commitment)
        guard MerkleTree.isIncluded(leaf, at: index, ofSize: state.size, proof: path, root: state.root) else {
            throw EvidenceError(
                .notIncluded,
                "leaf \(index) of \(state.origin): the path does not lead to the root at size \(state.size)",
                chinese: "日志 \(state.origin) 第 \(index) 位：证明路径不能通向 \(state.size) 条记录处的根哈希")
        }
    }
}

extension EvidenceError.Code {
    /// An inclusion proof does not lead to the signed root.
    public static let notIncluded = Self(rawValue: "not-included")
}
