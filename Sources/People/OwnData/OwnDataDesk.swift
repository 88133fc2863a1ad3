import Evidence
import Notices

extension EvidenceEvent {
    /// A member of staff took a copy of what is held about them (个人信息保护法第四十五条).
    public static let ownDataTaken = EvidenceEvent(rawValue: "OwnDataTaken")
}

/// Gives a person a copy of what is held about them.
///
/// Not everything is in it: risk hints that others recorded concern the work of whoever looks into them and are judged by
/// nobody, clients are the company's, and long series end after two years. The copy names what it leaves out and what it
/// cut, in both languages, and where to ask for it.
public struct OwnDataDesk: Sendable {
    let store: any PeopleStores
    let directory: any RecipientStore
    let notices: any NoticeReader
    let acts: ActRecorder

    /// The copy for the person behind an actor, as one object; that it was taken is recorded before it leaves.
    public func copy(for actor: Actor) async throws -> JSONValue {
        guard let person = actor.person else {
            throw PeopleError(.forbidden, "your account stands for nobody on record; ask an administrator")
        }
        guard let known = try await directory.recipients([person])[person] else {
            throw PeopleError(.notFound, "nothing is held about \(person)")
        }
        var draft = OwnDataDraft()
        draft.add("particulars", Self.particulars(known))
        draft.add("employment", try await employment(try await store.employee(person)))
        try await addNotices(to: person, &draft)
        try await addPapers(of: person, &draft)
        try await addDays(of: person, &draft)
        let entries = try await store.acts(about: .employee(person)).filter { OwnDataScope.gives($0, to: person) }
        draft.add("entries", .array(entries.map(Self.entry)))
        let about: [String: JSONValue] = [
            "format": "songda.own-data.v2", "person": .string(person.rawValue), "takenAt": .string(acts.now.rfc3339),
            "leftOut": .array(OwnDataScope.leftOut.map(\.ownData)), "askFor": OwnDataScope.whereToAsk.ownData,
            "cut": .array(draft.cuts.map(\.ownData)),
        ]
        let copy: JSONValue = .object(draft.members.merging(about) { _, fixed in fixed })
        try await store.record([
            try acts.act(
                .ownDataTaken, by: actor, about: [.employee(person)],
                [
                    "entries": .integer(Int64(entries.count)),
                    "sha256": .string(SHA256.hash(copy.canonicalBytes).hex),
                ])
        ])
        return copy
    }

    private static func particulars(_ person: Recipient) -> JSONValue {
        .object([
            "name": .string(person.name), "number": person.externalID.map { .string($0) } ?? .null,
            "language": .string(person.language),
            "addresses": .array(
                person.addresses.map { address in
                    .object([
                        "channel": .string(address.channel.rawValue), "value": .string(address.value),
                        "confirmedAt": address.confirmation.map { .string($0.provedAt.rfc3339) } ?? .null,
                    ])
                }),
        ])
    }

    private func employment(_ employee: Employee?) async throws -> JSONValue {
        guard let employee else { return .null }
        return .object([
            "number": .string(employee.number), "unit": .string(employee.unit.rawValue),
            "position": .string(employee.position), "state": .string(employee.state.rawValue),
            "hiredOn": .string("\(employee.hiredOn)"),
            "lastDay": employee.lastDay.map { .string("\($0)") } ?? .null,
            "freezeReason": employee.freezeReason.map { .string($0) } ?? .null,
            "roles": .array(try await store.roles(of: employee.id).map(\.rawValue).sorted().map { .string($0) }),
            "steps": .array(
                try await store.steps(of: employee.id).map { step in
                    .object([
                        "on": .string("\(step.effectiveOn)"), "state": .string(step.state.rawValue),
                        "unit": .string(step.unit.rawValue), "position": .string(step.position),
                        "reason": .string(step.reason),
                    ])
                }),
        ])
    }

    /// Page by page, the newest first.
    private func addNotices(to person: PersonID, _ draft: inout OwnDataDraft) async throws {
        var listed: [JSONValue] = []
        var before: NoticeID?
        while listed.count <= OwnDataScope.mostNotices {
            let page = try await notices.notices(NoticeFilter(person: person), before: before, limit: 200)
            for notice in page {
                let deliveries = try await notices.deliveries(of: notice.id).filter { $0.person == person }
                listed.append(Self.notice(notice, deliveries))
            }
            guard page.count == 200, let last = page.last else { break }
            before = last.id
        }
        draft.add("notices", listed, atMost: OwnDataScope.mostNotices)
    }

    private static func notice(_ notice: Notice, _ deliveries: [Delivery]) -> JSONValue {
        .object([
            "number": .string(notice.number), "kind": .string(notice.kind), "state": .string(notice.state.rawValue),
            "createdAt": .string(notice.createdAt.rfc3339),
            "documentHash": notice.documentHash.map { .string($0.hex) } ?? .null,
            "deliveries": .array(
                deliveries.map { delivery in
                    .object([
                        "channel": .string(delivery.address.channel.rawValue),
                        "state": .string(delivery.state.rawValue),
                        "at": .string(delivery.stateAt.at.rfc3339),
                    ])
                }),
        ])
    }

    /// The signed body as it lies in the log; null once it was erased.
    private static func entry(_ act: RecordedAct) -> JSONValue {
        .object([
            "id": .string(act.entry.id), "event": .string(act.entry.event.rawValue),
            "learntAt": .string(act.learntAt.rfc3339),
            "body": act.entry.body.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null,
        ])
    }
}
