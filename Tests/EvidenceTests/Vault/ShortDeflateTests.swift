import Testing

@testable import Evidence

@Suite struct ShortDeflateTests {
    /// Texts of every kind we store, and some that no one would.
    static let texts: [[UInt8]] = {
        var random = SystemRandomNumberGenerator()
        let noise = (0..<64).map { _ in
            (0..<Int.random(in: 0...ShortDeflate.mostBytes)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        let echoes = (1...64).map { width in
            let part = (0..<width).map { _ in UInt8.random(in: 0...255, using: &random) }
            return Array((0..<40).flatMap { _ in part }.prefix(ShortDeflate.mostBytes))
        }
        let runs = [0, 1, 2, 3, 4, 5, 8, 257, 258, 259, 260, 516, 517, 2_999, 3_000].map {
            [UInt8](repeating: 0xE4, count: $0)
        }
        let words = (1...200).map { length in
            Array(String(repeating: "送达回执 250 2.0.0 Ok: queued as \(length) ", count: length).utf8.prefix(length * 15))
        }
        return noise + echoes + runs + words + [RecordDictionary.bytes, Array(RecordDictionary.bytes.reversed())]
    }()

    @Test func `zlib reads back what was written, whatever it was`() throws {
        for text in Self.texts {
            let packed = try Zlib.compress(text)
            #expect(packed.count <= text.count + text.count / 8 + 24)
            #expect(try Zlib.decompress(packed, limit: 4_000) == text, "\(text.count) bytes")
        }
    }

    @Test func `a match of every length from every distance is read back`() throws {
        let packer = ShortDeflate(dictionary: RecordDictionary.bytes)
        // Two copies of a text with so many other bytes between them.
        for length in 4...262 {
            let part = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 3) }
            let gap = (0..<(length * length % 2_400)).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ $0 >> 8) }
            let text = Array((part + gap + part).prefix(ShortDeflate.mostBytes))
            #expect(try Zlib.decompress(packer.compress(text), limit: 4_000) == text, "length \(length)")
        }
    }

    @Test func `a short text is read back, wherever it meets the dictionary`() throws {
        let dictionary = RecordDictionary.bytes
        for start in stride(from: 0, to: dictionary.count, by: 7) {
            for length in [1, 3, 4, 5, 20, 63, 64, 65, 300] {
                let known = Array(dictionary[start..<min(start + length, dictionary.count)])
                let texts: [[UInt8]] = [
                    known, [0x00] + known + [0xFF], Array(known.reversed()), Array("张三".utf8) + known.prefix(40),
                ]
                for text in texts {
                    #expect(try Zlib.decompress(Zlib.compress(text), limit: 1_000) == text, "\(start), \(length)")
                }
            }
        }
    }

    @Test func `a short text that the dictionary has takes next to no room`() throws {
        // Head, name of the dictionary and checksum take ten bytes; what is left says where it stands.
        #expect(try Zlib.compress(Array(RecordDictionary.bytes.suffix(60))).count <= 24)
    }

    @Test func `an entry takes little more room than what is random in it`() throws {
        let recorder = EvidenceRecorder(signer: try SigningKey.generateP256(), clock: SystemClock())
        let body = try recorder.sign(
            EvidenceDraft(
                event: .attemptAccepted,
                subject: EvidenceSubject(
                    notice: SecureRandom.uuid(at: SystemClock().now), recipient: "client-7",
                    delivery: SecureRandom.uuid(at: SystemClock().now), attempt: 1),
                happenedAt: .ours(SystemClock().now),
                facts: .object([
                    "channel": "email", "route": "main", "reason": "250 2.0.0 Ok: queued as 4Xyz", "tls": true,
                    "transcriptHash": .string(SHA256.hash(Array("x".utf8)).hex),
                ]))
        ).body
        #expect(try Zlib.compress(body).count < body.count * 6 / 10)
    }

    @Test func `the dictionary is the one that stored records name`() {
        // Part of the stored format: if this fails, add a dictionary instead of changing this one.
        #expect(Zlib.adler(RecordDictionary.bytes) == 0x85EE_EE5B)
    }

    @Test func `a stream that asks for another dictionary, or is cut short, is refused`() throws {
        let packed = try Zlib.compress(Array("a record that was stored".utf8))
        var other = packed
        other[3] ^= 1
        #expect(throws: EvidenceError(.malformed, "")) { try Zlib.decompress(other, limit: 4_000) }
        for count in 0..<packed.count {
            #expect(throws: EvidenceError.self, "cut to \(count)") {
                try Zlib.decompress(Array(packed.prefix(count)), limit: 4_000)
            }
        }
    }
}
