import Evidence
import Notices
import SQL

/// Compares the rows that the gateway works from with the entries of the log, so that a row made, changed or removed by
/// hand is named.
///
/// The log proves itself; rows do not. Each page is read in one snapshot together with its entries, so the audit may run
/// beside a server. Entries are taken as they are: whether they are genuine is for the audit of the log. No entry says
/// what a person is called or where an issuing entity can be reached today; notices carry their own copy. Names and
/// addresses of people are opened, so that damage to them is found before somebody needs them.
public struct StateAuditor: Sendable {
    let store: SQLNoticeStore
    private static let page = 200

    /// Audits the rows of this store.
    public init(_ store: SQLNoticeStore) { self.store = store }

    /// Audits all rows; `progress` is told notices done and notices in all.
    public func audit(progress: @Sendable (Int, Int) -> Void = { _, _ in }) async throws -> StateReport {
        var report = StateReport()
        let total: Int = try await store.database.read { tx in
            try tx.first("SELECT count(*) AS n FROM notices")?.get("n") ?? 0
        }
        var last = ""
        while true {
            try Task.checkCancellation()
            let page = try await NoticePage.read(after: last, limit: Self.page, from: store)
            guard let end = page.notices.last?.id else { break }
            for notice in page.notices { compare(notice, &report) }
            last = end
            progress(min(report.notices, total), total)
        }
        try await findLostNotices(&report)
        try await comparePeople(&report)
        try await openPeople(&report)
        return report
    }

    private func compare(_ notice: NoticePage.Notice, _ report: inout StateReport) {
        report.notices += 1
        if notice.entries.contains(where: { $0.facts == nil }) { report.erased += 1 }
        NoticeComparison(notice).run(&report)
        for delivery in notice.deliveries {
            report.deliveries += 1
            DeliveryComparison(delivery, in: notice).run(&report)
        }
        let known = Set(notice.deliveries.map(\.id))
        for lost in Set(notice.entries.compactMap(\.delivery)).subtracting(known).sorted() {
            report.add("deliveries", lost, "entries speak of it, and the row is gone")
        }
    }

    /// A notice whose row was removed still has its entry.
    private func findLostNotices(_ report: inout StateReport) async throws {
        let issued = EvidenceEvent.noticeIssued.rawValue
        let lost: [String] = try await store.database.read { tx in
            try tx.query(
                """
                SELECT e.notice FROM evidence_entries e
                WHERE e.event = \(issued) AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.id = e.notice)
                ORDER BY e.position LIMIT \(StateReport.maximumFindings)
                """
            ).map { try $0.get("notice") }
        }
        for id in lost { report.add("notices", id, "it was issued, and the row is gone") }
    }
}
