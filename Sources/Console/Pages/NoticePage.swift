import Evidence
import Notices

/// One notice with everything that was observed of it.
struct NoticePage: Sendable {
    let frame: Frame
    let w: [String: String]
    let number: String
    let kind: String
    let state: String
    let stateClass: String
    let isRehearsal: Bool
    let issuer: String
    let creditCode: String
    let author: String
    let createdAt: String
    let sealedAt: String?
    let basis: String?
    let contentHash: String
    let documentHash: String?
    let strength: Int
    let strengthReason: String
    let strengthAdvice: String
    let deemed: [String]
    let deemedLabel: String
    let doubts: [String]
    let approvalsGiven: Int
    let approvalsNeeded: Int
    let needsApproval: Bool
    let approvals: [Agreement]
    let awaits: String?
    let mayApprove: Bool
    let mayCancel: Bool
    let mayProve: Bool
    let mayReport: Bool
    let deliveries: [DeliveryRow]
    let hasDeliveries: Bool
    let events: [EventRow]
    let said: [ReplyRow]
    let hasReplies: Bool
    let text: String?
    let frameClass: String
    let approveAction: String
    let cancelAction: String
    let documentAction: String
    let proofAction: String
    let reportAction: String
    let batch: String?
    let batchPage: String
    let error: String?

    /// One approval.
    struct Agreement: Sendable {
        let by: String
        let at: String
    }

    init(
        _ standing: ProofDesk.Standing, approvals: [Approval], awaited: AwaitedApprovals, people: [String: String],
        content: [UInt8]?, signedIn: SignedIn,
        _ make: PageMaker, _ services: ConsoleServices, error: String?
    ) throws {
        let notice = standing.notice
        frame = make.frame(notice.number)
        w = frame.w
        number = notice.number
        kind = make.kind(notice.kind)
        state = make.word("notice_\(notice.state.rawValue)")
        stateClass = notice.state.rawValue
        isRehearsal = notice.isRehearsal
        issuer = notice.issuer.fullName
        creditCode = notice.issuer.creditCode
        author = people[notice.author.id] ?? notice.author.id
        awaits = make.awaits(awaited)
        createdAt = make.time(notice.createdAt)
        sealedAt = notice.sealedAt.map { make.time($0) }
        basis = notice.legalBasis.isEmpty ? nil : make.phrases.articles(notice.legalBasis)
        contentHash = notice.contentHash.hex
        documentHash = notice.documentHash?.hex
        strength = standing.strength.level
        strengthReason = make.text(standing.strength.reason)
        strengthAdvice = make.text(standing.strength.advice)
        // Several ways may lead to the same conclusion; it is one.
        deemed = standing.deemed.map { make.phrases.deemed($0) }.reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
        deemedLabel = make.phrases.deemedLabel(notice)
        doubts = standing.timeline.doubts.map { make.text($0) }
        approvalsGiven = approvals.count
        approvalsNeeded = notice.approvalsNeeded
        needsApproval = notice.approvalsNeeded > 0
        self.approvals = approvals.map { Agreement(by: people[$0.approver.id] ?? $0.approver.id, at: make.time($0.at)) }
        mayApprove =
            notice.state == .awaitingApproval && signedIn.may(.approve) && notice.author.id != signedIn.principal.id
            && !approvals.contains { $0.approver.id == signedIn.principal.id }
        mayCancel =
            signedIn.may(.issue) && (notice.state == .awaitingApproval || notice.state == .approved)
        mayProve = signedIn.may(.read) && notice.sealedAt != nil
        mayReport = signedIn.may(.read)
        let names = Dictionary(notice.recipients.map { ($0.person, $0.name) }, uniquingKeysWith: { first, _ in first })
        deliveries = standing.deliveries.map { DeliveryRow($0, names: names, make) }
        hasDeliveries = !standing.deliveries.isEmpty
        events = standing.timeline.items.map { EventRow($0, make) }
        said = ReplyRow.all(standing.timeline, in: notice, make.phrases)
        hasReplies = !said.isEmpty
        // What the approvers approve; checked against its hash, so that nobody approves what was changed underneath.
        let markdown = try content.map { try NoticeContent(stored: $0, expecting: notice.contentHash).markdown }
        text = try markdown.map { try make.documentFrame(markdown: $0, services) }
        frameClass = FrameHeight.classes(of: markdown ?? "")
        approveAction = Site.page(Site.noticeApproval, notice.id)
        cancelAction = Site.page(Site.noticeCancellation, notice.id)
        documentAction = Site.page(Site.noticeDocument, notice.id)
        proofAction = Site.page(Site.noticeProof, notice.id)
        reportAction = Site.page(Site.noticeReport, notice.id)
        // Those who only approve have no page of batches.
        batch = signedIn.may(.read) ? notice.batch : nil
        batchPage = Site.page(Site.batchPage, notice.id)
        self.error = error
    }
}

extension PageMaker {
    /// Markdown as a whole document for the sandboxed frame.
    func documentFrame(markdown: String, _ services: ConsoleServices) throws -> String {
        templates.render(
            "frame", FramePage(head: templates.head("", language), html: try services.renderMarkdown(markdown)))
    }

    /// Whose approvals are still open, in words; nothing when none is.
    func awaits(_ awaited: AwaitedApprovals) -> String? {
        guard awaited.count > 0 else { return nil }
        let count =
            awaited.count == 1 ? word("awaits_one") : phrases.word("awaits_count", ["n": String(awaited.count)])
        guard !awaited.confirmers.isEmpty else { return count }
        let names = awaited.confirmers.map { $0.name ?? word("awaits_gone").replacing("{id}", with: $0.id) }
        return count + word("awaits_named").replacing("{names}", with: phrases.enumeration(names))
    }
}
