import Curl
import Evidence
import Glibc

/// The exchange with a gateway as evidence: what was said, without keys and without the message itself.
///
/// The phone stays, because the evidence is about it. The text is replaced by its size: the sealed notice holds
/// it, and the outcome's `requestBodySHA256` binds the exact bytes.
struct SMSTranscript {
    /// More of an answer is noise or an attack on the disk.
    static let maximumBytes = 4_096

    private(set) var lines: [String] = []
    private let redactions: [(found: [UInt8], replacement: [UInt8])]

    init(secrets: [String], text: String, units: Int) {
        let hidden = secrets.flatMap { secret in Self.spellings(secret).map { ($0, "<secret>") } }
        let message = Self.spellings(text).map { ($0, "<text: \(units) units>") }
        // Longest first, so that a spelling inside another does not leave half of it behind.
        redactions = (hidden + message).map { (Array($0.0.utf8), Array($0.1.utf8)) }
            .sorted { $0.0.count > $1.0.count }
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
        let bytes = redactions.reduce(Array(text.utf8)) { Self.replacing($1.found, in: $0, with: $1.replacement) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isCredential(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.contains("authorization") || name.contains("signature") && !name.contains("nonce")
            || name.contains("key") || name.contains("token") || name.contains("secret")
    }

    /// The ways a value may be written in a form, a query or JSON.
    private static func spellings(_ value: String) -> Set<String> {
        guard !value.isEmpty else { return [] }
        let json = WebEncoding.jsonString(value)
        return [
            value, json, WebEncoding.asciiJSONString(value), WebEncoding.percent(value), WebEncoding.form(value),
            WebEncoding.percent(json), WebEncoding.form(json),
        ]
    }

    /// Works on bytes: a value must be found even where Swift would join its ends to neighbouring characters.
    private static func replacing(_ found: [UInt8], in bytes: [UInt8], with replacement: [UInt8]) -> [UInt8] {
        guard let first = found.first, bytes.count >= found.count else { return bytes }
        var out: [UInt8] = []
        var kept = 0
        bytes.withUnsafeBytes { whole in
            guard let start = whole.baseAddress else { return }
            let last = whole.count - found.count
            var index = 0
            while index <= last, let hit = memchr(start + index, Int32(first), last - index + 1) {
                index = start.distance(to: UnsafeRawPointer(hit))
                if memcmp(start + index, found, found.count) == 0 {
                    out += whole[kept..<index]
                    out += replacement
                    index += found.count
                    kept = index
                } else {
                    index += 1
                }
            }
            if kept > 0 { out += whole[kept...] }
        }
        return kept == 0 ? bytes : out
    }
}
