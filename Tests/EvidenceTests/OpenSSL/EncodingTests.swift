import Evidence
import Testing

@Suite struct EncodingTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `base 64 gives the values of RFC 4648`(plain: String, coded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == coded)
        #expect(Base64.decode(coded) == Array(plain.utf8))
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zh==", "Zm9", "Zm9=", "====", "Z===", "Zm9v\n", " Zm9v", "Zm-v", "AAAAA===", "=Zg=",
    ])
    func `base 64 that is not the one right text is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `every byte survives each encoding`() {
        for count in 0..<260 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
        #expect(Base64.encodeURL([0xFB, 0xFF]) == "-_8")
    }

    @Test(arguments: ["0", "0g", "é0", "0x", " 0"]) func `hexadecimal that is not digits is refused`(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func `a comparison of secrets is true only for equal ones`() {
        #expect(ConstantTime.equal([], []))
        #expect(ConstantTime.equal([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.equal([1, 2, 3], [1, 2, 4]))
        #expect(!ConstantTime.equal([1, 2, 3], [1, 2]))
    }

    @Test func `a version 7 UUID sorts by its instant`() {
        let early = SecureRandom.uuid(at: Timestamp(microseconds: 1_795_257_125_123_000))
        let late = SecureRandom.uuid(at: Timestamp(microseconds: 1_795_257_125_124_000))
        #expect(early < late)
        #expect(early.utf8.count == 36)
        #expect(Array(early)[14] == "7")
        #expect("89ab".contains(Array(early)[19]))
        #expect(SecureRandom.uuid() != SecureRandom.uuid())
        #expect(Array(SecureRandom.uuid())[14] == "4")
    }

    @Test func `PEM survives writing and reading, with CRLF too`() {
        let bytes = (0..<200).map { UInt8($0) }
        let text = PEM.encode(bytes, label: "THING")
        #expect(PEM.decode(text, label: "THING") == [bytes])
        let crlf = text.replacing("\n", with: "\r\n")
        #expect(PEM.decode("comment\r\n" + crlf + crlf, label: "THING") == [bytes, bytes])
        #expect(PEM.decode(text, label: "OTHER") == [])
        #expect(PEM.decode("-----BEGIN THING-----\nAAAA\n", label: "THING") == nil)
        #expect(PEM.decode("-----BEGIN THING-----\nA*AA\n-----END THING-----\n", label: "THING") == nil)
    }
}
