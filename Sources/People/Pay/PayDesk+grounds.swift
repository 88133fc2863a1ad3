import Evidence
import Notices

extension PayDesk {
    /// Figures that a performance result states must be those of the result.
    func agree(_ facts: [PayFact], _ person: PersonID, _ month: PayMonth) async throws {
        var faults: [PeopleError.Fault] = []
        for fact in facts where fact.source == "performance" {
            guard let result = try await results.signedResult(fact.reference, of: person) else {
                faults.append(
                    .init(
                        field: fact.name,
                        message:
                            "there is no performance result \"\(fact.reference.prefix(60))\" of \(person) that is approved; name one",
                        words: .init("payNoResult", ["value": String(fact.reference.prefix(60))])))
                continue
            }
            // A result that says nothing of a factor pays the month in full.
            let stated = fact.name == "performanceFactor" ? result.factor ?? ExactNumber(1) : result.score
            if let stated, stated != fact.value {
                faults.append(
                    .init(
                        field: fact.name,
                        message:
                            "\(fact.value) is not what result \(result.reference) says (\(stated)); take its value",
                        words: .init("payOtherResult", ["value": "\(fact.value)", "stated": "\(stated)"])))
            }
        }
        faults += try await latenessFaults(facts, person, month)
        try PeopleError.check(faults, "the pay was not worked out")
    }

    /// More late arrivals than the clocks have recorded take nothing from anybody's pay; fewer are for the company to forgive.
    private func latenessFaults(
        _ facts: [PayFact], _ person: PersonID, _ month: PayMonth
    ) async throws -> [PeopleError.Fault] {
        guard let stated = facts.first(where: { $0.name == "lateCount" && $0.source == "attendance" }),
            !stated.value.isZero,
            let counted = try await lateness.lateArrivals(of: person, in: Month(month.firstDay)),
            stated.value > ExactNumber(counted.late)
        else { return [] }
        let cure =
            counted.missingCalendar.map {
                "put the calendar of \($0) into the directory that `calendars` names; its days with punches cannot be judged"
            } ?? "correct it, or import the punches that are missing"
        return [
            .init(
                field: "lateCount",
                message:
                    "\(stated.value) is more than the \(counted.late) that the attendance of \(month) shows; \(cure)",
                words: .init(
                    counted.missingCalendar == nil ? "payLateness" : "payLatenessCalendar",
                    [
                        "value": "\(stated.value)", "counted": "\(counted.late)", "month": "\(month)",
                        "year": counted.missingCalendar.map { "\($0)" } ?? "",
                    ]))
        ]
    }

    /// What is on record for a demand, as a sheet names it; or the refusal that says what is missing.
    func proof(of demand: PayCalculator.Demand, _ person: PersonID, _ month: PayMonth) async throws -> String {
        switch demand.need {
        case .signedResult:
            guard let result = try await results.signedResult(demand.reference, of: person), let day = result.signedOn
            else {
                throw missing(
                    demand, "a signed performance result; \"\(demand.reference.prefix(60))\" is none",
                    cure: "have it signed first")
            }
            return "performance result \(result.reference), signed \(day)"
        case .training(let policy):
            let statements = try await training.statements(of: person).filter { $0.policy == policy }
            // Whoever learnt of the policy only afterwards could not have kept it during the month.
            guard
                let statement = statements.last(where: {
                    CivilDate(inChina: $0.signedAt) <= month.lastDay && $0.effectiveOn <= month.lastDay
                })
            else {
                throw missing(
                    demand, "the statement of \(person) on \(policy), signed by \(month.lastDay)",
                    cure: statements.isEmpty
                        ? "there is none, so the month is paid in full"
                        : "it was signed later, so the month is paid in full")
            }
            return
                "statement on \(policy) version \(statement.version), signed \(CivilDate(inChina: statement.signedAt))"
        case .clause(let clause):
            guard let signed = try await store.signedClauses(of: person).first(where: { $0.clause == clause }) else {
                throw missing(
                    demand, "the clause \(clause) in an agreement that \(person) signed",
                    cure: "there is none; claim the loss apart from the pay (劳动合同法 第九十条)")
            }
            return "clause \(clause), agreement \(signed.number), signed \(CivilDate(inChina: signed.signedAt))"
        }
    }

    /// What a demand asks for, as pages say it.
    private func words(of demand: PayCalculator.Demand) -> PeopleError.Words {
        let name = String(demand.reason.prefix { $0 != " " })
        let label = rules.lines.first { $0.id == name }?.label ?? rules.facts.first { $0.name == name }?.label
        let values = ["zh": label?.zh ?? name, "en": label?.en ?? name]
        switch demand.need {
        case .signedResult: return .init("payGroundResult", values)
        case .training(let policy):
            return .init("payGroundTraining", values.merging(["policy": "\(policy)"]) { _, new in new })
        case .clause(let clause): return .init("payGroundClause", values.merging(["clause": clause]) { _, new in new })
        }
    }

    private func missing(_ demand: PayCalculator.Demand, _ what: String, cure: String) -> PeopleError {
        let words = words(of: demand)
        return PeopleError(
            .locked, "the pay was not worked out: \(demand.reason) needs \(what); \(cure)",
            faults: [.init(field: demand.reason, message: "needs \(what)", words: words)], words: words)
    }
}
