import Evidence
import Hummingbird
import Notices
import People

/// One box for whoever must show what was served: a number, a hash, a telephone, a mailbox, a client.
struct SearchPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.search, .session([.read]), bodyLimit: 0, style: .page, answer: search),
            Endpoint(
                .post, Site.searchHold, .session([.read, .administer]), bodyLimit: 16 << 10, style: .page, answer: hold),
        ]
    }

    struct SearchPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let query: String
        let hasSearched: Bool
        let isEmpty: Bool
        let notices: [Found]
        let hasNotices: Bool
        let people: [Person]
        let hasPeople: Bool
        let clients: [ClientPages.Row]
        let hasClients: Bool
        let error: String?
        let verify: String
    }

    /// One notice with the strength of its evidence, what weakens it, and what would help.
    struct Found: Sendable {
        let href: String
        let number: String
        let kind: String
        let recipients: String
        let state: String
        let stateClass: String
        let createdAt: String
        let level: Int
        let reason: String
        let advice: String
        let gaps: [String]
        let hasGaps: Bool
        let proofAction: String
        let reportAction: String
        let mayProve: Bool
    }

    /// One person, with the hold that may lie on what is known of them.
    struct Person: Sendable {
        let name: String
        let number: String?
        let href: String?
        let isHeld: Bool
        let mayLift: Bool
        let holdAction: String
        let inputID: String
    }

    /// What was found.
    private struct Finding {
        var notices: [Notice] = []
        var people: [Recipient] = []
        var clients: [Client] = []
    }

    private static let limit = 20

    private func search(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "q"])
        return try await search(call, (query["q"] ?? "").trimmed)
    }

    private func search(_ call: Call, _ text: String, error: String? = nil, status: Int = 200) async throws -> Reply {
        let make = PageMaker(call, templates, library: services.templates)
        let found = text.isEmpty ? Finding() : try await find(text, call)
        var notices: [Found] = []
        for notice in found.notices.prefix(Self.limit) { notices.append(try await row(notice, make)) }
        let signedIn = try call.person()
        var people: [Person] = []
        for person in found.people {
            people.append(
                Person(
                    name: person.name.isEmpty ? person.id.rawValue : person.name, number: person.externalID,
                    href: signedIn.may(.hr, .staff) ? person.externalID.map { Site.page(person: $0) } : nil,
                    isHeld: try await services.retention.isHeld(person.id), mayLift: signedIn.may(.administer),
                    holdAction: Site.searchHold.replacing("{person}", with: person.id.rawValue),
                    inputID: "hold-\(person.id.rawValue)"))
        }
        let names = try await services.names(found.clients.compactMap(\.owner))
        let frame = make.frame(make.word("search"))
        return make.reply(
            "search",
            SearchPage(
                frame: frame, w: frame.w, action: Site.search, query: text, hasSearched: !text.isEmpty,
                isEmpty: notices.isEmpty && people.isEmpty && found.clients.isEmpty, notices: notices,
                hasNotices: !notices.isEmpty, people: people, hasPeople: !people.isEmpty,
                clients: found.clients.map { ClientPages.Row($0, owner: names[$0.owner], make) },
                hasClients: !found.clients.isEmpty, error: error, verify: Site.verify), status: status)
    }

    private func row(_ notice: Notice, _ make: PageMaker) async throws -> Found {
        let standing = try await services.pipeline.prove.standing(of: notice.id)
        let row = NoticeRow(notice, make)
        let gaps = make.phrases.gaps(standing)
        return Found(
            href: row.href, number: row.number, kind: row.kind, recipients: row.recipients, state: row.state,
            stateClass: row.stateClass, createdAt: row.createdAt, level: standing.strength.level,
            reason: make.text(standing.strength.reason), advice: make.text(standing.strength.advice), gaps: gaps,
            hasGaps: !gaps.isEmpty, proofAction: Site.page(Site.noticeProof, notice.id),
            reportAction: Site.page(Site.noticeReport, notice.id), mayProve: notice.sealedAt != nil)
    }

    // MARK: Finding

    private func find(_ text: String, _ call: Call) async throws -> Finding {
        var found = Finding()
        let parts = text.split(separator: ":")
        let name = parts.count == 3 && parts[0] == "songda" ? String(parts[1]) : text
        if name.uppercased().hasPrefix("SD-") {
            found.notices = [try await services.reader.notice(number: name.uppercased())].compactMap { $0 }
        } else if let hash = Digest(hex: name.lowercased()) {
            found.notices = try await services.reader.notices(withHash: hash, isSealed: false, limit: Self.limit)
        } else if case .address(let channel, let value) = ClientPages.query(name) {
            // What is no address of the channel is found nowhere.
            if let value = try? services.addresses.normalForm(of: value, on: channel) {
                found.people = try await services.recipients.people(at: value, on: channel, limit: Self.limit)
            }
        } else if let person = try await services.recipients.person(externalID: name) {
            found.people = [person]
        } else {
            found.people = try await services.recipients.people(named: name, limit: Self.limit)
        }
        for person in found.people {
            found.notices += try await services.reader.notices(
                NoticeFilter(person: person.id), before: nil, limit: Self.limit)
        }
        if try call.person().may(.hr, .staff), found.notices.isEmpty {
            found.clients = try await clients(name, call)
        }
        return found
    }

    /// Clients as far as the role of whoever looks reaches; who may see none finds none.
    private func clients(_ text: String, _ call: Call) async throws -> [Client] {
        let actor = try await services.signedInActor(call)
        guard AccessPolicy.reach(of: actor, for: .viewClients) != nil else { return [] }
        do {
            return Array(
                try await services.people.clients.search(ClientPages.query(text), limit: Self.limit, by: actor)
                    .prefix(Self.limit))
        } catch let refusal as PeopleError where refusal.code == .invalid { return [] }
    }

    // MARK: Hold

    /// Anybody who reads evidence may hold; only an administrator lets go again.
    private func hold(_ call: Call) async throws -> Reply {
        let id = PersonID(try call.parameter("person"))
        guard let person = try await services.recipients.recipients([id])[id] else {
            throw NoticeError(.notFound, "there is no person \"\(shortened(id.rawValue))\"")
        }
        let held = call.form["held"] == "yes"
        let mayLift = try call.person().may(.administer)
        guard held || mayLift else {
            throw Problem.forbidden("only an administrator lifts a litigation hold; ask one, with the reason")
        }
        let text = person.externalID ?? id.rawValue
        do {
            try await services.retention.setHold(
                id, held: held, reason: call.form["reason"] ?? "", by: call.principal)
        } catch let refusal as NoticeError where refusal.code == .invalid {
            return try await search(call, text, error: PageMaker(call, templates).phrases.refusal(refusal), status: 422)
        }
        guard text.utf8.allSatisfy(\.isNameByte) else { return .seeOther(Site.search) }
        return .seeOther(Site.search + "?q=" + text)
    }
}

extension Site {
    /// One box.
    public static let search = "/search"
    /// Holds what is known of a person, or lets go.
    public static let searchHold = "/search/holds/{person}"
}
