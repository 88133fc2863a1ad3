import Evidence
import Notices

/// What every page of the console shares: who has signed in, where they can go, in which language.
struct Frame: Sendable {
    let head: PageHead
    let w: [String: String]
    let language: String
    let user: String?
    let csrf: String?
    let links: [Link]
    /// What everybody may see, signed in or not.
    let foot: [Link]
    let signOut: String
    let home: String
    /// The same page in the other language; nil where it answers a form, and an address alone would not bring it back.
    let switchTo: String?
    let otherLanguage: String

    /// A way to another page.
    struct Link: Sendable {
        let href: String
        let label: String
        let isCurrent: Bool
    }
}

/// Makes pages of the console.
struct PageMaker: Sendable {
    let templates: PageTemplates
    /// How things are said to this reader.
    let phrases: Phrasebook
    private let call: Call

    init(_ call: Call, _ templates: PageTemplates, library: TemplateLibrary? = nil) {
        self.templates = templates
        self.call = call
        phrases = Phrasebook(templates.words, PageLanguage(call), library: library)
    }

    /// The reader's language.
    var language: PageLanguage { phrases.language }

    /// A word in the reader's language.
    func word(_ name: String) -> String { phrases.word(name) }

    /// The frame of a page.
    func frame(_ title: String) -> Frame {
        let account = call.signedIn?.account
        var links: [(String, String)] = []
        if let account {
            links.append((Site.home, "home"))
            if account.scopes.contains(.inbox) { links.append((Site.myInbox, "inbox")) }
            if account.scopes.contains(.read) { links.append((Site.noticeList, "notices")) }
            if account.scopes.contains(.issue) { links.append((Site.issue, "issue")) }
            if account.scopes.contains(.read) { links.append((Site.batchList, "batches")) }
            if !account.scopes.isDisjoint(with: [.read, .issue, .approve]) {
                links.append((Site.templateList, "templates"))
            }
            if account.scopes.contains(.read) { links.append((Site.search, "search")) }
            if !account.scopes.isDisjoint(with: [.hr, .staff]) {
                // What somebody may not see is refused with its reason; whose roster it is follows from their role.
                if account.scopes.contains(.hr) || account.scopes.contains(.read) {
                    links += [(Site.peopleList, "people")]
                }
                links.append((Site.clientList, "clients"))
                if account.scopes.contains(.hr) || account.scopes.contains(.approve) {
                    links += [(Site.handoverList, "handovers"), (Site.riskList, "risk")]
                }
                if account.scopes.contains(.hr) { links.append((Site.alertList, "alerts")) }
                links += [(Site.attendanceBoard, "attendance"), (Site.performanceList, "performance")]
                links.append((Site.payList, "pay"))
                if account.scopes.contains(.staff) {
                    links += [(Site.trainingList, "training"), (Site.myAgreements, "agreements")]
                }
            }
            if account.scopes.contains(.administer) {
                links += [(Site.operation, "operation"), (Site.accountList, "accounts")]
            }
            if !account.scopes.isDisjoint(with: [.inbox, .staff]) { links.append((Site.ownData, "own")) }
        }
        return Frame(
            head: templates.head(title, language), w: templates.words.all(language), language: language.rawValue,
            user: account?.name, csrf: call.signedIn?.csrf,
            links: links.map { Frame.Link(href: $0, label: word($1), isCurrent: $0 == call.path) },
            foot: [(Site.help, "help"), (Site.check, "check"), (Site.verify, "verify"), (Site.docs, "docs")].map {
                Frame.Link(href: $0.0, label: word($0.1), isCurrent: $0.0 == call.path)
            }, signOut: Site.signOut, home: Site.home, switchTo: Self.here(call, in: language.other),
            otherLanguage: language.other.rawValue)
    }

    /// The same page in another language, with whatever was asked for; nothing of a form that was sent.
    private static func here(_ call: Call, in language: PageLanguage) -> String? {
        // Strangers meet their mistakes here.
        guard call.method != "POST" || [Site.signIn, Site.signInCode, Site.verify].contains(call.path) else {
            return nil
        }
        let asked = call.rawQuery.split(separator: "&").filter { !$0.hasPrefix("lang=") }
        return call.path + "?" + (asked + ["lang=\(language.rawValue)"]).joined(separator: "&")
    }

    /// A page; a language that was asked for in the address is remembered.
    func reply(_ template: String, _ page: some Sendable, status: Int = 200) -> Reply {
        var reply = Reply.page(templates.render(template, page), status: status)
        reply.remember(call)
        return reply
    }

    /// An instant with its zone.
    func time(_ instant: Timestamp) -> String { phrases.time(instant) }

    /// An instant with its zone and its clock.
    func time(_ observed: ObservedTime) -> String { phrases.time(observed) }

    /// A text in the reader's language.
    func text(_ text: BilingualText) -> String { phrases.text(text) }
}

extension Reply {
    /// Keeps the language that the address asked for, on a page and on the way to another one.
    mutating func remember(_ call: Call) {
        guard call.rawQuery.contains("lang=") else { return }
        let language = PageLanguage(call).rawValue
        headers.append(("Set-Cookie", "songda-lang=\(language); Path=/; SameSite=Lax; Max-Age=31536000; HttpOnly"))
    }
}

extension PageLanguage {
    /// What the address asks for, what was chosen before, or what the browser prefers.
    init(_ call: Call) {
        if call.rawQuery.contains("lang=en") {
            self = .english
        } else if call.rawQuery.contains("lang=zh-CN") {
            self = .chinese
        } else if let chosen = call.cookie("songda-lang") {
            self.init(named: chosen)
        } else {
            let wanted = call.headers.values(of: "Accept-Language").first ?? ""
            self = wanted.lowercased().hasPrefix("en") ? .english : .chinese
        }
    }
}
