import Evidence
import Hummingbird
import Notices

/// The description of the API in the form of OpenAPI 3.1, made from the one table of addresses.
struct OpenAPIDocument: Sendable {
    let description: APIDescription
    let endpoints: [Endpoint]
    let version: String

    /// The whole document.
    var json: JSONValue {
        var paths: [String: JSONValue] = [:]
        for (path, same) in Dictionary(grouping: endpoints.filter(\.isAPI), by: \.path) {
            paths[path] = .object(
                Dictionary(
                    same.map { ($0.method.rawValue.lowercased(), operation($0)) },
                    uniquingKeysWith: { first, _ in first }))
        }
        return .object([
            "openapi": "3.1.0",
            "info": .object([
                "title": "Songda 送达", "version": .string(version),
                "description":
                    "Formal notices, their delivery, and evidence of both. Unknown members are refused, lists have cursors, errors are RFC 9457 problems.",
            ]),
            "paths": .object(paths),
            "components": .object([
                "securitySchemes": [
                    "key": [
                        "type": "http", "scheme": "bearer",
                        "description": "An API key: sd_live_, sd_team_ or sd_test_…",
                    ]
                ],
                "schemas": .object(schemas), "responses": .object(["Problem": Self.problem]),
            ]),
        ])
    }

    private var known: Set<String> { Set(description.schemas.keys) }

    private var schemas: [String: JSONValue] {
        var all: [String: JSONValue] = [:]
        for name in description.schemas.keys { all[name] = object(description.fields(.string(name))) }
        for (name, words) in SchemaType.words { all[name] = SchemaType.words(words) }
        all["Problem"] = [
            "type": "object", "required": ["type", "title", "status", "detail"],
            "properties": [
                "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
                "detail": ["type": "string", "description": "Thing, value and cure in one sentence"],
                "errors": [
                    "type": "array",
                    "items": [
                        "type": "object", "properties": ["field": ["type": "string"], "message": ["type": "string"]],
                    ],
                ],
                "incident": ["type": "string", "description": "Under which name our log knows a fault of ours"],
            ],
        ]
        return all
    }

    private static let problem: JSONValue = [
        "description": "Refused; the body says why and what to do",
        "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
    ]

    private func object(_ fields: [String: String]) -> JSONValue {
        let required = fields.filter { SchemaType.isRequired($0.value) }.keys.sorted()
        var members: [String: JSONValue] = [
            "type": "object", "additionalProperties": false,
            "properties": .object(fields.compactMapValues { SchemaType.schema($0, known: known) }),
        ]
        if !required.isEmpty { members["required"] = .array(required.map { .string($0) }) }
        return .object(members)
    }

    // MARK: Operations

    private func operation(_ endpoint: Endpoint) -> JSONValue {
        let method = endpoint.method.rawValue.lowercased()
        var members: [String: JSONValue] = [
            "operationId": .string(
                ([method] + endpoint.path.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.map { String($0) })
                    .joined(separator: "_"))
        ]
        var parameters = endpoint.parameterNames.map { name in
            parameter(name, in: "path", schema: SchemaType.schema("name", known: known) ?? .object([:]), required: true)
        }
        var responses = Self.refusals(endpoint)
        if let known = description.operation(endpoint) {
            members["summary"] = .string(known.does)
            members["tags"] = .array([.string(known.subject)])
            parameters += known.query.compactMap { name, type in
                SchemaType.schema(type, known: self.known).map {
                    parameter(name, in: "query", schema: $0, required: SchemaType.isRequired(type))
                }
            }
            if known.isIdempotent {
                parameters.append(
                    parameter(
                        "Idempotency-Key", in: "header",
                        schema: ["type": "string", "pattern": "^[!-~]{1,200}$"], required: true))
            }
            members["requestBody"] = requestBody(known)
            for answer in known.answers { responses[String(answer.status)] = response(answer) }
        }
        if case .key(let scopes) = endpoint.access {
            members["security"] = [["key": []]]
            members["x-scopes"] = .array(scopes.map { .string($0.rawValue) })
        }
        members["parameters"] = parameters.isEmpty ? nil : .array(parameters)
        members["responses"] = .object(responses)
        return .object(members)
    }

    private func parameter(_ name: String, in place: String, schema: JSONValue, required: Bool) -> JSONValue {
        .object(["name": .string(name), "in": .string(place), "required": .bool(required), "schema": schema])
    }

    private func requestBody(_ operation: APIDescription.Operation) -> JSONValue? {
        var content: [String: JSONValue] = [:]
        if let body = operation.body {
            let schema: JSONValue =
                body.string.map { ["$ref": .string("#/components/schemas/\($0)")] } ?? object(description.fields(body))
            content["application/json"] = .object(["schema": schema])
        }
        if let raw = operation.rawBody { content[raw] = .object([:]) }
        return content.isEmpty ? nil : .object(["required": true, "content": .object(content)])
    }

    private func response(_ answer: APIDescription.Answer) -> JSONValue {
        let parts = answer.form.split(separator: " ").map { String($0) }
        func list(_ more: [String: JSONValue]) -> JSONValue {
            let item = SchemaType.schema(parts.last ?? "", known: known) ?? .object([:])
            let properties: [String: JSONValue] = ["items": ["type": "array", "items": item]].merging(more) { a, _ in a
            }
            return .object([
                "type": "object", "additionalProperties": false, "properties": .object(properties),
                "required": .array(properties.keys.sorted().map { .string($0) }),
            ])
        }
        let content: JSONValue?
        switch parts.first {
        case nil: content = nil
        case "file": content = ["*/*": .object([:])]
        case "text": content = ["text/plain": .object([:])]
        case "items": content = ["application/json": ["schema": list([:])]]
        case "page":
            content = [
                "application/json": ["schema": list(["next": ["anyOf": [["type": "string"], ["type": "null"]]]])]
            ]
        case let name?:
            content = ["application/json": ["schema": SchemaType.schema(name, known: known) ?? .object([:])]]
        }
        var members: [String: JSONValue] = ["description": .string(answer.status == 204 ? "Done" : "As asked")]
        members["content"] = content
        if answer.status >= 400, var both = content?.object {
            // Refused row by row, or as a whole.
            both["application/problem+json"] = Self.problem["content"]?["application/problem+json"]
            members["content"] = .object(both)
        }
        return .object(members)
    }

    /// The statuses with which an address may refuse; each is a problem with a sentence.
    private static func refusals(_ endpoint: Endpoint) -> [String: JSONValue] {
        var statuses = [400, 404, 413, 429, 503]
        if case .key = endpoint.access { statuses += [401, 403, 409, 410, 422] }
        if endpoint.method != .get, endpoint.method != .delete { statuses.append(415) }
        return Dictionary(
            statuses.map { (String($0), ["$ref": "#/components/responses/Problem"]) }, uniquingKeysWith: { a, _ in a })
    }
}
