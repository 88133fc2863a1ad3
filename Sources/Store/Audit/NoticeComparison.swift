import Evidence
import Notices

/// Lays a notice's rows beside its entries.
struct NoticeComparison {
    private let notice: NoticePage.Notice

    init(_ notice: NoticePage.Notice) { self.notice = notice }

    func run(_ report: inout StateReport) {
        guard let issued = notice.all(.noticeIssued).first else {
            report.add("notices", notice.id, "no entry says that it was issued: the row was made by hand")
            return
        }
        compareContent(issued, &report)
        compareApprovals(&report)
        compareState(&report)
        compareDocument(&report)
    }

    private func compareContent(_ issued: EntryFacts, _ report: inout StateReport) {
        guard issued.facts != nil else { return }
        if issued["number"] != notice.number {
            report.add("notices", notice.id, "its number is \(notice.number), issued as \(issued["number"] ?? "none")")
        }
        if let rehearsed = issued.isRehearsal, rehearsed != notice.isRehearsal {
            report.add(
                "notices", notice.id,
                rehearsed
                    ? "it was issued in a rehearsal, and passes for meant" : "it was meant, and passes for a rehearsal")
        }
        let hash = notice.all(.approvalVoided).last?["contentHash"] ?? issued["contentHash"]
        if hash != notice.contentHash.hex {
            report.add(
                "notices", notice.id,
                "its content hash is \(notice.contentHash.hex.prefix(16))…, the last recorded one \(hash?.prefix(16) ?? "none")…"
            )
        }
        if let stored = notice.storedHash, stored != notice.contentHash {
            report.add("notices", notice.id, "its stored content is damaged or another than its hash says")
        }
        if let needed = issued.facts?["approvalsNeeded"]?.integer, needed != Int64(notice.approvalsNeeded) {
            report.add("notices", notice.id, "it asks for \(notice.approvalsNeeded) approvals, issued with \(needed)")
        }
        let people = issued.facts?["recipients"]?.array?.compactMap(\.string) ?? []
        if people != notice.recipients {
            report.add("notice_recipients", notice.id, "they are not the people it was issued to")
        }
    }

    /// Rows since the last edit, and entries since the last edit, must be the same people for the same words.
    private func compareApprovals(_ report: inout StateReport) {
        let lastEdit = notice.entries.lastIndex { $0.event == .approvalVoided } ?? -1
        var given: [String: String] = [:]
        var givers: [String: JSONValue] = [:]
        for entry in notice.entries.dropFirst(lastEdit + 1) where entry.event == .approvalGiven {
            guard let approver = entry.facts?["approver"]?["id"]?.string else { continue }
            given[approver] = entry["contentHash"]
            givers[approver] = entry.facts?["approver"]
        }
        for row in notice.approvals where given[row.approver] != row.contentHash.hex {
            report.add(
                "approvals", "\(notice.id) by \(row.approver)",
                given[row.approver] == nil
                    ? "no ApprovalGiven entry stands behind it: the row is forged"
                    : "the approval was given for another content than the row says")
        }
        for row in notice.approvals {
            if let giver = givers[row.approver], row.principal != giver {
                report.add(
                    "approvals", "\(notice.id) by \(row.approver)",
                    "the row names another person, or another way of identifying them, than the entry")
            }
        }
        for approver in Set(given.keys).subtracting(notice.approvals.map(\.approver)).sorted() {
            report.add("approvals", "\(notice.id) by \(approver)", "the approval was given, and the row is gone")
        }
        let count = given.values.count { $0 == notice.contentHash.hex }
        let isReleased = ![.awaitingApproval, .cancelled, nil].contains(notice.state)
        if isReleased, count < notice.approvalsNeeded {
            report.add(
                "notices", notice.id,
                "it is \(notice.state?.rawValue ?? ""), and \(count) of \(notice.approvalsNeeded) approvals are on record"
            )
        }
    }

    private func compareState(_ report: inout StateReport) {
        let isSealed = !notice.all(.documentSealed).isEmpty
        let isCancelled = !notice.all(.noticeCancelled).isEmpty
        let wasSetAside = notice.all(.quarantined).contains { $0.delivery == nil }
        let fault: String? =
            switch notice.state {
            case .cancelled where !isCancelled: "no entry says that it was withdrawn"
            case .quarantined where !wasSetAside: "no entry says that it was set aside"
            case .dispatching where !isSealed, .closed where !isSealed: "no entry says that it was sealed"
            case .awaitingApproval where isSealed, .approved where isSealed: "an entry says that it was sealed"
            case .some(let state) where isCancelled && state != .cancelled: "an entry says that it was withdrawn"
            case nil: "this program does not know the state"
            default: nil
            }
        let open = notice.deliveries.filter {
            $0.state.map { [.queued, .attempting, .deferred].contains($0) } ?? false
        }
        if notice.state == .closed, let first = open.first {
            report.add("notices", notice.id, "it is closed, and its delivery \(first.id) has not ended")
        } else if notice.state == .closed, notice.openRungs > 0 {
            report.add("notices", notice.id, "it is closed, and \(notice.openRungs) step(s) of its plan are to come")
        }
        if let fault { report.add("notices", notice.id, "it is \(notice.state?.rawValue ?? "?"); \(fault)") }
    }

    private func compareDocument(_ report: inout StateReport) {
        let sealed = notice.all(.documentSealed).last
        guard let document = notice.document else {
            if sealed != nil { report.add("documents", notice.id, "it was sealed, and the row is gone") }
            return
        }
        guard let sealed else {
            report.add("documents", notice.id, "no DocumentSealed entry stands behind it: the row was made by hand")
            return
        }
        guard sealed.facts != nil else { return }
        let names = [
            ("hash", document.hash.hex, sealed["documentHash"]),
            ("signature", document.signatureHash.hex, sealed["signatureHash"]),
            ("document_hash of the notice", notice.documentHash?.hex ?? "none", sealed["documentHash"]),
        ]
        for (name, row, entry) in names where row != entry {
            report.add("documents", notice.id, "its \(name) is not what the DocumentSealed entry says")
        }
        if let bytes = document.bytesHash, bytes.hex != sealed["documentHash"] {
            report.add("documents", notice.id, "its bytes are not the ones that were sealed")
        }
    }
}
