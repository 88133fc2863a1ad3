import Testing

@testable import Evidence

struct NoteTests {
    static let exampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    static let exampleNote =
        "This is an example message.\n\n\u{2014} example.com/foo "
        + "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"

    static let logKey = "evidence.example.com/hr-log+06bf3b57+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
    static let body = "evidence.example.com/hr-log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
    static let logLine =
        "\u{2014} evidence.example.com/hr-log "
        + "Br87V3WKfVMyYNsvvVQ9YJwU/fNoGPUgv3tdvHJy/I++hlnGJEt9Xuk58P7RckorEboTxu0wTXL5QB+9Xe0VpYa6SQ0=\n"
    static let witnessLine =
        "\u{2014} witness.example.com/w1 "
        + "fm9KqgAAAABkGFDLxA56uqM3RoDBUGwI/BvOiyetwe0MMKtM7jE/lNabQg0sDUYDbT8VJYy/fjlwuWahMMLKNOLUB1RKF8xmEZoDAg==\n"

    /// RFC 8032 test 1.
    static func key() throws -> SigningKey {
        let seed = try #require(Hex.decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
        let prefix = try #require(Hex.decode("302e020100300506032b657004220420"))
        return try SigningKey(
            pem: "-----BEGIN PRIVATE KEY-----\n\(Base64.encode(prefix + seed))\n-----END PRIVATE KEY-----\n")
    }

    @Test func `the specification's example verifies`() throws {
        let key = try NoteKey(parsing: Self.exampleKey)
        #expect(key.description == Self.exampleKey)
        let note = try SignedNote(parsing: Array(Self.exampleNote.utf8))
        #expect(note.text == "This is an example message.\n")
        #expect(note.isSigned(byOneOf: [key]))
        #expect(note.bytes == Array(Self.exampleNote.utf8))
    }

    @Test func `a checkpoint is signed byte for byte as computed elsewhere`() throws {
        let signer = try NoteSigner(name: "evidence.example.com/hr-log", key: try Self.key())
        #expect(signer.key.description == Self.logKey)
        let root = try #require(Digest(hex: MerkleTreeTests.roots[8]))
        let checkpoint = Checkpoint(origin: "evidence.example.com/hr-log", size: 8, root: root)
        #expect(checkpoint.text == Self.body)
        let note = try signer.sign(checkpoint.text)
        #expect(String(decoding: note.bytes, as: UTF8.self) == Self.body + "\n" + Self.logLine)
        #expect(try Checkpoint(verifying: note.bytes, keys: [signer.key]) == checkpoint)
    }

    @Test func `a witness's cosignature verifies and does not stand for the log's`() throws {
        let witness = try NoteKey(
            name: "witness.example.com/w1", key: try Self.key().publicKey, kind: .cosignature)
        let note = try SignedNote(parsing: Array((Self.body + "\n" + Self.logLine + Self.witnessLine).utf8))
        #expect(note.isSigned(byOneOf: [witness]))
        #expect(note.isSigned(byOneOf: [witness, try NoteKey(parsing: Self.logKey)]))
        let alone = try SignedNote(parsing: Array((Self.body + "\n" + Self.witnessLine).utf8))
        #expect(!alone.isSigned(byOneOf: [try NoteKey(parsing: Self.logKey)]))
    }

    @Test func `flipping any byte of a checkpoint makes it unacceptable`() throws {
        let key = try NoteKey(parsing: Self.logKey)
        let good = Array((Self.body + "\n" + Self.logLine).utf8)
        #expect(throws: Never.self) { try Checkpoint(verifying: good, keys: [key]) }
        for position in good.indices {
            var bad = good
            bad[position] ^= 1
            #expect(throws: EvidenceError.self, "byte \(position)") { try Checkpoint(verifying: bad, keys: [key]) }
        }
    }

    @Test func `a key with a wrong hash or a foreign kind is refused`() {
        #expect(throws: EvidenceError.self) {
            try NoteKey(parsing: Self.logKey.replacing("06bf3b57", with: "06bf3b58"))
        }
        for text in ["", "a+b+c", "a b+06bf3b57+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea", "x+00000000+AA=="] {
            #expect(throws: EvidenceError.self) { try NoteKey(parsing: text) }
        }
    }

    @Test(arguments: [
        "", "a\n", "a\n\n", "\n\n", "a\n\n\u{2014} b\n", "a\n\n\u{2014} b AAAA\n", "a\n\n- b AAAAAAAA\n",
        "a\r\n\n\u{2014} b AAAAAAAA\n", "a\n\n\u{2014} b AAAAAAAA", "a\n\n\u{2014} b+c AAAAAAAA\n",
    ])
    func `what is no signed note is refused`(text: String) {
        #expect(throws: EvidenceError.self) { try SignedNote(parsing: Array(text.utf8)) }
    }

    @Test(arguments: [
        "a\n01\n", "a\n-1\n", "a\n+1\n", "a\n8\nXcna\n", "\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    ])
    func `what is no checkpoint is refused`(text: String) {
        #expect(throws: EvidenceError.self) { try Checkpoint(parsing: text) }
    }

    @Test func `a log proof is read back and leads to the checkpoint`() throws {
        let leaves = try MerkleTreeTests.leaves()
        let commitments = (0..<8).map { SHA256.hash(Array("entry \($0)".utf8)) }
        let hashes = commitments.map { MerkleTree.leafHash($0) }
        let signer = try NoteSigner(name: "log.example", key: try Self.key())
        let state = Checkpoint(origin: "log.example", size: 8, root: MerkleTree.root(of: hashes))
        let proof = LogProof(
            index: 5, path: MerkleTree.inclusionProof(of: 5, in: hashes),
            checkpoint: try signer.sign(state.text).bytes)
        let read = try LogProof(parsing: proof.bytes)
        #expect(read == proof)
        #expect(try read.verify(commitment: commitments[5], keys: [signer.key]) == state)
        #expect(throws: EvidenceError.self) { try read.verify(commitment: commitments[4], keys: [signer.key]) }
        #expect(throws: EvidenceError.self) { try read.verify(commitment: leaves[0], keys: [signer.key]) }
    }

    @Test func `flipping any byte of a log proof makes it unacceptable`() throws {
        let commitments = (0..<3).map { SHA256.hash(Array("entry \($0)".utf8)) }
        let hashes = commitments.map { MerkleTree.leafHash($0) }
        let signer = try NoteSigner(name: "log.example", key: try Self.key())
        let state = Checkpoint(origin: "log.example", size: 3, root: MerkleTree.root(of: hashes))
        let good = LogProof(
            index: 1, path: MerkleTree.inclusionProof(of: 1, in: hashes),
            checkpoint: try signer.sign(state.text).bytes
        ).bytes
        for position in good.indices {
            var bad = good
            bad[position] ^= 1
            #expect(throws: EvidenceError.self, "byte \(position)") {
                try LogProof(parsing: bad).verify(commitment: commitments[1], keys: [signer.key])
            }
        }
    }
}
