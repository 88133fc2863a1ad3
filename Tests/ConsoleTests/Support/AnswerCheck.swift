import Evidence
import Testing

@testable import Console

/// Holds an answer of the API to what the API says of itself.
///
/// Every answer that any test of this target receives passes through here, so that the description cannot fall behind.
struct AnswerCheck: Sendable {
    private let document: JSONValue
    private let patterns: [[Substring]]

    init(_ server: ConsoleServer) {
        document = OpenAPIDocument(description: server.description, endpoints: server.endpoints, version: "test").json
        // Literal segments first: `/v1/clients:sync` is no client.
        patterns = (document["paths"]?.object ?? [:]).keys.sorted {
            ($0.filter { $0 == "{" }.count, $0) < ($1.filter { $0 == "{" }.count, $1)
        }.map { $0.split(separator: "/") }
    }

    /// Notes what does not fit; answers of addresses that are not of the API pass.
    func check(_ method: String, _ target: String, status: Int, type: String?, body: [UInt8]) {
        let segments = target.prefix { $0 != "?" }.split(separator: "/")
        guard
            let pattern = patterns.first(where: { pattern in
                pattern.count == segments.count
                    && zip(pattern, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
            }), let operation = document["paths"]?["/" + pattern.joined(separator: "/")]?[method.lowercased()]
        else { return }
        let name = "\(method) /\(pattern.joined(separator: "/"))"
        guard let response = operation["responses"]?[String(status)].map(resolved) else {
            Issue.record("\(name) answers \(status), which its description does not know")
            return
        }
        let media = type.map { String($0.prefix { $0 != ";" }) } ?? ""
        guard let schema = response["content"]?[media]?["schema"] else { return }
        guard let json = try? JSONValue(parsing: body) else {
            Issue.record("\(name) says \(media) and is none")
            return
        }
        for fault in faults(json, schema, at: "") { Issue.record("\(name) \(status): \(fault)") }
    }

    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard let reference = schema["$ref"]?.string else { return schema }
        return reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .null }
    }

    private func faults(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        let schema = resolved(schema)
        if let choices = schema["anyOf"]?.array {
            let found = choices.map { faults(value, $0, at: place) }
            return found.contains(where: \.isEmpty) ? [] : found.first ?? []
        }
        if let type = schema["type"]?.string, !fits(value, type) {
            return ["\(place) is \(value.typeName), described as \(type)"]
        }
        if let words = schema["enum"]?.array, !words.contains(value) { return ["\(place) is no word of \(words)"] }
        if let items = schema["items"], let elements = value.array {
            return elements.enumerated().flatMap { faults($1, items, at: "\(place)[\($0)]") }
        }
        guard let members = value.object, let properties = schema["properties"]?.object else { return [] }
        var found: [String] = []
        for name in schema["required"]?.array?.compactMap(\.string) ?? [] where members[name] == nil {
            found.append("\(place).\(name) is missing")
        }
        for (name, member) in members {
            if let property = properties[name] {
                found += faults(member, property, at: "\(place).\(name)")
            } else if schema["additionalProperties"] == .bool(false) {
                found.append("\(place).\(name) is not described")
            }
        }
        return found
    }

    private func fits(_ value: JSONValue, _ type: String) -> Bool {
        switch type {
        case "object": value.object != nil
        case "array": value.array != nil
        case "string": value.string != nil
        case "integer": value.integer != nil
        case "boolean": value.bool != nil
        case "null": value.isNull
        default: false
        }
    }
}
