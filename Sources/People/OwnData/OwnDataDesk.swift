import Evidence
import Notices

extension EvidenceEvent {
    /// A member of staff took a copy of what is held about them (个人信息保护法第四十五条).
    public static let ownDataTaken = EvidenceEvent(rawValue: "OwnDataTaken")
}

/// Gives a person a copy of what is held about them.
///
/// Left out is what others have recorded as a risk hint: it concerns the work of whoever looks into it, is judged by nobody,
/// and is asked for at HR. The copy says so itself.
public struct OwnDataDesk: Sendable {
    let store: any PeopleStores
    let directory: any RecipientStore
    let notices: any NoticeReader
    let acts: ActRecorder

    /// How many notices are listed; a person with more asks HR for the dossier.
    private static let mostNotices = 500

    /// Everything held about the person behind an actor, as one object; that it was taken is recorded before it leaves.
    public func copy(for actor: Actor) async throws -> JSONValue {
        guard let person = actor.person else {
            throw PeopleError(.forbidden, "your account stands for nobody on record; ask an administrator")
        }
        guard let known = try await directory.recipients([person])[person] else {
            throw PeopleError(.notFound, "nothing is held about \(person)")
        }
        let employee = try await store.employee(person)
        let entries = try await store.acts(about: .employee(person)).filter { act in
            !act.subjects.contains { $0.kind.rawValue == "alert" }
        }
        let copy: JSONValue = .object([
            "format": "songda.own-data.v1", "person": .string(person.rawValue), "takenAt": .string(acts.now.rfc3339),
            "leftOut": ["risk hints recorded by others: ask HR"], "particulars": Self.particulars(known),
            "employment": try await employment(employee), "notices": .array(try await given(to: person)),
            "agreements": .array(try await store.agreements(with: person).map(Self.agreement)),
            "goals": .array(try await store.goals(of: person, period: nil).map(Self.goal)),
            "reviews": .array(try await store.reviews(of: person).map(Self.review)),
            "exams": .array(try await store.exams(of: person, policy: nil).map(Self.exam)),
            "consents": .array(
                (try await store.consents(of: [person])[person] ?? [:]).keys.map(\.rawValue).sorted().map {
                    .string($0)
                }
            ),
            "entries": .array(entries.map(Self.entry)),
        ])
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

    private static func agreement(_ agreement: Agreement) -> JSONValue {
        .object([
            "number": .string(agreement.number), "title": .string(agreement.title),
            "state": .string(agreement.state.rawValue), "documentHash": .string(agreement.documentHash.hex),
            "offeredAt": .string(agreement.offeredAt.rfc3339),
            "signedAt": agreement.signedAt.map { .string($0.rfc3339) } ?? .null,
        ])
    }

    private static func goal(_ goal: Goal) -> JSONValue {
        .object([
            "title": .string(goal.title), "period": .string(goal.period), "weight": .integer(Int64(goal.weight)),
            "state": .string(goal.state.rawValue),
            "percent": goal.progress.map { .string("\($0.percent)") } ?? .null,
        ])
    }

    private static func review(_ review: Review) -> JSONValue {
        let lines = review.current.lines.map { line -> JSONValue in
            .object([
                "dimension": .string(line.dimension), "weight": .integer(Int64(line.weight)),
                "deduction": .string("\(line.deduction)"), "reason": line.reason.map { .string($0) } ?? .null,
            ])
        }
        return .object([
            "month": .string("\(review.month)"), "state": .string(review.state.rawValue),
            "total": .string("\(review.current.total)"), "lines": .array(lines),
            "appeals": .array(review.appeals.map { .string($0.reason) }),
        ])
    }

    private static func exam(_ exam: ExamSitting) -> JSONValue {
        .object([
            "policy": .string(exam.policy.rawValue), "version": .integer(Int64(exam.version)),
            "startedAt": .string(exam.startedAt.rfc3339),
            "score": exam.score.map { .integer(Int64($0)) } ?? .null,
        ])
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

    private func given(to person: PersonID) async throws -> [JSONValue] {
        var listed: [JSONValue] = []
        for notice in try await notices.notices(
            NoticeFilter(person: person), before: nil, limit: Self.mostNotices)
        {
            let deliveries = try await notices.deliveries(of: notice.id).filter { $0.person == person }
            listed.append(
                .object([
                    "number": .string(notice.number), "kind": .string(notice.kind),
                    "state": .string(notice.state.rawValue), "createdAt": .string(notice.createdAt.rfc3339),
                    "documentHash": notice.documentHash.map { .string($0.hex) } ?? .null,
                    "deliveries": .array(
                        deliveries.map { delivery in
                            .object([
                                "channel": .string(delivery.address.channel.rawValue),
                                "state": .string(delivery.state.rawValue),
                                "at": .string(delivery.stateAt.at.rfc3339),
                            ])
                        }),
                ]))
        }
        return listed
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
