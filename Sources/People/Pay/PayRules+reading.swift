import Evidence
import Notices

extension PayRules {
    /// Names that the calculator gives; no rule may take them.
    static let givenNames: Set<String> = ["deductionShare", "minimumWage", "dueSoFar"]

    /// Reads the rules strictly: an unknown key, an unknown name in a formula or a figure that cannot be is refused with
    /// its place.
    public init(yaml: String, file: String) throws(SourceFault) {
        let root = try YAMLNode.parse(yaml, file: file)
        let object = try root.object([
            "id", "version", "effective-from", "deduction", "minimum-wages", "parameters", "facts", "lines",
        ])
        id = try object.need("id", root).string()
        let number = try object.need("version", root)
        version = try number.integer()
        guard version > 0 else { throw number.fault("versions are counted from 1") }
        effectiveFrom = try object.need("effective-from", root).date()
        hash = SHA256.hash(Array(yaml.utf8))
        text = yaml
        deductionShare = try Self.share(try object.need("deduction", root))
        minimumWages = try object.need("minimum-wages", root).each { node throws(SourceFault) in try MinimumWage(node) }
        var names = Self.givenNames
        var parameters: [String: Parameter] = [:]
        for (name, node) in try object["parameters"]?.entries() ?? [] {
            parameters[try Self.fresh(name, node, &names)] = try Parameter(name, node)
        }
        self.parameters = parameters
        var facts: [FactDefinition] = []
        for (name, node) in try object.need("facts", root).entries() {
            facts.append(try FactDefinition(try Self.fresh(name, node, &names), node))
        }
        self.facts = facts
        let claims = Set(facts.filter(\.isClaim).map(\.name))
        var lines: [LineDefinition] = []
        for node in try object.need("lines", root).elements() {
            let line = try LineDefinition(node, known: names, claims: claims)
            guard !line.isCapped || !lines.contains(where: \.isCapped) else {
                throw node.fault(
                    "line \(line.id) is the second with capped: true; the cap is one for the month, join them")
            }
            _ = try Self.fresh(line.id, node, &names)
            lines.append(line)
        }
        guard !lines.isEmpty, lines.count <= 100 else {
            throw try object.need("lines", root).fault("there are \(lines.count) lines; write 1 to 100")
        }
        self.lines = lines
    }

    private static func share(_ node: YAMLNode) throws(SourceFault) -> Parameter {
        let object = try node.object(["share", "source"])
        let value = try object.need("share", node).exact()
        // The ceiling is the law's, not the author's: a share above it would be taken back by any arbitrator.
        guard !value.isNegative, let most = ExactNumber("0.2"), value <= most else {
            throw try object.need("share", node).fault("\(value) is not from 0 to 0.2 (工资支付暂行规定 第十六条)")
        }
        return Parameter(
            name: "deductionShare", value: value,
            label: BilingualText(zh: "可扣工资比例", en: "deductible part of the wage"),
            source: try object.need("source", node).string())
    }

    /// A name that is not taken.
    private static func fresh(_ name: String, _ node: YAMLNode, _ names: inout Set<String>) throws(SourceFault)
        -> String
    {
        let bytes = Array(name.utf8)
        guard (1...40).contains(bytes.count), (0x61...0x7A).contains(bytes[0]),
            bytes.allSatisfy({ (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }
            ),
            Formula.Function(rawValue: name) == nil
        else {
            throw node.fault("a name is a lower-case letter and at most 39 letters and digits, and no function's")
        }
        guard names.insert(name).inserted else { throw node.fault("\"\(name)\" stands twice; rename one") }
        return name
    }
}

extension PayRules.Parameter {
    fileprivate init(_ name: String, _ node: YAMLNode) throws(SourceFault) {
        let object = try node.object(["value", "zh", "en", "source"])
        self.name = name
        value = try object.need("value", node).exact()
        label = try node.label(object)
        source = try object.need("source", node).string()
    }
}

extension PayRules.MinimumWage {
    fileprivate init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object(["region", "zh", "en", "monthly", "currency", "from", "source", "confirmed"])
        region = try object.need("region", node).string()
        label = try node.label(object)
        let amount = try object.need("monthly", node)
        monthly = try amount.exact()
        guard monthly > .zero else { throw amount.fault("\(monthly) is not more than zero") }
        currency = try object.need("currency", node).string()
        from = try object.need("from", node).date()
        source = try object.need("source", node).string()
        guard !source.allSatisfy(\.isWhitespace) else {
            throw try object.need("source", node).fault("is empty; name the publication the figure was taken from")
        }
        confirmed = try object["confirmed"].map { node throws(SourceFault) in try Confirmation(node) }
    }
}

