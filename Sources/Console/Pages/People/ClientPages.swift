import Evidence
import Hummingbird
import Notices
import People

/// Clients in the browser: find one, see everything that is known of it, log what was done.
///
/// Every look is on record before it is shown; the desk narrows what is shown to whoever looks (S-35).
struct ClientPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: ClientDesk { services.people.clients }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.clientList, .peoplePages, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.clientPage, .peoplePages, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.clientFollowUp, .peoplePages, bodyLimit: 64 << 10, style: .page, answer: followUp),
        ]
    }

    // MARK: List

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let query: String
        let rows: [Row]
        let isEmpty: Bool
        let next: String?
        let error: String?
    }

    /// One client in a list.
    struct Row: Sendable {
        let href: String
        let number: String
        let name: String
        let owner: String
        let lastOrder: String

        init(_ client: Client, owner: String, _ make: PageMaker) {
            href = Site.page(client: client.id)
            number = client.externalID
            name = client.name
            self.owner = owner
            lastOrder = client.lastOrderAt.map { make.time($0) } ?? "—"
        }
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "q", "cursor"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let wanted = (query["q"] ?? "").trimmed
        var (found, error): ([Client], String?) = ([], nil)
        let limit = 40
        do {
            found =
                wanted.isEmpty
                ? try await desk.list(
                    after: try call.cursor(in: query).map { ClientID($0) }, limit: limit, by: actor)
                : try await desk.search(Self.query(wanted), limit: limit, by: actor)
        } catch let refusal as PeopleError where refusal.code == .invalid { error = make.phrases.refusal(refusal) }
        let names = try await services.names(found.compactMap(\.owner))
        let frame = make.frame(make.word("clients"))
        return make.reply(
            "clients",
            ListPage(
                frame: frame, w: frame.w, action: Site.clientList, query: query["q"] ?? "",
                rows: found.prefix(limit).map { Row($0, owner: names[$0.owner], make) }, isEmpty: found.isEmpty,
                next: wanted.isEmpty
                    ? PageMaker.next(
                        Site.clientList, query, cursor: found.count > limit ? found[limit - 1].id.rawValue : nil)
                    : nil, error: error))
    }

    /// What somebody typed into the one box: a mailbox, a telephone, a number of ours, or a part of the name.
    static func query(_ text: String) -> ClientQuery {
        if text.contains("@") { return .address(.email, text) }
        let digits = text.filter { !" -()+".contains($0) }
        if digits.count >= 7, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return .address(.sms, text) }
        let isNumber = text.utf8.allSatisfy(\.isNameByte) && text.utf8.contains { (0x30...0x39).contains($0) }
        return isNumber ? .externalID(text) : .name(text)
    }

    // MARK: One client

    private func show(_ call: Call) async throws -> Reply { try await show(call, error: nil) }

    private func show(_ call: Call, error: String?, status: Int = 200) async throws -> Reply {
        let query = try call.query(["lang", "cursor"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates, library: services.templates)
        let id = ClientID(try call.parameter("client"))
        let file = try await desk.show(id, by: actor)
        let before = try call.cursor(in: query).map { try ClientEvent.Cursor(text: $0) }
        let limit = 30
        let events = try await desk.timeline(of: id, before: before, limit: limit + 1, by: actor)
        let names = try await services.names(
            file.assignments.map(\.employee) + events.compactMap(\.person)
                + file.openOrders.compactMap(\.handledBy) + [file.client.owner].compactMap { $0 })
        return make.reply(
            "client",
            ClientPage(
                file, events: Array(events.prefix(limit)), names: names,
                next: PageMaker.next(
                    Site.page(client: id), query, cursor: events.count > limit ? events[limit - 1].cursorText : nil),
                mayLog: AccessPolicy.reach(of: actor, for: .logFollowUp) != nil, typed: call.form, error: error, make),
            status: status)
    }

    private func followUp(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let id = ClientID(try call.parameter("client"))
        do {
            _ = try await desk.logFollowUp(
                id, text: call.form["text"] ?? "", dueOn: call.typed("dueOn").flatMap { CivilDate($0) }, by: actor)
            return .seeOther(Site.page(client: id))
        } catch let refusal as PeopleError where refusal.code == .invalid {
            return try await show(call, error: PageMaker(call, templates).phrases.refusal(refusal), status: 422)
        }
    }
}

extension String {
    /// Without white space at either end.
    var trimmed: String {
        let scalars = unicodeScalars.drop { $0.properties.isWhitespace }
        let end = scalars.lastIndex { !$0.properties.isWhitespace }
        return end.map { String(scalars[...$0]) } ?? ""
    }
}
