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

    /// Puts those of a log into the place of the keys that `songda keygen` has made for a server, which then opens that log.
    static func lend(from log: String, to server: String) throws {
        let keys = try LogKeys(directory: log)
        func text(_ name: String) throws -> String { try String(contentsOfFile: "\(server)/\(name)", encoding: .utf8) }
        let root = try CertificateIssuer(
            certificate: Certificate(pem: text("root.pem"), origin: "root.pem"),
            key: SigningKey(file: "\(server)/root.key"))
        let certificate = try root.entryCertificate(
            named: "Bench entries", key: keys.entries.publicKey, from: SystemClock().now)
        for (name, theirs) in [("master.key", "master.key"), ("log.pem", "log.key"), ("entries.pem", "entries.key")] {
            try FileManager.default.removeItem(atPath: "\(server)/\(theirs)")
            try FileManager.default.copyItem(atPath: "\(log)/\(name)", toPath: "\(server)/\(theirs)")
        }
        try (keys.log.key.description + "\n").write(toFile: "\(server)/log.pub", atomically: true, encoding: .utf8)
        try certificate.pem.write(toFile: "\(server)/entries.pem", atomically: true, encoding: .utf8)
    }

    /// Reads the keys of a log that was written before.
    init(directory: String) throws {
        entries = try SigningKey(file: directory + "/entries.pem")
        log = try NoteSigner(name: Self.origin, key: SigningKey(file: directory + "/log.pem"))
        vault = Vault(try MasterKey(file: directory + "/master.key"))
    }
}
