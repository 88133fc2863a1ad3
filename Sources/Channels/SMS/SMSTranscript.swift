import Curl
import Evidence

/// The exchange with a gateway as evidence: what was said, without keys and without the message itself.
///
/// The phone stays, because the evidence is about it. The text is replaced by its size: the sealed notice holds
/// it, and the outcome's `requestBodySHA256` binds the exact bytes.
struct SMSTranscript {
    /// More of an answer is noise or an attack on the disk.
    static let maximumBytes = 4_096

    private(set) var lines: [String] = []
    private let redactions: [(found: String, replacement: String)]

    init(secrets: [String], text: String, units: Int) {
        let hidden = secrets.flatMap { secret in Self.spellings(secret).map { ($0, "<secret>") } }
        let message = Self.spellings(text).map { ($0, "<text: \(units) units>") }
        // Longest first, so that a spelling inside another does not leave half of it behind.
        redactions = (hidden + message).filter { !$0.0.isEmpty }.sorted { $0.0.utf8.count > $1.0.utf8.count }
    }

    mutating func record(_ request: HTTPRequest) {
        lines.append("> \(request.method) \(redacted(request.url))")
        for header in request.headers {
            lines.append("> \(header.name): \(Self.isCredential(header.name) ? "<secret>" : redacted(header.value))")
        }
        if !request.body.isEmpty { lines.append("> \(body(request.body))") }
    }

    mutating func record(_ response: HTTPResponse) {
        lines.append("< HTTP \(response.status)")
        for name in ["Date", "Content-Type", "Content-Encoding", "Retry-After", "Location", "X-Request-Id"] {
            if let value = response.header(name) { lines.append("< \(name): \(redacted(value))") }
        }
        if !response.body.isEmpty { lines.append("< \(body(response.body))") }
    }

    mutating func record(_ failure: HTTPFailure) {
        lines.append("! \(redacted(failure.description))")
    }

    private func body(_ bytes: [UInt8]) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return "\(bytes.count) bytes that are not UTF-8, SHA-256 \(SHA256.hash(bytes).hex)"
        }
        // Redact before cutting: a cut through a secret would leave its first half.
        let whole = redacted(text)
        guard whole.utf8.count > Self.maximumBytes else { return whole }
        let head = String(decoding: Array(whole.utf8.prefix(Self.maximumBytes)), as: UTF8.self)
        return "\(head)… (\(bytes.count) bytes, SHA-256 \(SHA256.hash(bytes).hex))"
    }

    private func redacted(_ text: String) -> String {
        redactions.reduce(text) { $0.replacing($1.found, with: $1.replacement) }
    }

    private static func isCredential(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.contains("authorization") || name.contains("signature") && !name.contains("nonce")
            || name.contains("key") || name.contains("token") || name.contains("secret")
    }

    /// The ways a value may be written in a form, a query or JSON.
    private static func spellings(_ value: String) -> [String] {
        let json = WebEncoding.jsonString(value)
        return [
            value, json, WebEncoding.asciiJSONString(value), WebEncoding.percent(value), WebEncoding.form(value),
            WebEncoding.percent(json), WebEncoding.form(json),
        ]
    }
}
