import Notices
import People

/// The form of a month's pay: for every fact of the rules its figure and the record that states it.
struct PayForm: Sendable {
    let head: [FormField]
    let groups: [FieldGroup]
    let rules: String
    let otherFaults: [String]

    init(_ rules: PayRules, typed: [String: String], faults: [NoticeError.Fault], _ make: PageMaker) {
        let phrases = make.phrases
        var seen: Set<String> = []
        let regions = rules.minimumWages.filter { seen.insert($0.region).inserted }
        head = [
            FormField(
                "month", make.word("score_month"), .line("month", 7), typed: typed, faults: faults, isRequired: true,
                phrases),
            FormField(
                "region", make.word("pay_region"), .select(regions.map { ($0.region, phrases.text($0.label)) }),
                typed: typed, faults: faults, phrases),
        ]
        groups = rules.facts.map { fact in
            let isMust = fact.standard == nil
            return FieldGroup(
                phrases.text(fact.label),
                note: fact.standard.map { phrases.word("pay_default", ["value": "\($0)"]) } ?? make.word("pay_must"),
                [
                    FormField(
                        "v.\(fact.name)", make.word("pay_value"), .line("text", 20), typed: typed, faults: faults,
                        isRequired: isMust, phrases),
                    FormField(
                        "s.\(fact.name)", make.word("pay_source"),
                        .select(fact.from.map { ($0, phrases.source($0)) }), typed: typed, faults: faults, phrases),
                    FormField(
                        "r.\(fact.name)", make.word("pay_reference"), .line("text", 100), typed: typed, faults: faults,
                        isRequired: isMust, phrases),
                ])
        }
        self.rules = phrases.word("pay_rulesVersion", ["id": rules.id, "version": "\(rules.version)"])
        let shown = Set((head + groups.flatMap(\.fields)).map(\.name))
        otherFaults = faults.filter { !shown.contains($0.field) }.map { phrases.fault($0) }
    }

    /// The facts that were typed; what is no figure is said at its field.
    static func facts(_ rules: PayRules, _ call: Call, _ faults: inout FormFaults) -> [PayFact] {
        rules.facts.compactMap { fact in
            guard let typed = call.typed("v.\(fact.name)")?.trimmed else { return nil }
            guard let value = ExactNumber(typed) else {
                faults.add("v.\(fact.name)", "figure", ["value": shortened(typed)])
                return nil
            }
            return PayFact(
                name: fact.name, value: value, source: call.form["s.\(fact.name)"] ?? "",
                reference: call.typed("r.\(fact.name)")?.trimmed ?? "")
        }
    }

    /// The faults of the desk, which counts facts or names them, at the fields of the form.
    static func placed(
        _ faults: [NoticeError.Fault], _ facts: [PayFact], _ rules: PayRules
    ) -> [NoticeError.Fault] {
        faults.map { fault in
            let name: String
            if fault.field.hasPrefix("facts["), let index = Int(fault.field.dropFirst(6).prefix { $0 != "]" }),
                facts.indices.contains(index)
            {
                name = facts[index].name
            } else if rules.facts.contains(where: { $0.name == fault.field }) {
                name = fault.field
            } else {
                return fault
            }
            let part = fault.words.name == "payReference" || fault.words.name == "payNoResult" ? "r" : "v"
            return fault.at("\(part).\(name)")
        }
    }
}

extension Phrasebook {
    /// The record behind a figure as a sheet names it, `contract C-2022-031`, with its kind in the reader's language.
    func payRecord(_ named: String) -> String {
        let parts = named.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return named }
        if named == "the lines above" { return word("payFrom_above") }
        let name = parts[1].replacing(", default", with: "")
        switch parts[0] {
        case "line": return word("payFrom_line", ["name": name])
        case "rules":
            let rules = name.split(separator: " version ").map(String.init)
            let shown = rules.count == 2 ? word("pay_rulesVersion", ["id": rules[0], "version": rules[1]]) : name
            return word("payFrom_rules", ["name": shown])
        default: return "\(source(parts[0])) \(parts[1])"
        }
    }

    /// What a term of a formula is called, with the name that the formula uses.
    func payTerm(_ name: String, _ rules: PayRules) -> String {
        let label =
            rules.facts.first { $0.name == name }?.label ?? rules.parameters[name]?.label
            ?? (name == rules.deductionShare.name ? rules.deductionShare.label : nil)
        let shown = label.map { text($0) } ?? word("payTerm_\(name)", or: "")
        return shown.isEmpty ? name : shown + word("bracketed", ["text": name])
    }

    /// What a kind of record is called; its own name where the words have none, because rules may name others.
    func source(_ kind: String) -> String {
        let word = word("payFrom_\(kind)")
        return word == "payFrom_\(kind)" ? kind : word
    }
}
