import Evidence
import Hummingbird
import Notices
import People

/// What was issued together: a list, and the delivery matrix of one batch.
struct BatchPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        let read = Endpoint.Access.session([.read])
        return [
            Endpoint(.get, Site.batchList, read, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.batchPage, read, bodyLimit: 0, style: .page, answer: show),
        ]
    }

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let new: String?
        let rows: [Row]
        let isEmpty: Bool
        let next: String?
    }

    /// One batch.
    struct Row: Sendable {
        let href: String
        let name: String
        let kind: String
        let count: Int
        let begunAt: String
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "cursor"])
        let make = PageMaker(call, templates, library: services.templates)
        let limit = 20
        let found = try await services.reader.batches(
            before: try call.cursor(in: query).map { NoticeID($0) }, limit: limit + 1)
        let frame = make.frame(make.word("batches"))
        return make.reply(
            "batches",
            ListPage(
                frame: frame, w: frame.w, new: try call.person().may(.issue) ? Site.batchNew : nil,
                rows: found.prefix(limit).map {
                    Row(
                        href: Site.page(Site.batchPage, $0.first), name: $0.name, kind: make.kind($0.kind),
                        count: $0.count, begunAt: make.time($0.begunAt))
                }, isEmpty: found.isEmpty,
                next: PageMaker.next(
                    Site.batchList, query, cursor: found.count > limit ? found[limit - 1].first.rawValue : nil)))
    }

    private func show(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "cursor", "part"])
        let make = PageMaker(call, templates, library: services.templates)
        let id = NoticeID(try call.parameter("notice"))
        guard let name = try await services.reader.notice(id)?.batch,
            let standing = try await services.reader.standing(ofBatch: name)
        else {
            throw NoticeError(.notFound, "there is no batch with a notice \"\(shortened(id.rawValue))\"")
        }
        let part = try call.choice("part", in: query, BatchPart.self) ?? .all
        let limit = 40
        let found = try await services.reader.rows(
            ofBatch: name, part, after: try call.cursor(in: query).map { NoticeID($0) }, limit: limit + 1)
        let shown = Array(found.prefix(limit))
        let path = Site.page(Site.batchPage, standing.batch.first)
        return make.reply(
            "batch",
            BatchMatrix(
                standing, shown, clients: try await clients(of: shown, call), part: part, action: path,
                next: PageMaker.next(
                    path, query, cursor: found.count > limit ? found[limit - 1].notice.id.rawValue : nil),
                make))
    }

    /// At which clients the recipients are contacts, for those who may see clients; that they looked is on record.
    private func clients(of rows: [BatchRow], _ call: Call) async throws -> [PersonID: [Client]] {
        guard try call.person().may(.hr, .staff) else { return [:] }
        let actor = try await services.signedInActor(call)
        guard AccessPolicy.reach(of: actor, for: .viewClients) != nil else { return [:] }
        return try await services.people.clients.clients(
            ofContacts: rows.flatMap { $0.notice.recipients.map(\.person) }, by: actor)
    }
}
