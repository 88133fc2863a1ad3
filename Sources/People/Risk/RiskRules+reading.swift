import Evidence
import Notices

extension RiskRules {
    /// Reads the rules strictly: an unknown key, a zero divisor or a window that cannot be is refused with key and line.
    public init(yaml: String, file: String) throws(SourceFault) {
        let root = try YAMLNode.parse(yaml, file: file)
        let object = try root.object(["id", "version", "attendance", "notice", "report", "consents", "rules"])
        _ = try object.need("id", root).string()
        version = try object.need("version", root).bounded(1...1_000_000)
        hash = SHA256.hash(Array(yaml.utf8))
        text = yaml
        hours = try WorkingHours(try object.need("attendance", root))
        notice = try NoticePolicy(try object.need("notice", root))
        report = try ReportTargets(try object.need("report", root))
        var consents: [ConsentKind: BilingualText] = [:]
        for node in try object.need("consents", root).elements() {
            let part = try node.object(["id", "text"])
            let kind = try part.need("id", node).choice(ConsentKind.self)
            guard consents.updateValue(try part.need("text", node).bilingual(), forKey: kind) == nil else {
                throw node.fault("\(kind.rawValue) stands twice; keep one")
            }
        }
        self.consents = consents
        var rules: [RiskRule] = []
        for node in try object.need("rules", root).elements() {
            let rule = try RiskRule(node)
            if rules.contains(where: { $0.id == rule.id }) {
                throw node.fault("the rule \"\(rule.id)\" stands twice; rename or remove one")
            }
            if rule.isEnabled, let consent = rule.measure.consent, consents[consent] == nil {
                throw node.fault("needs the consent \(consent.rawValue), whose words are missing under consents")
            }
            rules.append(rule)
        }
        self.rules = rules
    }
}

extension WorkingHours {
    init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object([
            "start", "end", "grace-minutes", "day-begins", "absent-after-minutes", "feed-needs-punches",
        ])
        startMinute = try object.need("start", node).minute()
        endMinute = try object.need("end", node).minute()
        graceMinutes = try object.need("grace-minutes", node).bounded(0...240)
        dayBeginsMinute = try object.need("day-begins", node).minute()
        absentAfterMinutes = try object.need("absent-after-minutes", node).bounded(0...720)
        feedNeedsPunches = try object.need("feed-needs-punches", node).bounded(0...1_000_000)
        guard startMinute < endMinute else { throw try object.need("end", node).fault("is not after start") }
        guard dayBeginsMinute <= startMinute else {
            throw try object.need("day-begins", node).fault(
                "is after start; the first punch would fall on the day before")
        }
    }
}

extension RiskRules.NoticePolicy {
    init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object(["acknowledge-within-hours", "escalate-to"])
        acknowledgeWithinHours = try object.need("acknowledge-within-hours", node).bounded(1...720)
        escalateTo = try object.need("escalate-to", node).strings()
    }
}

extension RiskRules.ReportTargets {
    init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object([
            "horizon-days", "target-accuracy-percent", "baseline-lead-days", "target-gain-days",
        ])
        horizonDays = try object.need("horizon-days", node).bounded(1...730)
        targetAccuracyPercent = try object.need("target-accuracy-percent", node).bounded(1...100)
        baselineLeadDays = try object.need("baseline-lead-days", node).bounded(0...365)
        targetGainDays = try object.need("target-gain-days", node).bounded(0...365)
    }
}

extension RiskRule {
    private static let measures: Set<String> = [
        "absence", "lateness", "leave-surge", "leave-count", "score-drop", "score-trend", "completion", "keywords",
        "site-visits", "messages-drop",
    ]

    init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object(
            Self.measures.union(["id", "topic", "level", "enabled", "asks-employee", "text", "suggestion"]))
        id = try object.need("id", node).name()
        topic = try object.need("topic", node).name()
        level = try object.need("level", node).bounded(1...3)
        isEnabled = try object.need("enabled", node).flag()
        let named = object.filter { Self.measures.contains($0.key) }
        guard let (name, measureNode) = named.first, named.count == 1 else {
            throw node.fault(
                "names \(named.count) measures; name one of \(Self.measures.sorted().joined(separator: ", "))")
        }
        measure = try RiskMeasure(name, measureNode)
        asksEmployee = try object["asks-employee"]?.flag() ?? false
        if asksEmployee, name != "absence" {
            throw try object.need("asks-employee", node).fault("only an absence asks the person themselves")
        }
        text = try object.need("text", node).bilingual()
        suggestion = try object["suggestion"]?.bilingual()
        for used in Self.names(in: text.zh) + Self.names(in: text.en) where !measure.placeholders.contains(used) {
            throw try object.need("text", node).fault(
                "{\(used)} is not known; \(name) fills in \(measure.placeholders.sorted().joined(separator: ", "))")
        }
    }

    /// The names in braces.
    private static func names(in text: String) -> [String] {
        text.split(separator: "{").dropFirst().map { String($0.prefix { $0 != "}" }) }
    }
}

