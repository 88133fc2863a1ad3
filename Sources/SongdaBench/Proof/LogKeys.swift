import Evidence
import Foundation

/// The keys of a log, in files beside it, so that another process can open what one has written.
struct LogKeys {
    let entries: SigningKey
    let log: NoteSigner
    let vault: Vault

    /// The name under which the log signs.
    static let origin = "bench.songda.example/log"

    /// Makes keys and leaves them in the directory of the log.
    static func make(in directory: String) throws -> LogKeys {
        try SigningKey.generateP256().write(to: directory + "/entries.pem")
        try SigningKey.generateEd25519().write(to: directory + "/log.pem")
        try MasterKey.generate().write(to: directory + "/master.key")
        return try LogKeys(directory: directory)
    }

    /// The keys that lie in a directory; nil where nobody has left any.
    static func existing(in directory: String) throws -> LogKeys? {
        FileManager.default.fileExists(atPath: directory + "/master.key") ? try LogKeys(directory: directory) : nil
    }

    /// Reads the keys of a log that was written before.
    init(directory: String) throws {
        entries = try SigningKey(file: directory + "/entries.pem")
        log = try NoteSigner(name: Self.origin, key: SigningKey(file: directory + "/log.pem"))
        vault = Vault(try MasterKey(file: directory + "/master.key"))
    }
}
