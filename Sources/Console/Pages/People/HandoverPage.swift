import Notices
import People

/// One handover with its stages, both dates, and its items by part.
struct HandoverPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let facts: [Fact]
    let warning: String?
    let clearance: String
    let clearanceClass: String
    let conflict: String?
    let reasons: [String]
    let hasReasons: Bool
    let stages: [Stage]
    let steps: [Step]
    let parts: [Part]
    let mayLead: Bool
    let moveAction: String
    let assignAction: String
    let error: String?

    /// One of the four stages.
    struct Stage: Sendable {
        let id: String
        let name: String
        let owner: String
        let dueOn: String
        let state: String
        let isLate: Bool
        let mayClose: Bool
    }

    /// One of the three steps.
    struct Step: Sendable {
        let id: String
        let name: String
        let passedAt: String?
        let mayPass: Bool
    }

    /// One part of the list.
    struct Part: Sendable {
        let id: String
        let name: String
        let items: [Item]
    }

    /// One item, with what can be done about it now.
    struct Item: Sendable {
        let title: String
        let kind: String
        let state: String
        let stateClass: String
        let isKey: Bool
        let dueOn: String
        let isLate: Bool
        let amount: String?
        let note: String?
        let confirmations: [String]
        let replies: [String]
        let hasReplies: Bool
        let contentHash: String
        let action: String
        let maySubmit: Bool
        let mayTake: Bool
        let mayReview: Bool
        let mayWaive: Bool
        let mayAsk: Bool
        let needsCondition: Bool
        let isForm: Bool
        let mayAct: Bool
        let inputID: String
    }

    init(
        _ record: HandoverRecord, _ clearance: Clearance, names: Names, replies: [ClientID: [ContactReply]],
        actor: Actor, today: CivilDate, error: String?,
        _ make: PageMaker
    ) {
        let handover = record.handover
        frame = make.frame(make.phrases.title("handover", of: names[handover.person]))
        w = frame.w
        facts = [
            Fact(label: make.word("handover_kind"), value: make.word("departure_\(handover.kind.rawValue)")),
            Fact(label: make.word("handover_noticeOn"), value: "\(handover.noticeOn)"),
            Fact(
                label: make.word("handover_lastDay"),
                value: "\(handover.lastDay.day)"
                    + (handover.lastDay.rule.map { " (\($0))" } ?? "")),
            Fact(label: make.word("handover_fileTransferBy"), value: clearance.fileTransferBy.map { "\($0)" } ?? "—"),
            Fact(label: make.word("handover_clearanceDue"), value: "\(clearance.dueOn)"),
            Fact(label: make.word("handover_officer"), value: names[handover.officer]),
            Fact(label: make.word("handover_successor"), value: names[handover.successor]),
            Fact(label: make.word("handover_reviewer"), value: names[handover.reviewer]),
            Fact(label: make.word("handover_progress"), value: "\(record.progress.done) / \(record.progress.total)"),
        ]
        warning = handover.lastDay.warning.map { make.text($0) }
        self.clearance = make.word("clearance_\(clearance.state.rawValue)")
        clearanceClass = clearance.state == .locked ? "negative" : ""
        conflict = clearance.conflict.map { make.text($0) }
        reasons = clearance.reasons.map { make.text($0) }
        hasReasons = !reasons.isEmpty
        mayLead = AccessPolicy.reach(of: actor, for: .manageDepartures) != nil && !handover.isClosed
        let mayReview = AccessPolicy.reach(of: actor, for: .reviewHandover) != nil
        stages = handover.stages.map { stage in
            Stage(
                id: stage.stage.rawValue, name: make.word("stage_\(stage.stage.rawValue)"), owner: names[stage.owner],
                dueOn: "\(stage.dueOn)",
                state: stage.closedAt.map { make.time($0) } ?? make.word(stage.isOpen ? "stage_open" : "stage_waiting"),
                isLate: stage.closedAt == nil && stage.dueOn < today, mayClose: stage.isOpen && mayReview)
        }
        let next = HandoverStep.allCases.first { handover.passed[$0] == nil }
        steps = HandoverStep.allCases.map { step in
            Step(
                id: step.rawValue, name: make.word("step_\(step.rawValue)"),
                passedAt: handover.passed[step].map { make.time($0) },
                mayPass: step == next && mayReview && handover.stage == .review)
        }
        let grouped = Dictionary(grouping: record.items, by: \.kind.part)
        parts = ["clients", "work", "property", "other"].compactMap { part in
            grouped[part].map { items in
                Part(
                    id: "part-\(part)", name: make.word("part_\(part)"),
                    items: items.map {
                        Item($0, of: handover, names, said: $0.client.flatMap { replies[$0] } ?? [], actor, today, make)
                    })
            }
        }
        moveAction = Site.page(handover: handover.id) + "/moves"
        assignAction = Site.page(handover: handover.id) + "/assignment"
        self.error = error
    }
}

