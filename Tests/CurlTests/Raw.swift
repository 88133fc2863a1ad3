import Testing

/// A text with bytes that must not end up in a test's output as they are.
struct Raw: Sendable, CustomTestStringConvertible {
    let text: String

    /// Wraps several texts as arguments of a test.
    static func texts(_ texts: String...) -> [Raw] { texts.map(Raw.init) }

    var testDescription: String { String(text.debugDescription.prefix(60)) }
}
