import Evidence

extension FieldDefinition {
    private static let keys: Set<String> = [
        "type", "label", "help", "example", "required", "required-when", "only-when", "personal-data", "appears-in",
        "options", "minimum", "maximum", "maximum-length", "not-before", "not-after",
    ]

    /// Reads one entry of `fields:` in a `fields.yaml`.
    init(name: String, _ node: YAMLNode) throws(SourceFault) {
        guard Self.isName(name) else {
            throw node.fault("a field name is a lower-case letter followed by at most 39 letters and digits")
        }
        // "capitals" is a part of every amount and would be found before a field of that name.
        guard SystemField(rawValue: name) == nil, name != "capitals" else {
            throw node.fault("this name is given by the system; choose another")
        }
        let object = try node.object(Self.keys)
        func need(_ key: String) throws(SourceFault) -> YAMLNode {
            guard let value = object[key] else { throw node.fault("\(key) is missing") }
            return value
        }
        self.name = name
        type = try need("type").choice(FieldType.self)
        label = try need("label").bilingual()
        help = try need("help").bilingual()
        isRequired = try object["required"]?.flag() ?? false
        requiredWhen = try object["required-when"].map(FieldCondition.read) ?? []
        onlyWhen = try object["only-when"].map(FieldCondition.read) ?? []
        personalData = try need("personal-data").choice(PersonalDataClass.self)
        var surfaces: Set<TemplateSurface> = []
        for surface in try need("appears-in").elements() { surfaces.insert(try surface.choice(TemplateSurface.self)) }
        appearsIn = surfaces
        options = try object["options"].map(Self.readOptions) ?? []
        minimum = try object["minimum"]?.string()
        maximum = try object["maximum"]?.string()
        maximumLength = try object["maximum-length"]?.integer() ?? Self.defaultLength(type)
        dateRules =
            try
            (object["not-before"].map { node throws(SourceFault) in try DateRule.read(node, isLowerBound: true) } ?? [])
            + (object["not-after"].map { node throws(SourceFault) in try DateRule.read(node, isLowerBound: false) }
                ?? [])
        example = try Self.readExample(try need("example"), type: type)
        try check(node)
    }

    static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...40).contains(bytes.count), (0x61...0x7A).contains(bytes[0]) else { return false }
        return bytes.allSatisfy {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
        }
    }

    /// What makes sense only together.
    private func check(_ node: YAMLNode) throws(SourceFault) {
        guard (type == .choice) == !options.isEmpty else {
            throw node.fault("options belong to a choice, and a choice needs them")
        }
        guard dateRules.isEmpty || type == .date else { throw node.fault("not-before and not-after belong to a date") }
        guard minimum == nil && maximum == nil || type == .amount || type == .integer else {
            throw node.fault("minimum and maximum belong to an amount or an integer")
        }
        for bound in [minimum, maximum].compactMap({ $0 }) {
            guard type == .integer ? Int64(bound) != nil : Amount(bound) != nil else {
                throw node.fault("\(bound.shortened) is not a bound of type \(type.rawValue)")
            }
        }
        guard (1...20_000).contains(maximumLength) else { throw node.fault("maximum-length is from 1 to 20000") }
        guard !(isRequired && !(requiredWhen.isEmpty && onlyWhen.isEmpty)) else {
            throw node.fault("required in every case excludes required-when and only-when")
        }
        // A reason that harms a person never reaches a lock screen, a log or a list, whatever a template author allows.
        let exposed = appearsIn.intersection([.sms, .subject, .inbox])
        guard personalData != .sensitive || exposed.isEmpty else {
            let names = exposed.map(\.rawValue).sorted().joined(separator: ", ")
            throw node.fault("a sensitive field must not appear in \(names); take it out of appears-in")
        }
    }

    private static func defaultLength(_ type: FieldType) -> Int {
        switch type {
        case .multiline: 5000
        case .list: 300
        case .personName: 60
        case .email: 254
        default: 200
        }
    }

    private static func readOptions(_ node: YAMLNode) throws(SourceFault) -> [ChoiceOption] {
        var options: [ChoiceOption] = []
        for element in try node.elements() {
            let object = try element.object(["id", "group", "zh", "en"])
            guard let id = object["id"], let zh = object["zh"], let en = object["en"] else {
                throw element.fault("an option needs id, zh and en")
            }
            let option = ChoiceOption(
                id: try id.string(), group: try object["group"]?.string(),
                label: BilingualText(zh: try zh.string(), en: try en.string()))
            guard isOptionName(option.id), option.group.map(isOptionName) ?? true else {
                throw element.fault("an option is named by lower-case letters, digits and hyphens")
            }
            guard !options.contains(where: { $0.id == option.id }) else {
                throw element.fault("this option stands twice")
            }
            options.append(option)
        }
        // A template asks for an option and for a group in the same way, so one name must not mean both.
        if let clash = options.first(where: { option in options.contains { $0.group == option.id } }) {
            throw node.fault("\(clash.id.shortened) names both an option and a group; rename one")
        }
        return options
    }

    static func isOptionName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 40
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    private static func readExample(
        _ node: YAMLNode, type: FieldType
    ) throws(SourceFault) -> [NoticeLanguage: JSONValue] {
        if case .mapping = node.node {
            let object = try node.object(["zh", "en"])
            guard let zh = object["zh"], let en = object["en"] else { throw node.fault("needs both zh and en") }
            return [.chinese: try value(zh, type: type), .english: try value(en, type: type)]
        }
        let value = try value(node, type: type)
        return [.chinese: value, .english: value]
    }

    private static func value(_ node: YAMLNode, type: FieldType) throws(SourceFault) -> JSONValue {
        switch type {
        case .list: .array(try node.strings().map { .string($0) })
        case .integer: .integer(Int64(try node.integer()))
        default: .string(try node.string())
        }
    }
}

extension FieldCondition {
    /// Reads `{ground: [39-2]}`, or a list of such mappings of which any suffices.
    static func read(_ node: YAMLNode) throws(SourceFault) -> [FieldCondition] {
        if case .sequence = node.node {
            var conditions: [FieldCondition] = []
            for element in try node.elements() { conditions.append(try one(element)) }
            return conditions
        }
        return [try one(node)]
    }

    private static func one(_ node: YAMLNode) throws(SourceFault) -> FieldCondition {
        var values: [String: Set<String>] = [:]
        for (field, accepted) in try node.entries() { values[field] = Set(try accepted.strings()) }
        guard !values.isEmpty else { throw node.fault("names no field") }
        return FieldCondition(values: values)
    }
}

extension DateRule {
    /// Reads one bound, or a list of them.
    static func read(_ node: YAMLNode, isLowerBound: Bool) throws(SourceFault) -> [DateRule] {
        if case .sequence = node.node {
            var rules: [DateRule] = []
            for element in try node.elements() { rules.append(try one(element, isLowerBound)) }
            return rules
        }
        return [try one(node, isLowerBound)]
    }

    private static func one(_ node: YAMLNode, _ isLowerBound: Bool) throws(SourceFault) -> DateRule {
        let object = try node.object(["from", "days", "when", "severity", "reason"])
        guard let from = object["from"], let reason = object["reason"] else {
            throw node.fault("needs from and reason")
        }
        return DateRule(
            isLowerBound: isLowerBound, origin: try from.string(), days: try object["days"]?.integer() ?? 0,
            when: try object["when"].map(FieldCondition.read) ?? [],
            severity: try object["severity"]?.choice(Severity.self) ?? .fault, reason: try reason.bilingual())
    }
}
