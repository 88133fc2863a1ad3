import Evidence
import Testing

/// Tokens of others, with the vectors of the standards and with what OpenSSL's command signs.
@Suite struct SignedTokenTests {
    private static let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

    /// RFC 7515, A.2.
    private static let rsa: (key: JSONValue, token: String) = (
        [
            "kty": "RSA", "e": "AQAB",
            "n": """
            ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pC\
            gNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg6\
            65xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW\
            yuXpoQ
            """,
        ],
        """
        eyJhbGciOiJSUzI1NiJ9.\(payload).cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O\
        8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN\
        9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0\
        igcN_IoypGlUPQGe77Rw
        """
    )

    /// RFC 7515, A.3.
    private static let ec: (key: JSONValue, token: String) = (
        [
            "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        ],
        """
        eyJhbGciOiJFUzI1NiJ9.\(payload).DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q
        """
    )

    /// RFC 8037, A.2 and A.4.
    private static let ed: (key: JSONValue, message: String, signature: String) = (
        ["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )

    private static let all = Set(TokenAlgorithm.allCases)

    private static func set(_ keys: JSONValue...) throws -> JSONWebKeySet {
        try JSONWebKeySet(.object(["keys": .array(keys)]))
    }

    @Test func `the vectors of RFC 7515 and RFC 8037 hold, and any changed bit does not`() throws {
        for (key, token) in [Self.rsa, Self.ec] {
            let set = try Self.set(key)
            #expect(try SignedToken(compact: token, accepting: Self.all).claims(signedBy: set)["iss"] == "joe")
            let parts = token.split(separator: ".").map(String.init)
            var signature = try #require(Base64.decodeURL(parts[2]))
            for index in [0, signature.count / 2, signature.count - 1] {
                signature[index] ^= 1
                let altered = "\(parts[0]).\(parts[1]).\(Base64.encodeURL(signature))"
                signature[index] ^= 1
                #expect(throws: EvidenceError(.tokenSignature, "")) {
                    try SignedToken(compact: altered, accepting: Self.all).claims(signedBy: set)
                }
            }
        }
        let key = try JSONWebKey(Self.ed.key)
        var signature = try #require(Base64.decodeURL(Self.ed.signature))
        #expect(key.isValid(signature, for: Array(Self.ed.message.utf8), by: .edDSA))
        signature[5] ^= 1
        #expect(!key.isValid(signature, for: Array(Self.ed.message.utf8), by: .edDSA))
    }

    @Test func `what the openssl command signs with PSS is PS256, and PKCS 1 is not`() throws {
        let openssl = try OpenSSLCommand()
        try openssl.run("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "key.pem")
        let modulus = try openssl.run("rsa", "-in", "key.pem", "-noout", "-modulus").output
        let hex = modulus.split(separator: "\n").compactMap { $0.split(separator: "=").last }.last
        let n = try #require(hex.flatMap { Hex.decode(String($0).lowercased()) })
        let message = Array("eyJhbGciOiJQUzI1NiJ9.e30".utf8)
        try openssl.write(message, "message")
        let key = try JSONWebKey(["kty": "RSA", "n": .string(Base64.encodeURL(n)), "e": "AQAB", "use": "sig"])
        for (salt, holds) in [("digest", true), ("20", false), ("max", false)] {
            try openssl.run(
                "dgst", "-sha256", "-sign", "key.pem", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                "rsa_pss_saltlen:\(salt)", "-out", "signature", "message")
            let signature = try openssl.read("signature")
            #expect(key.isValid(signature, for: message, by: .ps256) == holds, "a salt of \(salt)")
            #expect(!key.isValid(signature, for: message, by: .rs256))
        }
        try openssl.run("dgst", "-sha256", "-sign", "key.pem", "-out", "signature", "message")
        #expect(key.isValid(try openssl.read("signature"), for: message, by: .rs256))
        #expect(!key.isValid(try openssl.read("signature"), for: message, by: .ps256))
        let only = try JSONWebKey(["kty": "RSA", "n": .string(Base64.encodeURL(n)), "e": "AQAB", "alg": "PS256"])
        #expect(!only.isValid(try openssl.read("signature"), for: message, by: .rs256), "the set names the algorithm")
    }

    @Test func `a key is found by its name, or as the only one of its algorithm`() throws {
        var (one, two) = (Self.ec.key.object ?? [:], Self.ec.key.object ?? [:])
        (one["kid"], two["kid"]) = ("a", "b")
        let token = try SignedToken(compact: Self.ec.token, accepting: Self.all)
        #expect(token.isKnown(to: try Self.set(.object(one), Self.rsa.key)))
        #expect(!token.isKnown(to: try Self.set(.object(one), .object(two))), "it names none, and two would do")
        #expect(!token.isKnown(to: try Self.set(Self.rsa.key)))
    }

    @Test func `keys of other kinds are passed over, and a set without any of use is refused`() throws {
        let unusable: [JSONValue] = [
            ["kty": "oct", "k": "c2VjcmV0"], ["kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"],
            ["kty": "RSA", "n": "AQAB", "e": "AQAB"], ["kty": "RSA", "e": "AQAB"], ["kty": "GOST"], "key",
            .object((Self.ec.key.object ?? [:]).merging(["use": "enc"]) { $1 }),
            .object((Self.ec.key.object ?? [:]).merging(["key_ops": ["encrypt"]]) { $1 }),
            .object((Self.ec.key.object ?? [:]).merging(["d": "AAAA"]) { $1 }),
            .object((Self.ec.key.object ?? [:]).merging(["alg": "ES384"]) { $1 }),
            // Not on the curve.
            .object((Self.ec.key.object ?? [:]).merging(["y": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"]) { $1 }),
        ]
        for key in unusable { #expect(throws: EvidenceError.self, "\(key.canonicalText)") { try JSONWebKey(key) } }
        #expect(try JSONWebKeySet(.object(["keys": .array(unusable + [Self.ec.key])])).keys.count == 1)
        #expect(throws: EvidenceError(.badKey, "")) { try JSONWebKeySet(.object(["keys": .array(unusable)])) }
        for json: JSONValue in [
            [], ["keys": "none"], .object(["keys": .array(Array(repeating: Self.ec.key, count: 33))]),
        ] {
            #expect(throws: EvidenceError(.malformed, "")) { try JSONWebKeySet(json) }
        }
    }

    @Test func `what is no signed token is refused before any key is looked for`() throws {
        func token(_ header: String, _ payload: String = "{}", _ signature: String = "AAAA") -> String {
            [Array(header.utf8), Array(payload.utf8)].map(Base64.encodeURL).joined(separator: ".") + "." + signature
        }
        for (text, code) in [
            ("", EvidenceError.Code.badToken), ("a.b", .badToken), (Self.ec.token + ".AAAA", .badToken),
            ("{\"payload\":\"e30\",\"signatures\":[]}", .badToken), (token("[]"), .badToken),
            (token("{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}"), .badToken),
            (token("{\"alg\":\"ES256\",\"alg\":\"RS256\"}"), .badToken),
            (token("{\"alg\":\"ES256\",\"kid\":7}"), .badToken),
            (token("{\"alg\":\"ES256\"}", "[]"), .badToken), (token("{\"alg\":\"ES256\"}", "{}", ""), .badToken),
            (token("{\"alg\":\"ES256\"}", "{}", "AA=="), .badToken),
            (token("{\"alg\":\"ES256\"}", "{}", "AB"), .badToken),
            (token("{\"alg\":\"none\"}"), .tokenAlgorithm), (token("{\"alg\":\"None\"}"), .tokenAlgorithm),
            (token("{\"alg\":\"HS256\"}"), .tokenAlgorithm), (token("{\"alg\":\"es256\"}"), .tokenAlgorithm),
            (token("{}"), .tokenAlgorithm),
            (token("{\"alg\":\"ES256\"}", "{\"x\":\"\(String(repeating: "a", count: 16_384))\"}"), .badToken),
        ] {
            #expect(throws: EvidenceError(code, ""), "\(text.prefix(80))") {
                try SignedToken(compact: text, accepting: Self.all)
            }
        }
        #expect(throws: EvidenceError(.tokenAlgorithm, "")) {
            try SignedToken(compact: Self.rsa.token, accepting: [.es256])
        }
    }
}
