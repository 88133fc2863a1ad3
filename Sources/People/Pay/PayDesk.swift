import Evidence
import Notices

/// Works pay out, shows every term, and puts a sheet in force.
///
/// What lowers pay needs its ground on record first: the signed result, the policy training, the signed clause. Without it
/// the whole sheet is refused, with the ground that is missing.
public struct PayDesk: Sendable {
    let store: any PayStore & SignedClauseReader
    let roster: any RosterReader
    let training: any TrainingReader
    /// Where performance results are read.
    let results: any SignedResultReader
    let lateness: any LatenessReader
    let acts: ActRecorder
    let clock: any WallClock
    /// The rules in force.
    public let rules: PayRules

    /// What rules make of figures, before anything is kept.
    public struct Trial: Sendable {
        /// The rules that were tried.
        public let rules: PayRules
        /// The lines.
        public let result: PayResult
        /// What would have to be on record.
        public let demands: [PayCalculator.Demand]
    }

    /// Tries rules on figures; nothing is kept, nobody's record is asked.
    ///
    /// - Parameter yaml: the text of other rules; nil tries those in force.
    public func attempt(yaml: String?, _ request: PayCalculator.Request, by actor: Actor) throws -> Trial {
        try AccessPolicy.require(.managePay, actor)
        var tried = rules
        if let yaml {
            do throws(SourceFault) { tried = try PayRules(yaml: yaml, file: "rules") } catch {
                throw PeopleError(
                    .invalid, "the rules cannot be read",
                    faults: [.init(field: "rules:\(error.line):\(error.column)", message: .said(error.reason))])
            }
        }
        let calculator = PayCalculator(rules: tried)
        let facts = try calculator.facts(of: request)
        let result = try calculator.result(facts, request)
        return Trial(rules: tried, result: result, demands: calculator.demands(facts) + calculator.demands(result))
    }

    /// Works a month out and keeps it as a draft.
    public func draft(
        _ person: PersonID, month: PayMonth, region: String, facts stated: [PayFact], by actor: Actor
    ) async throws -> PaySheet {
        let employee = try await roster.require(person)
        try AccessPolicy.require(.managePay, actor, owner: person, unit: employee.unit)
        try Self.requireOther(person, actor)
        guard let unit = try await roster.units().first(where: { $0.id == employee.unit }) else {
            throw PeopleError(.notFound, "the unit \(employee.unit) of \(person) is gone; correct the roster")
        }
        let request = PayCalculator.Request(month: month, region: region, currency: unit.currency, facts: stated)
        let calculator = PayCalculator(rules: rules)
        let facts = try calculator.facts(of: request)
        try await agree(facts, person, month)
        let result = try calculator.result(facts, request)
        var proofs: [String: [String]] = [:]
        for demand in calculator.demands(facts) + calculator.demands(result) {
            proofs[demand.reason, default: []].append(try await proof(of: demand, person, month))
        }
        let content = PaySheet.Content(
            region: region, rules: rules.id, rulesVersion: rules.version, rulesHash: rules.hash, facts: facts,
            result: result.proved { line in
                (proofs[line.id] ?? [])
                    + line.terms.flatMap { proofs["\($0.name) \($0.value)"] ?? [] }
            })
        let sheet = PaySheet(
            id: PaySheetID(SecureRandom.uuid(at: clock.now)), person: person, month: month, state: .draft,
            content: content, createdAt: clock.now)
        try await store.add(sheet, by: rules, acts: [try act(.payCalculated, sheet, by: actor)])
        return sheet
    }

    /// Puts a draft in force; there is one sheet in force a person and month.
    public func finalise(_ id: PaySheetID, by actor: Actor) async throws {
        let sheet = try await find(id, .managePay, actor)
        try Self.requireOther(sheet.person, actor)
        try await move(sheet, to: .final, try act(.payFinalised, sheet, by: actor))
    }

    /// Takes a sheet back, with a reason.
    public func withdraw(_ id: PaySheetID, reason: String, by actor: Actor) async throws {
        let sheet = try await find(id, .managePay, actor)
        try Self.requireOther(sheet.person, actor)
        guard !reason.isEmpty, reason.utf8.count <= 2000 else {
            throw PeopleError(
                .invalid, "reason: say in 1 to 2000 bytes why the sheet is taken back",
                words: .init("reason", ["most": "2000"]))
        }
        try await move(sheet, to: .withdrawn, try act(.payWithdrawn, sheet, by: actor, ["reason": .string(reason)]))
    }

