import Evidence

/// One checked value.
enum FieldValue: Sendable, Hashable {
    case text(String)
    case paragraphs([[String]])
    case date(CivilDate)
    case amount(Amount)
    case integer(Int64)
    case choice(ChoiceOption)
    case list([String])
}

/// The values of a notice after every rule of its kind was checked.
public struct FieldValues: Sendable, Hashable {
    let values: [String: FieldValue]
    /// The values as canonical JSON holds them: trimmed, dates and amounts in their stored form.
    public let snapshot: JSONValue
    /// What the author should know although the notice may be issued.
    public let warnings: [FieldFault]

    /// The chosen option of each choice field.
    var choices: [String: String] {
        values.compactMapValues { if case .choice(let option) = $0 { option.id } else { nil } }
    }

    /// Checks values against a kind's fields; on failure every fault is listed at once.
    ///
    /// Absent, `null` and empty count as missing. `issueDate` is the origin of date rules that name it.
    public init(
        checking input: [String: JSONValue], fields: [FieldDefinition], issueDate: CivilDate
    ) throws(RenderFailure) {
        var faults: [FieldFault] = []
        var values: [String: FieldValue] = [:]
        let known = Set(fields.map(\.name))
        for field in fields {
            guard let raw = input[field.name], !raw.isMissing else { continue }
            do throws(FieldFault) {
                values[field.name] = try FieldReader(field: field).value(raw)
            } catch {
                faults.append(error)
            }
        }
        let choices = values.compactMapValues { if case .choice(let option) = $0 { option.id } else { nil } }
        func isGiven(_ field: FieldDefinition) -> Bool { input[field.name].map { !$0.isMissing } ?? false }
        let unsettled = Self.unsettled(fields, choices, isGiven: isGiven)
        for field in fields {
            if !isGiven(field), field.isRequired(for: choices) { faults.append(.missing(field)) }
            // Whether it fits a case that is missing itself, or is none, nobody can say yet.
            let isOpen = field.onlyWhen.contains { $0.values.keys.contains(where: unsettled.contains) }
            if isGiven(field), !isOpen, !field.isAllowed(for: choices) { faults.append(.unwanted(field)) }
        }
        // Sorted, so that the same request always gives the same answer.
        for name in input.keys.filter({ !known.contains($0) }).sorted() {
            faults.append(.unknown(name, known: fields.map(\.name)))
        }
        var warnings: [FieldFault] = []
        for field in fields {
            for (rule, fault) in Self.breaches(of: field, values, choices, issueDate) {
                if rule.severity == .fault { faults.append(fault) } else { warnings.append(fault) }
            }
        }
        guard faults.isEmpty else { throw RenderFailure(faults: faults) }
        self.values = values
        self.warnings = warnings
        snapshot = .object(values.mapValues(\.snapshot))
    }

    /// The choices of which nobody can say yet how they fall: missing where one must be made, or none of the options, or
    /// needed only in cases that are unsettled themselves.
    private static func unsettled(
        _ fields: [FieldDefinition], _ choices: [String: String], isGiven: (FieldDefinition) -> Bool
    ) -> Set<String> {
        let open = fields.filter { $0.type == .choice && choices[$0.name] == nil }
        var unsettled = Set(open.filter { isGiven($0) || $0.isRequired(for: choices) }.map(\.name))
        while true {
            let more = open.filter { field in
                !unsettled.contains(field.name)
                    && field.requiredWhen.contains { $0.values.keys.contains(where: unsettled.contains) }
            }
            if more.isEmpty { return unsettled }
            unsettled.formUnion(more.map(\.name))
        }
    }

    private static func breaches(
        of field: FieldDefinition, _ values: [String: FieldValue], _ choices: [String: String], _ issueDate: CivilDate
    ) -> [(DateRule, FieldFault)] {
        guard case .date(let date) = values[field.name] else { return [] }
        return field.dateRules.compactMap { rule in
            guard rule.when.isEmpty || rule.when.contains(where: { $0.holds(for: choices) }) else { return nil }
            let origin: CivilDate
            if rule.origin == SystemField.issueDate.rawValue {
                origin = issueDate
            } else if case .date(let other) = values[rule.origin] {
                origin = other
            } else {
                return nil
            }
            let bound = origin.adding(days: rule.days)
            guard rule.isLowerBound ? date < bound : date > bound else { return nil }
            return (rule, .outside(field, date, rule, bound))
        }
    }
}

extension JSONValue {
    /// Whether nothing was said.
    fileprivate var isMissing: Bool {
        switch self {
        case .null: true
        case .string(let text): text.trimmed.isEmpty
        case .array(let items): items.isEmpty
        default: false
        }
    }
}

extension FieldValue {
    fileprivate var snapshot: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .paragraphs(let paragraphs):
            .string(paragraphs.map { $0.joined(separator: "\n") }.joined(separator: "\n\n"))
        case .date(let date): .string(date.description)
        case .amount(let amount): .string(amount.description)
        case .integer(let integer): .integer(integer)
        case .choice(let option): .string(option.id)
        case .list(let items): .array(items.map { .string($0) })
        }
    }
}

extension FieldFault {
    fileprivate static func missing(_ field: FieldDefinition) -> FieldFault {
        FieldFault(
            field.name, zh: "缺少必填项“\(field.label.zh)”：\(field.help.zh)",
            en: "\(field.label.en) is missing; \(field.help.en)")
    }

    fileprivate static func unwanted(_ field: FieldDefinition) -> FieldFault {
        FieldFault(
            field.name, zh: "“\(field.label.zh)”不适用于所选情形，请删除该项或更改所选情形",
            en: "\(field.label.en) does not apply to the case chosen; remove it or choose another case")
    }

    fileprivate static func unknown(_ name: String, known: [String]) -> FieldFault {
        FieldFault(
            String(name.unicodeScalars.prefix(40)), zh: "没有名为\(name.shortened)的字段；可用字段：\(known.joined(separator: "、"))",
            en: "there is no field \(name.shortened); the fields are \(known.joined(separator: ", "))")
    }

    fileprivate static func outside(
        _ field: FieldDefinition, _ date: CivilDate, _ rule: DateRule, _ bound: CivilDate
    ) -> FieldFault {
        FieldFault(
            field.name,
            zh: "“\(field.label.zh)”\(date)\(rule.isLowerBound ? "早于最早日期" : "晚于最晚日期")\(bound)：\(rule.reason.zh)",
            en:
                "\(field.label.en) \(date) is \(rule.isLowerBound ? "before the earliest" : "after the latest") day \(bound): "
                + rule.reason.en)
    }
}
