import Glibc

/// What both drivers check before a statement reaches the engine.
enum StatementRules {
    /// SQLite's limit, the smaller of the two.
    static let mostValues = 32_766

    /// A statement with more values than this is prepared afresh each time: long lists come in every length, and to keep
    /// each would fill the memory of engine and program.
    static let mostKeptValues = 512

    /// Statements that would end or split the transaction that `write` owns.
    private static let transactionControl: Set<String> = [
        "ABORT", "ATTACH", "BEGIN", "COMMIT", "DETACH", "END", "RELEASE", "ROLLBACK", "SAVEPOINT", "START",
    ]

    /// Refuses a text that a closure must not run, or whose `$n` do not match its values; called once per text.
    static func check(_ query: Query) throws(SQLError) {
        let text = query.text
        let verb = Placeholders.verb(of: text)
        guard !transactionControl.contains(verb) else {
            throw SQLError(
                .other, "\(verb) is not for a closure: read and write begin and end the transaction themselves")
        }
        guard !verb.isEmpty else { throw SQLError(.other, "the statement is empty") }
        let found = Placeholders.found(in: text)
        guard found == (query.values.count, query.values.count) else {
            throw SQLError(
                .other,
                "the text asks for \(max(found.count, found.highest)) values but \(query.values.count) are bound; write values as interpolations, not as $n"
            )
        }
    }

    private static func hasNUL(_ text: String) -> Bool {
        let found = text.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        }
        return found ?? text.utf8.contains(0)
    }

    /// Refuses values that an engine would cut short or turn into another value; called for every statement.
    static func checkValues(_ query: Query) throws(SQLError) {
        guard query.values.count <= mostValues else {
            throw SQLError(
                .invalidValue,
                "a statement can bind \(mostValues) values, this one has \(query.values.count); split the list")
        }
        for (position, value) in query.values.enumerated() {
            switch value {
            case .text(let text) where hasNUL(text):
                throw SQLError(
                    .invalidValue,
                    "value $\(position + 1) is a text with a NUL character, which no text column can keep; remove it, or bind bytes"
                )
            case .real(let number) where number.isNaN:
                throw SQLError(
                    .invalidValue,
                    "value $\(position + 1) is not a number (NaN), which SQLite would store as NULL; bind nil")
            default: continue
            }
        }
    }
}
