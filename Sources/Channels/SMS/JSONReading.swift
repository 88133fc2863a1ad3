import Evidence

/// Reading of providers' JSON, where numbers come as strings and strings as numbers.
extension JSONValue {
    /// The member of an object; nil when absent, null, or not an object.
    func member(_ name: String) -> JSONValue? {
        guard case .object(let members) = self, let value = members[name], value != .null else { return nil }
        return value
    }

    /// A string, number or boolean as text.
    var scalarText: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    /// The text of a member; an empty one counts as absent.
    func text(_ name: String) -> String? {
        guard let text = member(name)?.scalarText, !text.isEmpty else { return nil }
        return text
    }

    /// The elements, or nil when it is not an array.
    var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// Parses a body; nil when it is not strict JSON, as a truncated one is not.
    static func body(_ bytes: [UInt8]) -> JSONValue? {
        try? JSONValue(parsing: bytes)  // why not does not matter here: the raw body is in the transcript
    }
}
