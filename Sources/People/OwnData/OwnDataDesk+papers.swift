import Evidence
import Notices

extension OwnDataDesk {
    /// Agreements, the file, goals, reviews, pay, training.
    func addPapers(of person: PersonID, _ draft: inout OwnDataDraft) async throws {
        draft.add("agreements", .array(try await store.agreements(with: person).map(Self.agreement)))
        let clocks = try await store.nonCompetes(Set(NonCompete.State.allCases)).filter { $0.person == person }
        draft.add("nonCompetes", .array(clocks.map(Self.clock)))
        draft.add("file", .array(try await store.file(of: person).map(Self.fileEntry)))
        var goals: [JSONValue] = []
        for goal in try await store.goals(of: person, period: nil) {
            goals.append(Self.goal(goal, try await store.progress(of: goal.id)))
        }
        draft.add("goals", .array(goals))
        draft.add("reviews", .array(try await store.reviews(of: person).map(Self.review)))
        let month = Month(CivilDate(inChina: acts.now))
        let figures = try await store.performance(of: [person], from: month.adding(-120), to: month)[person] ?? [:]
        draft.add("figures", .array(figures.values.sorted { $0.month < $1.month }.map(Self.figures)))
        // Drafts are not shown to anybody but those who make them.
        let sheets = try await store.paySheets(of: person).filter { $0.state != .draft }
        draft.add("pay", .array(sheets.map(Self.sheet)))
        try await addTraining(of: person, &draft)
    }

    private func addTraining(of person: PersonID, _ draft: inout OwnDataDraft) async throws {
        var viewings: [JSONValue] = []
        for policy in Set(try await store.policies(nil).map(\.policy)).sorted(by: { $0.rawValue < $1.rawValue }) {
            viewings += try await store.viewings(of: person, policy: policy).map(Self.viewing)
        }
        draft.add("courses", .array(viewings))
        draft.add("exams", .array(try await store.exams(of: person, policy: nil).map(Self.exam)))
        draft.add(
            "statements",
            .array(
                try await store.statements(of: person).map { one in
                    .object([
                        "policy": .string(one.policy.rawValue), "version": .integer(Int64(one.version)),
                        "effectiveOn": .string("\(one.effectiveOn)"), "signedAt": .string(one.signedAt.rfc3339),
                        "words": .string(String(decoding: one.content, as: UTF8.self)),
                    ])
                }))
    }

    private static func agreement(_ agreement: Agreement) -> JSONValue {
        .object([
            "number": .string(agreement.number), "title": .string(agreement.title),
            "state": .string(agreement.state.rawValue), "documentHash": .string(agreement.documentHash.hex),
            "offeredAt": .string(agreement.offeredAt.rfc3339),
            "signedAt": agreement.signedAt.map { .string($0.rfc3339) } ?? .null,
        ])
    }

    private static func clock(_ clock: NonCompete) -> JSONValue {
        .object([
            "number": .string(clock.number), "state": .string(clock.state.rawValue),
            "startsOn": .string("\(clock.startsOn)"), "endsOn": .string("\(clock.endsOn)"),
            "paidMonths": .array(clock.paidMonths.sorted().map { .integer(Int64($0)) }),
        ])
    }

    private static func fileEntry(_ entry: FileEntry) -> JSONValue {
        .object([
            "kind": .string(entry.kind.rawValue), "on": .string("\(entry.dated)"), "title": .string(entry.title),
            "reason": entry.reason.map { .string($0) } ?? .null,
            "amount": entry.amount.map { .string("\($0)") } ?? .null,
            "currency": entry.currency.map { .string($0) } ?? .null,
            "hash": entry.hash.map { .string($0.hex) } ?? .null, "source": .string(entry.source),
            "externalID": .string(entry.externalID),
        ])
    }

    private static func goal(_ goal: Goal, _ progress: [Goal.Progress]) -> JSONValue {
        .object([
            "title": .string(goal.title), "period": .string(goal.period), "weight": .integer(Int64(goal.weight)),
            "state": .string(goal.state.rawValue),
            "progress": .array(
                progress.map {
                    .object([
                        "percent": .string("\($0.percent)"), "source": .string($0.source), "at": .string($0.at.rfc3339),
                    ])
                }),
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

    private static func figures(_ month: PerformanceMonth) -> JSONValue {
        .object([
            "month": .string("\(month.month)"), "completion": month.completion.map { .string("\($0)") } ?? .null,
            "score": month.score.map { .string("\($0)") } ?? .null, "source": .string(month.source),
        ])
    }

    private static func sheet(_ sheet: PaySheet) -> JSONValue {
        let result = sheet.content.result
        return .object([
            "month": .string("\(sheet.month)"), "state": .string(sheet.state.rawValue),
            "createdAt": .string(sheet.createdAt.rfc3339), "currency": .string(result.currency),
            "due": .string(result.due.text(places: 2)), "net": .string(result.net.text(places: 2)),
            "facts": .array(
                sheet.content.facts.map {
                    .object([
                        "name": .string($0.name), "value": .string("\($0.value)"), "source": .string($0.source),
                        "reference": .string($0.reference),
                    ])
                }),
            "lines": .array(
                result.lines.map {
                    .object([
                        "id": .string($0.id), "zh": .string($0.zh), "en": .string($0.en),
                        "amount": .string($0.amount.text(places: 2)),
                    ])
                }),
        ])
    }

    private static func viewing(_ viewing: Viewing) -> JSONValue {
        .object([
            "policy": .string(viewing.policy.rawValue), "version": .integer(Int64(viewing.version)),
            "watchedSeconds": .integer(Int64(viewing.watchedMilliseconds / 1000)),
            "lastReportAt": .string(viewing.lastReportAt.rfc3339), "skips": .integer(Int64(viewing.skips)),
            "completedAt": viewing.completedAt.map { .string($0.rfc3339) } ?? .null,
        ])
    }

    private static func exam(_ exam: ExamSitting) -> JSONValue {
        .object([
            "policy": .string(exam.policy.rawValue), "version": .integer(Int64(exam.version)),
            "startedAt": .string(exam.startedAt.rfc3339),
            "answers": exam.answers.map { .array($0.map { .integer(Int64($0)) }) } ?? .null,
            "score": exam.score.map { .integer(Int64($0)) } ?? .null,
            "passMark": .integer(Int64(exam.passMark)),
        ])
    }
}
