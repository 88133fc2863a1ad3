import Notices

extension DossierWords {
    /// The words for an event; nil for one that nobody has described.
    static func known(_ event: String) -> DossierWords? {
        roster[event] ?? warnings[event] ?? performance[event] ?? papers[event] ?? clients[event] ?? handover[event]
            ?? afterwards[event]
    }

    /// Everybody's employment, file and access.
    private static let roster: [String: DossierWords] = [
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
        "OwnDataTaken": .init(
            "本人取得个人信息副本", "copy taken by the person", "本人何时取得了何种副本", "what the person took, and when", .after),
        "NoticeOrdered": .init(
            "发出通知", "notice ordered", "因何事发出何种通知", "which notice was given on account of what", .after),
        "DossierRead": .init("调取证据材料", "reading of the dossier", "何人何时调取", "who read the dossier and when", .after),
    ]

    /// Attendance, alerts, and what was done about them.
    private static let warnings: [String: DossierWords] = [
        "PunchEntered": .init(
            "补录打卡", "punch entered by hand", "人工补录的打卡及补录人", "a punch that somebody entered", .before),
        "LeaveRecorded": .init(
            "请假记录", "leave", "请假的起止、类型和审批状态", "span, kind and state of a leave", .before),
        "AlertRaised": .init(
            "发出风险预警", "alert raised", "预警的规则、版本、阈值和依据的记录", "rule, version, threshold and the records behind", .before),
        "AlertRetracted": .init(
            "撤回风险预警", "alert taken back", "预警因补充记录被撤回", "that later records took the alert back", .before),
        "AlertEscalated": .init(
            "预警升级通知", "alert escalated", "逾期无人确认而通知上级", "that nobody confirmed in time and the heads were told", .before
        ),
        "AlertAssigned": .init(
            "预警交办", "alert assigned", "由谁处理该预警", "who dealt with the alert", .before),
        "AlertClosed": .init(
            "预警结案", "alert closed", "处理结果和理由", "outcome and reason", .before),
        "InterventionRecorded": .init(
            "沟通与帮扶记录", "talk or remedy", "公司曾沟通或者采取的帮扶措施、日期和结果",
            "what the company did about it, when, and what came of it", .before),
        "ConsentGiven": .init(
            "同意采集", "consent given", "本人同意采集何种信息", "to what the person agreed", .before),
        "ConsentWithdrawn": .init(
            "撤回同意", "consent withdrawn", "本人撤回同意，数据已删除", "that consent was withdrawn and the data dropped", .before),
        "SnippetsViewed": .init(
            "查阅沟通片段", "snippets viewed", "何人查阅了命中的沟通片段", "who read the matched words", .after),
    ]

    /// Goals, scores, pay.
    private static let performance: [String: DossierWords] = [
        "GoalSet": .init(
            "设定绩效目标", "goal set", "目标的内容", "what was to be reached", .before),
        "GoalSigned": .init(
            "绩效目标签字", "goal signed", "一方对该目标内容的签字", "that one side signed exactly these words", .before),
        "GoalWithdrawn": .init(
            "撤销绩效目标", "goal withdrawn", "目标不再执行及理由", "that the goal was given up, and why", .before),
        "ProgressImported": .init(
            "导入目标进度", "progress imported", "进度的来源和时间", "where progress came from, and when", .before),
        "PerformanceScored": .init(
            "绩效评分", "performance scored", "评分、扣分及理由", "score, deductions and their reasons", .before),
        "PerformanceConfirmed": .init(
            "员工确认评分", "score confirmed", "本人确认该版评分", "that the person confirmed this version", .before),
        "PerformanceAppealed": .init(
            "员工申诉", "appeal", "本人对评分的申诉理由", "why the person disagreed", .before),
        "AppealDecided": .init(
            "申诉决定", "appeal decided", "申诉的处理结果和理由", "how the appeal was decided, and why", .before),
        "PerformanceApproved": .init(
            "人事批准评分", "score approved", "人事批准该版评分", "that HR approved this version", .before),
        "PerformanceSigned": .init(
            "员工签字确认绩效结果", "result signed", "本人对该版绩效结果及其后果的签字",
            "that the person signed this version and what follows from it", .before),
        "PayCalculated": .init(
            "工资计算", "pay worked out", "各项工资的计算依据", "how each term of the pay came about", .after),
        "PayFinalised": .init(
            "工资单生效", "pay in force", "当月应发和实发工资", "what was due and paid for the month", .after),
        "PayWithdrawn": .init(
            "工资单撤回", "pay taken back", "工资单撤回的理由", "why a sheet was taken back", .after),
    ]

