import Evidence
import Notices

extension OwnDataDesk {
    /// What is counted by the day, what was agreed to, and what is held or handed over.
    func addDays(of person: PersonID, _ draft: inout OwnDataDraft) async throws {
        let today = CivilDate(inChina: acts.now)
        let since = today.adding(days: -OwnDataScope.days)
        let most = OwnDataScope.mostRows
        let punches = try await store.punches(of: person, since: since.startInChina, limit: most + 1)
        draft.add("punches", punches.map(Self.punch), atMost: most)
        let days = try await store.punchDays(of: [person], from: since, to: today.adding(days: 1))[person] ?? [:]
        draft.add("attendanceDays", .array(days.values.sorted { $0.day > $1.day }.map(Self.day)))
        draft.add("leaves", try await store.leaves(of: person, limit: most + 1).map(Self.leave), atMost: most)
        // A plan may reach into next year.
        let shifts =
            try await store.shifts(of: [person], from: since, to: today.adding(days: 400))[person]?.shifts ?? [:]
        draft.add("shifts", .array(shifts.values.sorted { $0.day > $1.day }.map(Self.shift)))
        try await addSignals(of: person, since: since, today: today, &draft)
        var holdings: [JSONValue] = []
        for list in Holding.List.allCases {
            holdings += try await store.holdings(of: person, list).map { Self.holding($0, list) }
        }
        draft.add("holdings", .array(holdings))
        if let id = try await store.handover(of: person), let record = try await store.handover(id) {
            draft.add("handover", Self.handover(record))
        }
    }

    /// Counted signals and snippets of conversations with the consents they rest on.
    private func addSignals(
        of person: PersonID, since: CivilDate, today: CivilDate, _ draft: inout OwnDataDraft
    ) async throws {
        let consents = try await store.consents(of: [person])[person] ?? [:]
        let places = try await store.visitConsent(of: person)
        draft.add(
            "consents",
            .array(
                consents.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    .object(["kind": .string($0.key.rawValue), "textHash": .string($0.value)])
                } + (places.map { [.object(["kind": "visit-places", "since": .string($0.rfc3339)])] } ?? [])))
        var counts: [JSONValue] = []
        for kind in SeriesKind.allCases {
            let days = try await store.series(kind, of: person, limit: OwnDataScope.mostRows + 1)
            counts += days.filter { $0.day >= since }.map { one in
                .object([
                    "kind": .string(kind.rawValue), "on": .string("\(one.day)"), "count": .integer(Int64(one.value)),
                    "source": .string(one.source),
                ])
            }
        }
        draft.add("signals", counts, atMost: OwnDataScope.mostRows)
        // By quarters, so that a person about whom very much is kept does not fill the memory.
        var (snippets, end): ([Snippet], CivilDate) = ([], today)
        while end >= since, snippets.count <= OwnDataScope.mostSnippets {
            let begin = max(since, end.adding(days: -91))
            snippets += try await store.snippets(of: person, from: begin, to: end).reversed()
            end = begin.adding(days: -1)
        }
        draft.add("snippets", snippets.map(Self.snippet), atMost: OwnDataScope.mostSnippets)
    }

    private static func punch(_ punch: Punch) -> JSONValue {
        .object([
            "at": .string(punch.at.rfc3339), "source": .string(punch.source.rawValue), "day": .string("\(punch.day)"),
        ])
    }

    private static func day(_ day: PunchDay) -> JSONValue {
        .object([
            "day": .string("\(day.day)"), "first": .string(day.first.rfc3339), "last": .string(day.last.rfc3339),
            "punches": .integer(Int64(day.punches)),
        ])
    }

    private static func leave(_ leave: Leave) -> JSONValue {
        .object([
            "id": .string(leave.id), "from": .string("\(leave.from)"), "to": .string("\(leave.to)"),
            "requestedOn": .string("\(leave.requestedOn)"), "state": .string(leave.state.rawValue),
            "kind": .string(leave.kind), "reason": leave.reason.map { .string($0) } ?? .null,
            "source": .string(leave.source),
        ])
    }

    private static func shift(_ shift: Shift) -> JSONValue {
        .object([
            "day": .string("\(shift.day)"), "startMinute": .integer(Int64(shift.startMinute)),
            "endMinute": .integer(Int64(shift.endMinute)), "hourlyFen": .integer(Int64(shift.hourlyFen)),
            "ratePercent": .integer(Int64(shift.ratePercent)),
        ])
    }

    private static func snippet(_ snippet: Snippet) -> JSONValue {
        .object([
            "on": .string("\(snippet.day)"), "message": .string(snippet.message), "keyword": .string(snippet.keyword),
            "text": .string(snippet.text),
        ])
    }

    private static func holding(_ holding: Holding, _ list: Holding.List) -> JSONValue {
        .object([
            "list": .string(list.rawValue), "id": .string(holding.id), "kind": .string(holding.kind),
            "title": .string(holding.title), "status": holding.status.map { .string($0) } ?? .null,
            "returnedAs": holding.returnedAs.map { .string($0) } ?? .null,
        ])
    }

    /// The dates and states; what the items say is about clients and colleagues too.
    private static func handover(_ record: HandoverRecord) -> JSONValue {
        let one = record.handover
        return .object([
            "kind": .string(one.kind.rawValue), "noticeOn": .string("\(one.noticeOn)"),
            "openedAt": .string(one.openedAt.rfc3339),
            "clearedAt": one.clearedAt.map { .string($0.rfc3339) } ?? .null,
            "withdrawnAt": one.withdrawnAt.map { .string($0.rfc3339) } ?? .null,
            "items": .array(
                record.items.map {
                    .object([
                        "kind": .string($0.kind.rawValue), "state": .string($0.state.rawValue),
                        "dueOn": .string("\($0.dueOn)"),
                    ])
                }),
        ])
    }
}
