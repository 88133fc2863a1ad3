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

    /// Writes a new file; nothing is ever written over.
    static func write(_ bytes: [UInt8], to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { throw Failure("\(path) exists; name another place") }
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
    }
}