    /// Agreements and training.
    private static let papers: [String: DossierWords] = [
        "AgreementOffered": .init(
            "送签协议", "agreement offered", "向本人送签何种文本", "which text was put before the person", .before),
        "AgreementCodeSent": .init(
            "发送签署验证码", "signing code sent", "验证码发往何处、用于签署何文本", "where the code went and for which text", .before),
        "AgreementShown": .init(
            "查看协议全文", "agreement shown", "本人签署前已查看全文", "that the whole text was shown before signing", .before),
        "AgreementSigned": .init(
            "签署协议", "agreement signed", "本人签署该文本，签署人身份、文本校验值和时间", "who signed exactly which text, how identified, when",
            .before),
        "AgreementWithdrawn": .init(
            "撤回协议", "agreement withdrawn", "协议在签署前撤回", "that it was taken back unsigned", .before),
        "PolicyPublished": .init(
            "发布规章制度", "policy published", "制度的内容、版本和生效日期", "text, version and effective date", .before),
        "CourseSkipped": .init(
            "培训视频跳播", "course skipped", "培训过程中跳播被发现", "that skipping was noticed", .before),
        "CourseWatched": .init(
            "完成培训视频", "course watched", "培训视频已看完", "that the course was watched in full", .before),
        "ExamStarted": .init(
            "开始考试", "exam begun", "何时开始考试", "when the exam was begun", .before),
        "ExamSubmitted": .init(
            "提交考试", "exam handed in", "答卷、得分和及格线", "answers, score and pass mark", .before),
        "PolicyStatementSigned": .init(
            "签署制度知悉声明", "policy statement signed", "本人声明已阅读并理解该制度", "that the person read and understood the policy",
            .before),
    ]

    /// Clients and who is in charge of them.
    private static let clients: [String: DossierWords] = [
        "ClientAdded": .init(
            "登记客户", "client added", "客户在职期间登记入公司系统", "that the client came on the company's record", .during),
        "ClientEdited": .init(
            "修改客户资料", "client edited", "修改前后的内容和修改人", "what was changed and by whom", .during),
        "ClientOrderMoved": .init(
            "订单操作", "order moved", "订单的创建或者状态变更", "that an order was placed or moved on", .during),
        "ClientAssigned": .init(
            "指定客户负责人", "client assigned", "客户由谁负责", "who was put in charge", .during),
        "ClientsTransferred": .init(
            "客户移交", "clients transferred", "客户移交给谁、何时、因何", "to whom clients went, when and why", .during),
        "ClientsShadowed": .init(
            "接任人提前熟悉客户", "clients shadowed", "接任人自何日起熟悉客户", "since when a successor learnt the clients", .before),
        "ClientsExported": .init(
            "导出客户资料", "clients exported", "何人导出客户资料", "who took clients out", .during),
        "ClientBulkAccess": .init(
            "批量查看客户报警", "bulk access", "短时间内大量查看客户资料", "that very many clients were looked at in a short time", .before),
        "ClientLost": .init(
            "客户停止下单", "client lost", "移交后的客户连续多月无订单", "that a client that changed hands ordered no more", .after),
        "ClientLossMeasured": .init(
            "客户损失测算", "loss measured", "移交前后订单变化", "how orders changed", .after),
    ]

