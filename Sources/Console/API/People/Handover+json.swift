import Evidence
import Notices
import People

extension HandoverRecord {
    /// A case with its list, as the API shows it.
    var json: JSONValue {
        var members = handover.members
        members["progress"] = .object([
            "done": .integer(Int64(progress.done)), "total": .integer(Int64(progress.total)),
        ])
        members["items"] = .array(items.map(\.json))
        return .object(members)
    }
}

extension HandoverCase {
    /// A case without its list.
    var members: [String: JSONValue] {
        var all: [String: JSONValue] = [:]
        all["id"] = .string(id.rawValue)
        all["person"] = .string(person.rawValue)
        all["kind"] = .string(kind.rawValue)
        all["noticeOn"] = .string("\(noticeOn)")
        all["statutoryLastDay"] = .string("\(lastDay.day)")
        all["earliestLastDay"] = Self.text(lastDay.earliest?.description)
        all["rule"] = Self.text(lastDay.rule)
        all["warning"] = lastDay.warning?.json ?? .null
        all["rules"] = .string(rules)
        all["officer"] = .string(officer.rawValue)
        all["successor"] = Self.text(successor?.rawValue)
        all["reviewer"] = Self.text(reviewer?.rawValue)
        all["openedAt"] = .string(openedAt.rfc3339)
        all["listedAt"] = .string(listedAt.rfc3339)
        all["frozenAt"] = Self.text(frozenAt?.rfc3339)
        all["clearedAt"] = Self.text(clearedAt?.rfc3339)
        all["endedAt"] = Self.text(endedAt?.rfc3339)
        all["withdrawnAt"] = Self.text(withdrawnAt?.rfc3339)
        all["accessClosure"] = closure?.json ?? .null
        all["stage"] = Self.text(stage?.rawValue)
        all["isClosed"] = .bool(isClosed)
        all["stages"] = .array(stages.map(\.json))
        all["steps"] = .array(HandoverStep.allCases.map { json(of: $0) })
        return all
    }

    private func json(of step: HandoverStep) -> JSONValue {
        .object([
            "step": .string(step.rawValue), "name": .string(step.zh), "passedAt": Self.text(passed[step]?.rfc3339),
        ])
    }

    static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}

extension StageRecord {
    /// A stage with owner and dates.
    var json: JSONValue {
        .object([
            "stage": .string(stage.rawValue), "owner": HandoverCase.text(owner?.rawValue),
            "dueOn": .string("\(dueOn)"), "startedAt": HandoverCase.text(startedAt?.rfc3339),
            "closedAt": HandoverCase.text(closedAt?.rfc3339),
        ])
    }
}

extension AccessClosure {
    /// When access should have been closed, and when it was.
    var json: JSONValue {
        .object([
            "triggeredAt": .string(triggeredAt.rfc3339), "closedAt": .string(closedAt.rfc3339),
            "seconds": .integer(seconds),
        ])
    }
}

extension HandoverItem {
    /// An item, with what it is bound to.
    var json: JSONValue {
        var all: [String: JSONValue] = [:]
        all["id"] = .string(id.rawValue)
        all["kind"] = .string(kind.rawValue)
        all["part"] = .string(kind.part)
        all["step"] = .string(kind.step.rawValue)
        all["title"] = .string(title)
        all["state"] = .string(state.rawValue)
        all["isKey"] = .bool(isKey)
        all["dueOn"] = .string("\(dueOn)")
        all["round"] = .integer(Int64(round))
        all["amount"] = HandoverCase.text(amount?.description)
        all["origin"] = HandoverCase.text(origin)
        all["content"] = content
        all["submission"] = submission ?? .null
        all["contentHash"] = .string(contentHash.hex)
        all["head"] = HandoverCase.text(head?.hex)
        all["files"] = .array(files.map(\.json))
        let hash = contentHash
        all["confirmations"] = .array(
            confirmations.map { $0.json(holds: $0.party == .client || $0.contentHash == hash) })
        return .object(all)
    }
}

extension ItemConfirmation {
    /// A confirmation, and whether it is still about what the item is now.
    func json(holds: Bool) -> JSONValue {
        .object([
            "party": .string(party.rawValue), "by": .string(by), "at": .string(at.rfc3339),
            "contentHash": .string(contentHash.hex), "statement": statement, "holds": .bool(holds),
        ])
    }
}

extension HandoverFile {
    /// A file without its bytes.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "name": .string(name), "type": .string(type),
            "purpose": .string(purpose.rawValue), "size": .integer(Int64(size)), "sha256": .string(hash.hex),
            "by": .string(by), "at": .string(at.rfc3339),
        ])
    }
}

extension HandoverMessage {
    /// A notice that followed.
    var json: JSONValue {
        .object([
            "kind": .string(kind), "person": .string(person.rawValue),
            "item": item.map { .string($0.rawValue) } ?? .null, "notice": notice.map { .string($0.rawValue) } ?? .null,
            "failure": failure.map { .string($0) } ?? .null,
        ])
    }
}

extension Clearance {
    /// Both dates, and the conflict between them.
    var json: JSONValue {
        .object([
            "state": .string(state.rawValue), "reasons": .array(reasons.map(\.json)), "dueOn": .string("\(dueOn)"),
            "clearedAt": clearedAt.map { .string($0.rfc3339) } ?? .null,
            "statutoryLastDay": .string("\(statutoryLastDay)"),
            "fileTransferBy": fileTransferBy.map { .string("\($0)") } ?? .null, "conflict": conflict?.json ?? .null,
        ])
    }
}

extension ItemHistory {
    /// The acts with their commitments, so that the chain can be followed by hand.
    var json: JSONValue {
        .object([
            "isWhole": .bool(breaks.isEmpty), "breaks": .array(breaks.map { .string($0) }),
            "steps": .array(
                steps.map { step in
                    .object([
                        "event": .string(step.act.entry.event.rawValue), "entry": .string(step.act.entry.id),
                        "at": .string(step.act.learntAt.rfc3339),
                        "commitment": .string(step.act.entry.commitment.hex),
                        "previous": step.previous.map { .string($0) } ?? .null, "facts": step.facts ?? .null,
                    ])
                }),
        ])
    }
}

extension Holding {
    /// A thing on a list.
    var json: JSONValue {
        .object([
            "id": .string(id), "kind": .string(kind), "title": .string(title),
            "status": status.map { .string($0) } ?? .null, "returnedAs": returnedAs.map { .string($0) } ?? .null,
        ])
    }
}
