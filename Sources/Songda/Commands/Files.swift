import Evidence
import Foundation

/// Files that a person names on the command line.
enum Files {
    /// The bytes of a file, or the sentence that says why it cannot be read.
    static func read(_ path: String) throws -> [UInt8] {
        var status = stat()
        // A directory can be opened, and is no file all the same.
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw Failure("\(path) is a directory; name a file in it")
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            let code = errno
            let cure = code == EACCES ? "let this user read it" : "correct the path"
            throw Failure("\(path) cannot be read (\(String(cString: strerror(code)))); \(cure)")
        }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        do { return Array(try handle.readToEnd() ?? Data()) } catch {
            throw Failure("\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    /// The bytes of a file, or of standard input for a dash.
    static func input(_ path: String) throws -> [UInt8] {
        path == "-" ? Array(FileHandle.standardInput.readDataToEndOfFile()) : try read(path)
    }

    /// The same without the byte order mark that some editors put before UTF-8.
    static func text(_ path: String) throws -> [UInt8] {
        let bytes = try input(path)
        return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }

    /// What a file says in JSON, or the sentence that names the file and the place of the fault; a dash is standard input.
    static func json(_ path: String) throws -> JSONValue {
        let bytes = try text(path)
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
