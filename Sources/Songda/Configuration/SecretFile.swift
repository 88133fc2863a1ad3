import Foundation

/// A secret in a file of its own, on its first line, which nobody but its owner may read.
enum SecretFile {
    /// Why a file gives no secret; made to stand behind its path.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// The first line.
    static func read(_ path: String) throws(Fault) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Fault(description: "cannot be read: \(reason(errno))") }
        guard status.st_mode & 0o077 == 0 else { throw Fault(description: "is readable by others; chmod 600 it") }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw Fault(description: "cannot be read: \(reason(errno)); it must belong to this user")
        }
        let data = FileHandle(fileDescriptor: file, closeOnDealloc: true).availableData
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Fault(description: "is not text in UTF-8; write the secret on its first line")
        }
        guard let line = text.split(whereSeparator: \.isNewline).first else {
            throw Fault(description: "is empty; write the secret on its first line")
        }
        return String(line)
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
