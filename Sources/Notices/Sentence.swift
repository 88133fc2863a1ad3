/// A sentence for people that knows its values from its words, so that pages can say it in another language.
///
/// A literal is one: `"order \(id) is \(state)"` reads as it stands, and bears the pattern `order {0} is {1}` with both values.
/// Under its pattern `templates/console/refusals.json` has the Chinese. Whoever refuses something writes it once, in English.
public struct Sentence: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringInterpolation {
    fileprivate enum Part: Sendable, Hashable {
        case literal(String)
        /// A value; with its own words where it is a sentence itself.
        case value(String, NoticeError.Words?)
    }

    fileprivate let parts: [Part]

    private init(parts: [Part]) { self.parts = parts }

    /// A sentence without values.
    public init(stringLiteral text: String) { parts = [.literal(text)] }

    /// A sentence with values.
    public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

    /// A text that has its language already, such as a word of a page or what another library says; it is never looked up.
    public static func said(_ text: String) -> Sentence { Sentence(parts: [.value(text, nil)]) }

    /// Two halves of one sentence.
    public static func + (first: Sentence, second: Sentence) -> Sentence { Sentence(parts: first.parts + second.parts) }

    /// How it reads in English.
    public var text: String {
        parts.map { part in
            switch part {
            case .literal(let text), .value(let text, _): text
            }
        }.joined()
    }

    /// How it reads in English.
    public var description: String { text }

    /// The pattern and the values, under which pages find it in their language.
    public var words: NoticeError.Words {
        var (pattern, values, sentences) = ("", [String: String](), [String: NoticeError.Words]())
        for part in parts {
            switch part {
            case .literal(let text): pattern += text
            case .value(let text, let words):
                let name = String(values.count)
                pattern += "{\(name)}"
                values[name] = text
                sentences[name] = words
            }
        }
        return NoticeError.Words(pattern, values, sentences)
    }

    /// Gathers words and values as the literal is read.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        /// Begins with nothing.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Takes words.
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { parts.append(.literal(literal)) }
        }

        /// Takes a value.
        public mutating func appendInterpolation<Value>(_ value: Value) { parts.append(.value("\(value)", nil)) }

        /// Takes a sentence that stands within this one.
        public mutating func appendInterpolation(_ sentence: Sentence) {
            parts.append(.value(sentence.text, sentence.words))
        }
    }
}
