import Evidence

/// Checks a dismissal before it can be issued: the ground, the facts, the union, the protected, the address.
///
/// A finding blocks. It can be overridden with a reason by two people; the override is evidence. What a ground demands and
/// who is protected comes from the rules file.
public struct Preflight: Sendable {
    private let law: ServiceLaw

    /// Makes a check by these rules.
    public init(law: ServiceLaw) { self.law = law }

    /// What stands against issuing this notice; empty means nothing does.
    public func findings(
        kind: String, fields: JSONValue, declarations: PreflightDeclarations, recipients: [NoticeRecipient],
        now: Timestamp
    ) -> [PreflightFinding] {
        // Only dismissals have a ground; the template has refused one that the rules do not know.
        guard let ground = fields["ground"]?.string.flatMap({ law.ground($0) }), kind == "dismissal" else { return [] }
        var findings: [PreflightFinding] = []
        // The document states the day; the template has refused one after the day of issue.
        if ground.needsUnionNotice, fields["unionNoticeDate"]?.string == nil {
            findings += union(declarations, now: now)
        }
        if ground.isBarredForProtected { findings += protection(declarations) }
        let listed = (fields["evidence"]?.array ?? []).count + declarations.evidence.count
        if ground.demands.contains(.evidence), listed == 0 {
            findings.append(
                PreflightFinding(
                    id: "evidence", basis: "法释〔2020〕26号 第四十四条",
                    zh: "没有列出证明解除理由的证据材料，举证责任在用人单位；请在 declarations.evidence 中列出",
                    en: "no evidence for the ground is listed, and the burden of proof is the employer's; "
                        + "list it in declarations.evidence"))
        }
        for recipient in recipients
        where !recipient.addresses.contains(where: { $0.confirmation != nil && !$0.channel.isManual }) {
            findings.append(
                PreflightFinding(
                    id: "address", basis: "民法典 第一百三十七条",
                    zh: "\(recipient.name) 没有已确认的电子送达地址；请先取得送达地址确认书，或在方案中安排 EMS",
                    en: "\(recipient.name) has no confirmed electronic service address; obtain an address "
                        + "confirmation first, or plan for EMS"))
            break
        }
        return findings
    }

    private func union(_ declarations: PreflightDeclarations, now: Timestamp) -> [PreflightFinding] {
        let basis = "劳动合同法 第四十三条"
        guard let notified = declarations.unionNotifiedAt else {
            return [
                PreflightFinding(
                    id: "union", basis: basis, zh: "尚未事先将理由通知工会；请先通知并填写 declarations.unionNotifiedAt",
                    en: "the union has not been told the reasons beforehand; tell it first and give "
                        + "declarations.unionNotifiedAt")
            ]
        }
        guard notified > now else { return [] }
        return [
            PreflightFinding(
                id: "union", basis: basis, zh: "通知工会的时间 \(notified.rfc3339) 晚于现在；请更正",
                en: "the union is said to be told at \(notified.rfc3339), which is in the future; correct it")
        ]
    }

    private func protection(_ declarations: PreflightDeclarations) -> [PreflightFinding] {
        let basis = "劳动合同法 第四十二条"
        guard let states = declarations.protectedStates else {
            return [
                PreflightFinding(
                    id: "protected", basis: basis,
                    zh: "没有回答劳动者是否属于第四十二条保护的情形；没有时请填写空列表 declarations.protectedStates: []",
                    en: "it is not answered whether article 42 protects the worker; if not, give an empty list in "
                        + "declarations.protectedStates")
            ]
        }
        let known = Set(law.protected.map(\.id))
        if let first = states.subtracting(known).sorted().first {
            let known = known.sorted().joined(separator: ", ")
            return [
                PreflightFinding(
                    id: "protected", basis: basis, zh: "“\(first)”不是已知的保护情形；可用：\(known)",
                    en: "\"\(first)\" is not a known protected state; known are: \(known)")
            ]
        }
        guard !states.isEmpty else { return [] }
        let listed = states.sorted().joined(separator: ", ")
        return [
            PreflightFinding(
                id: "protected", basis: basis, zh: "劳动者属于受保护情形（\(listed)），不得依照第四十条、第四十一条解除",
                en: "the worker is protected (\(listed)); articles 40 and 41 may not be used")
        ]
    }
}

/// One thing that stands against issuing a notice.
public struct PreflightFinding: Sendable, Hashable {
    /// Names it in an override.
    public let id: String
    /// The article behind it.
    public let basis: String
    /// The sentence in Chinese.
    public let zh: String
    /// The sentence in English.
    public let en: String

    /// States a finding.
    public init(id: String, basis: String, zh: String, en: String) {
        self.id = id
        self.basis = basis
        self.zh = zh
        self.en = en
    }
}

/// What the author declares for the pre-flight check.
public struct PreflightDeclarations: Sendable, Hashable {
    /// When the union was told the reasons (article 43); nil means not.
    public var unionNotifiedAt: Timestamp?
    /// Codes of protected states (article 42) that hold for the worker; nil means the question was not answered.
    public var protectedStates: Set<String>?
    /// Where the evidence for the ground is: file names, record numbers.
    public var evidence: [String]

    /// Declares nothing, unless told otherwise.
    public init(unionNotifiedAt: Timestamp? = nil, protectedStates: Set<String>? = nil, evidence: [String] = []) {
        self.unionNotifiedAt = unionNotifiedAt
        self.protectedStates = protectedStates
        self.evidence = evidence
    }
}

/// Two people's decision to issue in spite of a finding.
public struct PreflightOverride: Sendable, Hashable {
    /// Which finding.
    public let finding: String
    /// Why.
    public let reason: String
    /// The second person, who is not the author.
    public let confirmedBy: String

    /// Makes an override.
    public init(finding: String, reason: String, confirmedBy: String) {
        self.finding = finding
        self.reason = reason
        self.confirmedBy = confirmedBy
    }
}