extension HandoverPage.Item {
    /// Offers only what can be done now by somebody who may see the case; the desk has the last word.
    init(
        _ item: HandoverItem, of handover: HandoverCase, _ names: Names, said: [ContactReply], _ actor: Actor,
        _ today: CivilDate, _ make: PageMaker
    ) {
        let isLeaver = actor.person == handover.person
        let mayReview = AccessPolicy.reach(of: actor, for: .reviewHandover) != nil && !isLeaver
        let isTaker = actor.person == handover.successor || (item.kind.isReturnedToCompany && mayReview)
        // Lists are named by us, everything else by its own name.
        let isList = item.kind.rawValue.hasSuffix("-list")
        kind = isList ? "" : make.word("item_\(item.kind.rawValue)")
        title = isList ? make.word("item_\(item.kind.rawValue)") : item.title
        state = make.word("itemState_\(item.state.rawValue)")
        stateClass = item.state == .returned ? "negative" : item.state == .accepted ? "acknowledged" : ""
        isKey = item.isKey
        dueOn = "\(item.dueOn)"
        isLate = !item.isClosed && item.dueOn < today
        amount = item.amount.map { ["\($0)", Self.currency(of: item)].joined(separator: " ").trimmed }
        note = item.submission?["note"]?.string
        confirmations = item.confirmations.map {
            make.phrases.title("party_\($0.party.rawValue)", of: "\(names[PersonID($0.by)]) \(make.time($0.at))")
        }
        replies =
            item.kind == .client
            ? said.map { "\(make.event($0.reply.event)) \(make.time($0.at))" } : []
        hasReplies = !replies.isEmpty
        contentHash = item.contentHash.hex
        action = Site.page(handover: handover.id) + "/items/\(item.id.rawValue)"
        let isOpen = !handover.isClosed && !item.isClosed
        isForm = item.kind.isForm
        maySubmit = isOpen && item.isOwed && isLeaver && handover.stage == .submission && !isForm
        mayTake = isOpen && item.state == .submitted && isTaker && item.confirmation(by: .taker) == nil
        self.mayReview = isOpen && item.state == .submitted && mayReview
        mayWaive = isOpen && !item.isKey && mayReview
        mayAsk = isOpen && item.kind == .client && item.confirmation(by: .client) == nil && mayReview
        needsCondition = item.kind.needsCondition && (maySubmit || mayTake)
        mayAct = maySubmit || mayTake || self.mayReview || mayWaive || mayAsk
        inputID = "item-\(item.id.rawValue)"
    }

    /// The currency of its order, or the one that all rows of a list share.
    private static func currency(of item: HandoverItem) -> String {
        let rows = item.content["rows"]?.array ?? [item.content]
        let currencies = Set(rows.compactMap { $0["currency"]?.string })
        return currencies.count == 1 ? currencies.first ?? "" : ""
    }
}
