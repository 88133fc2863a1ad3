import Evidence
import Notices

/// What acts are called in an evidence list, and what they prove.
struct DossierWords: Sendable {
    let name: BilingualText
    let proves: BilingualText
    let phase: Dossier.Phase

    /// The words for an act; one that nobody has described is named as the log names it and proves that it happened.
    init(_ event: EvidenceEvent, subjects: [Subject]) {
        if let known = Self.known[event.rawValue] {
            self = known
            return
        }
        let kind = subjects.map(\.kind.rawValue).first { Self.topics[$0] != nil }
        let topic = kind.flatMap { Self.topics[$0] }
        name = BilingualText(zh: "\(topic?.chinese ?? "人事")记录（\(event.rawValue)）", en: event.rawValue)
        proves = BilingualText(
            zh: "该行为确已发生，行为人、时间和内容见材料", en: "that it was done, by whom, when, and what it said")
        phase = topic?.phase ?? .during
    }

    private init(
        _ chinese: String, _ english: String, _ proves: String, _ provesEnglish: String, _ phase: Dossier.Phase
    ) {
        name = BilingualText(zh: chinese, en: english)
        self.proves = BilingualText(zh: proves, en: provesEnglish)
        self.phase = phase
    }

    /// By the kind of thing that an act is about beside the person.
    private static let topics: [String: (chinese: String, phase: Dossier.Phase)] = [
        "client": ("客户", .during), "order": ("订单", .during), "handover": ("交接", .during),
        "handover-item": ("交接", .during), "alert": ("风险预警", .before), "risk-alert": ("风险预警", .before),
        "agreement": ("协议", .before), "policy": ("制度培训", .before), "course": ("培训", .before),
        "goal": ("绩效目标", .before), "appraisal": ("绩效考核", .before), "pay": ("薪酬", .after),
        "notice": ("通知", .after),
    ]

    private static let known: [String: DossierWords] = [
        "EmployeeAdded": .init("入职登记", "entry on the roster", "劳动关系及入职时间", "the employment and its beginning", .before),
        "EmployeesImported": .init(
            "名册导入记录", "import of the roster", "该员工资料的来源和入库时间", "where the particulars come from and since when",
            .before),
        "EmployeeChanged": .init("资料变更", "change of particulars", "资料变更前后的内容", "what was changed", .before),
        "EmployeeTransferred": .init("岗位调动", "transfer", "任职部门和岗位的变更", "unit and position over time", .before),
        "EmploymentMoved": .init(
            "劳动关系状态变更", "step of the employment", "离职、暂停或终止的时间与原因", "when and why the employment moved on", .during),
        "LastDayAgreed": .init(
            "最后工作日约定", "agreed last day", "双方约定的最后工作日", "the last day both sides agreed on", .during),
        "PermissionsChanged": .init(
            "权限变更", "change of permissions", "权限收回的原因、交接进度和用时",
            "why access was closed, how far the handover was, how long it took",
            .during),
        "AccessFrozen": .init("账号冻结", "freeze of access", "冻结的原因、时间和用时", "why and when access was frozen", .during),
        "AccessThawed": .init("账号解冻", "end of the freeze", "解冻的原因和时间", "why and when access was opened again", .during),
        "RoleGranted": .init("授予角色", "role given", "权限的授予及原因", "a permission and its reason", .before),
        "RoleRevoked": .init("收回角色", "role taken", "权限的收回及原因", "a permission and its end", .during),
        "DocumentFiled": .init("工作成果归档", "document filed", "提交的工作成果及其校验值", "a result of work and its hash", .before),
        "RewardFiled": .init("奖励", "reward", "奖励的金额、原因和日期", "amount, reason and date of a reward", .before),
        "PunishmentFiled": .init("处分", "punishment", "处分的金额、原因和日期", "amount, reason and date of a punishment", .before),
        "EmployeeFileRead": .init("查阅档案", "reading of the file", "何人何时查阅了档案", "who read the file and when", .after),
        "RosterImportUndone": .init(
            "撤销导入", "import undone", "导入已撤销及原因", "that an import was put back, and why", .before),
        "NoticeOrdered": .init(
            "发出通知", "notice ordered", "因何事发出何种通知", "which notice was given on account of what", .after),
        "DossierRead": .init("调取证据材料", "reading of the dossier", "何人何时调取", "who read the dossier and when", .after),
    ]
}
