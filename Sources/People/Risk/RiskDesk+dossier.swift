import Evidence
import Notices

extension RiskDesk: DossierSource {
    /// Every alert about a person with its grounds: rule, version, window, threshold, and how it came out (S-2, S-23).
    public func materials(about subject: Subject, for actor: Actor) async throws -> [DossierMaterial] {
        guard subject.kind == .employee else { return [] }
        let person = PersonID(subject.id)
        let alerts = try await store.alerts(AlertFilter(person: person), before: nil, limit: 500).reversed()
        let rows = alerts.flatMap { alert in
            alert.raises.map { raise in
                [
                    alert.id.rawValue, alert.topic, "\(raise.level)", raise.raisedAt.rfc3339,
                    "\(raise.rule) v\(raise.ruleVersion)", "\(raise.window.lowerBound)", "\(raise.window.upperBound)",
                    raise.threshold, raise.content.text.zh,
                    raise.content.signals.map(\.zh).joined(separator: "；"), alert.state.rawValue,
                    alert.outcome?.rawValue ?? "", alert.closedReason ?? "",
                ]
            }
        }
        return [
            DossierTable(
                file: "risk-alerts.csv", name: BilingualText(zh: "风险预警及其依据", en: "alerts and their grounds"),
                source: "风险规则",
                proves: BilingualText(
                    zh: "何时依据何种记录、何版规则发出预警及处理结果", en: "when which records raised an alert, and what came of it"),
                phase: .before,
                header: [
                    "预警", "主题", "级别", "时间", "规则", "期间起", "期间止", "阈值", "内容", "依据", "状态", "结果", "结案理由",
                ], rows: rows
            ).material(at: clock.now)
        ].compactMap { $0 }
    }
}
