import Evidence

/// A place in a JSON value (RFC 6901): `/messages/0/id`.
struct JSONPointer: Sendable, Hashable {
    let tokens: [String]

    /// Parses a pointer; nil unless it is empty or begins with a slash and its `~` escapes are whole.
    init?(_ text: String) {
        guard !text.isEmpty else {
            tokens = []
            return
        }
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for raw in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let rest = String(raw).replacing("~1", with: "").replacing("~0", with: "")
            guard !rest.utf8.contains(UInt8(ascii: "~")) else { return nil }
            tokens.append(String(raw).replacing("~1", with: "/").replacing("~0", with: "~"))
        }
        self.tokens = tokens
    }

    /// The value at this place, or nil.
    func value(in root: JSONValue) -> JSONValue? {
        tokens.reduce(root) { value, token in
            switch value {
            case .object(let members): members[token]
            case .array(let elements): Int(token).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            default: nil
            }
        }
    }
}
