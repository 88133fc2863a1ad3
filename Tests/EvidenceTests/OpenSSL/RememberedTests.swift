import TestSupport
import Testing

@testable import Evidence

@Suite struct RememberedTests {
    /// Reads bytes as their sum and counts how often it had to.
    private final class Reader {
        var readings = 0

        func sum(of bytes: [UInt8], from remembered: Remembered<Int>) throws(EvidenceError) -> Int {
            try remembered.value(of: bytes) { () throws(EvidenceError) in
                readings += 1
                guard !bytes.isEmpty else { throw EvidenceError(.malformed, "nothing to add") }
                return bytes.reduce(0) { $0 + Int($1) }
            }
        }
    }

    @Test func `the same bytes are read once, others for themselves, and what failed is tried again`() throws {
        let (remembered, reader) = (Remembered<Int>(capacity: 4), Reader())
        for _ in 1...3 { #expect(try reader.sum(of: [1, 2], from: remembered) == 3) }
        #expect(reader.readings == 1)
        #expect(try reader.sum(of: [1, 3], from: remembered) == 4)
        for _ in 1...2 { #expect(throws: EvidenceError.self) { try reader.sum(of: [], from: remembered) } }
        #expect(reader.readings == 4)
    }

    @Test func `no more is kept than was said, and nothing long`() throws {
        let (remembered, reader) = (Remembered<Int>(capacity: 4), Reader())
        for number in UInt8(1)...5 { _ = try reader.sum(of: [number], from: remembered) }
        #expect(try reader.sum(of: [5], from: remembered) == 5)
        #expect(reader.readings == 5)
        #expect(try reader.sum(of: [1], from: remembered) == 1)
        #expect(reader.readings == 6, "the first had to make room")
        let long = [UInt8](repeating: 1, count: 5_000)
        for _ in 1...2 { #expect(try reader.sum(of: long, from: remembered) == 5_000) }
        #expect(reader.readings == 8)
    }

    @Test func `a certificate read before does not answer for one with a bit changed`() throws {
        let der = try TestAuthority().seal.der
        let first = try Certificate(der: der)
        // Other tests of this process read others meanwhile, and may empty the memory between two readings.
        #expect(try (1...20).contains { _ in try Certificate(der: der).handle === Certificate(der: der).handle })
        var readable = 0
        for position in stride(from: 0, to: der.count, by: 7) {
            var altered = der
            altered[position] ^= 0x01
            // Most cannot be read any more, and those that can are others.
            guard let other = try? Certificate(der: altered) else { continue }
            readable += 1
            #expect(other != first && other.handle !== first.handle)
        }
        #expect(readable > 0)
        let error = #expect(throws: EvidenceError.self) { try Certificate(der: [0x30], origin: "the second file") }
        #expect(error?.reason.contains("the second file") == true)
    }

    @Test func `the text of a key read before is not taken for the 32 bytes of another kind`() throws {
        let key = try SigningKey.generateP256().publicKey
        #expect(try VerificationKey(pem: key.pem) == key)
        #expect(throws: EvidenceError(.badKey, "")) { try VerificationKey(ed25519Raw: Array(key.pem.utf8)) }
        let raw = try #require(try SigningKey.generateEd25519().publicKey.rawEd25519)
        let (first, second) = (try VerificationKey(ed25519Raw: raw), try VerificationKey(ed25519Raw: raw))
        #expect(first == second && first.rawEd25519 == raw)
    }
}
