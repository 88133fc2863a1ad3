import Evidence
import Testing

@Suite struct SigningKeyTests {
    static func key(_ algorithm: SignatureAlgorithm) throws -> SigningKey {
        switch algorithm {
        case .ed25519: try .generateEd25519()
        case .rsaSHA256: try .generateRSA(bits: 2048)
        default: try .generateP256()
        }
    }

    @Test(arguments: [SignatureAlgorithm.ecdsaP256SHA256, .ed25519, .rsaSHA256])
    func `a signature is valid for its message alone`(algorithm: SignatureAlgorithm) throws {
        let key = try Self.key(algorithm)
        #expect(key.algorithm == algorithm)
        let message = Array("notice".utf8)
        let signature = try key.sign(message)
        #expect(key.publicKey.isValid(signature, for: message))
        #expect(!key.publicKey.isValid(signature, for: message + [0]))
        #expect(!key.publicKey.isValid([], for: message))
        #expect(!key.publicKey.isValid([0x30], for: message))
        for index in signature.indices {
            var altered = signature
            altered[index] ^= 0x01
            #expect(!key.publicKey.isValid(altered, for: message))
        }
        #expect(!(try Self.key(algorithm).publicKey.isValid(signature, for: message)))
    }

    @Test(arguments: [SignatureAlgorithm.ecdsaP256SHA256, .ed25519, .rsaSHA256])
    func `a key survives being written as PEM and read`(algorithm: SignatureAlgorithm) throws {
        let key = try Self.key(algorithm)
        let again = try SigningKey(pem: key.pem)
        #expect(again.keyID == key.keyID)
        let signature = try again.sign([1])
        #expect(try VerificationKey(pem: key.publicKey.pem).isValid(signature, for: [1]))
        #expect(try VerificationKey(spkiDER: key.publicKey.spkiDER) == key.publicKey)
        #expect(key.keyID == SHA256.hash(key.publicKey.spkiDER).hex)
    }

    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ])
    func `Ed25519 gives the signatures of RFC 8032`(seed: String, raw: String, message: String, expected: String) throws
    {
        // PKCS #8 around the seed: a fixed head by RFC 8410.
        let der = try #require(Hex.decode("302e020100300506032b657004220420" + seed))
        let key = try SigningKey(pem: PEM.encode(der, label: "PRIVATE KEY"))
        let bytes = try #require(Hex.decode(message))
        #expect(Hex.encode(try key.sign(bytes)) == expected)
        #expect(key.publicKey.rawEd25519.map(Hex.encode) == raw)
    }

    @Test func `Ed25519 gives the signature of RFC 8463 over its header hash`() throws {
        let raw = try #require(Base64.decode("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="))
        let hash = try #require(Hex.decode("48ce9a2c710ece1710ff156996b836a7f45470e43efe5643074d6e1690ed62e7"))
        let signature = try #require(
            Base64.decode(
                "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="))
        #expect(try VerificationKey(ed25519Raw: raw).isValid(signature, for: hash))
    }

    @Test(arguments: [
        "", "garbage", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n",
    ])
    func `an unreadable private key is refused with its name and the cure`(pem: String) {
        let error = #expect(throws: EvidenceError.self) { try SigningKey(pem: pem, origin: "certs/seal.key") }
        #expect(error?.code == .badKey)
        #expect(error?.reason.contains("certs/seal.key") == true)
        #expect(error?.reason.contains("BEGIN PRIVATE KEY") == true)
    }

    @Test func `a weak RSA key is refused`() throws {
        #expect(throws: EvidenceError(.badKey, "")) { try SigningKey.generateRSA(bits: 1024) }
    }

    @Test func `a public key with bytes after its end is refused`() throws {
        let key = try SigningKey.generateP256()
        #expect(throws: EvidenceError(.badKey, "")) { try VerificationKey(spkiDER: key.publicKey.spkiDER + [0]) }
    }

    @Test(arguments: [SignatureAlgorithm.ecdsaP256SHA256, .ed25519, .rsaSHA256])
    func `a refused signature does not spoil the checks after it`(algorithm: SignatureAlgorithm) throws {
        let key = try Self.key(algorithm)
        let signature = try key.sign([1])
        for _ in 0..<3 {
            #expect(!key.publicKey.isValid([0x30, 0x00], for: [1]))
            #expect(key.publicKey.isValid(signature, for: [1]))
            #expect(!key.publicKey.isValid(signature, for: [2]))
            #expect(key.publicKey.isValid(try key.sign([3]), for: [3]))
        }
    }

    @Test func `one key signs from many threads at once`() async throws {
        let key = try SigningKey.generateP256()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for round in 0..<50 {
                        let message = [UInt8(worker), UInt8(round)]
                        guard key.publicKey.isValid(try key.sign(message), for: message) else { return false }
                    }
                    return true
                }
            }
            for try await valid in group { #expect(valid) }
        }
    }

    @Test func `a key never shows itself in a log`() throws {
        let key = try SigningKey.generateP256()
        #expect(!"\(key)".contains("PRIVATE"))
    }
}
