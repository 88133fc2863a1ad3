import Evidence
import Foundation
import Hummingbird

/// What the API says of itself: for each address what it does, takes and answers.
///
/// It lies in `templates/console/api/*.json`, a file a subject, in a shorthand that a person can read in one line. A test
/// holds every address of the table to it, every field that a request may have, and every answer that any test receives.
struct APIDescription: Sendable {
    /// One address with one method.
    struct Operation: Sendable {
        /// The file it stands in, which is its subject.
        let subject: String
        /// One sentence.
        let does: String
        /// A name of a schema, or an object of fields; nil for an address that takes no JSON.
        let body: JSONValue?
        /// The media type of a body that is no JSON.
        let rawBody: String?
        /// The parameters of the query, each with its type.
        let query: [(name: String, type: String)]
        /// What comes back when it succeeds.
        let answers: [Answer]
        /// Whether it asks for an Idempotency-Key.
        let isIdempotent: Bool
        /// Whether which of the fields are read depends on one of them.
        let isSome: Bool
    }

    /// One answer: a status, and `file`, `text`, `items Name`, `page Name`, a name, or nothing.
    struct Answer: Sendable, Hashable {
        let status: Int
        let form: String
    }

    /// By method and path, as in `POST /v1/notices`.
    let operations: [String: Operation]
    /// The fields of every named schema.
    let schemas: [String: [String: String]]

    /// Reads every file of a directory; refuses what cannot be read, and names that are given twice.
    init(directory: String) throws {
        var (operations, schemas) = ([String: Operation](), [String: [String: String]]())
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in files.filter({ $0.hasSuffix(".json") }).sorted() {
            let file = "\(directory)/\(name)"
            guard let data = FileManager.default.contents(atPath: file), let json = try? JSONValue(parsing: Array(data))
            else { throw PageTemplates.Fault(description: "\(file) is not JSON") }
            for (address, value) in json["operations"]?.object ?? [:] {
                guard operations[address] == nil, let operation = Operation(value, subject: String(name.dropLast(5)))
                else {
                    throw PageTemplates.Fault(description: "\(file): \(address) comes twice or lacks does or answer")
                }
                operations[address] = operation
            }
            for (schema, value) in json["schemas"]?.object ?? [:] {
                guard schemas[schema] == nil, let fields = value.object?.compactMapValues(\.string) else {
                    throw PageTemplates.Fault(description: "\(file): the schema \(schema) comes twice or has no fields")
                }
                schemas[schema] = fields
            }
        }
        self.operations = operations
        self.schemas = schemas
    }

    /// What is said of an endpoint.
    func operation(_ endpoint: Endpoint) -> Operation? { operations["\(endpoint.method.rawValue) \(endpoint.path)"] }

    /// The fields of a body, those of the schema it builds on included.
    func fields(_ body: JSONValue) -> [String: String] {
        var fields = body.string.flatMap { schemas[$0] } ?? body.object?.compactMapValues(\.string) ?? [:]
        if let base = fields.removeValue(forKey: "+") {
            fields.merge(self.fields(.string(base))) { own, _ in own }
        }
        return fields
    }
}

extension APIDescription.Operation {
    fileprivate init?(_ value: JSONValue, subject: String) {
        guard let does = value["does"]?.string, let answer = value["answer"]?.string else { return nil }
        self.subject = subject
        self.does = does
        body = value["body"]
        rawBody = value["raw"]?.string
        query = (value["query"]?.object ?? [:]).compactMapValues(\.string).sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
        answers = answer.components(separatedBy: "; ").compactMap { text in
            let parts = text.split(separator: " ", maxSplits: 1)
            guard let status = parts.first.flatMap({ Int($0) }) else { return nil }
            return APIDescription.Answer(status: status, form: parts.count > 1 ? String(parts[1]) : "")
        }
        isIdempotent = value["idempotent"]?.bool ?? false
        isSome = value["some"]?.bool ?? false
    }
}

extension Endpoint {
    /// Whether it belongs to the API and not to the pages.
    var isAPI: Bool { style == .problem && path != Site.stylesheet && path != Site.openAPI }
}
