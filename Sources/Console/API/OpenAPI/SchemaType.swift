import Evidence
import Notices
import People

/// The shorthand of types in the description of the API, as JSON Schema.
///
/// `line!` is required, `day?` may be null, `[Notice]` is a list, `a|b` one of these words; a capital letter begins the name
/// of a schema, or of a set of words that the program itself knows.
enum SchemaType {
    private static let plain: [String: JSONValue] = [
        "line": ["type": "string", "minLength": 1], "string": ["type": "string"],
        "text": ["type": "string", "minLength": 1],
        "name": ["type": "string", "pattern": "^[A-Za-z0-9._-]{1,200}$"],
        "cursor": ["type": "string", "pattern": "^[A-Za-z0-9._-]{1,200}$"],
        "limit": ["type": "integer", "minimum": 1, "maximum": 200, "default": 50],
        "day": ["type": "string", "format": "date"], "instant": ["type": "string", "format": "date-time"],
        "month": ["type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"],
        "digest": ["type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 in hexadecimal"],
        "amount": ["type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,2})?$", "description": "exact, as a text"],
        "exact": ["type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$", "description": "exact, as a text"],
        "code": ["type": "string", "pattern": "^[0-9]{6}$"],
        "base64": ["type": "string", "contentEncoding": "base64"], "int": ["type": "integer"],
        "bool": ["type": "boolean"], "object": ["type": "object"], "any": .object([:]),
        "texts": ["type": "object", "additionalProperties": ["type": "string"]],
        "Bilingual": [
            "type": "object", "required": ["en", "zh-CN"], "additionalProperties": false,
            "properties": ["zh-CN": ["type": "string"], "en": ["type": "string"]],
        ],
    ]

    /// Whether a field of this type must be there.
    static func isRequired(_ type: String) -> Bool { type.hasSuffix("!") }

    /// The schema of a type; nil for a name that nobody knows.
    static func schema(_ type: String, known: Set<String>) -> JSONValue? {
        if type.hasSuffix("!") { return schema(String(type.dropLast()), known: known) }
        if type.hasSuffix("?") {
            return schema(String(type.dropLast()), known: known).map {
                .object(["anyOf": .array([$0, ["type": "null"]])])
            }
        }
        if type.hasPrefix("["), type.hasSuffix("]") {
            return schema(String(type.dropFirst().dropLast()), known: known).map { ["type": "array", "items": $0] }
        }
        if type.contains("|") {
            return words(type.split(separator: "|").map { String($0) })
        }
        if let plain = plain[type] { return plain }
        let isNamed = words[type] != nil || known.contains(type)
        return isNamed ? ["$ref": .string("#/components/schemas/\(type)")] : nil
    }

    /// One of these words.
    static func words(_ words: [String]) -> JSONValue {
        ["type": "string", "enum": .array(words.map { .string($0) })]
    }
}
