import Evidence
import Notices

/// What of the record about a person goes into their copy, and what the copy says that it leaves out.
enum OwnDataScope {
    /// How far back what is counted by the day goes: attendance, shifts, signals, snippets.
    static let days = 731
    /// The most rows of one part; whoever has more asks HR for the rest.
    static let mostRows = 10_000
    /// The most notices; each comes with its deliveries.
    static let mostNotices = 2_000
    /// The most snippets; each is opened with the person's key.
    static let mostSnippets = 2_000

    /// The acts whose signed bodies go out: those about the person's own employment, papers and answers.
    ///
    /// A list of what goes out, not of what stays: an act that nobody has thought of here may tell of a risk hint, of a
    /// successor, or of what is put together for a dispute.
    static let events: Set<EvidenceEvent> = [
        .employeeAdded, .employeeChanged, .employeeTransferred, .employmentMoved, .lastDayAgreed, .permissionsChanged,
        .accessFrozen, .accessThawed, .roleGranted, .roleRevoked, .documentFiled,
        .rewardFiled, .punishmentFiled, .ownDataTaken, .punchEntered, .leaveRecorded, .goalSet, .goalSigned,
        .goalWithdrawn, .performanceScored, .performanceConfirmed, .performanceAppealed, .appealDecided,
        .performanceApproved, .performanceSigned, .payFinalised, .payWithdrawn, .agreementOffered, .agreementCodeSent,
        .agreementShown, .agreementSigned, .agreementWithdrawn, .nonCompeteStarted, .nonCompeteReleased,
        .nonCompeteEnded, .compensationPaid, .courseSkipped, .courseWatched, .examStarted, .examSubmitted,
        .policyStatementSigned, .consentGiven, .consentWithdrawn, .visitConsentGiven, .visitConsentWithdrawn,
        .departureRecorded, .holdingsImported, .handoverItemListed, .handoverItemRenewed, .handoverFileAdded,
        .handoverItemSubmitted, .handoverItemTaken, .handoverItemReturned, .handoverItemAccepted, .handoverItemWaived,
        .handoverAssigned, .handoverStageClosed, .handoverStepPassed, .handoverRedated, .handoverWithdrawn,
        .handoverCleared, .accessClosed,
    ]

    /// Whether an act goes out to a person: one that is about an alert, or about a colleague as well, stays whatever it is.
    static func gives(_ act: RecordedAct, to person: PersonID) -> Bool {
        events.contains(act.entry.event)
            && act.subjects.allSatisfy { subject in
                subject.kind != .alert && (subject.kind != .employee || subject == .employee(person))
            }
    }

    /// What is left out of every copy, so that it does not look whole where it is not.
    static let leftOut = [
        BilingualText(
            zh: "他人记录的风险提示、据此进行的沟通和处理、以及接任安排",
            en: "risk hints recorded by others, what was done on account of them, and who is to succeed"),
        BilingualText(
            zh: "您负责或曾负责的客户，以及您对客户资料的操作记录（公司客户资料）",
            en: "clients you are or were in charge of, and what you did with their records: these are the company's"),
        BilingualText(
            zh: "何人查阅了您的档案或调取了证据材料，以及为处理争议所作的测算",
            en: "who read your file or evidence about you, and what was worked out for a dispute"),
        BilingualText(zh: "竞业限制履行情况的核查任务", en: "checks whether a non-compete is kept"),
        BilingualText(
            zh: "通知、协议、声明和交接材料的文件本身，考试题目，以及每次投递尝试和回执的原文（可在相应页面查阅，或索取证据包）",
            en:
                "the documents of notices, agreements, statements and handovers, the questions of exams, and the originals "
                + "of delivery attempts and receipts: see their pages, or ask for the proof bundle"),
        BilingualText(
            zh: "交接清单各项的内容（其中有客户和同事的信息）",
            en: "what the items of a handover say, since it is about clients and colleagues"),
        BilingualText(zh: "尚未生效的工资核算草稿", en: "drafts of pay sheets that are not in force"),
        BilingualText(
            zh: "登录账号、登录会话和接口密钥，以及花名册导入文件的原始行",
            en: "accounts, sessions and keys, and the raw rows of files imported into the roster"),
        BilingualText(
            zh: "两年以前的考勤、班次、计数信号和沟通片段", en: "attendance, shifts, counted signals and snippets older than two years"),
    ]

    /// Where to ask for the rest.
    static let whereToAsk = BilingualText(
        zh: "以上内容请向人力资源部查询或索取（个人信息保护法第四十五条）。",
        en: "Ask HR for any of these (Personal Information Protection Law, article 45).")

    /// The sentence that says that a part was cut.
    static func cut(_ part: String, at count: Int) -> BilingualText {
        BilingualText(
            zh: "“\(part)”只含最近的 \(count) 条；其余请向人力资源部索取。",
            en: "\"\(part)\" has the newest \(count) only; ask HR for the rest.")
    }
}

/// The copy while it is put together.
struct OwnDataDraft {
    /// What is in it.
    private(set) var members: [String: JSONValue] = [:]
    /// What was cut, in words.
    private(set) var cuts: [BilingualText] = []

    /// Adds something.
    mutating func add(_ name: String, _ value: JSONValue) { members[name] = value }

    /// Adds rows, the newest first, of which one more was read than are given.
    mutating func add(_ name: String, _ rows: [JSONValue], atMost most: Int) {
        members[name] = .array(Array(rows.prefix(most)))
        if rows.count > most { cuts.append(OwnDataScope.cut(name, at: most)) }
    }
}

extension BilingualText {
    /// Both languages.
    var ownData: JSONValue { ["zh": .string(zh), "en": .string(en)] }
}
