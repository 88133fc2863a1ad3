import Evidence
import Notices
import People

/// Clients: what other systems say, what staff does, who may see it.
///
/// The desk decides by the actor of the key; every look is on record before it is answered.
struct ClientAPI: Sendable {
    let services: ConsoleServices
    var desk: ClientDesk { services.people.clients }

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, Site.clientSync, .people, answer: sync),
            Endpoint(.post, Site.clientEvents, .people, answer: event),
            Endpoint(.post, Site.clientExport, .people, answer: export),
            Endpoint(.post, Site.clients, .people, answer: add),
            Endpoint(.get, Site.clients, .people, answer: list),
            Endpoint(.get, Site.client, .people, answer: show),
            Endpoint(.patch, Site.client, .people, answer: edit),
            Endpoint(.get, Site.clientTimeline, .people, answer: timeline),
            Endpoint(.get, Site.clientHistory, .people, answer: history),
            Endpoint(.post, Site.followUps, .people, answer: followUp),
            Endpoint(.post, Site.followUpDone, .people, answer: followUpDone),
            Endpoint(.post, Site.clientOrders, .people, answer: startOrder),
            Endpoint(.post, Site.clientOrder, .people, answer: moveOrder),
        ]
    }

    // MARK: From other systems

    private func sync(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let externalID = reader.line("externalID")
        let source = reader.line("source")
        let changedAt = reader.instant("changedAt")
        let owner = reader.optionalLine("owner")
        let fields = Self.fields(&reader)
        let contacts = Self.contacts(&reader)
        try reader.finish()
        guard let externalID, let source, let changedAt else { throw reader.refusal }
        let outcome = try await desk.sync(
            ClientUpdate(
                externalID: externalID, source: source, changedAt: changedAt, fields: fields, contacts: contacts,
                ownerNumber: owner),
            by: try await services.actor(call))
        return .json(
            outcome.json, status: outcome.isNew ? 201 : 200, headers: [("Location", Site.link(to: outcome.client))])
    }

    /// Facts are an object of texts; the names are the caller's own.
    static func fields(_ reader: inout ObjectReader) -> [String: String] {
        guard let value = reader.value("fields") else { return [:] }
        guard let members = value.object else {
            reader.fault("fields", "must be an object of texts, not \(value.typeName)")
            return [:]
        }
        var fields: [String: String] = [:]
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            if let text = value.string {
                fields[name] = text
            } else {
                reader.fault("fields.\(shortened(name))", "must be a text, not \(value.typeName)")
            }
        }
        return fields
    }

    static func contacts(_ reader: inout ObjectReader) -> [ContactUpdate] {
        reader.nestedList("contacts", maximum: 50) { contact -> ContactUpdate? in
            let (externalID, name) = (contact.line("externalID"), contact.line("name"))
            let (language, position) = (contact.optionalLine("language") ?? "zh-CN", contact.line("position"))
            let addresses = contact.nestedList("addresses", maximum: 20) { address -> (ChannelKind, String)? in
                let channel = address.choice("channel", ChannelKind.self)
                let value = address.line("value", maximum: 400)
                guard let channel, let value else { return nil }
                return (channel, value)
            }
            guard let externalID, let name, let position else { return nil }
            return ContactUpdate(
                externalID: externalID, name: name, language: language, position: position, addresses: addresses)
        }
    }

    private func event(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let client = reader.line("client")
        let source = reader.line("source")
        let externalID = reader.line("externalID")
        let changedAt = reader.instant("changedAt")
        let content = Self.content(&reader)
        try reader.finish()
        guard let client, let source, let externalID, let changedAt, let content else { throw reader.refusal }
        let isNews = try await desk.record(
            ClientEventUpdate(
                client: client, source: source, externalID: externalID, changedAt: changedAt, content: content),
            by: try await services.actor(call))
        return .json(.object(["recorded": .bool(isNews)]), status: isNews ? 201 : 200)
    }

    /// What another system may report.
    enum EventKind: String, CaseIterable { case order, payment, conversation, followUp = "follow-up" }

    private static func content(_ reader: inout ObjectReader) -> ClientEventUpdate.Content? {
        switch reader.choice("kind", EventKind.self) {
        case .order:
            let state = reader.choice("state", OrderState.self)
            let (amount, currency) = (reader.amount("amount"), reader.line("currency"))
            let placedAt = reader.instant("placedAt")
            guard let state, let amount, let currency, let placedAt else { return nil }
            return .order(state: state, amount: amount, currency: currency, placedAt: placedAt)
        case .payment:
            let (amount, currency) = (reader.amount("amount"), reader.line("currency"))
            let paidAt = reader.instant("paidAt")
            let (source, order) = (reader.optionalLine("orderSource"), reader.optionalLine("order"))
            guard let amount, let currency, let paidAt else { return nil }
            return .payment(amount: amount, currency: currency, paidAt: paidAt, orderSource: source, order: order)
        case .conversation:
            let (channel, text) = (reader.line("channel"), reader.text("text", maximum: 8000))
            let happenedAt = reader.instant("happenedAt")
            guard let channel, let text, let happenedAt else { return nil }
            return .conversation(channel: channel, text: text, happenedAt: happenedAt)
        case .followUp:
            let text = reader.text("text", maximum: 8000)
            let dueOn = reader.optionalConverted("dueOn", "a day like 2026-11-21") { CivilDate($0) }
            let (isDone, happenedAt) = (reader.bool("done"), reader.instant("happenedAt"))
            guard let text, let isDone, let happenedAt else { return nil }
            return .followUp(text: text, dueOn: dueOn, isDone: isDone, happenedAt: happenedAt)
        case nil: return nil
        }
    }

    /// Everything the actor may export, a client a line.
    private func export(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let reason = reader.text("reason", maximum: 500)
        try reader.finish()
        guard let reason else { throw reader.refusal }
        var lines: [UInt8] = []
        try await desk.export(reason: reason, by: try await services.actor(call)) { clients, fields in
            for client in clients {
                var line = client.json.object ?? [:]
                line["fields"] = .array((fields[client.id] ?? []).map(\.json))
                lines += JSONValue.object(line).canonicalBytes + [UInt8(ascii: "\n")]
            }
        }
        return .file(lines, type: "application/x-ndjson", name: "clients.ndjson")
    }

    // MARK: Staff

    private func add(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let externalID = reader.optionalLine("externalID")
        let fields = Self.fields(&reader)
        let contacts = Self.contacts(&reader)
        try reader.finish()
        let outcome = try await desk.add(
            externalID: externalID, fields: fields, contacts: contacts, by: try await services.actor(call))
        return .json(outcome.json, status: 201, headers: [("Location", Site.link(to: outcome.client))])
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["cursor", "limit", "name", "externalID", "phone", "email"])
        let page = try Page(query)
        let actor = try await services.actor(call)
        let searches: [ClientQuery] = [
            query["name"].map { .name($0) }, query["externalID"].map { .externalID($0) },
            query["phone"].map { .address(.sms, $0) }, query["email"].map { .address(.email, $0) },
        ].compactMap { $0 }
        guard searches.count <= 1, searches.isEmpty || page.cursor == nil else {
            throw Problem.malformed("search by one of name, externalID, phone, email at a time, and without cursor")
        }
        if let search = searches.first {
            let found = try await desk.search(search, limit: page.limit, by: actor)
            return .json(
                .object([
                    "items": .array(found.prefix(page.limit).map(\.json)), "more": .bool(found.count > page.limit),
                ]))
        }
        let found = try await desk.list(after: page.cursor.map { ClientID($0) }, limit: page.limit, by: actor)
        return page.reply(found, id: { $0.id.rawValue }, json: { $0.json })
    }

    private func show(_ call: Call) async throws -> Reply {
        .json(try await desk.show(try client(call), by: try await services.actor(call)).json)
    }

    private func edit(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let edits = reader.nestedList("edits", maximum: 100, isRequired: true) { edit -> FieldEdit? in
            let (name, value) = (edit.line("field"), edit.text("value", maximum: 8000))
            let seen = edit.optionalConverted("seen", "an instant like 2026-11-21T10:32:05Z") { Timestamp(rfc3339: $0) }
            guard let name, let value else { return nil }
            return FieldEdit(name: name, value: value, seen: seen)
        }
        try reader.finish()
        try await desk.edit(try client(call), edits, by: try await services.actor(call))
        return .done
    }

    private func timeline(_ call: Call) async throws -> Reply {
        let page = try Page(try call.query(["cursor", "limit"]))
        let found = try await desk.timeline(
            of: try client(call), before: try page.cursor.map { try ClientEvent.Cursor(text: $0) },
            limit: page.limit + 1, by: try await services.actor(call))
        return page.reply(found, id: { $0.cursorText }, json: { $0.json })
    }

    private func history(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let old = try await desk.replacedFields(of: try client(call), by: try await services.actor(call))
        return .json(.object(["items": .array(old.map(\.json))]))
    }

    private func followUp(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let text = reader.text("text", maximum: 8000)
        let dueOn = reader.optionalConverted("dueOn", "a day like 2026-11-21") { CivilDate($0) }
        try reader.finish()
        guard let text else { throw reader.refusal }
        let id = try await desk.logFollowUp(
            try client(call), text: text, dueOn: dueOn, by: try await services.actor(call))
        return .json(.object(["id": .string(id.rawValue)]), status: 201)
    }

    private func followUpDone(_ call: Call) async throws -> Reply {
        try await desk.finishFollowUp(
            FollowUpID(try call.parameter("followUp")), by: try await services.actor(call))
        return .done
    }

    private func startOrder(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let number = reader.optionalConverted("number", "made of letters, digits, \".\", \"-\" and \"_\"") {
            $0.utf8.allSatisfy(\.isNameByte) ? $0 : nil
        }
        let (amount, currency) = (reader.amount("amount"), reader.line("currency"))
        try reader.finish()
        guard let amount, let currency else { throw reader.refusal }
        let order = try await desk.startOrder(
            try client(call), number: number, amount: amount, currency: currency,
            by: try await services.actor(call))
        return .json(order.json, status: 201)
    }

    private func moveOrder(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let state = reader.choice("state", OrderState.self)
        try reader.finish()
        guard let state else { throw reader.refusal }
        let order = try await desk.moveOrder(
            try call.parameter("order"), to: state, by: try await services.actor(call))
        return .json(order.json)
    }

    private func client(_ call: Call) throws -> ClientID { ClientID(try call.parameter("client")) }
}

extension ObjectReader {
    /// A sum of money.
    mutating func amount(_ name: String) -> Amount? {
        converted(name, "an amount like 12345.60") { Amount($0) }
    }
}
