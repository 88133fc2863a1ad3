import Evidence
import Notices

/// What was stored in one language, or in a code, as people read it in theirs.
extension Phrasebook {
    /// A word, or something else where the words have none.
    func word(_ name: String, or other: String) -> String {
        let found = word(name)
        return found == name ? other : found
    }

    /// Whose clock gave a time; an unknown one by its own name.
    func clock(_ clock: String) -> String {
        let parts = clock.split(separator: ":", maxSplits: 1).map(String.init)
        let name = "clock_\(parts.first ?? "")"
        guard word(name) != name else { return clock }
        return word(name, ["name": parts.count == 2 ? parts[1] : ""])
    }

    /// Where a delivery stands, with what was answered or how the person was identified.
    func state(of delivery: Delivery) -> String {
        let state = word("delivery_\(delivery.state.rawValue)")
        guard let reason = delivery.stateReason, !reason.isEmpty else { return state }
        if reason.hasSuffix(", identified by \(ReadingDesk.Identification.apiKey.rawValue)") {
            return word("delivery_\(delivery.state.rawValue)-by-key", or: state)
        }
        return state + word("colon") + self.reason(reason)
    }

    /// Why a delivery or a notice stands where it does: the words of others as they are, our own in the reader's language.
    func reason(_ stored: String) -> String {
        for own in ["opened, identified by ", "acknowledged, identified by "] where stored.hasPrefix(own) {
            let by = "identification_\(stored.dropFirst(own.count))"
            return word(by) == by ? stored : word("delivery_identified", ["by": word(by)])
        }
        for (before, after, name) in Self.ownReasons
        where stored.hasPrefix(before) && stored.hasSuffix(after) && stored.count >= before.count + after.count {
            return word(name, ["text": String(stored.dropFirst(before.count).dropLast(after.count))])
        }
        return stored
    }

    /// What stands in front of and behind the value in the reasons that the sealer and the dispatcher write, and their word.
    private static let ownReasons: [(String, String, String)] = [
        ("no result within the time limit; last: ", "", "delivery_lastAnswer"),
        ("claimed for sealing ", " times without a result", "stopped_sealing"),
        ("claimed ", " times without an outcome", "stopped_claims"),
        ("the content cannot be used: ", "", "stopped_content"),
        ("stopped between handing over and the answer; the peer may have accepted it", "", "delivery_stoppedBetween"),
        ("quiet hours", "", "delivery_quietHours"),
        ("paused by an operator", "", "delivery_paused"),
        ("the route is coming back", "", "delivery_routeReturns"),
        ("no route is configured", "", "delivery_noRoute"),
        (RehearsalMark.isOver.text, "", "stopped_rehearsal"),
        (RehearsalMark.waits.text, "", "delivery_waitsForMeant"),
    ]

    /// Why somebody came to be in charge of a client; what people wrote stands as they wrote it.
    func assignment(_ stored: String) -> String {
        if stored == "离职交接" { return word("client_handedOver") }
        guard stored.hasPrefix("由"), stored.hasSuffix("指定"), stored.count > 3 else { return stored }
        return word("client_by", ["source": String(stored.dropFirst().dropLast(2))])
    }

    /// Articles of law as notices keep them, `劳动合同法 39(2)`, as they are cited.
    func articles(_ stored: [String]) -> String { enumeration(stored.map(article)) }

    private func article(_ stored: String) -> String {
        guard let space = stored.lastIndex(of: " ") else { return stored }
        let (law, number) = (String(stored[..<space]), stored[stored.index(after: space)...])
        let parts = number.split(whereSeparator: { "()".contains($0) }).map(String.init)
        guard let article = parts.first, parts.count <= 2, parts.allSatisfy({ $0.allSatisfy(\.isNumber) }) else {
            return stored
        }
        let name = word("law_\(law)", or: law)
        return parts.count == 1
            ? word("basis_article", ["law": name, "article": article])
            : word("basis_item", ["law": name, "article": article, "item": parts[1]])
    }

    /// Several things after each other.
    func enumeration(_ things: [String]) -> String { things.joined(separator: word("enumeration")) }

    /// How many have to approve.
    func approvals(_ count: Int) -> String {
        switch count {
        case 0: word("approvals_none")
        case 1: word("approvals_one")
        default: word("approvals_needed", ["n": "\(count)"])
        }
    }

    /// A page's subject after what kind of page it is.
    func title(_ name: String, of subject: String) -> String { word(name) + word("colon") + subject }
}
