import Evidence
import Hummingbird
import Notices

/// Kinds of notices, routes, the log's checkpoint, and what monitoring asks for.
struct OperationAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        let read = Endpoint.Access.scope(.read)
        let kinds = Endpoint.Access.key([.issue, .read])
        return [
            Endpoint(.get, Site.templates, kinds, answer: templates),
            Endpoint(.get, Site.template, kinds, answer: template),
            Endpoint(.get, Site.routes, .key([.read, .administer]), answer: routes),
            Endpoint(.post, Site.pause, .scope(.administer)) { try await setPaused($0, true) },
            Endpoint(.post, Site.resume, .scope(.administer)) { try await setPaused($0, false) },
            Endpoint(.get, Site.checkpoint, read, answer: checkpoint),
            Endpoint(.get, Site.health, .open, answer: health),
            Endpoint(.get, Site.ready, .open, answer: ready),
            Endpoint(.get, Site.metrics, services.settings.metricsNeedKey ? read : .open, answer: metrics),
        ]
    }

    // MARK: Kinds

    private func templates(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let library = services.templates
        return .json(
            .object([
                "items": .array(
                    library.kinds.compactMap { kind in
                        library.template(kind: kind)?.summary(versions: library.versions(of: kind))
                    }.map { .object($0) })
            ]))
    }

    private func template(_ call: Call) async throws -> Reply {
        let kind = try call.parameter("kind")
        let query = try call.query(["version"])
        var version: Int?
        if let text = query["version"] {
            guard let number = Int(text) else {
                throw Problem.malformed("version \"\(shortened(text))\" is not a whole number")
            }
            version = number
        }
        guard let template = services.templates.template(kind: kind, version: version) else {
            let of = version.map { " of version \($0)" } ?? ""
            let kinds = services.templates.kinds.joined(separator: ", ")
            throw NoticeError(.notFound, "there is no kind \"\(shortened(kind))\"\(of); there are \(kinds)")
        }
        var members = template.summary(versions: services.templates.versions(of: kind))
        members["fields"] = .array(template.fields.map(\.json))
        return .json(.object(members))
    }

    // MARK: Routes

    private func routes(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        return .json(.object(["items": .array(services.routes.flatMap(\.json))]))
    }

    private func setPaused(_ call: Call, _ paused: Bool) async throws -> Reply {
        let route = RouteID(try call.parameter("route"))
        guard let table = services.routes.first(where: { $0.knows(route) }) else {
            throw NoticeError(.notFound, "there is no route \"\(shortened(route.rawValue))\"")
        }
        try await services.pipeline.operate.setPaused(
            paused, route: route, reason: try call.reason(), by: call.principal)
        return .json(.object(["items": .array(table.json)]))
    }

    // MARK: The log

    /// The signed note, byte for byte, for whoever keeps copies of checkpoints as a witness.
    private func checkpoint(_ call: Call) async throws -> Reply {
        guard let checkpoint = try await services.log.latestCheckpoint() else {
            throw NoticeError(.notFound, "the log has no checkpoint yet; ask again in a second")
        }
        return Reply(status: 200, contentType: "text/plain; charset=utf-8", body: checkpoint.note)
    }

    // MARK: Monitoring

    private func health(_ call: Call) async throws -> Reply {
        .json(.object(["status": "ok", "version": .string(services.settings.version)]))
    }

    private func ready(_ call: Call) async throws -> Reply {
        let report = await services.health()
        return .json(
            .object([
                "ready": .bool(report.isReady),
                "checks": .array(
                    report.checks.map {
                        .object([
                            "name": .string($0.name), "ok": .bool($0.isOK), "code": .string($0.code),
                            "reason": $0.reason.json,
                        ])
                    }),
                "served": .array(
                    report.served.map {
                        .object([
                            "days": .integer(Int64($0.days)), "from": .string($0.from.rfc3339),
                            "servedSeconds": .integer($0.served.components.seconds),
                            "watchedSeconds": .integer($0.watched.components.seconds),
                            "percent": $0.percent.map { .string($0) } ?? .null,
                        ])
                    }),
            ]), status: report.isReady ? 200 : 503)
    }

    private func metrics(_ call: Call) async throws -> Reply {
        Reply(
            status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
            body: Array(await services.metrics().utf8))
    }
}

extension RouteTable {
    /// The routes as they stand.
    fileprivate var json: [JSONValue] {
        zip(routes, status).map { route, status in
            let breaker: (String, JSONValue) =
                switch status.breaker {
                case .closed: ("closed", .null)
                case .open(let until): ("open", .string(until.rfc3339))
                default: ("half_open", .null)
                }
            return .object([
                "route": .string(status.route.rawValue), "channel": .string(route.channel.kind.rawValue),
                "weight": .integer(Int64(route.weight)), "paused": .bool(status.isPaused),
                "decision": status.pause?.json ?? .null,
                "breaker": .string(breaker.0), "openUntil": breaker.1, "reason": .string(status.reason),
            ])
        }
    }
}

extension NoticeTemplate {
    fileprivate func summary(versions: [Int]) -> [String: JSONValue] {
        [
            "kind": .string(reference.kind), "version": .integer(Int64(reference.version)),
            "hash": .string(reference.hash.hex), "versions": .array(versions.map { .integer(Int64($0)) }),
            "name": settings.name.json, "document": .string(settings.document.rawValue),
            "priority": .string(settings.priority.name), "approvals": .integer(Int64(settings.approvals)),
            "acknowledgement": .bool(settings.needsAcknowledgement), "plan": settings.plan.json,
        ]
    }
}

extension FieldDefinition {
    fileprivate var json: JSONValue {
        .object([
            "name": .string(name), "type": .string(type.rawValue), "label": label.json, "help": help.json,
            "required": .bool(isRequired), "requiredWhen": .array(requiredWhen.map(\.json)),
            "onlyWhen": .array(onlyWhen.map(\.json)), "personalData": .string(personalData.rawValue),
            "appearsIn": .array(appearsIn.map(\.rawValue).sorted().map { .string($0) }),
            "maximumLength": .integer(Int64(maximumLength)),
            "minimum": minimum.map { .string($0) } ?? .null, "maximum": maximum.map { .string($0) } ?? .null,
            "example": .object(
                Dictionary(example.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })),
            "options": .array(
                options.map {
                    .object([
                        "id": .string($0.id), "group": $0.group.map { .string($0) } ?? .null, "label": $0.label.json,
                    ])
                }),
        ])
    }
}

extension FieldCondition {
    fileprivate var json: JSONValue {
        .object(values.mapValues { .array($0.sorted().map { .string($0) }) })
    }
}
