import Evidence
import Hummingbird
import Notices

/// Issuing, approving and looking at notices.
struct NoticeAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        let read = Endpoint.Access.scope(.read)
        return [
            Endpoint(.post, Site.notices, .scope(.issue), answer: issue),
            Endpoint(.post, Site.preview, .scope(.issue), answer: preview),
            Endpoint(.get, Site.notices, read, answer: list),
            Endpoint(.get, Site.notice, read, answer: show),
            Endpoint(.post, Site.approvals, .scope(.approve), answer: approve),
            Endpoint(.put, Site.fields, .scope(.issue), answer: edit),
            Endpoint(.post, Site.cancel, .scope(.issue), answer: cancel),
            Endpoint(.get, Site.timeline, read, answer: timeline),
            Endpoint(.get, Site.document, read, answer: document),
            Endpoint(.get, Site.proof, read, answer: proof),
            Endpoint(.get, Site.deliveries, read, answer: deliveries),
            Endpoint(.post, Site.postal, .scope(.record), answer: postal),
        ]
    }

    // MARK: Issue

    private func issue(_ call: Call) async throws -> Reply {
        let claim = try IdempotencyClaim(call)
        let request = try IssueRequest(body: try call.json())
        // Programs are told in English, whatever the language of the notice.
        let acceptance = try await services.pipeline.issue.issue(
            request, by: call.principal, idempotency: claim, telling: .english)
        let issued = try await IssuedNotice(acceptance, services)
        var headers = [("Location", Site.link(to: issued.id))]
        if issued.isReplay { headers.append(("Idempotency-Replayed", "true")) }
        return .json(issued.json, status: 202, headers: headers)
    }

    private func preview(_ call: Call) async throws -> Reply {
        let preview = try await services.pipeline.issue.preview(
            try IssueRequest(body: try call.json()), by: call.principal, telling: .english)
        let accepted = try call.header("Accept") ?? ""
        if accepted.lowercased().hasPrefix("application/pdf"), let pdf = preview.pdf {
            return .file(pdf, type: "application/pdf", name: "preview.pdf")
        }
        return .json(preview.json)
    }

    private func approve(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let hash = reader.digest("contentHash")
        try reader.finish()
        guard let hash else { throw reader.refusal }
        let notice = try await find(call)
        let approved = try await services.pipeline.issue.approve(notice.id, contentHash: hash, by: call.principal)
        return .json(try await withApprovals(approved))
    }

    private func edit(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let fields = reader.object("fields")
        try reader.finish()
        guard let fields else { throw reader.refusal }
        let notice = try await find(call)
        return .json(try await services.pipeline.issue.edit(notice.id, fields: fields, by: call.principal).json)
    }

    private func cancel(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let reason = reader.text("reason", maximum: 2000)
        try reader.finish()
        guard let reason else { throw reader.refusal }
        let notice = try await find(call)
        return .json(try await services.pipeline.issue.cancel(notice.id, reason: reason, by: call.principal).json)
    }

    // MARK: Look

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["state", "kind", "person", "batch", "cursor", "limit"])
        var filter = NoticeFilter(
            kind: query["kind"], person: query["person"].map { PersonID($0) }, batch: query["batch"])
        if let text = query["state"] {
            guard let state = NoticeState(rawValue: text) else {
                let known = NoticeState.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.malformed("state \"\(shortened(text))\" is not one of \(known)")
            }
            filter.state = state
        }
        let page = try Page(query)
        let found = try await services.reader.notices(
            filter, before: page.cursor.map { NoticeID($0) }, limit: page.limit + 1)
        return page.reply(found, id: { $0.id.rawValue }, json: { $0.json })
    }

    private func show(_ call: Call) async throws -> Reply {
        .json(try await withApprovals(try await find(call)))
    }

    /// The notice with the approvals it has and those it still waits for.
    private func withApprovals(_ notice: Notice) async throws -> JSONValue {
        let approvals = try await services.reader.approvals(of: notice.id)
        let names = try await services.reader.names(of: Set(approvals.map(\.approver.id)))
        let awaited = try await services.pipeline.issue.awaited(by: notice, given: approvals)
        guard case .object(var members) = notice.json else { return notice.json }
        members["approvals"] = .array(
            approvals.map {
                .object([
                    "approver": $0.approver.facts, "name": names[$0.approver.id].map { .string($0) } ?? .null,
                    "at": .string($0.at.rfc3339),
                ])
            })
        members["awaits"] = .object([
            "approvals": .integer(Int64(awaited.count)),
            "confirmers": .array(
                awaited.confirmers.map {
                    .object(["id": .string($0.id), "name": $0.name.map { .string($0) } ?? .null])
                }),
        ])
        return .object(members)
    }

    private func timeline(_ call: Call) async throws -> Reply {
        .json(try await services.pipeline.prove.standing(of: try await find(call).id).json)
    }

    private func deliveries(_ call: Call) async throws -> Reply {
        let deliveries = try await services.reader.deliveries(of: try await find(call).id)
        return .json(.object(["items": .array(deliveries.map(\.json))]))
    }

    private func document(_ call: Call) async throws -> Reply {
        let notice = try await find(call)
        guard let sealed = try await services.reader.document(of: notice.id) else {
            throw NoticeError(.notFound, "\(notice.number) has no document: it is \(notice.state.rawValue), or erased")
        }
        let name = notice.number + (sealed.mediaType == "application/pdf" ? ".pdf" : ".json")
        var reply = Reply.file(sealed.bytes, type: sealed.mediaType, name: name)
        // RFC 9530: the reader can check what arrived against the hash that was sealed.
        reply.headers.append(("Repr-Digest", "sha-256=:\(Base64.encode(sealed.hash.bytes)):"))
        return reply
    }

    private func proof(_ call: Call) async throws -> Reply {
        let notice = try await find(call)
        let (name, bundle) = try await services.pipeline.prove.bundle(of: notice.id, for: call.principal)
        return .file(bundle.bytes, type: "application/vnd.etsi.asic-e+zip", name: name)
    }

    private func postal(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let observation = PostalDesk.Observation(reading: &reader)
        let happenedAt = reader.instant("happenedAt")
        let scans = reader.lines("scans", maximum: 50).map { ($0, Digest(hex: $0)) }
        for (index, scan) in scans.enumerated() where scan.1 == nil {
            reader.fault("scans[\(index)]", "\"\(shortened(scan.0))\" is not a SHA-256 in hexadecimal")
        }
        try reader.finish()
        guard let observation, let happenedAt else { throw reader.refusal }
        let recording = try await services.pipeline.postal.record(
            observation, of: DeliveryID(try call.parameter("delivery")), happenedAt: happenedAt,
            scans: scans.compactMap(\.1), by: call.principal)
        switch recording {
        case .recorded(let state):
            return .json(.object(["recorded": true, "state": .string(state.rawValue)]), status: 201)
        case .duplicate: return .json(.object(["recorded": false, "duplicate": true]))
        case .unknownDelivery: throw Problem.notFound("there is no such delivery")
        }
    }

    /// By id or by the number people read out.
    private func find(_ call: Call) async throws -> Notice {
        try await services.notice(named: try call.parameter("notice"))
    }
}
