import COpenSSL
import Testing

@testable import Evidence

/// The table of a key says what OpenSSL says, of whatever is called a signature.
struct KeyTableTests {
    /// A key, its table, and the same key as OpenSSL alone has it.
    private struct Pair {
        let key: SigningKey
        let table: KeyTable
        let openssl: KeyHandle

        init() throws {
            key = try .generateP256()
            openssl = try KeyHandle.reading(publicDER: key.publicKey.spkiDER, origin: "the key")
            table = try #require(KeyTable(point: Array(key.publicKey.spkiDER.suffix(65))))
        }

        /// What both say of a signature over a message; nil when they differ.
        func verdict(_ signature: [UInt8], _ message: [UInt8]) -> Bool? {
            let word = openssl.isValid(signature, for: message)
            return table.isValid(signature, over: SHA256.hash(message).bytes) == word ? word : nil
        }
    }

    /// The order of P-256 (FIPS 186-5).
    private static let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

    private static func number(_ hex: String) throws -> [UInt8] {
        DER.integer(unsigned: try #require(Hex.decode(hex)))
    }

    @Test func `a table bears out each of its key's signatures and no altered one`() throws {
        let pair = try Pair()
        for round in 0..<40 {
            let message = Array("entry \(round)".utf8)
            let signature = try pair.key.sign(message)
            #expect(pair.verdict(signature, message) == true)
            #expect(pair.verdict(signature, message + [0]) == false)
            for index in signature.indices {
                var altered = signature
                altered[index] ^= UInt8(1 << (round % 8))
                #expect(pair.verdict(altered, message) == false, "byte \(index)")
            }
        }
        let stranger = try SigningKey.generateP256()
        #expect(pair.verdict(try stranger.sign([1]), [1]) == false)
    }

    @Test func `numbers outside their range and encodings beside DER are refused`() throws {
        let pair = try Pair()
        let message: [UInt8] = [1, 2, 3]
        let sound = try pair.key.sign(message)
        var reader = try DERReader(sound, name: "the signature")
        var numbers = try reader.next(0x30).reader()
        let (r, s) = (try numbers.next(0x02).encoded, try numbers.next(0x02).encoded)
        let (zero, order) = (DER.integer(0), try Self.number(Self.order))
        let beyond = try Self.number("01" + Self.order)
        for (first, second) in [(zero, s), (r, zero), (order, s), (r, order), (beyond, s), (r, beyond), (zero, zero)] {
            #expect(pair.verdict(DER.sequence(first, second), message) == false)
        }
        let negative: [UInt8] = [0x02, 0x01, 0xFF]
        #expect(pair.verdict(DER.sequence(negative, s), message) == false)
        let long = [UInt8](arrayLiteral: 0x02, 0x22, 0, 0) + [UInt8](repeating: 1, count: 32)
        let odd: [[UInt8]] = [
            sound + [0], Array(sound.dropLast()), [], [0x30, 0], DER.sequence(r), DER.sequence(r, s, zero),
            DER.sequence(long, s), [0x30, 0x81] + Array(sound.dropFirst()),
        ]
        for signature in odd { #expect(pair.verdict(signature, message) == false) }
        // s and n - s are both the key's (FIPS 186-5 asks for no lower half).
        let mirrored = DER.sequence(r, try Self.negated(s))
        #expect(pair.verdict(mirrored, message) == true)
        #expect(!pair.table.isValid(sound, over: []))
    }

    @Test func `a point that is none of the curve gets no table`() throws {
        var point = Array(try SigningKey.generateP256().publicKey.spkiDER.suffix(65))
        point[64] ^= 1
        #expect(KeyTable(point: point) == nil)
        #expect(KeyTable(point: []) == nil)
        #expect(KeyTable(point: [0]) == nil)
        #expect(KeyTable(point: Array(point.dropLast())) == nil)
    }

    @Test func `a key that verifies a whole log gets its table on the way, and says the same with it`() async throws {
        let key = try SigningKey.generateP256()
        let handle = key.publicKey.handle
        let signature = try key.sign([7])
        #expect(handle.isValid(signature, for: [7]))
        let early = handle.madeTable.load()
        #expect(early == nil)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<150).allSatisfy { _ in
                        handle.isValid(signature, for: [7]) && !handle.isValid(signature, for: [8])
                    }
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        let made = handle.madeTable.load()
        let table = try #require(made)
        #expect(table.isValid(signature, over: SHA256.hash([7]).bytes))
        #expect(handle.isValid(signature, for: [7]) && !handle.isValid(signature, for: [8]))
        #expect(!handle.isValid([], for: [7]) && !handle.isValid([0x30], for: [7]))
    }

    private static func negated(_ encoded: [UInt8]) throws -> [UInt8] {
        let digits = Array(encoded.dropFirst(2))
        let (value, order, rest) = (BN_bin2bn(digits, Int32(digits.count), nil), BN_new(), BN_new())
        defer {
            BN_free(value)
            BN_free(order)
            BN_free(rest)
        }
        let bytes = try #require(Hex.decode(Self.order))
        BN_bin2bn(bytes, Int32(bytes.count), order)
        #expect(BN_sub(rest, order, value) == 1)
        return DER.integer(
            unsigned: [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
                count = Int(BN_bn2bin(rest, buffer.baseAddress))
            })
    }
}
