import Evidence
import Testing

@testable import Console

/// A story over HTTP: one request after another, each with the answer that it must get.
struct Walk {
    let server: TestServer
    /// What earlier answers said; `{name}` in a path or a body stands for it.
    private(set) var known: [String: String] = [:]
    /// The addresses that have answered with success, as `POST /v1/reviews`.
    private(set) var walked: Set<String> = []

    init(_ server: TestServer) { self.server = server }

    /// Makes a request, holds the answer to its status and its members, and keeps what later requests need.
    ///
    /// - Parameters:
    ///   - request: method and path, as in `PUT /v1/goals/q4`.
    ///   - says: what must stand in the answer, by a path such as `raises.0.rule`; null also for what is not there.
    ///   - keep: names for members of the answer, by their paths.
    @discardableResult
    mutating func go(
        _ key: TestServer.Key, _ request: String, _ body: JSONValue? = nil, status: Int = 200,
        says members: [String: JSONValue] = [:], keep: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONValue {
        let parts = filled(request).split(separator: " ").map(String.init)
        let (method, path) = (parts[0], parts[1])
        let sent = try body.map { try JSONValue(parsing: filled($0.canonicalText)) }
        let answer =
            method == "GET"
            ? try await server.get(path, key) : try await server.post(path, key, sent ?? .object([:]), method: method)
        #expect(answer.status == status, "\(request): \(answer.text)", sourceLocation: sourceLocation)
        for (place, value) in members {
            let found = Self.member(place, of: answer.json) ?? .null
            #expect(found == value, "\(request) \(place): \(answer.text)", sourceLocation: sourceLocation)
        }
        for (name, place) in keep {
            known[name] = try #require(
                Self.member(place, of: answer.json)?.string, "\(request) has no \(place): \(answer.text)",
                sourceLocation: sourceLocation)
        }
        if answer.status < 300, let address = address(method, path) { walked.insert(address) }
        return answer.json
    }

    /// Whether every address of a subject has answered with success.
    func expectWhole(_ subject: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let all = Set(server.server.description.operations.filter { $0.value.subject == subject }.keys)
        #expect(!all.isEmpty && all.subtracting(walked).sorted() == [], sourceLocation: sourceLocation)
    }

    private func filled(_ text: String) -> String {
        known.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// The address of the table that a path belongs to; literal segments first.
    private func address(_ method: String, _ path: String) -> String? {
        let segments = path.prefix { $0 != "?" }.split(separator: "/")
        return server.server.endpoints.filter { $0.method.rawValue == method }.map(\.path)
            .filter { pattern in
                let wanted = pattern.split(separator: "/")
                return wanted.count == segments.count
                    && zip(wanted, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
            }
            .min { $0.count(where: { $0 == "{" }) < $1.count(where: { $0 == "{" }) }.map { "\(method) \($0)" }
    }

    private static func member(_ place: String, of value: JSONValue) -> JSONValue? {
        place.split(separator: ".").reduce(JSONValue?.some(value)) { found, part in
            if let index = Int(part), let elements = found?.array {
                return elements.indices.contains(index) ? elements[index] : nil
            }
            return found?[String(part)]
        }
    }
}

extension TestServer {
    /// Lets time pass until an instant.
    func pass(to instant: String) throws {
        let target = try #require(Timestamp(rfc3339: instant))
        gateway.pass(.microseconds(target.microseconds - gateway.clock.now.microseconds))
    }
}
