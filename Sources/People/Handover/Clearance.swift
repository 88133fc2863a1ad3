import Evidence
import Notices

/// The internal clearance of a handover beside the end of the employment (内部交接结清, S-72, S-78).
///
/// The lock keeps the company's own checklist open and nothing else: the employment ends on its day, and the certificate
/// and the transfer of file and insurance are due whatever is open (劳动合同法第五十条). Both dates and their conflict are
/// shown, so that nobody mistakes one for the other.
public struct Clearance: Sendable, Hashable {
    /// Where the clearance stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Under way.
        case open
        /// Key material is missing; it cannot be completed.
        case locked
        /// Complete.
        case cleared
    }

    /// Where it stands.
    public let state: State
    /// What stands against it, in words.
    public let reasons: [BilingualText]
    /// When it was complete.
    public let clearedAt: Timestamp?
    /// The day by which the handover is to be complete.
    public let dueOn: CivilDate
    /// The last day of the employment; never moved by what stands here.
    public let statutoryLastDay: CivilDate
    /// The day by which file and social insurance are transferred, counted by law.
    public let fileTransferBy: CivilDate?
    /// What is said when the employment ends before the clearance is complete.
    public let conflict: BilingualText?

    /// Looks at a handover on a day.
    public init(of record: HandoverRecord, on today: CivilDate, law: ServiceLaw) {
        let handover = record.handover
        let open = record.items.filter { !$0.isClosed }
        clearedAt = handover.clearedAt
        statutoryLastDay = handover.lastDay.day
        dueOn = handover.record(of: .review)?.dueOn ?? handover.lastDay.day
        fileTransferBy = law.period("file-transfer")?.lastDay(receivedOn: handover.lastDay.day)
        if handover.clearedAt != nil {
            (state, reasons, conflict) = (.cleared, [], nil)
            return
        }
        let missing = open.filter { $0.isKey && ($0.isOwed || $0.isUnimported) }
        state = missing.isEmpty ? .open : .locked
        reasons =
            open.map(\.obstacle)
            + HandoverStep.allCases.filter { handover.passed[$0] == nil }.map { step in
                BilingualText(zh: "步骤“\(step.zh)”尚未通过", en: "the step \(step.rawValue) is not passed")
            }
        conflict = Self.conflict(
            open: open.count, today: today, dueOn: dueOn, lastDay: statutoryLastDay, transferBy: fileTransferBy)
    }

    private static func conflict(
        open: Int, today: CivilDate, dueOn: CivilDate, lastDay: CivilDate, transferBy: CivilDate?
    ) -> BilingualText? {
        guard today >= lastDay || dueOn > lastDay else { return nil }
        let transfer = transferBy.map { "\($0)" } ?? "—"
        return BilingualText(
            zh: "劳动合同于\(lastDay)解除或者终止，不因内部交接未结清（\(open)项未完成）而改变：当日应出具证明，"
                + "\(transfer)前应办理档案和社会保险关系转移（劳动合同法第五十条）",
            en:
                "the employment ends on \(lastDay) although the internal clearance is not complete (\(open) items open): "
                + "the certificate is due that day, file and social insurance by \(transfer) (Labour Contract Law, "
                + "article 50)")
    }
}

extension HandoverStep {
    /// What people call it.
    public var zh: String {
        switch self {
        case .clients: "客户交接"
        case .data: "数据导出"
        case .formalities: "手续办理"
        }
    }
}

extension HandoverItem {
    /// Whether its list is to come from another system and has not come.
    public var isUnimported: Bool {
        content.object?.keys.contains("importedAt") == true && content["importedAt"] == .null
    }

    /// What is missing for it to be closed.
    var obstacle: BilingualText {
        let (zh, en): (String, String) =
            if isUnimported {
                ("清单尚未从来源系统导入", "its list was not imported from the system that keeps it")
            } else {
                switch state {
                case .open: ("尚未提交", "nothing was handed in")
                case .returned: ("已退回，待重新提交", "returned, to be handed in again")
                default:
                    if kind == .client, confirmation(by: .client) == nil {
                        ("缺少客户交接确认函或客户在线确认", "the client's letter or online confirmation is missing")
                    } else if confirmation(by: .taker) == nil {
                        ("接收人尚未确认", "whoever takes it over has not confirmed")
                    } else {
                        ("待审核", "waits for review")
                    }
                }
            }
        return BilingualText(zh: "\(title)：\(zh)", en: "\(title): \(en)")
    }
}
