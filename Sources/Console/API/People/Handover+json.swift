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
        func time(_ time: Timestamp?) -> JSONValue { time.map { .string($0.rfc3339) } ?? .null }
        func person(_ person: PersonID?) -> JSONValue { person.map { .string($0.rawValue) } ?? .null }
        return [
            "id": .string(id.rawValue), "person": .string(self.person.rawValue), "kind": .string(kind.rawValue),
            "noticeOn": .string("\(noticeOn)"), "statutoryLastDay": .string("\(lastDay.day)"),
            "earliestLastDay": lastDay.earliest.map { .string("\($0)") } ?? .null,
            "rule": lastDay.rule.map { .string($0) } ?? .null, "warning": lastDay.warning?.json ?? .null,
            "rules": .string(rules), "officer": person(officer), "successor": person(successor),
            "reviewer": person(reviewer), "openedAt": time(openedAt), "listedAt": time(listedAt),
            "frozenAt": time(frozenAt), "clearedAt": time(clearedAt), "endedAt": time(endedAt),
            "withdrawnAt": time(withdrawnAt),
            "accessClosure": closure.map { closure in
                .object([
                    "triggeredAt": time(closure.triggeredAt), "closedAt": time(closure.closedAt),
                    "seconds": .integer(closure.seconds),
                ])
            } ?? .null,
            "stage": stage.map { .string($0.rawValue) } ?? .null, "isClosed": .bool(isClosed),
            "stages": .array(
                stages.map { record in
                    .object([
                        "stage": .string(record.stage.rawValue), "owner": person(record.owner),
                        "dueOn": .string("\(record.dueOn)"), "startedAt": time(record.startedAt),
                        "closedAt": time(record.closedAt),
                    ])
                }),
            "steps": .array(
                HandoverStep.allCases.map { step in
                    .object([
                        "step": .string(step.rawValue), "name": .string(step.zh), "passedAt": time(passed[step]),
                    ])
                }),
        ]
    }
}

extension HandoverItem {
    /// An item, with what it is bound to.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "kind": .string(kind.rawValue), "part": .string(kind.part),
            "step": .string(kind.step.rawValue), "title": .string(title), "state": .string(state.rawValue),
            "isKey": .bool(isKey), "dueOn": .string("\(dueOn)"), "round": .integer(Int64(round)),
            "amount": amount.map { .string($0.description) } ?? .null, "origin": origin.map { .string($0) } ?? .null,
            "content": content, "submission": submission ?? .null, "contentHash": .string(contentHash.hex),
            "head": head.map { .string($0.hex) } ?? .null, "files": .array(files.map(\.json)),
            "confirmations": .array(
                confirmations.map { one in
                    .object([
                        "party": .string(one.party.rawValue), "by": .string(one.by), "at": .string(one.at.rfc3339),
                        "contentHash": .string(one.contentHash.hex), "statement": one.statement,
                        "holds": .bool(one.party == .client || one.contentHash == contentHash),
                    ])
                }),
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