extension RiskMeasure {
    fileprivate init(_ name: String, _ node: YAMLNode) throws(SourceFault) {
        func read(_ keys: String...) throws(SourceFault) -> [String: YAMLNode] { try node.object(Set(keys)) }
        // Years that have been forgotten tell nothing about a person's present; windows end after a year.
        func days(_ object: [String: YAMLNode], _ key: String = "days") throws(SourceFault) -> Int {
            try object.need(key, node).bounded(1...366)
        }
        func months(_ object: [String: YAMLNode], _ key: String = "months") throws(SourceFault) -> Int {
            try object.need(key, node).bounded(1...12)
        }
        func percent(_ object: [String: YAMLNode], _ key: String) throws(SourceFault) -> Int {
            try object.need(key, node).bounded(1...100)
        }
        func count(_ object: [String: YAMLNode], _ key: String = "more-than") throws(SourceFault) -> Int {
            try object.need(key, node).bounded(0...10_000)
        }
        switch name {
        case "absence": self = .absence(days: try read("days").need("days", node).bounded(1...30))
        case "lateness": self = .lateness(moreThan: try count(try read("more-than")))
        case "leave-count": self = .leaveCount(moreThan: try count(try read("more-than")))
        case "leave-surge":
            let object = try read("factor", "baseline-months")
            self = .leaveSurge(
                factor: try object.need("factor", node).bounded(1...100),
                baselineMonths: try months(object, "baseline-months"))
        case "score-drop":
            self = .scoreDrop(moreThanPercent: try percent(try read("more-than-percent"), "more-than-percent"))
        case "score-trend":
            let object = try read("at-least-percent", "months")
            self = .scoreTrend(atLeastPercent: try percent(object, "at-least-percent"), months: try months(object))
        case "completion":
            let object = try read("below-percent", "months")
            self = .completion(belowPercent: try percent(object, "below-percent"), months: try months(object))
        case "keywords":
            let object = try read("words", "at-least", "days")
            let words = try object.need("words", node).strings()
            guard (1...500).contains(words.count), words.allSatisfy({ (2...100).contains($0.utf8.count) }) else {
                throw try object.need("words", node).fault("give 1 to 500 words of 2 to 100 bytes")
            }
            self = .keywords(
                words: words, atLeast: try object.need("at-least", node).bounded(1...10_000), days: try days(object))
        case "site-visits":
            let object = try read("more-than", "days")
            self = .siteVisits(moreThan: try count(object), days: try days(object))
        default:
            let object = try read("below-percent", "days", "baseline-days")
            let window = try days(object)
            let baseline = try days(object, "baseline-days")
            guard baseline >= window else {
                throw try object.need("baseline-days", node).fault(
                    "\(baseline) days of baseline are fewer than the \(window) that are measured by it")
            }
            self = .messagesDrop(
                belowPercent: try percent(object, "below-percent"), days: window, baselineDays: baseline)
        }
    }
}

extension YAMLNode {
    /// A whole number within bounds.
    fileprivate func bounded(_ range: ClosedRange<Int>) throws(SourceFault) -> Int {
        let value = try integer()
        guard range.contains(value) else {
            throw fault("\(value) cannot be; give \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Small letters, digits, hyphens.
    fileprivate func name() throws(SourceFault) -> String {
        let text = try string()
        guard text.utf8.count <= 60,
            text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else { throw fault("\"\(text.prefix(60))\" is no name; use small letters, digits, hyphens") }
        return text
    }

    /// `HH:MM` as minutes from midnight.
    fileprivate func minute() throws(SourceFault) -> Int {
        let text = try string()
        let parts = text.split(separator: ":")
        guard text.utf8.count == 5, parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]),
            (0...23).contains(hour), (0...59).contains(minute)
        else { throw fault("\"\(text.prefix(20))\" is not a time of day; write it like 09:00") }
        return hour * 60 + minute
    }
}
