import Evidence
import Notices

/// Every channel as it will be, what stands against it, and what will happen next.
struct IssuePreviewPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let kind: String
    let document: String
    let frameClass: String
    let letter: Letter
    let sms: String
    let smsLength: Int
    let inboxTitle: String
    let basis: String?
    let version: Int
    let approvals: String
    let needsApproval: Bool
    let plan: [Step]
    let deadlines: [String]
    let warnings: [String]
    let findings: [Finding]
    let hasFindings: Bool
    let confirmers: [NoticePages.Choice]
    let hidden: [TypedNotice.Hidden]
    let issueAction: String
    let backAction: String

    /// One step of the delivery plan.
    struct Step: Sendable {
        let after: String
        let condition: String
        let channels: String
    }

    /// What stands against it, and the place to say why it is issued all the same.
    struct Finding: Sendable {
        let id: String
        let text: String
        let basis: String
        let reasonName: String
        let confirmName: String
    }

    /// - Parameter document: the notice as a whole document, for its frame.
    init(
        _ template: NoticeTemplate, _ typed: TypedNotice, _ preview: IssueDesk.Preview, document: String,
        letter: Letter,
        confirmers: [NoticePages.Choice], _ make: PageMaker
    ) {
        let rendered = preview.rendered
        kind = make.text(template.settings.name)
        frame = make.frame(make.phrases.title("preview", of: kind))
        w = frame.w
        self.document = document
        frameClass = FrameHeight.classes(of: rendered.markdown)
        self.letter = letter
        sms = rendered.smsText
        smsLength = rendered.smsText.utf16.count
        inboxTitle = rendered.inboxTitle
        basis =
            rendered.legalBasis.isEmpty
            ? nil : make.phrases.articles(rendered.legalBasis.map { "\($0.law) \($0.article)" })
        version = rendered.template.version
        approvals = make.phrases.approvals(preview.settings.approvals)
        needsApproval = preview.settings.approvals > 0
        plan = preview.settings.plan.rungs.map { Step($0, make) }
        deadlines = rendered.deadlines.map { "\($0.due)\(make.word("colon"))\(make.text($0.label))" }
        warnings = preview.warnings.map { make.text($0.message) }
        findings = preview.findings.map {
            Finding(
                id: $0.id, text: make.language == .english ? $0.en : $0.zh, basis: $0.basis,
                reasonName: "override.\($0.id)", confirmName: "confirm.\($0.id)")
        }
        hasFindings = !findings.isEmpty
        self.confirmers = confirmers
        hidden = typed.hidden()
        issueAction = Site.page(Site.issueKind, kind: template.reference.kind)
        backAction = Site.page(Site.issuePreview, kind: template.reference.kind)
    }
}

extension IssuePreviewPage.Step {
    init(_ rung: Rung, _ make: PageMaker) {
        after = make.after(seconds: rung.afterSeconds)
        condition = make.word("plan_\(rung.condition.rawValue)")
        channels = make.phrases.enumeration(rung.channels.map { make.word("channel_\($0.rawValue)") })
    }
}

extension PageMaker {
    /// A wait in words: at once, after so many hours, after so many days.
    func after(seconds: Int) -> String {
        switch seconds {
        case 0: word("plan_atOnce")
        case ...3600: word("plan_hour")
        case ..<172_800: word("plan_hours").replacing("{n}", with: String((seconds + 3599) / 3600))
        default: word("plan_days").replacing("{n}", with: String((seconds + 86_399) / 86_400))
        }
    }
}
