/// What the sealed document of a kind is.
public enum DocumentForm: String, Sendable, Hashable, Codable, CaseIterable {
    /// A typeset PDF: formal notices.
    case pdf
    /// The message itself: client notices and alerts, so that 100,000 of them do not cost 100,000 PDFs.
    case message
}

/// The consignment modes of ETSI EN 319 522.
public enum ConsignmentMode: String, Sendable, Hashable, Codable, CaseIterable {
    /// Handed over without an act of the recipient; ends with the tracking of access.
    case basic
    /// The recipient accepts or refuses before reading.
    case consent
    /// The recipient signs for it.
    case signed
    /// Something else, described in the notice.
    case other
}

/// An article of law a notice rests on (S-122).
public struct LegalBasis: Sendable, Hashable, Codable {
    /// The law's name in Chinese, without book title marks: `劳动合同法`.
    public let law: String
    /// Article, paragraph, item: `39(2)`.
    public let article: String

    /// Names an article.
    public init(law: String, article: String) {
        self.law = law
        self.article = article
    }
}

/// A day by which something that follows from a notice must be done.
public struct NoticeDeadline: Sendable, Hashable {
    /// Its name within the kind.
    public let id: String
    /// What must be done.
    public let label: BilingualText
    /// The last day for it.
    public let due: CivilDate
    /// The article that sets it, if one does.
    public let basis: LegalBasis?
}

/// How notices of a kind are treated by the rooms after rendering.
public struct KindSettings: Sendable, Hashable {
    /// The kind's name for people.
    public let name: BilingualText
    /// What is sealed.
    public let document: DocumentForm
    /// What goes first.
    public let priority: Priority
    /// How many people other than the author must approve: 0, 1 or 2.
    public let approvals: Int
    /// Whether the recipient is asked to confirm receipt by an explicit act.
    public let needsAcknowledgement: Bool
    /// Whether it waits for the end of the quiet hours.
    public let keepsQuietHours: Bool
    /// What recipients can reply in one tap; nothing for most kinds.
    public let replies: [NoticeReply]
    /// The consignment mode stated in the evidence.
    public let consignment: ConsignmentMode
    /// Which channels, in which order, unless the issuer decides otherwise.
    public let plan: DeliveryPlan
    let deadlines: [DeadlineRule]
    let legalBasis: [BasisRule]

    struct DeadlineRule: Sendable, Hashable {
        let id: String
        let label: BilingualText
        let origin: String
        let days: Int
        let basis: LegalBasis?
        let when: [FieldCondition]
    }

    struct BasisRule: Sendable, Hashable {
        let basis: LegalBasis
        let when: [FieldCondition]
    }

    /// The articles a notice with these choices rests on, in the order of the file.
    func basis(for choices: [String: String]) -> [LegalBasis] {
        legalBasis.filter { rule in rule.when.isEmpty || rule.when.contains { $0.holds(for: choices) } }.map(\.basis)
    }
}

extension KindSettings {
    static let keys: Set<String> = [
        "name", "document", "priority", "approvals", "acknowledgement", "quiet-hours", "consignment", "delivery",
        "deadlines", "legal-basis", "replies",
    ]

    /// Reads the settings out of the top level of a `fields.yaml`.
    init(_ object: [String: YAMLNode], root: YAMLNode) throws(SourceFault) {
        func need(_ key: String) throws(SourceFault) -> YAMLNode {
            guard let value = object[key] else { throw root.fault("\(key) is missing") }
            return value
        }
        name = try need("name").bilingual()
        document = try need("document").choice(DocumentForm.self)
        let priorityNode = try need("priority")
        let priorityName = try priorityNode.string()
        guard let named = Priority(name: priorityName) else {
            throw priorityNode.fault("\(priorityName.shortened) is not one of: urgent, normal, bulk")
        }
        priority = named
        approvals = try need("approvals").integer()
        guard (0...2).contains(approvals) else { throw try need("approvals").fault("must be 0, 1 or 2") }
        needsAcknowledgement = try need("acknowledgement").flag()
        keepsQuietHours = try need("quiet-hours").flag()
        // Quiet hours must never make a deadline slip.
        guard !(keepsQuietHours && priority == .urgent) else {
            throw try need("quiet-hours").fault("an urgent kind is never held back; write false or lower the priority")
        }
        var replies: [NoticeReply] = []
        for node in try object["replies"]?.elements() ?? [] {
            let reply = try node.choice(NoticeReply.self)
            guard !replies.contains(reply) else { throw node.fault("\(reply.rawValue) comes twice; name it once") }
            replies.append(reply)
        }
        self.replies = replies
        consignment = try need("consignment").choice(ConsignmentMode.self)
        plan = try Self.readPlan(try need("delivery"))
        deadlines = try object["deadlines"].map(Self.readDeadlines) ?? []
        legalBasis = try object["legal-basis"].map(Self.readBasis) ?? []
    }

