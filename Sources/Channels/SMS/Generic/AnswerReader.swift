import Evidence

/// Finds described facts in an answer or a call-back.
struct AnswerReader {
    /// A pattern sees at most this much: a provider's text must not cost us minutes of matching.
    static let patternBytes = 16 << 10

    private let json: JSONValue?
    private let raw: String?
    private let fields: [(name: String, value: String)]
    private let reference: String

    init(bytes: [UInt8], reference: String) {
        json = JSONValue.body(bytes)
        raw = String(validating: bytes.prefix(Self.patternBytes), as: UTF8.self)
        fields = []
        self.reference = reference
    }

    init(json: JSONValue, reference: String) {
        self.json = json
        raw = String(decoding: json.canonicalBytes.prefix(Self.patternBytes), as: UTF8.self)
        fields = []
        self.reference = reference
    }

    init(fields: [(name: String, value: String)]) {
        json = nil
        raw = nil
        self.fields = fields
        reference = ""
    }

    /// The text at a place; nil when it is absent or empty.
    func text(at place: GatewayDescription.Place) -> String? {
        let found: String? =
            switch place {
            case .pointer(let pointer): json.flatMap { pointer.value(in: $0) }?.scalarText
            case .field(let name): fields.first { $0.name == name }?.value
            case .pattern(let pattern): raw.flatMap { Self.match(pattern, in: $0) }
            case .reference: reference
            }
        return found.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func match(_ pattern: String, in text: String) -> String? {
        // Compiled at each use: Regex is not Sendable, and the description was checked when it was read.
        guard let match = try? Regex(pattern).firstMatch(in: text) else { return nil }
        let group = match.output.count > 1 ? match.output[1].substring : nil
        return String(group ?? text[match.range])
    }
}
