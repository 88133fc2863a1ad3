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
        return state + word("colon") + self.reason(reason)
    }

    /// Why a delivery stands where it does: the words of others as they are, our own in the reader's language.
    func reason(_ stored: String) -> String {
        for own in ["opened, identified by ", "acknowledged, identified by "] where stored.hasPrefix(own) {
            let by = "identification_\(stored.dropFirst(own.count))"
            return word(by) == by ? stored : word("delivery_identified", ["by": word(by)])
        }
        let timedOut = "no result within the time limit; last: "
        guard stored.hasPrefix(timedOut) else { return stored }
        return word("delivery_lastAnswer", ["text": String(stored.dropFirst(timedOut.count))])
    }

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
