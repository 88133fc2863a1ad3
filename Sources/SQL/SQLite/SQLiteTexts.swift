import Synchronization

/// The statements already checked and translated, so that each source line costs this once.
final class SQLiteTexts: Sendable {
    private let translated = Mutex<[String: String]>([:])

    /// The text with `?n` in place of `$n`, which SQLite would take for a name.
    func text(of query: Query) throws(SQLError) -> String {
        if let known = translated.withLock({ $0[query.text] }) { return known }
        try StatementRules.check(query)
        let text = query.values.isEmpty ? query.text : Placeholders.rewrite(query.text) { "?\($0)" }
        translated.withLock { known in
            // Texts come from source lines, so there are few; lists of many lengths must not pile up all the same.
            if known.count >= 2_000 { known.removeAll() }
            known[query.text] = text
        }
        return text
    }
}
