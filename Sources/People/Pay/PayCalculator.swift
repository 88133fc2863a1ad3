import Notices

/// Works a month out by the rules; the same facts give the same sheet.
///
/// It fails closed: a fact that is missing, too many, negative or from a record that may not state it refuses the whole
/// sheet, and every fault is listed.
public struct PayCalculator: Sendable {
    let rules: PayRules

    /// Works by these rules.
    public init(rules: PayRules) { self.rules = rules }

    /// What is asked for.
    public struct Request: Sendable {
        /// The month.
        public var month: PayMonth
        /// The region whose minimum wage holds.
        public var region: String
        /// ISO 4217, that of the unit.
        public var currency: String
        /// What is known.
        public var facts: [PayFact]

        /// Asks for a month.
        public init(month: PayMonth, region: String, currency: String, facts: [PayFact]) {
            self.month = month
            self.region = region
            self.currency = currency
            self.facts = facts
        }
    }

    /// What a requirement is asked for, and with which fact.
    public struct Demand: Sendable, Hashable {
        /// What must be on record.
        public let need: PayRequirement
        /// The fact or line that needs it.
        public let reason: String
        /// The record that a fact names; empty for a line.
        public let reference: String
    }

    /// Every fact of the rules with its value, stated or by default; or every fault at once.
    func facts(of request: Request) throws(PeopleError) -> [PayFact] {
        var faults: [PeopleError.Fault] = []
        var stated: [String: PayFact] = [:]
        for (index, fact) in request.facts.enumerated() {
            let place = "facts[\(index)]"
            guard let definition = rules.facts.first(where: { $0.name == fact.name }) else {
                let known = rules.facts.map(\.name).joined(separator: ", ")
                faults.append(
                    .init(field: place, message: "\"\(fact.name.prefix(40))\" is not known; known are \(known)"))
                continue
            }
            if stated.updateValue(fact, forKey: fact.name) != nil {
                faults.append(.init(field: place, message: "\(fact.name) is stated twice; state it once"))
            }
            if let (fault, words) = Self.fault(fact, definition, request.currency) {
                faults.append(.init(field: place, message: "\(fact.name): \(fault)", words: words))
            }
        }
        for definition in rules.facts where stated[definition.name] == nil && definition.standard == nil {
            faults.append(
                .init(
                    field: "facts",
                    message:
                        "\(definition.name) is missing; state it from \(definition.from.joined(separator: " or "))",
                    words: .init("payMissing", ["zh": definition.label.zh, "en": definition.label.en])))
        }
        let floor = rules.minimumWage(in: request.region, on: request.month.firstDay)
        if let floor, floor.currency != request.currency {
            faults.append(
                .init(
                    field: "region",
                    message: "the minimum wage of \(request.region) is in \(floor.currency), the unit pays in "
                        + "\(request.currency.prefix(10)); name the region whose law holds for the unit"))
        }
        if floor == nil {
            let known = Set(rules.minimumWages.map(\.region)).sorted().joined(separator: ", ")
            faults.append(
                .init(
                    field: "region",
                    message: "\"\(request.region.prefix(40))\" has no minimum wage for \(request.month); known are "
                        + "\(known), add it to minimum-wages"))
        }
        if rules.effectiveFrom > request.month.lastDay {
            faults.append(
                .init(
                    field: "month",
                    message: "\(request.month) ends before these rules begin (\(rules.effectiveFrom)); use older rules",
                    words: .init("payBeforeRules", ["value": "\(request.month)", "start": "\(rules.effectiveFrom)"])))
        }
        try PeopleError.check(faults, "the pay was not worked out")
        return rules.facts.map { definition in
            stated[definition.name]
                ?? PayFact(
                    name: definition.name, value: definition.standard ?? .zero, source: "rules",
                    reference: "\(rules.id) version \(rules.version), default")
        }
    }

    private static func fault(
        _ fact: PayFact, _ definition: PayRules.FactDefinition, _ currency: String
    ) -> (String, PeopleError.Words)? {
        let value = fact.value.description
        if fact.value.isNegative {
            return (
                "\(value) is negative; what lowers pay is a deduction of its own",
                .init("payNegative", ["value": value])
            )
        }
        if let maximum = definition.maximum, fact.value > maximum {
            return (
                "\(value) is more than \(maximum); correct it",
                .init("payMaximum", ["value": value, "most": "\(maximum)"])
            )
        }
        switch definition.unit {
        case .money where fact.value.rounded(to: 2) != fact.value:
            return (
                "\(value) has more than two decimals; round it where it comes from",
                .init("payDecimals", ["value": value])
            )
        case .count where fact.value.floored != fact.value:
            return ("\(value) is not a whole number", .init("whole", ["value": value]))
        default: break
        }
        if let stated = fact.currency, stated != currency {
            return (
                "is in \(stated.prefix(10)), the sheet in \(currency); convert it and name the rate's record",
                .init("payCurrency", ["value": String(stated.prefix(10)), "currency": currency])
            )
        }
        let kinds = definition.from.joined(separator: " or ")
        if !definition.from.contains(fact.source) {
            return (
                "a record of kind \"\(fact.source.prefix(40))\" may not state it; take it from \(kinds)",
                .init("paySource", ["kinds": definition.from.joined(separator: " / ")])
            )
        }
        if fact.reference.isEmpty {
            return ("names no record; say which \(fact.source)", .init("payReference"))
        }
        return nil
    }

