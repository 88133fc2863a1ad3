/// A text with signatures below it, in C2SP's signed-note format.
public struct SignedNote: Sendable, Hashable {
    /// One signature line.
    public struct Signature: Sendable, Hashable {
        /// The name of the key, as claimed by the line.
        public let name: String
        /// The first four bytes of the key's hash, which tell keys of one name apart.
        public let keyHash: UInt32
        /// The signature.
        public let bytes: [UInt8]
    }

    /// What is signed, with its final line feed.
    public let text: String
    /// The signature lines, in order.
    public let signatures: [Signature]

    /// Joins a text with its signatures.
    public init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    /// The note as it is published.
    public var bytes: [UInt8] {
        var bytes = Array(text.utf8)
        bytes.append(0x0A)
        for signature in signatures {
            let value = Base64.encode(Self.bigEndian(signature.keyHash) + signature.bytes)
            bytes += "\u{2014} \(signature.name) \(value)\n".utf8
        }
        return bytes
    }

    /// Reads a published note; nothing is verified yet.
    public init(parsing bytes: [UInt8]) throws(EvidenceError) {
        guard bytes.count <= 1 << 20 else {
            throw EvidenceError(
                .tooLarge, "a signed note of \(bytes.count) bytes is over the limit of 1 MiB",
                chinese: "签名文本有 \(bytes.count) 字节，超过 1 MiB 的上限")
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A }) else {
            throw EvidenceError(
                .malformed, "a signed note holds a control character other than line feed", chinese: "签名文本含有换行符以外的控制字符")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw EvidenceError(.malformed, "a signed note is not valid UTF-8", chinese: "签名文本不是有效的 UTF-8")
        }
        // The text may itself hold empty lines; signatures never do, so the last empty line is the border.
        guard bytes.last == 0x0A, let border = Self.lastEmptyLine(in: bytes) else {
            throw EvidenceError(
                .malformed, "a signed note has no empty line before its signatures", chinese: "签名文本的签名部分之前缺少空行")
        }
        text = String(decoding: bytes[..<border], as: UTF8.self)
        var signatures: [Signature] = []
        for line in bytes[(border + 1)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
            signatures.append(try Self.signature(line: String(decoding: line, as: UTF8.self)))
        }
        guard (1...100).contains(signatures.count) else {
            throw EvidenceError(
                .malformed, "a signed note has \(signatures.count) signatures (1–100 are read)",
                chinese: "签名文本有 \(signatures.count) 个签名（可读取 1–100 个）")
        }
        self.signatures = signatures
    }

    private static func lastEmptyLine(in bytes: [UInt8]) -> Int? {
        var position = bytes.count - 1
        while position > 0 {
            if bytes[position] == 0x0A, bytes[position - 1] == 0x0A { return position }
            position -= 1
        }
        return nil
    }

    private static func signature(line: String) throws(EvidenceError) -> Signature {
        let parts = line.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard parts.count == 3, parts[0] == "\u{2014}", NoteKey.isName(parts[1]),
            let value = Base64.decode(parts[2]), value.count >= 5
        else {
            throw EvidenceError(
                .malformed, "no signature line of a note: \(line.prefix(60))", chinese: "不是签名行：“\(line.prefix(60))”")
        }
        let keyHash = value[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Signature(name: parts[1], keyHash: keyHash, bytes: Array(value[4...]))
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    /// Tells whether at least one of these keys signed the note and none of them has a bad signature on it.
    ///
    /// Signatures of other keys are ignored, as the format asks.
    public func isSigned(byOneOf keys: [NoteKey]) -> Bool {
        var isSigned = false
        for signature in signatures {
            for key in keys where key.name == signature.name && key.keyHash == signature.keyHash {
                guard key.isValid(signature.bytes, for: text) else { return false }
                isSigned = true
            }
        }
        return isSigned
    }
}
