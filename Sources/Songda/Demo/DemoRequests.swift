import Evidence
import Notices

/// The three requests of the demo, as a caller would send them.
struct DemoRequests: Sendable {
    let clock: any WallClock

    private func day(_ offset: Int) -> JSONValue {
        .string(CivilDate(inChina: clock.now).adding(days: offset).description)
    }

    /// Article 39(2): the pre-flight check finds no confirmed address, and two people decide to go on.
    func dismissal(to person: String, confirmedBy second: String) throws -> JSONValue {
        .object([
            "issuer": .string(DemoStory.issuer), "kind": "dismissal", "language": "zh-CN",
            "recipients": .array([.string(person)]),
            "fields": .object([
                "position": "华东区销售经理", "contractStart": "2022-03-01", "ground": "39-2",
                "facts":
                    "您自\(CivilDate(inChina: clock.now).adding(days: -14).formatted(.chinese))起连续五个工作日未办理请假手续且未到岗。\n公司两次向您送达返岗通知，您均未答复。"
                    .json,
                "ruleClause": "《考勤管理制度》（2025年版）第十二条第三款，2025年1月6日由本人签收",
                "evidence": .array(["考勤记录（打卡系统导出，2份）", "返岗通知两份及送达记录"]),
                "unionNoticeDate": day(-5), "unionReply": "工会书面回复无异议", "finalDate": day(0),
                "handoverDate": day(3),
            ]),
            "overrides": .array([
                .object([
                    "finding": "address", "confirmedBy": .string(second),
                    "reason": "入职时未签署送达地址确认书，同时安排 EMS 邮寄",
                ])
            ]),
        ])
    }

    /// Neutral: no reason, nothing about who left.
    func contactChange(to person: String) throws -> JSONValue {
        .object([
            "issuer": .string(DemoStory.issuer), "kind": "client-contact-change", "language": "zh-CN",
            "recipients": .array([.string(person)]),
            "fields": .object([
                "newContact": "李经理", "newPhone": "021-61234568", "newEmail": "li.ming@songda.example",
                "effectiveDate": day(3),
            ]),
        ])
    }

    /// To HR, about days without clocking in.
    func riskAlert(to person: String) throws -> JSONValue {
        .object([
            "issuer": .string(DemoStory.issuer), "kind": "risk-alert", "language": "zh-CN",
            "recipients": .array([.string(person)]),
            "fields": .object([
                "employee": "张三", "pattern": "absence", "count": 2,
                "signals": .array(["最近两个排班工作日无打卡记录，且无已批准的请假"]),
                "rule": "考勤规则 attendance-absence 第3版", "suggestion": "当日电话联系本人，了解是否有特殊情况。",
            ]),
        ])
    }
}

extension String {
    fileprivate var json: JSONValue { .string(self) }
}
