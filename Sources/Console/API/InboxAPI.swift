import Evidence
import Hummingbird
import Notices

/// The in-system inbox, for a key that stands for one person.
///
/// Somebody else's item is not there: the answer is the same as for one that never was.
struct InboxAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        let own = Endpoint.Access.scope(.inbox)
        return [
            Endpoint(.get, Site.inbox, own, answer: list),
            Endpoint(.post, Site.open, own, answer: open),
            Endpoint(.post, Site.acknowledge, own, answer: acknowledge),
            Endpoint(.post, Site.objection, own) { try await answer($0) { .object($0) } },
            Endpoint(.post, Site.reply, own, answer: reply),
            Endpoint(.post, Site.refusal, own) { try await answer($0) { .refuse($0) } },
        ]
    }

    private func person(_ call: Call) throws -> PersonID {
        guard let person = call.key?.person else {
            throw Problem.forbidden("the key stands for nobody; ask for one that is bound to a person")
        }
        return person
    }

    private func list(_ call: Call) async throws -> Reply {
        let page = try Page(try call.query(["limit", "cursor"]))
        let found = try await services.inbox.items(
            of: try person(call), ofTestKeys: call.key?.kind == .test, after: try page.inboxCursor(), limit: page.limit)
        return .json(
            .object([
                "items": .array(found.items.map(\.json)), "next": found.next.map { .string($0.text) } ?? .null,
            ]))
    }

    /// The item that the path names, if it lies in this person's inbox and was not withdrawn.
    private func item(_ call: Call) async throws -> InboxItem {
        let id = DeliveryID(try call.parameter("delivery"))
        let found = try await services.inbox.item(id, of: try person(call), ofTestKeys: call.key?.kind == .test)
        guard let item = found, item.state != .cancelled else {
            throw NoticeError(.notFound, "there is nothing \"\(shortened(id.rawValue))\" in this inbox")
        }
        return item
    }

    private func open(_ call: Call) async throws -> Reply {
        let item = try await item(call)
        let shown = try await services.pipeline.read.open(
            item.delivery, person: try person(call), by: .apiKey, source: .inbox,
            circumstances: call.circumstances)
        return .json(shown.json)
    }

    private func acknowledge(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let hash = reader.digest("documentHash")
        try reader.finish()
        guard let hash else { throw reader.refusal }
        return try await record(call, .acknowledge(hash))
    }

    private func answer(_ call: Call, _ make: (String) -> ReadingDesk.Answer) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let words = reader.text("words")
        try reader.finish()
        guard let words else { throw reader.refusal }
        return try await record(call, make(words))
    }

    private func reply(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let reply = reader.choice("reply", NoticeReply.self)
        let words = reader.optionalLine("words", maximum: NoticeReply.maximumWords)
        try reader.finish()
        guard let reply else { throw reader.refusal }
        return try await record(call, .reply(reply, words))
    }

    private func record(_ call: Call, _ answer: ReadingDesk.Answer) async throws -> Reply {
        let item = try await item(call)
        let state = try await services.pipeline.read.answer(
            answer, to: item.delivery, person: try person(call), by: .apiKey, source: .inbox,
            circumstances: call.circumstances)
        return .json(.object(["delivery": .string(item.delivery.rawValue), "state": .string(state.rawValue)]))
    }
}

extension Call {
    /// What is kept, encrypted, about how somebody read or answered.
    var circumstances: [String: JSONValue] {
        var facts: [String: JSONValue] = ["network": .string(client)]
        if let agent = headers.values(of: "User-Agent").first {
            facts["userAgent"] = .string(shortened(agent, to: 200))
        }
        if let key {
            facts["key"] = .string(key.id)
            // A key is named by the entry of its issue, which says who made it and for whom.
            facts[EntryBody.restsOn] = .string(key.id)
        }
        return facts
    }
}

extension InboxItem {
    /// The item as the API shows it; not the content.
    var json: JSONValue {
        .object([
            "delivery": .string(delivery.rawValue), "notice": .string(notice.rawValue), "number": .string(number),
            "kind": .string(kind), "subject": .string(subject), "issuer": .string(issuerName),
            "placedAt": .string(placedAt.rfc3339), "state": .string(state.rawValue),
            "asksAcknowledgement": .bool(asksAcknowledgement),
        ])
    }
}

extension ReadingDesk.Shown {
    /// The words and the sealed bytes, with the hash that an acknowledgement names.
    var json: JSONValue {
        .object([
            "notice": .string(notice.id.rawValue), "number": .string(notice.number),
            "issuer": .string(notice.issuer.fullName), "creditCode": .string(notice.issuer.creditCode),
            "language": .string(notice.language), "subject": .string(content.subject),
            "text": .string(content.markdown),
            "document": .object([
                "mediaType": .string(document.mediaType), "hash": .string(document.hash.hex),
                "bytes": .string(Base64.encode(document.bytes)),
                "signature": .string(Base64.encode(document.signature)),
                "sealedAt": .string(document.sealedAt.rfc3339),
            ]),
        ])
    }
}
