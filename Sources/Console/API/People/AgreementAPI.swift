import Evidence
import Hummingbird
import Notices
import People

/// Agreements, their signatures, and what comes after somebody has left.
struct AgreementAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.agreementTemplates, .people, answer: templates),
            Endpoint(.get, Site.agreements, .people, answer: list),
            Endpoint(.post, Site.agreements, .people, answer: offer),
            Endpoint(.post, Site.agreementSets, .people, answer: offerSet),
            Endpoint(.get, Site.agreementDocument, .people, answer: document),
            Endpoint(.post, Site.agreementCode, .people, answer: code),
            Endpoint(.post, Site.agreementSignature, .people, answer: sign),
            Endpoint(.post, Site.agreementWithdrawal, .people, answer: withdraw),
            Endpoint(.get, Site.agreementProofs, .people, answer: proofs),
            Endpoint(.get, Site.nonCompetes, .people, answer: nonCompetes),
            Endpoint(.post, Site.compensation, .people, answer: pay),
            Endpoint(.post, Site.nonCompeteRelease, .people, answer: release),
            Endpoint(.get, Site.checkTasks, .people, answer: tasks),
            Endpoint(.post, Site.checkOutcome, .people, answer: close),
        ]
    }

    private var desk: AgreementDesk { services.people.agreements }

    private func agreement(_ call: Call) throws -> AgreementID { AgreementID(try call.parameter("agreement")) }

    private func items(_ values: [JSONValue]) -> Reply { .json(.object(["items": .array(values)])) }

    // MARK: Offering

    private func templates(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        _ = try await services.actor(call)
        let library = desk.library
        return items(
            library.kinds.compactMap { kind in
                library.template(kind: kind).map { template in
                    .object([
                        "kind": .string(kind), "version": .integer(Int64(template.version)),
                        "hash": .string(template.hash.hex),
                        "title": .object(["zh": .string(template.title.zh), "en": .string(template.title.en)]),
                        "fields": .array(template.fields.map { .string($0.name) }),
                        "clauses": .array(
                            template.clauses.map {
                                .object([
                                    "id": .string($0.id), "zh": .string($0.text.zh), "en": .string($0.text.en),
                                ])
                            }),
                    ])
                }
            })
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["person"])
        let person = try await services.person(try call.required("person", in: query)) as PersonID
        return items(try await desk.agreements(with: person, by: try await services.actor(call)).map(\.json))
    }

    private func offer(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let (person, kind) = (reader.line("person"), reader.line("kind"))
        let values = reader.object("values")?.object
        let isMandatory = reader.bool("mandatory")
        let signBy = reader.optionalDay("signBy")
        let issuer = reader.optionalLine("issuer").map { IssuerID($0) }
        try reader.finish()
        guard let person, let kind, let values, let isMandatory else { throw reader.refusal }
        let agreement = try await desk.offer(
            kind, to: try await services.person(person), values: values, isMandatory: isMandatory, signBy: signBy,
            issuer: issuer,
            by: try await services.actor(call))
        return .json(agreement.json, status: 201)
    }

    private func offerSet(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let person = reader.line("person")
        try reader.finish()
        guard let person else { throw reader.refusal }
        let offered = try await desk.offerSet(to: try await services.person(person), by: try await services.actor(call))
        return .json(.object(["items": .array(offered.map(\.json))]), status: 201)
    }

    private func withdraw(_ call: Call) async throws -> Reply {
        try await desk.withdraw(
            try agreement(call), reason: try reason(call), by: try await services.actor(call))
        return .done
    }

    private func reason(_ call: Call) throws -> String {
        var reader = ObjectReader(body: try call.json())
        let reason = reader.text("reason", maximum: 2000)
        try reader.finish()
        guard let reason else { throw reader.refusal }
        return reason
    }

    // MARK: Signing and proof

    private func document(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let (agreement, file) = try await desk.document(of: try agreement(call), by: try await services.actor(call))
        return .file(file.bytes, type: "application/pdf", name: "\(agreement.number).pdf")
    }

    private func code(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let channel = reader.choice("channel", ChannelKind.self)
        try reader.finish()
        guard let channel else { throw reader.refusal }
        let agreement = try await desk.askToSign(
            try agreement(call), channel: channel, by: try await services.actor(call))
        return .json(
            .object([
                "documentHash": .string(agreement.documentHash.hex), "intent": .string(agreement.intent),
                "validForSeconds": .integer(OneTimeCodes.lifetime.components.seconds),
            ]), status: 202)
    }

    private func sign(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let code = reader.converted("code", "a code of six digits") { $0.isOneTimeCode ? $0 : nil }
        let hash = reader.digest("documentHash")
        let intent = reader.line("intent", maximum: 1000)
        try reader.finish()
        guard let code, let hash, let intent else { throw reader.refusal }
        let signed = try await desk.sign(
            try agreement(call), code: code, documentHash: hash, intent: intent, by: try await services.actor(call))
        return .json(signed.json)
    }

    private func proofs(_ call: Call) async throws -> Reply {
        let query = try call.query(["person", "number"])
        let actor = try await services.actor(call)
        if let number = query["number"] { return items([try await desk.proof(number: number, by: actor).json]) }
        let person = try await services.person(try call.required("person", in: query)) as PersonID
        return items(try await desk.proofs(of: person, by: actor).map(\.json))
    }

    // MARK: After leaving

    private func nonCompetes(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        return items(try await desk.nonCompetes(by: try await services.actor(call)).map(\.json))
    }

    private func pay(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let month = reader.integer("month")
        let amount = reader.converted("amount", "an amount like 4500.00") { Amount($0) }
        let day = reader.day("paidOn")
        try reader.finish()
        guard let month, let amount, let day else { throw reader.refusal }
        try await desk.recordPayment(
            try agreement(call), month: month, amount: amount, on: day, by: try await services.actor(call))
        return .done
    }

    private func release(_ call: Call) async throws -> Reply {
        try await desk.release(try agreement(call), reason: try reason(call), by: try await services.actor(call))
        return .done
    }

    private func tasks(_ call: Call) async throws -> Reply {
        let state = try call.query(["state"])["state"]
        guard state == nil || state == "open" || state == "closed" else {
            throw Problem.malformed("state \"\(shortened(state ?? ""))\" is not one of open, closed")
        }
        let tasks = try await desk.tasks(isOpen: state.map { $0 == "open" }, by: try await services.actor(call))
        return items(tasks.map(\.json))
    }

    private func close(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let outcome = reader.choice("outcome", CheckTask.Outcome.self)
        let note = reader.text("note", maximum: 5000)
        try reader.finish()
        guard let outcome, let note else { throw reader.refusal }
        try await desk.close(
            try call.parameter("task"), outcome: outcome, note: note, by: try await services.actor(call))
        return .done
    }
}
