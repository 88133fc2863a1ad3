import Evidence
import Notices

extension RosterDesk {
    /// Puts something into somebody's file; the same thing from the same source is entered once.
    @discardableResult
    public func file(_ entry: FileEntry, of name: String, by actor: Actor) async throws -> Bool {
        // Documents come from the OA by itself; what rewards and punishes is entered by people.
        try AccessPolicy.require(entry.kind == .document ? .importRoster : .editRoster, actor)
        let employee = try await find(name)
        try PeopleError.check(faults(of: entry, employee), "nothing was entered into the file of \(employee.number)")
        let event: EvidenceEvent =
            switch entry.kind {
            case .document: .documentFiled
            case .reward: .rewardFiled
            case .punishment: .punishmentFiled
            }
        let act = try acts.act(
            event, by: actor, about: [.employee(employee.id)],
            [
                "title": .string(entry.title), "dated": .string("\(entry.dated)"), "source": .string(entry.source),
                "externalID": .string(entry.externalID), "reason": entry.reason.map { .string($0) } ?? .null,
                "amount": entry.amount.map { .string("\($0)") } ?? .null,
                "currency": entry.currency.map { .string($0) } ?? .null,
                "hash": entry.hash.map { .string($0.hex) } ?? .null,
            ])
        return try await store.file(entry, of: employee.id, act: act)
    }

    private func faults(of entry: FileEntry, _ employee: Employee) -> [PeopleError.Fault] {
        var faults: [PeopleError.Fault] = []
        func note(_ field: String, _ message: Sentence?) {
            if let message { faults.append(.init(field: field, message: message)) }
        }
        note("title", Wording.lineFault(entry.title, maximum: 400))
        note("source", Wording.lineFault(entry.source, maximum: 60))
        note("externalID", Wording.lineFault(entry.externalID))
        if entry.dated > today { note("dated", "\(entry.dated) is in the future; correct it") }
        if let currency = entry.currency, !Currency.isKnown(currency) {
            note("currency", "\"\(currency.prefix(10))\" is not a currency of ISO 4217, such as CNY")
        }
        switch entry.kind {
        case .document:
            if entry.hash == nil { note("hash", "is missing; a document is linked by its SHA-256") }
        case .reward, .punishment:
            note("reason", entry.reason.map { Wording.reasonFault($0) } ?? "is missing; say why")
            if entry.amount == nil { note("amount", "is missing; say how much, 0 for none") }
            if entry.amount != nil, entry.currency == nil { note("currency", "is missing; an amount has one") }
        }
        return faults
    }

    /// Somebody's file: employment, documents, rewards and punishments, courses, in one time line.
    ///
    /// That it was read is recorded when it is somebody else's.
    public func file(of name: String, by actor: Actor) async throws -> EmployeeFile {
        let employee = try await find(name)
        try AccessPolicy.require(.viewFile, actor, owner: employee.id, unit: employee.unit)
        let units = Dictionary(
            try await store.units().map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        var lines = Self.lines(of: try await store.steps(of: employee.id), units: units)
        lines += try await store.file(of: employee.id).map(Self.line)
        lines += try await hooks.training.trainingRecords(of: employee.id).map(Self.line)
        if actor.person != employee.id {
            try await store.record([try acts.act(.fileRead, by: actor, about: [.employee(employee.id)])])
        }
        return EmployeeFile(
            employee: employee, limbo: ContractLimbo.of(employee, on: today),
            // Stable: what happened on one day stays in the order in which it was recorded.
            lines: lines.enumerated().sorted { ($0.element.on, $0.offset) < ($1.element.on, $1.offset) }.map(\.element))
    }

    private static func lines(of steps: [EmploymentStep], units: [UnitID: String]) -> [EmployeeFile.Line] {
        var before: EmploymentStep?
        func name(_ unit: UnitID) -> String { units[unit] ?? unit.rawValue }
        return steps.map { step in
            defer { before = step }
            let kind: EmployeeFile.Line.Kind
            let words: BilingualText
            if let before, before.state == step.state {
                let isMove = before.unit != step.unit || before.position != step.position
                kind = isMove ? .moved : .state
                words =
                    isMove
                    ? BilingualText(
                        zh:
                            "调动：\(name(before.unit)) \(before.position) → \(name(step.unit)) \(step.position)（\(step.reason)）",
                        en: "moved from \(name(before.unit)) as \(before.position) to \(name(step.unit)) as "
                            + "\(step.position): \(step.reason)")
                    : BilingualText(
                        zh: "最后工作日改为 \(step.lastDay.map { "\($0)" } ?? "无")（\(step.reason)）",
                        en: "last day is now \(step.lastDay.map { "\($0)" } ?? "none"): \(step.reason)")
            } else if before == nil || before?.state == .left {
                kind = .joined
                words = BilingualText(
                    zh: "入职：\(name(step.unit)) \(step.position)（\(step.reason)）",
                    en: "joined \(name(step.unit)) as \(step.position): \(step.reason)")
            } else {
                kind = step.state == .left ? .left : .state
                words = BilingualText(
                    zh: "\(step.state.chinese)（\(step.reason)）", en: "\(step.state.rawValue): \(step.reason)")
            }
            return EmployeeFile.Line(
                on: step.effectiveOn, kind: kind, words: words,
                facts: [
                    "state": step.state.rawValue, "unit": step.unit.rawValue, "position": step.position,
                    "reason": step.reason,
                ].merging(step.lastDay.map { ["lastDay": "\($0)"] } ?? [:]) { first, _ in first })
        }
    }

    private static func line(_ entry: FileEntry) -> EmployeeFile.Line {
        let sum = entry.amount.map { " \($0.grouped) \(entry.currency ?? "")" } ?? ""
        let (kind, name): (EmployeeFile.Line.Kind, String) =
            switch entry.kind {
            case .document: (.document, "文件")
            case .reward: (.reward, "奖励")
            case .punishment: (.punishment, "处分")
            }
        var facts = ["title": entry.title, "source": entry.source, "externalID": entry.externalID]
        facts["reason"] = entry.reason
        facts["amount"] = entry.amount.map { "\($0)" }
        facts["currency"] = entry.currency
        facts["hash"] = entry.hash?.hex
        let why = entry.reason.map { "（\($0)）" } ?? ""
        return EmployeeFile.Line(
            on: entry.dated, kind: kind,
            words: BilingualText(
                zh: "\(name)：\(entry.title)\(sum)\(why)",
                en: "\(kind.rawValue): \(entry.title)\(sum)\(entry.reason.map { ", because \($0)" } ?? "")"),
            facts: facts)
    }

    private static func line(_ record: TrainingRecord) -> EmployeeFile.Line {
        EmployeeFile.Line(
            on: record.on, kind: .training,
            words: BilingualText(
                zh: "培训：\(record.course) \(record.score)分\(record.isPassed ? "" : "（未通过）")",
                en: "course: \(record.course), \(record.score) points\(record.isPassed ? "" : ", not passed")"),
            facts: ["course": record.course, "score": record.score, "isPassed": "\(record.isPassed)"])
    }
}

extension EmploymentState {
    /// The state in Chinese, as pages and files show it.
    public var chinese: String {
        switch self {
        case .onboarding: "入职中"
        case .active: "在职"
        case .suspended: "暂停履行（未解除）"
        case .resigned: "已提出离职"
        case .handover: "交接中"
        case .left: "已离职"
        }
    }
}
