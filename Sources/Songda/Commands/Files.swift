import Evidence
import Foundation

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

    /// Refuses a name that is taken, before the server is asked for anything.
    static func requireFree(_ path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw Failure("\(path) exists; name another with --out")
        }
    }

    /// Writes a new file for its owner's eyes, whole or not at all; nothing is ever written over.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure("\(path) cannot be made: \(String(cString: strerror(errno)))") }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(bytes))
            try handle.synchronize()
            try handle.close()
        } catch {
            unlink(path)
            throw Failure("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Writes a file that the server sent, and gives what a program wants to know of it.
    static func keep(_ bytes: [UInt8], at path: String) throws -> [String: JSONValue] {
        try write(bytes, to: path)
        return [
            "path": .string(path), "bytes": .integer(Int64(bytes.count)), "sha256": .string(SHA256.hash(bytes).hex),
        ]
    }
}
