import Evidence

/// A request to the identity provider, before it becomes bytes.
public struct ProviderRequest: Sendable {
    /// `GET` or `POST`.
    public let method: String
    /// Where to.
    public let url: String
    /// Header fields.
    public let headers: [(name: String, value: String)]
    /// The body; empty for `GET`.
    public let body: [UInt8]
    /// The largest answer that is of any use.
    public let maximumBytes: Int

    static func get(_ url: String) -> ProviderRequest {
        ProviderRequest(
            method: "GET", url: url, headers: [("Accept", "application/json")], body: [], maximumBytes: 256 << 10)
    }

    static func form(
        _ url: String, _ fields: [(String, String)], headers: [(name: String, value: String)]
    ) -> ProviderRequest {
        ProviderRequest(
            method: "POST", url: url,
            headers: headers + [
                ("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"),
            ], body: Array(FormText.encode(fields).utf8), maximumBytes: 256 << 10)
    }
}

/// What the provider answered.
public struct ProviderAnswer: Sendable {
    /// The status; a redirect is an answer like any other and is followed by nobody.
    public let status: Int
    /// The body.
    public let body: [UInt8]

    /// Describes an answer.
    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// Sends one request to the provider: over verified TLS, following no redirect, giving up after seconds.
public typealias ProviderExchange = @Sendable (ProviderRequest) async throws -> ProviderAnswer

/// Fields as forms and queries write them.
enum FormText {
    /// `a=b&c=d`, everything escaped that is not a plain letter.
    static func encode(_ fields: [(String, String)]) -> String {
        fields.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&")
    }

    /// One value.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            if byte.isNameByte || byte == UInt8(ascii: "~") {
                escaped.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                escaped += "%" + Hex.encode([byte]).uppercased()
            }
        }
        return escaped
    }
}
