import Evidence
import Notices

/// Everything that happened to one item, each act bound to the one before (S-79).
public struct ItemHistory: Sendable {
    /// One act about the item.
    public struct Step: Sendable {
        /// The act.
        public let act: RecordedAct
        /// What it says; nil once the person was erased.
        public let facts: JSONValue?
        /// The commitment of the act before, as this one names it; nil for the first, and for acts outside the chain.
        public let previous: String?
    }

    /// The acts, oldest first; the notices about the item stand among them.
    public let steps: [Step]
    /// Every place at which the chain does not hold; empty when it is whole.
    public let breaks: [String]

    /// Follows the chain from the first act to the head that the item names.
    init(_ acts: [RecordedAct], head: Digest?) throws {
        var steps: [Step] = []
        var breaks: [String] = []
        var last: String?
        for act in acts {
            let facts = try act.entry.body.map { try EntryBody(parsing: $0).facts }
            let isChained = facts?.object?.keys.contains("previous") == true
            let previous = facts?["previous"]?.string
            steps.append(Step(act: act, facts: facts, previous: previous))
            guard isChained else { continue }
            if previous != last {
                breaks.append("\(act.entry.event.rawValue) \(act.entry.id) does not follow the act before it")
            }
            last = act.entry.commitment.hex
        }
        if last != head?.hex { breaks.append("the newest act is not the one that the item names") }
        self.steps = steps
        self.breaks = breaks
    }
}

extension HandoverDesk {
    /// Everything that happened to an item, with its chain checked.
    public func history(of itemID: HandoverItemID, of id: HandoverID, by actor: Actor) async throws -> ItemHistory {
        let record = try await handover(id, by: actor)
        let item = try item(itemID, in: record)
        return try ItemHistory(try await store.acts(about: Subject(.handoverItem, item.id)), head: item.head)
    }
}