    /// A sheet, for those who may see it; the person sees what is or was in force.
    public func sheet(_ id: PaySheetID, by actor: Actor) async throws -> PaySheet {
        let sheet = try await find(id, .viewPay, actor)
        guard sheet.state != .draft || AccessPolicy.reach(of: actor, for: .managePay) != nil else {
            throw PeopleError(.notFound, "there is no pay sheet \"\(id.rawValue.prefix(60))\"")
        }
        return sheet
    }

    /// Every sheet of a person, the newest first.
    public func sheets(of person: PersonID, by actor: Actor) async throws -> [PaySheet] {
        let employee = try await roster.require(person)
        try AccessPolicy.require(.viewPay, actor, owner: person, unit: employee.unit)
        let showsDrafts = AccessPolicy.reach(of: actor, for: .managePay) != nil
        return try await store.paySheets(of: person).filter { showsDrafts || $0.state != .draft }
    }

    // MARK: -

    /// Nobody works out their own pay, whatever their role.
    private static func requireOther(_ person: PersonID, _ actor: Actor) throws(PeopleError) {
        guard actor.person != person else {
            throw PeopleError(.forbidden, "nobody works out their own pay; ask somebody else of HR")
        }
    }

    private func find(_ id: PaySheetID, _ permission: Permission, _ actor: Actor) async throws -> PaySheet {
        _ = try AccessPolicy.require(anyReach: permission, actor)
        guard let sheet = try await store.paySheet(id) else {
            throw PeopleError(.notFound, "there is no pay sheet \"\(id.rawValue.prefix(60))\"")
        }
        let employee = try await roster.require(sheet.person)
        try AccessPolicy.require(permission, actor, owner: sheet.person, unit: employee.unit)
        return sheet
    }

    private func move(_ sheet: PaySheet, to state: PaySheet.State, _ act: Act) async throws {
        let isAllowed = state == .final ? sheet.state == .draft : sheet.state != .withdrawn
        guard isAllowed else {
            throw PeopleError(
                .conflict, "the sheet is \(sheet.state.rawValue); it cannot become \(state.rawValue)",
                words: .init("payState"))
        }
        guard try await store.move(sheet.id, to: state, from: sheet.state, acts: [act]) else {
            throw PeopleError(.conflict, "somebody else moved the sheet just now; look at it again")
        }
    }

    private func act(
        _ event: EvidenceEvent, _ sheet: PaySheet, by actor: Actor, _ more: [String: JSONValue] = [:]
    ) throws -> Act {
        var facts = more
        facts["month"] = .string(sheet.month.description)
        facts["due"] = .string(sheet.content.result.due.text(places: 2))
        facts["net"] = .string(sheet.content.result.net.text(places: 2))
        facts["currency"] = .string(sheet.content.result.currency)
        facts["rules"] = .string("\(sheet.content.rules) \(sheet.content.rulesVersion)")
        facts["rulesHash"] = .string(sheet.content.rulesHash.hex)
        facts["lines"] = .object(
            Dictionary(
                sheet.content.result.lines.map { ($0.id, .string($0.amount.text(places: 2))) },
                uniquingKeysWith: { first, _ in first }))
        if !sheet.content.result.warnings.isEmpty {
            facts["unconfirmed"] = .array(sheet.content.result.warnings.map { .string($0.zh) })
        }
        return try acts.act(event, by: actor, about: [.employee(sheet.person), Subject(.paySheet, sheet.id)], facts)
    }
}

extension PayResult {
    /// The result with what was on record for each line.
    func proved(_ proofs: (PayLine) -> [String]) -> PayResult {
        PayResult(
            lines: lines.map {
                PayLine(
                    id: $0.id, group: $0.group, zh: $0.zh, en: $0.en, formula: $0.formula, terms: $0.terms,
                    amount: $0.amount, currency: $0.currency, proofs: proofs($0))
            }, due: due, net: net, currency: currency, warnings: warnings)
    }
}

extension EvidenceEvent {
    /// A month's pay was worked out.
    public static let payCalculated = EvidenceEvent(rawValue: "PayCalculated")
    /// A pay sheet was put in force.
    public static let payFinalised = EvidenceEvent(rawValue: "PayFinalised")
    /// A pay sheet was taken back.
    public static let payWithdrawn = EvidenceEvent(rawValue: "PayWithdrawn")
}