    private static func readPlan(_ node: YAMLNode) throws(SourceFault) -> DeliveryPlan {
        var rungs: [Rung] = []
        for element in try node.elements() {
            let object = try element.object(["after", "if", "channels"])
            guard let after = object["after"], let channelList = object["channels"] else {
                throw element.fault("a step needs after and channels")
            }
            var channels: [ChannelKind] = []
            for channel in try channelList.elements() { channels.append(try channel.choice(ChannelKind.self)) }
            let rung = Rung(
                afterSeconds: try after.seconds(), condition: try object["if"].map(readCondition) ?? .always,
                channels: channels)
            guard !channels.isEmpty, Set(channels).count == channels.count else {
                throw channelList.fault("must name at least one channel, none twice")
            }
            guard rung.afterSeconds >= rungs.last?.afterSeconds ?? 0 else {
                throw after.fault("is earlier than the step before it; order the steps by time")
            }
            rungs.append(rung)
        }
        guard let first = rungs.first, first.afterSeconds == 0 else { throw node.fault("the first step starts at 0h") }
        return DeliveryPlan(rungs: rungs)
    }

    private static func readCondition(_ node: YAMLNode) throws(SourceFault) -> Rung.Condition {
        let text = try node.string()
        guard let condition = Rung.Condition(rawValue: text) else {
            throw node.fault("\(text.shortened) is not one of: always, not_delivered, not_opened")
        }
        return condition
    }

    private static func readDeadlines(_ node: YAMLNode) throws(SourceFault) -> [DeadlineRule] {
        var rules: [DeadlineRule] = []
        for element in try node.elements() {
            let object = try element.object(["id", "label", "from", "days", "law", "article", "when"])
            guard let id = object["id"], let label = object["label"], let from = object["from"],
                let days = object["days"]
            else { throw element.fault("a deadline needs id, label, from and days") }
            rules.append(
                DeadlineRule(
                    id: try id.string(), label: try label.bilingual(), origin: try from.string(),
                    days: try days.integer(), basis: try LegalBasis(object, element),
                    when: try object["when"].map(FieldCondition.read) ?? []))
        }
        return rules
    }

    private static func readBasis(_ node: YAMLNode) throws(SourceFault) -> [BasisRule] {
        var rules: [BasisRule] = []
        for element in try node.elements() {
            let object = try element.object(["law", "article", "when"])
            guard let basis = try LegalBasis(object, element) else { throw element.fault("needs law and article") }
            rules.append(BasisRule(basis: basis, when: try object["when"].map(FieldCondition.read) ?? []))
        }
        return rules
    }
}

extension LegalBasis {
    fileprivate init?(_ object: [String: YAMLNode], _ node: YAMLNode) throws(SourceFault) {
        switch (object["law"], object["article"]) {
        case (nil, nil): return nil
        case (let law?, let article?): self.init(law: try law.string(), article: try article.string())
        default: throw node.fault("law and article are given together")
        }
    }
}

extension YAMLNode {
    /// `90m`, `24h` or `3d` in seconds.
    fileprivate func seconds() throws(SourceFault) -> Int {
        let text = try string()
        let units: [Character: Int] = ["m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), (0...1000).contains(count)
        else { throw fault("\(text.shortened) is not a wait; write minutes, hours or days like 90m, 24h, 3d") }
        return count * unit
    }
}
