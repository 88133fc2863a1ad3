import Evidence
import Notices

/// What was observed, and what stands behind it.
extension ProofReport {
    var deliveries: String {
        let title = "## \(word("deliveries"))\n\n"
        guard !material.standing.deliveries.isEmpty else { return title + plain(word("report_noDeliveries")) }
        let names = Dictionary(notice.recipients.map { ($0.person, $0.name) }, uniquingKeysWith: { first, _ in first })
        let rows = material.standing.deliveries.map { delivery in
            let address = delivery.address.channel == .inbox ? "" : " \(delivery.address.value)"
            let attempts = delivery.attempts == 0 ? "" : word("report_attempts", ["n": "\(delivery.attempts)"])
            return [
                names[delivery.person] ?? delivery.person.rawValue,
                word("channel_\(delivery.address.channel.rawValue)") + address + attempts,
                phrases.state(of: delivery), phrases.time(delivery.stateAt),
            ]
        }
        let head = ["recipient", "channel", "observed", "when"].map { plain(word($0)) }
        return title + Self.table(head, rows.map { $0.map { plain($0) } })
    }

    var timeLine: String {
        let rows = material.standing.timeline.items.enumerated().map { index, item in
            guard !item.isErased else {
                return ["\(index + 1)", "—", plain("\(phrases.event(item.event)): \(word("erased"))")]
            }
            let place = item.leafIndex.map { "\(word("leaf")) \($0)" } ?? word("leaf_waiting")
            let facts = ([about(item)] + details(of: item) + [place]).compactMap { $0 }
            return [
                "\(index + 1)",
                plain(
                    [phrases.time(item.happenedAt), "\(word("learntAt")) \(phrases.time(item.learntAt))"]
                        .joined(separator: word("report_semicolon"))),
                "**\(plain(phrases.event(item.event)))** "
                    + plain(facts.joined(separator: word("report_semicolon"))),
            ]
        }
        let head = ["report_line", "report_happenedAt", "observed"].map { plain(word($0)) }
        return "## \(word("timeline"))\n\n\(plain(word("report_timesHint")))\n\n" + Self.table(head, rows)
    }

    /// The delivery an event is about, in words.
    private func about(_ item: Timeline.Item) -> String? {
        guard let delivery = material.standing.deliveries.first(where: { $0.id.rawValue == item.delivery }) else {
            return nil
        }
        let person = notice.recipients.first { $0.person == delivery.person }?.name ?? delivery.person.rawValue
        let attempt = item.attempt.map { word("report_attempt", ["n": "\($0)"]) }
        return ([person, word("channel_\(delivery.address.channel.rawValue)")] + [attempt].compactMap { $0 })
            .joined(separator: word("report_comma"))
    }

    /// The facts that a reader of paper needs, each with its name; everything else stays in the entry.
    private func details(of item: Timeline.Item) -> [String] {
        var lines = item.actor.map { ["\(word("fact_by")) \(name(of: $0))"] } ?? []
        for name in Self.shownFacts {
            guard let value = item.facts[name].flatMap(Self.text), !value.isEmpty else { continue }
            let isTheDocument = name == "documentHash" && value == notice.documentHash?.hex
            // What identified a person is told, their document's number is not.
            let shown = name == "identity" ? Self.hidingNumbers(value) : value
            lines.append(
                isTheDocument
                    ? word("report_sameDocument") : "\(word("fact_\(name)")) \(word(forFact: name, shown))")
        }
        return lines
    }

    /// In the order in which they are told; `GroundsStated` and the circumstances of a reader are not among them.
    static let shownFacts = [
        "what", "reportHash", "address", "route", "peer", "reference", "reason", "identification", "documentHash",
        "reply", "words", "waybill", "contentName", "name", "relation", "identity", "witnesses", "medium", "place",
        "expected", "channels", "until", "feed", "claims", "part", "finding", "why",
    ]

    private func word(forFact name: String, _ value: String) -> String {
        guard ["identification", "reply", "what", "claims"].contains(name) else { return value }
        let key = "\(name)_\(value.replacing(" ", with: "-"))"
        let known = word(key)
        return known == key ? value : known
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .array(let items): items.compactMap { text($0) }.joined(separator: ", ")
        default: nil
        }
    }

    /// `3101**********1234` for every run of nine digits or more.
    static func hidingNumbers(_ text: String) -> String {
        var (result, run) = ("", "")
        func hidden(_ run: String) -> String {
            run.count < 9 ? run : run.prefix(3) + String(repeating: "*", count: run.count - 6) + run.suffix(3)
        }
        for character in text {
            if character.isASCII, character.isNumber {
                run.append(character)
            } else {
                result += hidden(run) + String(character)
                run = ""
            }
        }
        return result + hidden(run)
    }
}
