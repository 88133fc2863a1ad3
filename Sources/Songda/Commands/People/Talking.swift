import Evidence
import Foundation
import People

extension ServerOptions {
    /// Lends a client and lets go of it afterwards.
    func talk(_ body: (Client) async throws -> Void) async throws {
        let client = try client()
        defer { client.close() }
        try await body(client)
    }
}

/// A file in parts cut at the ends of its rows, one in memory at a time.
enum FileParts {
    /// Gives each part to `take`, with how many bytes are done once it is dealt with, and how many there are; the last part
    /// may be empty.
    static func read(
        _ path: String, partBytes: Int, _ take: (_ part: [UInt8], _ done: Int, _ size: Int) async throws -> Void
    ) async throws {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw Failure("\(path) cannot be read") }
        defer { try? handle.close() }  // Read only: nothing can be lost by a failure.
        let size = Int(try handle.seekToEnd())
        try handle.seek(toOffset: 0)
        var cutter = CSVCutter(partBytes: partBytes)
        var done = 0
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
            for part in try cutter.take(data) {
                done += part.count
                // The bar is full when the last part is in.
                try await take(part, min(done, size - 1), size)
            }
        }
        try await take(cutter.finish(), size, size)
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