    /// The departure and its handover.
    private static let handover: [String: DossierWords] = [
        "DepartureRecorded": .init(
            "离职登记", "departure recorded", "离职通知的日期、最后工作日及其依据", "notice, last day and the rule behind it", .during),
        "HoldingsImported": .init(
            "导入领用清单", "holdings imported", "本人领用的资料和设备", "what the person held", .during),
        "VisitConsentGiven": .init(
            "同意记录拜访地点", "consent to places", "本人同意记录拜访地点", "that the person lets us keep places", .before),
        "VisitConsentWithdrawn": .init(
            "撤回拜访地点同意", "consent withdrawn", "本人撤回同意", "that the consent was withdrawn", .before),
        "HandoverItemListed": .init(
            "列入交接清单", "item listed", "应交接的事项", "what was to be handed over", .during),
        "HandoverItemRenewed": .init(
            "更新交接事项", "item renewed", "交接事项内容的更新", "that live data changed the item", .during),
        "HandoverFileAdded": .init(
            "上传交接材料", "file handed in", "材料的校验值和提交人", "hash of the file and who handed it in", .during),
        "HandoverItemSubmitted": .init(
            "提交交接事项", "item handed in", "何人何时提交何内容", "who handed in what, when", .during),
        "HandoverItemTaken": .init(
            "接收人确认", "item taken", "接收人对该内容的确认", "that whoever takes over confirmed it", .during),
        "HandoverClientConfirmed": .init(
            "客户确认交接", "client confirmed", "客户确认对接人变更", "that the client confirmed the handover", .during),
        "HandoverItemReturned": .init(
            "退回交接事项", "item returned", "退回的理由", "why it was sent back", .during),
        "HandoverItemAccepted": .init(
            "交接事项验收", "item accepted", "审核人的验收意见", "that the reviewer accepted it", .during),
        "HandoverItemWaived": .init(
            "交接事项放弃", "item given up", "该事项未完成及理由", "that it was not done, and why", .during),
        "HandoverAssigned": .init(
            "指定交接人员", "handover assigned", "接收人、审核人和经办人", "who takes over, reviews, and sees to it", .during),
        "HandoverStageClosed": .init(
            "交接阶段完成", "stage closed", "阶段完成的时间", "when a stage was closed", .during),
        "HandoverStepPassed": .init(
            "交接步骤通过", "step passed", "步骤通过的时间", "when a step was passed", .during),
        "HandoverRedated": .init(
            "最后工作日变更", "last day changed", "最后工作日的变更", "that both sides agreed on another last day", .during),
        "HandoverWithdrawn": .init(
            "撤回离职", "departure withdrawn", "离职通知被撤回", "that the notice was withdrawn", .during),
        "HandoverCleared": .init(
            "内部交接结清", "internal clearance", "内部交接完成的时间", "when the clearance was complete", .during),
        "AccessClosed": .init(
            "收回访问权限", "access closed", "权限收回的时间和用时", "when access was closed and how long it took", .during),
    ]

    /// What goes on after the employment.
    private static let afterwards: [String: DossierWords] = [
        "NonCompeteStarted": .init(
            "竞业限制起算", "non-compete begins", "竞业限制的起止日期", "from when until when it runs", .after),
        "NonCompeteReleased": .init(
            "解除竞业限制", "non-compete released", "公司解除竞业限制", "that the company released the person", .after),
        "NonCompeteEnded": .init(
            "竞业限制届满", "non-compete ended", "竞业限制届满", "that its term ran out", .after),
        "CompensationPaid": .init(
            "支付竞业限制补偿", "compensation paid", "补偿的月份和金额", "month and amount", .after),
        "CheckOpened": .init(
            "竞业限制核查任务", "check opened", "应核查的事项", "what was to be checked", .after),
        "CheckClosed": .init(
            "竞业限制核查结果", "check closed", "核查的结果", "what came of it", .after),
    ]
}