extension PayRules.MinimumWage.Confirmation {
    fileprivate init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object(["on", "by"])
        on = try object.need("on", node).date()
        let name = try object.need("by", node)
        by = try name.string()
        guard !by.allSatisfy(\.isWhitespace) else { throw name.fault("is empty; say who compared the figure") }
    }
}

extension PayRules.FactDefinition {
    fileprivate init(_ name: String, _ node: YAMLNode) throws(SourceFault) {
        let object = try node.object(["zh", "en", "unit", "from", "default", "maximum", "below-one-needs", "claim"])
        self.name = name
        label = try node.label(object)
        unit = try object.need("unit", node).choice(PayRules.Unit.self)
        from = try object.need("from", node).each { node throws(SourceFault) in try node.string() }
        standard = try object["default"]?.exact()
        maximum = try object["maximum"]?.exact()
        needsBelowOne = try object["below-one-needs"]?.requirements() ?? []
        isClaim = try object["claim"]?.flag() ?? false
        if let standard, standard.isNegative { throw node.fault("default \(standard) is negative; facts never are") }
    }
}

extension PayRules.LineDefinition {
    fileprivate init(_ node: YAMLNode, known: Set<String>, claims: Set<String>) throws(SourceFault) {
        let object = try node.object(["id", "group", "zh", "en", "formula", "needs", "capped"])
        id = try object.need("id", node).string()
        group = try object.need("group", node).choice(PayRules.Group.self)
        label = try node.label(object)
        needs = try object["needs"]?.requirements() ?? []
        isCapped = try object["capped"]?.flag() ?? false
        let text = try object.need("formula", node)
        do throws(Formula.Fault) {
            let stated = try Formula(try text.formulaText())
            // The law's cap is put around the claim here, where no rule can leave it out.
            formula = isCapped ? try Formula(Self.cap(stated.text)) : stated
        } catch {
            throw text.fault("line \(id): \(error)")
        }
        if let stranger = formula.names.first(where: { !known.contains($0) }) {
            throw text.fault(
                "line \(id): \"\(stranger)\" is not known here; known are \(known.sorted().joined(separator: ", "))")
        }
        if let claim = formula.names.first(where: claims.contains), !isCapped {
            throw text.fault("line \(id) takes the claim \"\(claim)\" from the wage; write capped: true")
        }
        guard !isCapped || group == .deduction else {
            throw node.fault("line \(id) has capped: true, which belongs to the group deduction")
        }
    }
}

extension PayRules.LineDefinition {
    fileprivate static func cap(_ claim: String) -> String {
        "max(0, min(\(claim), deductionShare * dueSoFar, dueSoFar - minimumWage))"
    }
}

extension YAMLNode {
    fileprivate func label(_ object: [String: YAMLNode]) throws(SourceFault) -> BilingualText {
        BilingualText(zh: try object.need("zh", self).string(), en: try object.need("en", self).string())
    }

    fileprivate func exact() throws(SourceFault) -> ExactNumber {
        let text = try string()
        guard let number = ExactNumber(text) else {
            throw fault("\"\(text.prefix(40))\" is not an exact number; write digits with at most six decimals")
        }
        return number
    }

    fileprivate func requirements() throws(SourceFault) -> [PayRequirement] {
        try each { node throws(SourceFault) in
            let text = try node.string()
            guard let need = PayRequirement(text) else {
                throw node.fault(
                    "\"\(text.prefix(60))\" is not signed-result, training <policy> or clause <clause>")
            }
            return need
        }
    }

    /// A formula's fault is a fault of its own; that its node is no text is one of the file.
    fileprivate func formulaText() throws(Formula.Fault) -> String {
        do throws(SourceFault) { return try string() } catch {
            throw Formula.Fault(column: 1, reason: error.reason)
        }
    }
}
