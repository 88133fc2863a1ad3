/// A text of a gateway description with `{{names}}` in it, filled and escaped for the place where it stands.
struct PlaceholderText: Sendable, Hashable {
    enum Piece: Sendable, Hashable {
        case literal(String)
        case placeholder(String)
    }

    let pieces: [Piece]

    /// The names that a message or a moment fills; `secret.…` and `setting.…` come from the configuration.
    static let known: Set<String> = [
        "phone", "phone.digits", "phone.national", "text", "coding", "signature", "reference", "number", "issuer",
        "recipient", "language", "seconds", "time", "nonce", "id",
    ]

    /// Parses a text; nil when a `{{` has no `}}`.
    init?(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            if open.lowerBound > rest.startIndex { pieces.append(.literal(String(rest[..<open.lowerBound]))) }
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else { return nil }
            let name = rest[open.upperBound..<close.lowerBound].split(separator: " ").joined()
            pieces.append(.placeholder(name))
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.literal(String(rest))) }
        self.pieces = pieces
    }

    /// The names that stand in it.
    var names: [String] {
        pieces.compactMap { piece in
            if case .placeholder(let name) = piece { return name }
            return nil
        }
    }

    /// The text with its values; `escape` sees each value and its name, never the literals.
    func filled(
        _ values: [String: String], escape: (_ value: String, _ name: String) -> String = { value, _ in value }
    ) throws(SMSError) -> String {
        var out = ""
        for piece in pieces {
            switch piece {
            case .literal(let text): out += text
            case .placeholder(let name):
                guard let value = values[name] else {
                    throw SMSError(.configuration, "placeholder {{\(name)}} has no value here; remove it or supply it")
                }
                out += escape(value, name)
            }
        }
        return out
    }
}
