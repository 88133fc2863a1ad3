import Evidence
import Notices

/// What somebody typed into the form of a batch.
struct TypedBatch: Sendable {
    /// Makes a batch that is sent twice one batch.
    let key: String
    var kind: String
    var issuer: String
    var name: String
    var table: String

    init(key: String, kind: String) {
        self.key = key
        self.kind = kind
        (issuer, name, table) = ("", "", "")
    }

    init(form: [String: String]) {
        key = form["key"] ?? ""
        kind = form["kind"] ?? ""
        issuer = form["issuer"] ?? ""
        name = (form["name"] ?? "").trimmed
        table = form["table"] ?? ""
    }

    /// What the batch is called: as it was named, or after its key, so that a repetition finds the same name.
    func title(for principal: String) -> String {
        name.isEmpty ? "B-\(SHA256.hash(Array("\(principal) \(key)".utf8)).hex.prefix(16))" : name
    }
}

/// The form of a batch, what is wrong with it, and what would be issued.
struct BatchFormPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let action: String
    let clientsAction: String
    let issueAction: String
    let mayChooseClients: Bool
    let key: String
    let kind: String
    let issuer: String
    let kinds: [NoticePages.Choice]
    let issuers: [NoticePages.Choice]
    let hasNoIssuer: Bool
    let name: String
    let table: String
    let head: String
    let example: String
    let limit: Int
    let reason: String?
    let faults: [String]
    let check: Checked?

    /// The lines as they were checked.
    struct Checked: Sendable {
        let rows: [Line]
        let clean: Int
        let wrong: Int
        let isClean: Bool
        let sample: Sample?
    }

    /// One line.
    struct Line: Sendable {
        let line: Int
        let recipients: String
        let state: String
        let stateClass: String
        let faults: [String]
    }

    /// The first notice as its recipient will get it.
    struct Sample: Sendable {
        let letter: Letter
        let sms: String
        let plan: [IssuePreviewPage.Step]
    }

    init(
        _ typed: TypedBatch, of template: NoticeTemplate, kinds: [String], issuers: [Issuer], mayChooseClients: Bool,
        refusal: NoticeError? = nil, check: Checked? = nil, _ make: PageMaker
    ) {
        frame = make.frame(make.word("batch_new"))
        w = frame.w
        action = Site.batchNew
        clientsAction = Site.batchClients
        issueAction = Site.batchIssue
        self.mayChooseClients = mayChooseClients
        key = typed.key
        kind = typed.kind
        issuer = typed.issuer
        self.kinds = kinds.map { .init(value: $0, label: make.kind($0), isSelected: $0 == typed.kind) }
        self.issuers = issuers.map {
            .init(value: $0.id.rawValue, label: $0.fullName, isSelected: $0.id.rawValue == typed.issuer)
        }
        hasNoIssuer = issuers.isEmpty
        name = typed.name
        table = typed.table
        let language = make.language.ofNotices
        head = BatchSheet.text([BatchSheet.head(of: template)]).trimmed
        example =
            BatchSheet.text([
                ["K-1001"]
                    + template.fields.map { IssueFormPage.Field.text($0.example[language] ?? $0.example[.chinese]) }
            ]).trimmed
        limit = BatchSheet.maximumRows
        reason = refusal.map { make.phrases.refusal($0) }
        faults = refusal?.faults.map { make.phrases.sentence($0, in: template) } ?? []
        self.check = check
    }
}

extension BatchFormPage.Checked {
    init(
        _ sheet: BatchSheet, _ checks: [BatchIssue.Check], in template: NoticeTemplate,
        sample: BatchFormPage.Sample?, _ make: PageMaker
    ) {
        rows = zip(sheet.rows, checks).map { row, check in
            BatchFormPage.Line(
                line: row.line, recipients: row.typed.recipients,
                state: make.word(check.isClean ? "batch_lineClean" : "batch_lineWrong"),
                stateClass: check.isClean ? "acknowledged" : "negative",
                faults: check.faults.map { make.phrases.sentence($0, in: template) }
                    + check.findings.map { "\(make.language == .english ? $0.en : $0.zh) [\($0.basis)]" })
        }
        clean = checks.filter(\.isClean).count
        wrong = checks.count - clean
        isClean = wrong == 0
        self.sample = isClean ? sample : nil
    }
}
