import Evidence
import Testing

@Suite struct HashTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `SHA-256 gives the values of FIPS 180-4`(text: String, hex: String) {
        #expect(SHA256.hash(Array(text.utf8)).hex == hex)
        #expect(SHA256.hash(text.utf8.map { [$0] }).hex == hex)
    }

    @Test func `a stream may be copied and each copy goes its own way`() {
        var first = SHA256.Stream()
        first.update(Array("ab".utf8))
        var second = first
        first.update(Array("c".utf8))
        second.update(Array("d".utf8))
        #expect(first.finish() == SHA256.hash(Array("abc".utf8)))
        #expect(second.finish() == SHA256.hash(Array("abd".utf8)))
        #expect(first.finish() == SHA256.hash(Array("abc".utf8)))
    }

    @Test func `tree hashes equal the hash of the joined bytes`() {
        let a = SHA256.hash([1])
        let b = SHA256.hash([2])
        #expect(SHA256.hash(prefix: 1, a, b) == SHA256.hash([1] + a.bytes + b.bytes))
        #expect(SHA256.hash(prefix: 0, a) == SHA256.hash([0] + a.bytes))
    }

    @Test func `a digest is 32 bytes or nothing`() {
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 33)) == nil)
        #expect(Digest(hex: "zz" + String(repeating: "0", count: 62)) == nil)
        let bytes = (0..<32).map { UInt8($0) }
        #expect(Digest(bytes: bytes)?.bytes == bytes)
        #expect(Digest(bytes: bytes)?.hex == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
    }

    static let rfc4231: [(key: String, message: String, code: String)] = [
        (
            String(repeating: "0b", count: 20), "4869205468657265",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            String(repeating: "aa", count: 131),
            "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ]

    @Test(arguments: rfc4231) func `HMAC-SHA-256 gives the values of RFC 4231`(
        vector: (key: String, message: String, code: String)
    ) throws {
        let key = try #require(Hex.decode(vector.key))
        let message = try #require(Hex.decode(vector.message))
        #expect(Hex.encode(HMAC.sha256(key: key, message)) == vector.code)
    }

    @Test func `HMAC-SHA-1 gives the values of RFC 2202`() {
        let code = HMAC.sha1(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
        #expect(Hex.encode(code) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    }

    @Test func `HMAC with an empty key and message is defined`() {
        #expect(
            Hex.encode(HMAC.sha256(key: [], []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }
}
