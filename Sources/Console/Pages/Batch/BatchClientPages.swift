import Evidence
import Hummingbird
import Notices
import People

/// The contacts of somebody's clients, to choose who is told of a new contact person.
struct BatchClientPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get, Site.batchClients, .session([.issue]), bodyLimit: 0, style: .page, answer: choose)
        ]
    }

    struct ChoicePage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let checkAction: String
        let leaver: String
        let successor: String
        let error: String?
        let found: Found?
    }

    /// Whom one can choose from, and what they would be told.
    struct Found: Sendable {
        let leaver: String
        let key: String
        let issuers: [NoticePages.Choice]
        let newContact: String
        let newPhone: String
        let newEmail: String
        let effectiveDate: String
        let rows: [Row]
        let isEmpty: Bool
        let next: String?
    }

    /// One person, who may be a contact of several of the clients.
    struct Row: Sendable {
        let field: String
        let contact: String
        let position: String
        let client: String
        let owner: String
        let isTold: Bool

        /// - Parameter seats: where the person is a contact; one at least.
        init(_ person: PersonID, _ seats: [ContactToTell], names: Names) {
            func joined(_ words: [String]) -> String {
                var seen: Set<String> = []
                return words.filter { !$0.isEmpty && seen.insert($0).inserted }.joined(separator: "、")
            }
            field = ChosenContacts.prefix + person.rawValue
            contact = joined(seats.map(\.contact.name))
            position = joined(seats.map(\.contact.position))
            client = joined(seats.map(\.client.name))
            owner = joined(seats.map { names[$0.client.owner] })
            // Whoever was told for one client only is still to be told for the other.
            isTold = seats.allSatisfy(\.isTold)
        }
    }

    private func choose(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "leaver", "successor", "cursor"])
        let actor = try await services.signedInActor(call)
        try AccessPolicy.require(anyReach: .assignClients, actor)
        let make = PageMaker(call, templates)
        let (leaver, successor) = ((query["leaver"] ?? "").trimmed, (query["successor"] ?? "").trimmed)
        var (found, error): (Found?, String?) = (nil, nil)
        if !leaver.isEmpty {
            do { found = try await find(leaver, successor, query, call, actor) } catch let refusal as PeopleError
                where refusal.code != .forbidden
            { error = make.phrases.refusal(refusal) }
        }
        let frame = make.frame(make.word("batch_clients"))
        return make.reply(
            "batch-clients",
            ChoicePage(
                frame: frame, w: frame.w, action: Site.batchClients, checkAction: Site.batchNew, leaver: leaver,
                successor: successor, error: error, found: found), status: error == nil ? 200 : 422)
    }

    private func find(
        _ leaver: String, _ successor: String, _ query: [String: String], _ call: Call, _ actor: Actor
    ) async throws -> Found {
        let roster = services.people.roster
        let person = try await roster.person(leaver)
        var (phone, mailbox, name) = ("", "", "")
        if !successor.isEmpty {
            let taker = try await roster.person(successor)
            let known = try await services.recipients.recipients([taker])[taker]
            (phone, mailbox, name) = (
                known?.address(for: .sms)?.value ?? "", known?.address(for: .email)?.value ?? "", known?.name ?? ""
            )
        }
        let clients = services.people.clients
        let page = try await clients.contacts(
            heldBy: person, after: try call.cursor(in: query).map { ClientID($0) },
            limit: min(30, clients.longestPage(for: actor)), by: actor)
        let names = try await services.names([person] + page.contacts.compactMap(\.client.owner))
        var seats: [(person: PersonID, at: [ContactToTell])] = []
        var places: [PersonID: Int] = [:]
        for contact in page.contacts {
            let person = contact.contact.person
            if let place = places[person] {
                seats[place].at.append(contact)
            } else {
                places[person] = seats.count
                seats.append((person, [contact]))
            }
        }
        return Found(
            leaver: names[person], key: SecureRandom.uuid(at: services.clock.now),
            issuers: try await services.recipients.issuers().map {
                .init(value: $0.id.rawValue, label: $0.fullName, isSelected: false)
            }, newContact: name, newPhone: phone, newEmail: mailbox,
            effectiveDate: CivilDate(inChina: services.clock.now).description,
            rows: seats.map { Row($0.person, $0.at, names: names) }, isEmpty: seats.isEmpty,
            next: PageMaker.next(Site.batchClients, query, cursor: page.next?.rawValue))
    }
}

/// The contacts that were ticked, with what they are told, as the table of a batch.
struct ChosenContacts: Sendable {
    static let prefix = "tell."
    let table: String

    /// Nil for a form that brings a table of its own.
    init?(form: [String: String]) {
        guard form["choose"] != nil else { return nil }
        let people = form.keys.filter { $0.hasPrefix(Self.prefix) }.map { String($0.dropFirst(Self.prefix.count)) }
        let fields = ["newContact", "newPhone", "newEmail", "effectiveDate"]
        table = BatchSheet.text(
            [["recipients"] + fields] + people.sorted().map { [$0] + fields.map { form[$0] ?? "" } })
    }
}
