import Evidence
import Hummingbird
import Notices
import People

/// Handovers in the browser: the board, and one case with its stages, dates and items.
struct HandoverPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: HandoverDesk { services.people.handover }

    var endpoints: [Endpoint] {
        let pages = Endpoint.Access.peoplePages
        return [
            Endpoint(.get, Site.handoverList, pages, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.handoverPage, pages, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.handoverMove, pages, bodyLimit: 4096, style: .page, answer: move),
            Endpoint(.post, Site.handoverAssign, pages, bodyLimit: 4096, style: .page, answer: assign),
            Endpoint(.post, Site.handoverItem, pages, bodyLimit: 16 << 10, style: .page, answer: item),
        ]
    }

    // MARK: The board

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let rows: [Row]
        let isEmpty: Bool
        let showsAll: Bool
        let all: String
        let next: String?
    }

    /// One case on the board.
    struct Row: Sendable {
        let href: String
        let person: String
        let kind: String
        let stage: String
        let dueOn: String
        let isLate: Bool
        let progress: String
        let clearance: String
        let clearanceClass: String
        let lastDay: String
        let successor: String
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "all", "cursor"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let limit = 20
        let found = try await desk.handovers(
            onlyOpen: query["all"] == nil, before: try call.cursor(in: query).map { HandoverID($0) }, limit: limit + 1,
            by: actor)
        let names = try await services.names(found.flatMap { [$0.person] + [$0.successor].compactMap { $0 } })
        let today = CivilDate(inChina: services.clock.now)
        var rows: [Row] = []
        for handover in found.prefix(limit) {
            let (progress, clearance) = try await desk.standing(of: handover.id, by: actor)
            let stage = handover.stage
            let due = stage.flatMap { handover.record(of: $0)?.dueOn }
            rows.append(
                Row(
                    href: Site.page(handover: handover.id), person: names[handover.person],
                    kind: make.word("departure_\(handover.kind.rawValue)"),
                    stage: stage.map { make.word("stage_\($0.rawValue)") } ?? make.word("stage_none"),
                    dueOn: due.map { "\($0)" } ?? "—", isLate: due.map { $0 < today } ?? false,
                    progress: "\(progress.done) / \(progress.total)",
                    clearance: make.word("clearance_\(clearance.state.rawValue)"),
                    clearanceClass: clearance.state == .locked ? "negative" : "",
                    lastDay: "\(handover.lastDay.day)", successor: names[handover.successor]))
        }
        let frame = make.frame(make.word("handovers"))
        return make.reply(
            "handovers",
            ListPage(
                frame: frame, w: frame.w, rows: rows, isEmpty: rows.isEmpty, showsAll: query["all"] != nil,
                all: Site.handoverList + "?all=1",
                next: PageMaker.next(
                    Site.handoverList, query, cursor: found.count > limit ? found[limit - 1].id.rawValue : nil)))
    }

    // MARK: One case

    private func id(_ call: Call) throws -> HandoverID { HandoverID(try call.parameter("handover")) }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, error: nil)
    }

    private func show(_ call: Call, error: String?, status: Int = 200) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let record = try await desk.handover(try id(call), by: actor)
        let clearance = try await desk.clearance(of: record.handover.id, by: actor)
        let people = record.handover.stages.compactMap(\.owner) + [record.handover.person, record.handover.officer]
        let others = [record.handover.successor, record.handover.reviewer].compactMap { $0 }
        let confirming = record.items.flatMap(\.confirmations).map { PersonID($0.by) }
        let names = try await services.names(people + others + confirming)
        return make.reply(
            "handover",
            HandoverPage(
                record, clearance, names: names, replies: try await replies(to: record.items, by: actor), actor: actor,
                today: CivilDate(inChina: services.clock.now),
                error: error, make), status: status)
    }

    /// What the clients on the list have replied to notices; nothing for those who may not see clients.
    private func replies(to items: [HandoverItem], by actor: Actor) async throws -> [ClientID: [ContactReply]] {
        let clients = Array(Set(items.compactMap(\.client)))
        guard !clients.isEmpty, AccessPolicy.reach(of: actor, for: .viewClients) != nil,
            AccessPolicy.employmentRefusal(actor, .viewClients) == nil
        else { return [:] }
        return try await services.people.clients.replies(ofContactsOf: clients, by: actor)
    }

    /// Does something and shows the case; what the desk refuses is said on its page.
    private func act(_ call: Call, _ body: (Actor, HandoverID) async throws -> Void) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let id = try id(call)
        do {
            try await body(actor, id)
            return .seeOther(Site.page(handover: id))
        } catch let refusal as PeopleError where refusal.code != .notFound {
            return try await show(
                call, error: PageMaker(call, templates).phrases.refusal(refusal), status: Problem(refusal).status)
        }
    }

    private func move(_ call: Call) async throws -> Reply {
        try await act(call) { actor, id in
            if let stage = HandoverStage(rawValue: call.form["stage"] ?? "") {
                _ = try await desk.close(stage, of: id, by: actor)
            } else if let step = HandoverStep(rawValue: call.form["step"] ?? "") {
                _ = try await desk.pass(step, of: id, by: actor)
            } else {
                throw Problem.malformed("the form names neither a stage nor a step; open the page again")
            }
        }
    }

    private func assign(_ call: Call) async throws -> Reply {
        try await act(call) { actor, id in
            func person(_ name: String) async throws -> PersonID? {
                guard let number = call.typed(name) else { return nil }
                return try await services.people.roster.person(number.trimmed)
            }
            let new = HandoverAssignment(
                successor: try await person("successor"), reviewer: try await person("reviewer"), officer: nil)
            _ = try await desk.assign(id, new, by: actor)
        }
    }

    private func item(_ call: Call) async throws -> Reply {
        let item = HandoverItemID(try call.parameter("item"))
        return try await act(call) { actor, id in
            let words = call.form["words"] ?? ""
            switch call.form["act"] {
            case "submit":
                let given = Submission(note: words.isEmpty ? nil : words, condition: call.typed("condition"))
                _ = try await desk.submit(given, for: item, of: id, by: actor)
            case "take":
                guard let hash = call.form["contentHash"].flatMap({ Digest(hex: $0) }) else {
                    throw Problem.malformed("contentHash is not a SHA-256 in hexadecimal")
                }
                _ = try await desk.take(
                    item, of: id, contentHash: hash, condition: call.typed("condition"), by: actor)
            case "accept", "return":
                _ = try await desk.review(
                    item, of: id, accepts: call.form["act"] == "accept", opinion: words.isEmpty ? nil : words, by: actor
                )
            case "waive": _ = try await desk.waive(item, of: id, reason: words, by: actor)
            case "ask": _ = try await desk.askClient(item, of: id, by: actor)
            default: throw Problem.malformed("the form does not say what to do; open the page again")
            }
        }
    }
}
