/// What the log commits to: its name, its size, its root (C2SP tlog-checkpoint).
public struct Checkpoint: Sendable, Hashable {
    /// The log's name, unique in the world.
    public let origin: String
    /// How many leaves the log has.
    public let size: Int
    /// The root over them.
    public let root: Digest

    /// Describes a state of the log.
    public init(origin: String, size: Int, root: Digest) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The text that is signed.
    public var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }

    /// Reads the text of a note; further lines of other logs are allowed and ignored.
    public init(parsing text: String) throws(EvidenceError) {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard lines.count >= 4, lines.last == "", !lines[0].isEmpty,
            lines.dropFirst(3).dropLast().allSatisfy({ !$0.isEmpty })
        else {
            throw EvidenceError(
                .malformed, "no checkpoint: it needs three lines (origin, size, root)",
                chinese: "不是日志签名点：应有三行（日志名称、条数、根哈希）")
        }
        guard let size = Int(lines[1]), size >= 0, String(size) == lines[1] else {
            throw EvidenceError(
                .malformed, "checkpoint size \"\(lines[1].prefix(30))\" is no decimal number",
                chinese: "签名点的条数“\(lines[1].prefix(30))”不是十进制数")
        }
        guard let root = Base64.decode(lines[2]).flatMap(Digest.init(bytes:)) else {
            throw EvidenceError(
                .malformed, "checkpoint root \"\(lines[2].prefix(60))\" is not 32 bytes in base 64",
                chinese: "签名点的根哈希“\(lines[2].prefix(60))”不是 base64 编码的 32 字节")
        }
        self.init(origin: lines[0], size: size, root: root)
    }

    /// Reads a published checkpoint and verifies that one of the log's keys signed it under its own name.
    ///
    /// Several keys only because a log may have changed its key; all carry the log's name.
    public init(verifying note: [UInt8], keys: [NoteKey]) throws(EvidenceError) {
        let signed = try SignedNote(parsing: note)
        try self.init(parsing: signed.text)
        let ours = keys.filter { $0.name == origin && $0.kind == .ed25519 }
        guard signed.isSigned(byOneOf: ours) else {
            let names = Set(keys.map(\.name)).sorted().joined(separator: ", ")
            let known = names.isEmpty ? "没有已知的日志公钥" : "已知的日志：\(names)"
            throw EvidenceError(
                .badCheckpoint,
                "checkpoint of \(origin) at size \(size): no valid signature of a key of this log (known: \(names))",
                chinese: "日志 \(origin) 在 \(size) 条记录处的签名点：没有该日志公钥的有效签名（\(known)）")
        }
    }
}

extension EvidenceError.Code {
    /// A checkpoint is not signed by the log's key.
    public static let badCheckpoint = Self(rawValue: "bad-checkpoint")
}
