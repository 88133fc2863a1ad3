import Evidence
import Foundation

extension ServerOptions {
    /// Lends a client and lets go of it afterwards.
    func talk(_ body: (Client) async throws -> Void) async throws {
        let client = try client()
        defer { client.close() }
        try await body(client)
    }
}

/// Files that a person names on the command line.
enum Files {
    /// The bytes of a file, or the sentence that says that it cannot be read.
    static func read(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure("\(path) cannot be read") }
        return Array(data)
    }

    /// What a file says in JSON, or the sentence that names the file and the place of the fault.
    static func json(_ path: String) throws -> JSONValue {
        let bytes = try read(path)
        do { return try JSONValue(parsing: bytes) } catch { throw Failure("\(path): \(error)") }
    }

    /// Writes a new file; nothing is ever written over.
    static func write(_ bytes: [UInt8], to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { throw Failure("\(path) exists; name another place") }
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
    }
}

/// One request of a command, and its answer in words.
func askPeople(
    _ target: ServerOptions, _ output: OutputOptions, _ method: String, _ path: String, body: JSONValue? = nil,
    text: (JSONValue) -> String
) async throws {
    let client = try target.client()
    defer { client.close() }
    let answer = try await client.json(method, path, body: body)
    output.show(answer, text: text(answer))
}

/// A query of those members that are given; a value that is no plain word is refused rather than escaped.
func queryText(_ members: [(String, String?)]) throws -> String {
    let given = try members.compactMap { name, value in try value.map { "\(name)=\(try pathPart($0))" } }
    return given.isEmpty ? "" : "?" + given.joined(separator: "&")
}

/// One line for each item, its members side by side.
func peopleLines(_ answer: JSONValue, _ members: [String]) -> String {
    var lines = (answer["items"]?.array ?? []).map { item in
        members.map { name in
            let value = item[name] ?? .null
            return value.isNull ? "–" : value.string ?? value.canonicalText
        }.joined(separator: "  ")
    }
    if let next = answer["next"]?.string { lines.append("… more: --after \(next)") }
    return lines.joined(separator: "\n")
}
