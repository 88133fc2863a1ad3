import Evidence
import Hummingbird
import Notices
import People

/// The door, the way out, and the first page behind it.
struct SignInPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.signIn, .open, bodyLimit: 0, style: .page, answer: door),
            Endpoint(.post, Site.signIn, .open, bodyLimit: 4096, style: .page, answer: enter),
            Endpoint(.post, Site.signOut, .session([]), bodyLimit: 4096, style: .page, answer: leave),
            Endpoint(.get, Site.home, .session([]), bodyLimit: 0, style: .page, answer: home),
        ]
    }

    struct DoorPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let login: String
        let next: String
        let error: String?
        /// The way through the identity provider, where there is one.
        let provider: Frame.Link?
    }

    private func door(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "next", "why"])
        let why = query["why"].flatMap(OpenIDFault.Told.init(rawValue:))
        return door(
            call, next: query["next"] ?? "",
            error: why.map { OpenIDPages.sentence($0, services, PageMaker(call, templates)) })
    }

    private func door(_ call: Call, login: String = "", next: String, error: String? = nil, status: Int = 200) -> Reply
    {
        let make = PageMaker(call, templates)
        let frame = make.frame(make.word("signIn"))
        return make.reply(
            "sign-in",
            DoorPage(
                frame: frame, w: frame.w, action: Site.signIn, login: login, next: next, error: error,
                provider: services.openID.map { openID in
                    Frame.Link(
                        href: Site.signInOpenID(next: next),
                        label: make.word("signIn_openid")
                            .replacing("{provider}", with: openID.provider.settings.name), isCurrent: false)
                }),
            status: status)
    }

    private func enter(_ call: Call) async throws -> Reply {
        try SameSite.check(call, publicBaseURL: services.settings.publicBaseURL)
        guard MediaType.isForm(try call.header("Content-Type") ?? "") else {
            throw Problem.mediaType("application/x-www-form-urlencoded")
        }
        let form = try FormFields(call.body, what: "the form").values
        let (login, next) = (form["login"] ?? "", form["next"] ?? "")
        let make = PageMaker(call, templates)
        let outcome = try await services.signIn.signIn(
            login: String(login.prefix(100)), password: form["password"] ?? "", code: form["code"] ?? "",
            client: call.client)
        switch outcome {
        case .signedIn(let value):
            return .seeOther(
                Self.inside(next), headers: [services.settings.cookie(services.settings.cookieName, value)])
        case .wrong:
            return door(call, login: login, next: next, error: make.word("signIn_wrong"), status: 403)
        case .wait(let seconds):
            var reply = door(call, login: login, next: next, error: make.word("signIn_wait"), status: 429)
            reply.headers.append(("Retry-After", String(seconds)))
            return reply
        }
    }

    /// Only a path of our own: `//host` and `/\host` would lead elsewhere.
    static func inside(_ next: String) -> String {
        let isOurs =
            next.hasPrefix("/") && !next.hasPrefix("//") && next.utf8.allSatisfy { $0.isNameByte || $0 == 0x2F }
        return isOurs ? next : Site.home
    }

    private func leave(_ call: Call) async throws -> Reply {
        try await services.signIn.signOut(try call.person())
        return .seeOther(
            Site.signIn, headers: [services.settings.cookie(services.settings.cookieName, "", age: 0)])
    }

    // MARK: Home

    struct HomePage: Sendable {
        let frame: Frame
        let w: [String: String]
        let approvals: [NoticeRow]
        let mayApprove: Bool
        let recent: [NoticeRow]
        let mayRead: Bool
        let inbox: [InboxPages.Row]
        let hasInbox: Bool
        let handovers: [Due]
        let hasHandovers: Bool
        /// What stands against the work of the house; for whoever operates it.
        let troubles: [String]
        let operation: String
        let isQuiet: Bool
        let rehearsal: Bool
    }

    /// A handover with the day on which its stage is to be closed.
    struct Due: Sendable {
        let href: String
        let person: String
        let stage: String
        let dueOn: String
        let isLate: Bool
    }

    /// Handovers under way, for those who lead or review them.
    private func handovers(_ call: Call, _ make: PageMaker) async throws -> [Due] {
        guard try call.person().may(.hr, .staff) else { return [] }
        let actor = try await services.signedInActor(call)
        guard AccessPolicy.reach(of: actor, for: .reviewHandover) != nil,
            AccessPolicy.employmentRefusal(actor, .reviewHandover) == nil
        else { return [] }
        let open = try await services.people.handover.handovers(onlyOpen: true, limit: 8, by: actor)
        let names = try await services.names(open.map(\.person))
        let today = CivilDate(inChina: services.clock.now)
        return open.compactMap { handover in
            guard let stage = handover.stage, let due = handover.record(of: stage)?.dueOn else { return nil }
            return Due(
                href: Site.page(handover: handover.id), person: names[handover.person],
                stage: make.word("stage_\(stage.rawValue)"), dueOn: "\(due)", isLate: due < today)
        }
    }

    private func home(_ call: Call) async throws -> Reply {
        let signedIn = try call.person()
        let make = PageMaker(call, templates, library: services.templates)
        var (waiting, recent): ([Notice], [Notice]) = ([], [])
        if signedIn.may(.approve) {
            waiting = try await services.reader.notices(
                NoticeFilter(state: .awaitingApproval), before: nil, limit: 20)
        }
        if signedIn.may(.read) {
            recent = try await services.reader.notices(NoticeFilter(), before: nil, limit: 10)
        }
        var items: [InboxItem] = []
        if signedIn.may(.inbox), let person = signedIn.account.person {
            items = try await services.inbox.items(of: person, after: nil, limit: 20).items.filter {
                $0.state != .acknowledged && $0.state != .opened && $0.state != .cancelled
            }
        }
        let handovers = try await handovers(call, make)
        var troubles: [String] = []
        if signedIn.may(.administer) {
            troubles = await services.health().checks.filter { !$0.isOK }.map { "\($0.name): \(make.text($0.reason))" }
        }
        let frame = make.frame(make.word("home"))
        return make.reply(
            "home",
            HomePage(
                frame: frame, w: frame.w, approvals: waiting.map { NoticeRow($0, make) },
                mayApprove: signedIn.may(.approve), recent: recent.map { NoticeRow($0, make) },
                mayRead: signedIn.may(.read), inbox: items.map { InboxPages.Row($0, make) },
                hasInbox: signedIn.may(.inbox), handovers: handovers, hasHandovers: !handovers.isEmpty,
                troubles: troubles, operation: Site.operation,
                isQuiet: waiting.isEmpty && items.isEmpty && handovers.isEmpty && troubles.isEmpty,
                rehearsal: services.settings.isRehearsal))
    }
}
