import Evidence
import Notices

extension TestGateway {
    /// A dismissal for serious breach of rules, complete and clean before the pre-flight check.
    public func dismissalRequest(
        to people: [PersonID] = [PersonID("p-zhangsan")], fields changes: [String: JSONValue] = [:]
    ) -> IssueRequest {
        let fields: [String: JSONValue] = [
            "position": "华东区销售经理", "contractStart": "2022-03-01", "ground": "39-2",
            "facts": "2026年9月7日至9月11日，您未办理请假手续，连续五个工作日未到岗。",
            "ruleClause": "《考勤管理制度》（2025年版）第十二条第三款",
            "evidence": ["2026年9月考勤记录（存证编号 E-2026-0911）"], "unionNoticeDate": "2026-11-16",
            "finalDate": "2026-12-31", "handoverDate": "2026-12-30",
        ]
        return IssueRequest(
            issuer: Self.issuer, kind: "dismissal", recipients: people,
            fields: .object(fields.merging(changes) { _, new in new }),
            declarations: PreflightDeclarations(
                unionNotifiedAt: options.start.adding(.seconds(-5 * 86_400)), protectedStates: [],
                evidence: ["E-2026-0911"]))
    }

    /// A change of the contact person of a client: a message, no approval, bulk.
    public func clientContactChange(
        to people: [PersonID] = [PersonID("p-zhangsan")], newContact: String = "李经理", batch: String? = nil
    ) -> IssueRequest {
        IssueRequest(
            issuer: Self.issuer, kind: "client-contact-change", recipients: people,
            fields: [
                "newContact": .string(newContact), "newPhone": "010-88886666", "newEmail": "liming@example.com",
                "effectiveDate": "2026-12-01",
            ], batch: batch)
    }

    /// An alert to HR: a message, no approval, read within a day or sent again.
    public func riskAlert(to people: [PersonID] = [PersonID("p-zhangsan")]) -> IssueRequest {
        IssueRequest(
            issuer: Self.issuer, kind: "risk-alert", recipients: people,
            fields: [
                "employee": "王五", "pattern": "absence", "count": 2,
                "signals": ["2026年11月19日、20日两个排班工作日无打卡记录"], "rule": "考勤规则 attendance-absence 第3版",
            ])
    }

    /// Issues a request and returns its notice's id.
    public func issue(_ request: IssueRequest, idempotency: IdempotencyClaim? = nil) async throws -> NoticeID {
        switch try await pipeline.issue.issue(request, by: .author, idempotency: idempotency) {
        case .accepted(let id), .replayed(let id): return id
        }
    }

    /// Issues a dismissal and has it approved by two people.
    public func approvedDismissal(_ request: IssueRequest? = nil) async throws -> NoticeID {
        let id = try await issue(request ?? dismissalRequest())
        guard let notice = try await store.notice(id) else { throw TestSupportError("the notice is gone") }
        _ = try await pipeline.issue.approve(id, contentHash: notice.contentHash, by: .approverA)
        _ = try await pipeline.issue.approve(id, contentHash: notice.contentHash, by: .approverB)
        return id
    }
}
