import Evidence
import Notices

/// How things are said in one language: on pages and on printed reports alike.
///
/// The words lie in `words.json`; they say what was observed and no more.
struct Phrasebook: Sendable {
    let words: ConsoleWords
    let language: PageLanguage
    /// The names of the kinds of notices.
    let kinds: [String: BilingualText]

    init(_ words: ConsoleWords, _ language: PageLanguage, library: TemplateLibrary? = nil) {
        self.words = words
        self.language = language
        var kinds: [String: BilingualText] = [:]
        for kind in library?.kinds ?? [] { kinds[kind] = library?.template(kind: kind)?.settings.name }
        self.kinds = kinds
    }

    /// A word in the reader's language.
    func word(_ name: String) -> String { words.word(name, language) }

    /// A word with values in the place of their names in braces; what stands in a value is left as it is.
    func word(_ name: String, _ values: [String: String]) -> String {
        Self.fill(word(name)) { values[String($0)] }
    }

    /// A text with values in the place of what stands in braces; braces without a value stay.
    static func fill(_ text: String, _ value: (Substring) -> String?) -> String {
        var (result, rest) = ("", text[...])
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open] + (value(rest[rest.index(after: open)..<close]) ?? String(rest[open...close]))
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// A text in the reader's language.
    func text(_ text: BilingualText) -> String { language == .english ? text.en : text.zh }

    /// The name of a kind, as its template gives it.
    func kind(_ kind: String) -> String { kinds[kind].map { text($0) } ?? kind }

    /// What an event is called; its own name where the words have none, because a fact without a word is still a fact.
    func event(_ event: EvidenceEvent) -> String {
        let name = "event_\(event.rawValue)"
        let word = word(name)
        return word == name ? event.rawValue : word
    }

    /// An instant with its zone.
    func time(_ instant: Timestamp) -> String { instant.shownInChina }

    /// An instant with its zone and its clock.
    func time(_ observed: ObservedTime) -> String {
        observed.at.shownInChina + word("bracketed", ["text": clock(observed.clock)])
    }

    /// What stands before a conclusion: in a rehearsal nothing is served, and it is said what would follow.
    func deemedLabel(_ notice: Notice) -> String { word(notice.isRehearsal ? "deemed_rehearsal" : "deemed") }

    /// What a rule concluded, which is no observation, and from what.
    func deemed(_ service: DeemedService) -> String {
        service.day.description + word("colon") + text(service.text)
            + word(
                "bracketed",
                ["text": [service.basis, service.ruleID, service.law].joined(separator: word("report_semicolon"))])
    }

    /// What weakens the evidence of a notice: doubts, ways that ended badly, addresses nobody confirmed.
    func gaps(_ standing: ProofDesk.Standing) -> [String] {
        let failed = standing.deliveries.filter(\.state.isNegative).map {
            "\(word("channel_\($0.address.channel.rawValue)")): \(word("delivery_\($0.state.rawValue)"))"
        }
        let isUnconfirmed = standing.deliveries.contains {
            $0.address.channel != .inbox && $0.address.confirmation == nil
        }
        return standing.timeline.doubts.map { text($0) } + failed + (isUnconfirmed ? [word("search_unconfirmed")] : [])
    }
}
