/// Why an address cannot be put on record: the value, what is wrong with it, and the cure, in one sentence.
public struct AddressFault: Error, Sendable, CustomStringConvertible {
    /// The sentence, made to stand behind the name of a field.
    public let description: String

    /// Says what is wrong.
    public init(_ sentence: String) { description = sentence }
}
