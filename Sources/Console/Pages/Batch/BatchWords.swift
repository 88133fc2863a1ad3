/// What is said about a table, in the reader's language.
struct BatchWords: Sendable {
    let words: ConsoleWords
    let language: PageLanguage

    /// A word of `words.json` with values in the place of their names in braces.
    func callAsFunction(_ name: String, _ values: [String: String] = [:]) -> String {
        values.reduce(words.word("batch_\(name)", language)) { $0.replacing("{\($1.key)}", with: $1.value) }
    }
}
