import Evidence
import Hummingbird
import Notices

/// The API as a document for programs and as a page for people; neither needs a key, and neither says anything of anybody.
struct DocsPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates
    let description: APIDescription
    /// The table that is described.
    let table: [Endpoint]

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.openAPI, .open, bodyLimit: 0, answer: document),
            Endpoint(.get, Site.docs, .open, bodyLimit: 0, style: .page, answer: page),
        ]
    }

    private func document(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        return .json(
            OpenAPIDocument(description: description, endpoints: table, version: services.settings.version).json)
    }

    // MARK: The page

    struct DocsPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let openAPI: String
        let subjects: [Subject]
        let schemas: [Named]

        struct Subject: Sendable {
            let id: String
            let name: String
            let operations: [Operation]
        }

        struct Operation: Sendable {
            let method: String
            let path: String
            let does: String
            let scopes: String?
            let query: [Field]
            let hasQuery: Bool
            let body: [Field]
            let hasBody: Bool
            let bodyName: String?
            let answers: String
        }

        struct Named: Sendable {
            let name: String
            let fields: [Field]
        }

        struct Field: Sendable {
            let name: String
            let type: String
            let isRequired: Bool

            init(_ name: String, _ type: String) {
                self.name = name
                isRequired = SchemaType.isRequired(type)
                self.type = isRequired ? String(type.dropLast()) : type
            }
        }
    }

    private func page(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        let make = PageMaker(call, templates)
        let described = table.filter(\.isAPI).compactMap { endpoint in
            description.operation(endpoint).map { ($0.subject, operation(endpoint, $0)) }
        }
        let subjects = Dictionary(grouping: described, by: \.0).sorted { $0.key < $1.key }.map { subject, operations in
            DocsPage.Subject(
                id: subject, name: make.word("docs_\(subject)"),
                operations: operations.map(\.1).sorted { ($0.path, $0.method) < ($1.path, $1.method) })
        }
        let objects = description.schemas.keys.map { name in
            DocsPage.Named(name: name, fields: Self.fields(description.fields(.string(name))))
        }
        let words = SchemaType.words.map { name, words in
            DocsPage.Named(name: name, fields: words.map { DocsPage.Field($0, "string") })
        }
        let schemas = (objects + words).sorted { $0.name < $1.name }
        let frame = make.frame(make.word("docs"))
        return make.reply(
            "docs",
            DocsPage(frame: frame, w: frame.w, openAPI: Site.openAPI, subjects: subjects, schemas: schemas))
    }

    private func operation(_ endpoint: Endpoint, _ known: APIDescription.Operation) -> DocsPage.Operation {
        var scopes: String?
        if case .key(let some) = endpoint.access { scopes = some.map(\.rawValue).joined(separator: ", ") }
        let query = known.query.map { DocsPage.Field($0.name, $0.type) }
        let body = known.body?.object == nil ? [] : Self.fields(description.fields(known.body ?? .null))
        return DocsPage.Operation(
            method: endpoint.method.rawValue, path: endpoint.path, does: known.does, scopes: scopes, query: query,
            hasQuery: !query.isEmpty, body: body, hasBody: !body.isEmpty,
            bodyName: known.body?.string ?? known.rawBody,
            answers: known.answers.map { "\($0.status) \($0.form)" }.joined(separator: ", "))
    }

    private static func fields(_ fields: [String: String]) -> [DocsPage.Field] {
        fields.sorted { $0.key < $1.key }.map { DocsPage.Field($0.key, $0.value) }
    }
}

extension Site {
    /// The description of the API for programs.
    public static let openAPI = "/openapi.json"
    /// The same for people.
    public static let docs = "/docs"
}
