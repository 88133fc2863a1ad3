import Evidence

/// Aliyun's V3 request signature, ACS3-HMAC-SHA256: one HMAC over a canonical form of the request.
enum AliyunSignature {
    /// The parts of a request that are signed.
    struct Request {
        var method = "POST"
        var query: [(name: String, value: String)] = []
        /// Lower-case names; the caller gives exactly the headers to sign.
        var headers: [(name: String, value: String)]
        var body: [UInt8] = []
    }

    static let algorithm = "ACS3-HMAC-SHA256"

    static func canonicalRequest(_ request: Request) -> String {
        let query = request.query.sorted { $0.name < $1.name }
        let headers = request.headers.sorted { $0.name < $1.name }
        return [
            request.method, "/", WebEncoding.query(query),
            headers.map { "\($0.name):\(trimmed($0.value))\n" }.joined(),
            headers.map(\.name).joined(separator: ";"),
            SHA256.hash(request.body).hex,
        ].joined(separator: "\n")
    }

    /// The value of the Authorization header.
    static func authorization(_ request: Request, keyID: String, secret: String) -> String {
        let hash = SHA256.hash(Array(canonicalRequest(request).utf8)).hex
        let signature = HMAC.sha256(key: Array(secret.utf8), Array("\(algorithm)\n\(hash)".utf8))
        let names = request.headers.map(\.name).sorted().joined(separator: ";")
        return "\(algorithm) Credential=\(keyID),SignedHeaders=\(names),Signature=\(Hex.encode(signature))"
    }

    private static func trimmed(_ value: String) -> String {
        let bytes = value.utf8.drop { $0 == 0x20 }
        return String(decoding: bytes.reversed().drop { $0 == 0x20 }.reversed(), as: UTF8.self)
    }
}