    /// What must be on record because of these facts.
    func demands(_ facts: [PayFact]) -> [Demand] {
        rules.facts.flatMap { definition -> [Demand] in
            guard let fact = facts.first(where: { $0.name == definition.name }), fact.value < .one else { return [] }
            return definition.needsBelowOne.map {
                Demand(need: $0, reason: "\(fact.name) \(fact.value)", reference: fact.reference)
            }
        }
    }

    /// What must be on record because of the amounts that came out.
    func demands(_ result: PayResult) -> [Demand] {
        result.lines.flatMap { line -> [Demand] in
            guard !line.amount.isZero, let definition = rules.lines.first(where: { $0.id == line.id }) else {
                return []
            }
            return definition.needs.map { Demand(need: $0, reason: line.id, reference: "") }
        }
    }

    /// The lines and their sums.
    func result(_ facts: [PayFact], _ request: Request) throws(PeopleError) -> PayResult {
        guard let floor = rules.minimumWage(in: request.region, on: request.month.firstDay) else {
            throw PeopleError(
                .invalid, "region \"\(request.region.prefix(40))\" has no minimum wage; add it to the rules")
        }
        var terms: [String: PayTerm] = [:]
        func know(_ name: String, _ value: ExactNumber, _ source: String) {
            terms[name] = PayTerm(name: name, value: value, source: source)
        }
        for fact in facts { know(fact.name, fact.value, "\(fact.source) \(fact.reference)") }
        for parameter in rules.parameters.values { know(parameter.name, parameter.value, parameter.source) }
        know("deductionShare", rules.deductionShare.value, rules.deductionShare.source)
        know("minimumWage", floor.monthly, floor.standing)
        var due = ExactNumber.zero
        var insurance = ExactNumber.zero
        var lines: [PayLine] = []
        for line in rules.lines {
            know("dueSoFar", due, "the lines above")
            let amount = try amount(of: line, terms)
            let moved =
                line.group == .insurance
                ? insurance.adding(amount)
                : line.group == .deduction ? due.subtracting(amount) : due.adding(amount)
            guard let moved else { throw PeopleError(.invalid, "line \(line.id): the sum is too large") }
            if line.group == .insurance { insurance = moved } else { due = moved }
            lines.append(
                PayLine(
                    id: line.id, group: line.group, zh: line.label.zh, en: line.label.en, formula: line.formula.text,
                    terms: line.formula.names.compactMap { terms[$0] }, amount: amount, currency: request.currency,
                    proofs: []))
            know(line.id, amount, "line \(line.id)")
        }
        guard let net = due.subtracting(insurance), !due.isNegative, !net.isNegative else {
            throw PeopleError(
                .invalid,
                "the pay of \(request.month) would be negative (due \(due.text(places: 2)), insurance "
                    + "\(insurance.text(places: 2))); correct the deductions, nobody pays for having worked")
        }
        // Said wherever the figure is in a formula, also where it did not decide: the next month it may.
        let isUsed = lines.contains { line in line.terms.contains { $0.name == "minimumWage" } }
        return PayResult(
            lines: lines, due: due, net: net, currency: request.currency,
            warnings: isUsed ? [floor.warning].compactMap { $0 } : [])
    }

    private func amount(
        of line: PayRules.LineDefinition, _ terms: [String: PayTerm]
    ) throws(PeopleError) -> ExactNumber {
        let value: ExactNumber
        do throws(Formula.Fault) {
            value = try line.formula.value(terms.mapValues(\.value))
        } catch {
            throw PeopleError(
                .invalid, "line \(line.id) cannot be worked out",
                faults: [.init(field: "lines.\(line.id).formula", message: "\"\(line.formula.text)\", \(error)")])
        }
        guard let rounded = value.rounded(to: 2), !rounded.isNegative else {
            throw PeopleError(
                .invalid, "line \(line.id) gives \(value), less than nothing",
                faults: [
                    .init(
                        field: "lines.\(line.id)",
                        message: "\(value) is negative; let the formula begin with max(0, …) or use another group")
                ])
        }
        return rounded
    }
}
