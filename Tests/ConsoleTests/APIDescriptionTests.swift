import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// What the API says of itself is what it does.
///
/// That answers fit is checked by every other test of this target.
@Suite struct APIDescriptionTests {
    @Test func `every address of the API is described, and nothing else is`() async throws {
        try await TestServer.with { server in
            let table = Set(server.server.endpoints.filter(\.isAPI).map { "\($0.method.rawValue) \($0.path)" })
            let described = Set(server.server.description.operations.keys)
            #expect(
                table.subtracting(described).sorted() == [], "describe these in templates/console/api/SUBJECT.json")
            #expect(described.subtracting(table).sorted() == [], "these addresses are gone; take them out")
        }
    }

    @Test func `every type that the description names is known`() throws {
        let description = try APIDescription(directory: TestResources.root + "/templates/console/api")
        let known = Set(description.schemas.keys)
        var types = description.schemas.flatMap { name, _ in
            description.fields(.string(name)).map { ("\(name).\($0.key)", $0.value) }
        }
        for (address, operation) in description.operations {
            if let name = operation.body?.string { types.append((address, name)) }
            types += description.fields(operation.body ?? .null).map { ("\(address) \($0.key)", $0.value) }
            types += operation.query.map { ("\(address) ?\($0.name)", $0.type) }
            types += operation.answers.filter { !$0.form.isEmpty && $0.form != "file" && $0.form != "text" }
                .map { (address, String($0.form.split(separator: " ").last ?? "")) }
        }
        #expect(types.count > 600)
        for (place, type) in types {
            #expect(SchemaType.schema(type, known: known) != nil, "\(place): \(type)")
        }
    }

    @Test func `the fields of every request are those that are really read`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let office = try await server.key(.issue, .approve, .read, .record, .administer, .hr, .integrate)
            let reader = try await server.key(.inbox, person: PersonID("p-zhangsan"))
            // What is looked up before the body is read has to be there.
            let known = [
                "notice": try await server.gateway.issue(
                    server.gateway.clientContactChange(to: [PersonID("p-zhangsan")])
                )
                .rawValue, "route": try #require(server.gateway.routes[.email]?.routes.first?.channel.route.rawValue),
                "list": "projects", "series": "projects", "kind": "messages",
            ]
            var checked = 0
            for endpoint in server.server.endpoints {
                let description = server.server.description
                guard let operation = description.operation(endpoint), let body = operation.body else { continue }
                let fields = description.fields(body)
                let key = endpoint.access == .scope(.inbox) ? reader : office
                let path = endpoint.path.split(separator: "/", omittingEmptySubsequences: false)
                    .map { $0.hasPrefix("{") ? known[String($0.dropFirst().dropLast())] ?? "nothing" : String($0) }
                    .joined(separator: "/")
                let answer = try await server.post(
                    path, key, .object(Self.probe(fields, description)), idempotency: "probe",
                    method: endpoint.method.rawValue)
                #expect(answer.status == 422, "\(endpoint.method) \(path): \(answer.status) \(answer.text)")
                let faults = answer.json["errors"]?.array ?? []
                let named = Self.known(faults, at: "")
                if operation.isSome {
                    #expect(named.isSubset(of: fields.keys), "\(endpoint.method) \(path)")
                } else {
                    #expect(named == Set(fields.keys), "\(endpoint.method) \(path)")
                    #expect(Self.missing(faults) == Self.required(fields, description), "\(endpoint.method) \(path)")
                }
                for (name, type) in fields {
                    guard let inner = Self.schema(type, description) else { continue }
                    let place = type.hasPrefix("[") ? "\(name)[0]." : "\(name)."
                    let within = Self.known(faults, at: place)
                    // A row of a batch is read as a whole request, of which the batch has the name.
                    if name == "notices" { continue }
                    #expect(within == Set(inner.keys), "\(endpoint.method) \(path) \(name)")
                }
                checked += 1
            }
            #expect(checked >= 70)
        }
    }

    @Test func `the document is OpenAPI 3_1 and the page needs no key`() async throws {
        try await TestServer.with { server in
            let answer = try await server.get(Site.openAPI)
            #expect(answer.json["openapi"]?.string == "3.1.0")
            let operations = (answer.json["paths"]?.object ?? [:]).values.flatMap {
                $0.object?.values.map(\.self) ?? []
            }
            let names = operations.compactMap { $0["operationId"]?.string }
            #expect(names.count == operations.count && Set(names).count == names.count)
            #expect(operations.allSatisfy { $0["summary"] != nil })
            let page = try await server.get(Site.docs + "?lang=en")
            #expect(page.status == 200 && page.text.contains("v1&#47;notices&#47;{notice}&#47;proof"))
            #expect(!page.text.contains("{{") && !page.text.contains("docs_"))
        }
    }

    @Test func `states are enumerations of the schema, with every word that the program has`() async throws {
        try await TestServer.with { server in
            let schemas = try #require(try await server.get(Site.openAPI).json["components"]?["schemas"])
            for (name, words) in [
                ("AlertState", Alert.State.allCases.map(\.rawValue)),
                ("ReviewState", Review.State.allCases.map(\.rawValue)),
                ("GoalState", Goal.State.allCases.map(\.rawValue)),
                ("PunchSource", PunchSource.allCases.map(\.rawValue)),
            ] {
                #expect(schemas[name]?["enum"]?.array?.compactMap(\.string) == words, "\(name)")
            }
            #expect(schemas["Alert"]?["properties"]?["state"]?["$ref"]?.string == "#/components/schemas/AlertState")
            // Words that nobody but the description would know may fall behind: yes or no, and what has no type of its own.
            let loose = server.server.description.schemas.keys.flatMap { name in
                server.server.description.fields(.string(name)).values.filter { $0.contains("|") }
            }
            #expect(loose.sorted() == ["closed|open|half_open!"])
            let page = try await server.get(Site.docs + "?lang=en")
            #expect(page.text.contains("retracted") && page.text.contains("AlertState"))
        }
    }

    // MARK: Probes

    /// A body with nothing but what nobody knows, at every place where an object stands.
    private static func probe(_ fields: [String: String], _ description: APIDescription) -> [String: JSONValue] {
        var body: [String: JSONValue] = ["zz": true]
        for (name, type) in fields where schema(type, description) != nil {
            body[name] = type.hasPrefix("[") ? [["zz": true]] : ["zz": true]
        }
        return body
    }

    private static func schema(_ type: String, _ description: APIDescription) -> [String: String]? {
        let name = type.filter { !"[]!?".contains($0) }
        return description.schemas[name] == nil ? nil : description.fields(.string(name))
    }

    private static func known(_ faults: [JSONValue], at place: String) -> Set<String> {
        let message = faults.first { $0["field"]?.string == place + "zz" }?["message"]?.string ?? ""
        guard let list = message.components(separatedBy: "known are ").dropFirst().first else { return [] }
        return Set(list.split(separator: ",").map { $0.filter { $0 != " " } })
    }

    private static func missing(_ faults: [JSONValue]) -> Set<String> {
        Set(
            faults.filter { $0["message"]?.string?.hasPrefix("is missing") == true }
                .compactMap { $0["field"]?.string }.filter { !$0.contains(".") })
    }

    private static func required(_ fields: [String: String], _ description: APIDescription) -> Set<String> {
        // Those that are objects were given, though wrong.
        Set(fields.filter { $0.value.hasSuffix("!") && schema($0.value, description) == nil }.keys)
    }
}
