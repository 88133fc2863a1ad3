import Evidence

/// Tencent Cloud's request signature, TC3-HMAC-SHA256, with its chain of derived keys.
enum TencentSignature {
    /// The parts of a request that are signed.
    struct Request {
        var service: String
        /// Seconds since 1970; the day of the key chain is its UTC date.
        var timestamp: Int64
        /// Lower-case names; the caller gives exactly the headers to sign.
        var headers: [(name: String, value: String)]
        var body: [UInt8]
    }

    static let algorithm = "TC3-HMAC-SHA256"

    static func canonicalRequest(_ request: Request) -> String {
        let headers = request.headers.sorted { $0.name < $1.name }
        return [
            "POST", "/", "",
            headers.map { "\($0.name):\($0.value.lowercased())\n" }.joined(),
            headers.map(\.name).joined(separator: ";"),
            SHA256.hash(request.body).hex,
        ].joined(separator: "\n")
    }

    /// The value of the Authorization header.
    static func authorization(_ request: Request, keyID: String, secret: String) -> String {
        let day = String(Timestamp(microseconds: request.timestamp * 1_000_000).rfc3339.prefix(10))
        let scope = "\(day)/\(request.service)/tc3_request"
        let hash = SHA256.hash(Array(canonicalRequest(request).utf8)).hex
        let toSign = "\(algorithm)\n\(request.timestamp)\n\(scope)\n\(hash)"
        var key = Array("TC3\(secret)".utf8)
        for step in [day, request.service, "tc3_request"] {
            key = HMAC.sha256(key: key, Array(step.utf8))
        }
        let signature = Hex.encode(HMAC.sha256(key: key, Array(toSign.utf8)))
        let names = request.headers.map(\.name).sorted().joined(separator: ";")
        return "\(algorithm) Credential=\(keyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
    }
}
