/// What this module refuses, and why; two errors are equal when their codes are.
public struct TypesetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of refusal.
    public enum Code: String, Sendable {
        case forbiddenCharacter
        case textTooLong
        case nestingTooDeep
        case missingGlyphs
        case fontsMissing
        case fontUnusable
        case footTooTall
        case qrTextUnfit
        case drawingFailed
        case closed
    }

    /// The kind of refusal; callers decide on this.
    public var code: Code
    /// A sentence for people: thing, value, cure.
    public var reason: String
    /// The characters that caused the refusal, each once, in code point order.
    public var characters: [Unicode.Scalar]

    /// Builds a refusal.
    public init(_ code: Code, _ reason: String, characters: [Unicode.Scalar] = []) {
        self.code = code
        self.reason = reason
        self.characters = characters
    }

    /// The reason, with its code in front.
    public var description: String { "\(code.rawValue): \(reason)" }

    /// Compares codes only, so that a test or a caller need not repeat the sentence.
    public static func == (left: TypesetError, right: TypesetError) -> Bool { left.code == right.code }

    /// `𬎆 (U+2C386), 㐂 (U+3402)`: how characters are named in a refusal.
    static func list(_ characters: [Unicode.Scalar]) -> String {
        characters.prefix(20).map { scalar in
            let hex = String(scalar.value, radix: 16, uppercase: true)
            let point = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
            return CharacterRules.isForbidden(scalar) ? point : "\(scalar) (\(point))"
        }.joined(separator: ", ") + (characters.count > 20 ? " and \(characters.count - 20) more" : "")
    }
}
