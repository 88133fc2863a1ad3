import Notices
import People

/// One member of staff with their file, clients and agreements.
struct PersonPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let row: PeoplePages.Row
    let facts: [Fact]
    let frozen: String?
    let limbo: String?
    let lines: [Line]
    let hasLines: Bool
    let clients: [ClientPages.Row]
    let hasClients: Bool
    let agreements: [Paper]
    let hasAgreements: Bool
    let issueLinks: [Frame.Link]
    let mayIssue: Bool
    let mayDepart: Bool
    let mayTakeDossier: Bool
    let kinds: [NoticePages.Choice]
    let typedNotice: String
    let typedLastDay: String
    let typedReason: String
    let typedSuccessor: String
    let departureAction: String
    let dossierAction: String
    let error: String?

    /// One line of the file.
    struct Line: Sendable {
        let on: String
        let words: String
    }

    /// One agreement.
    struct Paper: Sendable {
        let title: String
        let number: String
        let state: String
        let when: String
    }

    /// The kinds of notices that go to one member of staff.
    private static let personal = [
        "dismissal", "resignation-accepted", "termination-certificate", "absence-recall", "performance-result",
        "address-confirmation",
    ]

    init(
        _ file: EmployeeFile, row: PeoplePages.Row, clients: [HeldClient], agreements: [Agreement], mayIssue: Bool,
        mayDepart: Bool, mayTakeDossier: Bool, typed: [String: String], error: String?, _ make: PageMaker
    ) {
        let employee = file.employee
        frame = make.frame(row.name)
        w = frame.w
        self.row = row
        facts = [
            ("people_number", employee.number), ("people_unit", row.unit), ("people_position", employee.position),
            ("people_hiredOn", "\(employee.hiredOn)"), ("people_since", "\(employee.stateSince)"),
            ("people_contractUntil", employee.contractUntil.map { "\($0)" } ?? ""),
            ("people_lastDay", employee.lastDay.map { "\($0)" } ?? ""),
        ].filter { !$0.1.isEmpty }.map { Fact(label: make.word($0.0), value: $0.1) }
        frozen = employee.freezeReason
        limbo = file.limbo.map { make.text($0.words) }
        lines = file.lines.map { Line(on: "\($0.on)", words: make.text($0.words)) }
        hasLines = !lines.isEmpty
        self.clients = clients.map { ClientPages.Row($0.client, owner: row.name, make) }
        hasClients = !clients.isEmpty
        self.agreements = agreements.map {
            Paper(
                title: $0.title, number: $0.number, state: make.word("agreement_\($0.state.rawValue)"),
                when: make.time($0.signedAt ?? $0.offeredAt))
        }
        hasAgreements = !agreements.isEmpty
        self.mayIssue = mayIssue
        issueLinks = Self.personal.filter { make.phrases.kinds[$0] != nil }.map {
            Frame.Link(
                href: Site.page(Site.issueKind, kind: $0) + "?person=\(employee.number)",
                label: make.kind($0), isCurrent: false)
        }
        self.mayDepart = mayDepart
        self.mayTakeDossier = mayTakeDossier
        kinds = DepartureKind.allCases.map {
            .init(
                value: $0.rawValue, label: make.word("departure_\($0.rawValue)"),
                isSelected: $0.rawValue == typed["kind"]
            )
        }
        typedNotice = typed["noticeOn"] ?? ""
        typedLastDay = typed["lastDay"] ?? ""
        typedReason = typed["reason"] ?? ""
        typedSuccessor = typed["successor"] ?? ""
        departureAction = Site.page(person: employee.number) + "/departure"
        dossierAction = Site.page(person: employee.number) + "/dossier"
        self.error = error
    }
}
