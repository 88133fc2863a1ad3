import Evidence
import Hummingbird
import Notices
import People

/// The items of a handover, their files, and the lists of what people hold.
struct HandoverItemAPI: Sendable {
    let services: ConsoleServices

    /// The largest file that the rules may allow, so that the address need not change with them.
    private static let fileBody = 32 << 20
    /// A list of 5000 things fits.
    private static let listBody = 8 << 20

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, Site.handoverItems, .people, answer: add),
            Endpoint(.post, Site.handoverSubmission, .people, bodyLimit: Self.listBody, answer: submit),
            Endpoint(.post, Site.handoverTaking, .people, answer: take),
            Endpoint(.post, Site.handoverClient, .people, answer: confirm),
            Endpoint(.post, Site.handoverReview, .people, answer: review),
            Endpoint(.post, Site.handoverWaiver, .people, answer: waive),
            Endpoint(.get, Site.handoverHistory, .people, answer: history),
            Endpoint(.post, Site.handoverFiles, .people, bodyLimit: Self.fileBody, answer: upload),
            Endpoint(.get, Site.handoverFile, .people, answer: download),
            Endpoint(.put, Site.holdings, .people, bodyLimit: Self.listBody, answer: importHoldings),
            Endpoint(.get, Site.holdings, .people, answer: holdings),
            Endpoint(.post, Site.visitConsent, .people, answer: consent),
        ]
    }

    private var desk: HandoverDesk { services.people.handover }

    private func id(_ call: Call) throws -> HandoverID { HandoverID(try call.parameter("handover")) }
    private func item(_ call: Call) throws -> HandoverItemID { HandoverItemID(try call.parameter("item")) }

    private func add(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let kind = reader.choice("kind", HandoverItem.Kind.self)
        let title = reader.line("title")
        let amount = reader.optionalConverted("amount", "a sum like 1200.00") { Amount($0) }
        let dueOn = reader.optionalConverted("dueOn", "a day like 2026-12-21") { CivilDate($0) }
        try reader.finish()
        guard let kind, let title else { throw reader.refusal }
        let added = try await desk.add(
            FreeItem(kind: kind, title: title, amount: amount, dueOn: dueOn), to: try id(call),
            by: try await services.actor(call))
        return .json(added.json, status: 201)
    }

    private func submit(_ call: Call) async throws -> Reply {
        let body = try call.json()
        var reader = ObjectReader(body: body)
        var new = Submission(
            note: reader.optionalLine("note", maximum: 2000), condition: reader.optionalLine("condition"))
        let rows = reader.nestedList("rows", maximum: 10_000) { row -> LeaverStatement.Row? in
            let (ref, name) = (row.line("ref"), row.optionalLine("name"))
            let amount = row.optionalConverted("amount", "a sum like 1200.00") { Amount($0) }
            guard let ref else { return nil }
            return LeaverStatement.Row(ref: ref, name: name, amount: amount)
        }
        // An empty statement is one; a missing one is none.
        if body["rows"]?.array != nil { new.rows = rows }
        new.visit =
            reader.optionalNested("visit") { visit -> Submission.Visit? in
                let at = visit.instant("at")
                let place = visit.optionalLine("place")
                guard let met = visit.line("met"), let at else { return nil }
                return Submission.Visit(at: at, place: place, met: met)
            } ?? nil
        let behalf = reader.optionalLine("onBehalf", maximum: 2000)
        try reader.finish()
        let submitted = try await desk.submit(
            new, for: try item(call), of: try id(call), onBehalf: behalf, by: try await services.actor(call))
        return .json(submitted.json)
    }

    private func take(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let hash = reader.digest("contentHash")
        let condition = reader.optionalLine("condition")
        try reader.finish()
        guard let hash else { throw reader.refusal }
        let taken = try await desk.take(
            try item(call), of: try id(call), contentHash: hash, condition: condition,
            by: try await services.actor(call))
        return .json(taken.json)
    }

    /// With a notice's number it counts that notice; without one it asks the client.
    private func confirm(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let number = reader.optionalLine("notice")
        try reader.finish()
        let actor = try await services.actor(call)
        guard let number else {
            let asked = try await desk.askClient(try item(call), of: try id(call), by: actor)
            return .json(.object(["asked": .integer(Int64(asked))]), status: 202)
        }
        return .json(try await desk.confirm(try item(call), of: try id(call), byClientOn: number, by: actor).json)
    }

    private enum Decision: String, CaseIterable { case accept, `return` }

    private func review(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let decision = reader.choice("decision", Decision.self)
        let opinion = reader.optionalLine("opinion", maximum: 2000)
        try reader.finish()
        guard let decision else { throw reader.refusal }
        let reviewed = try await desk.review(
            try item(call), of: try id(call), accepts: decision == .accept, opinion: opinion,
            by: try await services.actor(call))
        return .json(reviewed.json)
    }

    private func waive(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let reason = reader.text("reason", maximum: 2000)
        try reader.finish()
        guard let reason else { throw reader.refusal }
        let waived = try await desk.waive(
            try item(call), of: try id(call), reason: reason, by: try await services.actor(call))
        return .json(waived.json)
    }

    private func history(_ call: Call) async throws -> Reply {
        let history = try await desk.history(
            of: try item(call), of: try id(call), by: try await services.actor(call))
        return .json(history.json)
    }

    // MARK: Files

    /// The body is the file; its type stands in Content-Type, its name and purpose in the query.
    private func upload(_ call: Call) async throws -> Reply {
        let query = try call.query(["name", "purpose", "onBehalf"])
        guard let name = query["name"] else { throw Problem.malformed("the query lacks name; give the file's name") }
        let word = query["purpose"] ?? HandoverFile.Purpose.material.rawValue
        guard let purpose = HandoverFile.Purpose(rawValue: word) else {
            let known = HandoverFile.Purpose.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.malformed("purpose \"\(shortened(word))\" is not one of \(known)")
        }
        let file = try await desk.add(
            HandedInFile(
                name: name, type: try call.header("Content-Type") ?? "", purpose: purpose, bytes: call.body),
            to: try item(call), of: try id(call), onBehalf: query["onBehalf"] == "true",
            by: try await services.actor(call))
        return .json(file.json, status: 201)
    }

    private func download(_ call: Call) async throws -> Reply {
        let found = try await desk.file(
            HandoverFileID(try call.parameter("file")), of: try id(call), by: try await services.actor(call))
        // Never rendered by a browser: it comes from outside, under a name of our own making.
        return .file(found.bytes, type: "application/octet-stream", name: found.file.id.rawValue)
    }

    // MARK: Holdings

    private func importHoldings(_ call: Call) async throws -> Reply {
        let list: Holding.List = try call.word("list")
        var reader = ObjectReader(body: try call.json())
        let rows = reader.nestedList("items", maximum: 5000, isRequired: true) { row -> Holding? in
            let id = row.line("id")
            let kind = row.line("kind", maximum: 60)
            let title = row.line("title")
            let status = row.optionalLine("status")
            guard let id, let kind, let title else { return nil }
            return Holding(id: id, kind: kind, title: title, status: status)
        }
        try reader.finish()
        let summary = try await desk.importHoldings(
            rows, list, of: try await services.person(try call.parameter("employee")),
            by: try await services.actor(call))
        return .json(
            .object([
                "person": .string(summary.person.rawValue), "list": .string(list.rawValue),
                "count": .integer(Int64(summary.count)), "at": .string(summary.at.rfc3339),
            ]))
    }

    private func holdings(_ call: Call) async throws -> Reply {
        let list: Holding.List = try call.word("list")
        let found = try await desk.holdings(
            of: try await services.person(try call.parameter("employee")), list, by: try await services.actor(call))
        return .json(
            .object([
                "items": .array(found.holdings.map(\.json)),
                "importedAt": found.imported.map { .string($0.at.rfc3339) } ?? .null,
            ]))
    }

    private func consent(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let given = reader.bool("given")
        let hash = reader.digest("textHash")
        try reader.finish()
        guard let given, let hash else { throw reader.refusal }
        try await desk.setVisitConsent(given, textHash: hash, by: try await services.actor(call))
        return .json(.object(["given": .bool(given)]))
    }
}
