import Evidence
import Testing

@Suite struct AESGCMTests {
    let key = [UInt8](repeating: 7, count: 32)

    @Test(arguments: [0, 1, 15, 16, 17, 1_000, 100_000]) func `what is sealed opens`(count: Int) throws {
        let plaintext = SecureRandom.bytes(count)
        let sealed = try AESGCM.seal(plaintext, key: key, aad: [1])
        #expect(sealed.count == count + AESGCM.overhead)
        #expect(try AESGCM.open(sealed, key: key, aad: [1]) == plaintext)
    }

    @Test func `the published vector opens`() throws {
        // Test case 16 of the GCM specification by McGrew and Viega.
        let key = try #require(Hex.decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
        let aad = try #require(Hex.decode("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
        let sealed = try #require(
            Hex.decode(
                "cafebabefacedbaddecaf888"
                    + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                    + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                    + "76fc6ece0f4e1768cddf8853bb2d551b"))
        #expect(
            Hex.encode(try AESGCM.open(sealed, key: key, aad: aad))
                == "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
    }

    @Test func `a flipped bit in any position is noticed`() throws {
        let sealed = try AESGCM.seal(Array("解除劳动合同通知书".utf8), key: key, aad: [])
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 1
            #expect(throws: EvidenceError(.notAuthentic, "")) { try AESGCM.open(altered, key: key, aad: []) }
        }
    }

    @Test func `another key, other added data, or a cut refuses to open`() throws {
        let sealed = try AESGCM.seal([1, 2, 3], key: key, aad: [9])
        let refused = EvidenceError(.notAuthentic, "")
        #expect(throws: refused) { try AESGCM.open(sealed, key: [UInt8](repeating: 8, count: 32), aad: [9]) }
        #expect(throws: refused) { try AESGCM.open(sealed, key: key, aad: []) }
        #expect(throws: refused) { try AESGCM.open(Array(sealed.dropLast()), key: key, aad: [9]) }
        #expect(throws: refused) { try AESGCM.open([], key: key, aad: [9]) }
        #expect(throws: EvidenceError(.badKey, "")) { try AESGCM.seal([], key: [1], aad: []) }
    }

    @Test func `the same plaintext is never sealed to the same bytes`() throws {
        #expect(try AESGCM.seal([1], key: key, aad: []) != AESGCM.seal([1], key: key, aad: []))
    }
}
