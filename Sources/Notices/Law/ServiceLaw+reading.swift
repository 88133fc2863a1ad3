extension ServiceLaw {
    /// Reads the rules strictly: an unknown key, a missing key or a value that cannot be is refused with its line.
    public init(yaml: String, file: String) throws(SourceFault) {
        let root = try YAMLNode.parse(yaml, file: file)
        let object = try root.object([
            "id", "version", "effective-from", "service", "periods", "grounds", "protected", "quiet-hours", "retention",
        ])
        id = try object.need("id", root).string()
        version = try object.need("version", root).integer()
        guard version > 0 else { throw try object.need("version", root).fault("versions are counted from 1") }
        effectiveFrom = try object.need("effective-from", root).date()
        service = try object.need("service", root).each { node throws(SourceFault) in try ServiceRule(node) }
        periods = try object.need("periods", root).each { node throws(SourceFault) in try NoticePeriod(node) }
        grounds = try object.need("grounds", root).each { node throws(SourceFault) in try DismissalGround(node) }
        protected = try object.need("protected", root).each { node throws(SourceFault) in try ProtectedStatus(node) }
        quietHours = try QuietHours(try object.need("quiet-hours", root))
        let retention = try object.need("retention", root)
        let years = try retention.object(["minimum-years"]).need("minimum-years", retention)
        minimumRetentionYears = try years.integer()
        guard minimumRetentionYears >= 10 else {
            throw years.fault("evidence is kept at least 10 years (S-119); raise it")
        }
        try checkNames(root)
    }

    /// A name that stands twice would make a conclusion ambiguous.
    private func checkNames(_ root: YAMLNode) throws(SourceFault) {
        let lists = [service.map(\.id), periods.map(\.id), grounds.map(\.id), protected.map(\.id)]
        for names in lists {
            var seen: Set<String> = []
            for name in names where !seen.insert(name).inserted {
                throw root.fault("the rule \(name.shortened) stands twice; rename or remove one")
            }
        }
    }
}

extension ServiceRule {
    fileprivate init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object([
            "id", "channels", "states", "needs", "person", "requires-exhaustion", "days", "weight", "source", "text",
        ])
        id = try object.need("id", node).string()
        channels = try object.need("channels", node).each { node throws(SourceFault) in
            try node.choice(ChannelKind.self)
        }
        states = try object.need("states", node).each { node throws(SourceFault) in try node.choice(DeliveryState.self)
        }
        need = try object.need("needs", node).choice(Need.self)
        persons =
            try object["person"]?.each { node throws(SourceFault) in
                try node.choice(ServiceObservation.Taker.self)
            } ?? []
        requiresExhaustion = try object["requires-exhaustion"]?.flag() ?? false
        days = try object["days"]?.integer() ?? 0
        weight = try object.need("weight", node).choice(Weight.self)
        source = try object.need("source", node).string()
        text = try object.need("text", node).bilingual()
        guard (0...365).contains(days) else { throw node.fault("days is from 0 to 365") }
        // Acceptance by a server is never arrival, whatever a rule file says.
        let weak: Set<DeliveryState> = [.queued, .attempting, .deferred, .unknown, .accepted, .relayed, .expired]
        if let state = states.first(where: weak.contains) {
            throw node.fault("\(state.rawValue) says nothing about the recipient and cannot lead to service; remove it")
        }
    }
}

extension NoticePeriod {
    fileprivate init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object(["id", "days", "source", "text"])
        id = try object.need("id", node).string()
        days = try object.need("days", node).integer()
        source = try object.need("source", node).string()
        text = try object.need("text", node).bilingual()
        guard (1...365).contains(days) else { throw node.fault("days is from 1 to 365") }
    }
}

extension DismissalGround {
    fileprivate init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object(["id", "source", "union", "protected", "notice", "compensation", "demands"])
        id = try object.need("id", node).string()
        source = try object.need("source", node).string()
        needsUnionNotice = try object.need("union", node).flag()
        isBarredForProtected = try object.need("protected", node).flag()
        needsNoticeOrPay = try object.need("notice", node).flag()
        compensation = try object.need("compensation", node).choice(Compensation.self)
        demands = try object.need("demands", node).each { node throws(SourceFault) in try node.choice(Demand.self) }
    }
}

extension ProtectedStatus {
    fileprivate init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object(["id", "zh", "en"])
        id = try object.need("id", node).string()
        label = BilingualText(zh: try object.need("zh", node).string(), en: try object.need("en", node).string())
    }
}

extension QuietHours {
    fileprivate init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object(["from", "to", "source"])
        fromMinute = try object.need("from", node).minuteOfDay()
        toMinute = try object.need("to", node).minuteOfDay()
        source = try object.need("source", node).string()
    }
}

extension YAMLNode {
    /// `HH:MM` as minutes from midnight.
    fileprivate func minuteOfDay() throws(SourceFault) -> Int {
        let text = try string()
        let parts = text.split(separator: ":")
        guard text.utf8.count == 5, parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]),
            (0...23).contains(hour), (0...59).contains(minute)
        else { throw fault("\(text.shortened) is not a time of day; write it like 21:00") }
        return hour * 60 + minute
    }
}
