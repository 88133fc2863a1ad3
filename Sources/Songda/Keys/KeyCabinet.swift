import Evidence
import Foundation
import Notices
import Synchronization

/// The keys of a running process, read once.
final class KeyCabinet: SealKeys {
    let vault: Vault
    let linkKey: [UInt8]
    let log: NoteSigner
    let entries: SigningKey
    let entryCertificate: Certificate
    let timestamp: SigningKey
    let timestampCertificate: Certificate
    let roots: [Certificate]
    /// Certificates of entry keys that were used before; what they signed still verifies.
    let retiredEntries: [Certificate]
    /// Log keys that were used before.
    let retiredLogs: [NoteKey]
    /// What old keys have signed about those that took their place.
    let rotations: [KeyRotation]
    private let directory: String
    private let clock: any WallClock
    private let seals = Mutex<[IssuerID: SigningIdentity]>([:])

    /// Reads a key directory; each missing or unusable file is named with its cure.
    init(directory: String, trustDirectory: String, logOrigin: String, clock: any WallClock) throws {
        self.directory = directory
        self.clock = clock
        func path(_ name: String) -> String { "\(directory)/\(name)" }
        let missing = KeyMaker.File.needed.map(path).filter { !FileManager.default.fileExists(atPath: $0) }
        guard missing.isEmpty else {
            throw Failure(
                "keys: \(missing.joined(separator: ", ")) cannot be found; run songda keygen, or bring back your copy. "
                    + "A new master.key opens nothing that an old one has closed")
        }
        func certificate(_ name: String) throws -> Certificate {
            let pem = String(decoding: try KeyFile.readPublic(path(name)), as: UTF8.self)
            let certificate = try Certificate(pem: pem, origin: path(name))
            try certificate.requireValid(at: clock.now, origin: path(name))
            return certificate
        }
        let retired = try Self.files(in: path("retired"))
        vault = Vault(
            try MasterKey(file: path(KeyMaker.File.master)),
            retired: try retired.filter { $0.hasSuffix(".key") }.map { try MasterKey(file: $0) })
        retiredEntries = try retired.filter { $0.hasSuffix(".pem") }.flatMap {
            try Certificate.all(pem: String(decoding: try KeyFile.readPublic($0), as: UTF8.self), origin: $0)
        }
        retiredLogs = try retired.filter { $0.hasSuffix(".pub") }.map {
            try NoteKey(
                parsing: String(decoding: try KeyFile.readPublic($0), as: UTF8.self).trimmingCharacters(
                    in: .whitespacesAndNewlines))
        }
        rotations = try retired.filter { $0.hasSuffix(".rotation") }.map { file in
            try KeyRotation(json: try JSONValue(parsing: try KeyFile.readPublic(file)), origin: file)
        }
        let links = String(decoding: try KeyFile.read(path(KeyMaker.File.links)), as: UTF8.self)
        guard let linkKey = Hex.decode(links.trimmingCharacters(in: .whitespacesAndNewlines)), linkKey.count == 32
        else {
            throw EvidenceError(.badKey, "\(path(KeyMaker.File.links)) is not 64 hexadecimal digits; run songda keygen")
        }
        self.linkKey = linkKey
        let logKey = try SigningKey(file: path(KeyMaker.File.logKey))
        do { log = try NoteSigner(name: logOrigin, key: logKey) } catch {
            throw ConfigError("log", logOrigin, "is no name of a log: \(error.reason)", nil)
        }
        entries = try SigningKey(file: path(KeyMaker.File.entryKey))
        entryCertificate = try certificate(KeyMaker.File.entries)
        timestamp = try SigningKey(file: path(KeyMaker.File.timestampKey))
        timestampCertificate = try certificate(KeyMaker.File.timestamp)
        roots = [try certificate(KeyMaker.File.root)] + (try Self.trusted(in: trustDirectory))
    }

    /// The seal of an entity, read at its first use.
    func identity(for issuer: IssuerID) throws -> SigningIdentity {
        if let known = seals.withLock({ $0[issuer] }) {
            try known.certificate.requireValid(at: clock.now, origin: "the seal of \(issuer)")
            return known
        }
        guard Self.isFileName(issuer.rawValue) else {
            throw EvidenceError(.badKey, "\"\(issuer.rawValue.prefix(40))\" cannot be the name of a seal file")
        }
        let identity = try SigningIdentity(
            keyFile: "\(directory)/\(KeyMaker.File.sealKey(issuer.rawValue))",
            certificateFile: "\(directory)/\(KeyMaker.File.seal(issuer.rawValue))", at: clock.now)
        seals.withLock { $0[issuer] = identity }
        return identity
    }

    /// Letters, digits, hyphens: an id is also a file name, and must not leave the directory.
    static func isFileName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x2D
            }
    }

    private static func trusted(in directory: String) throws -> [Certificate] {
        try files(in: directory).filter { $0.hasSuffix(".pem") }.flatMap {
            try Certificate.all(pem: String(decoding: try KeyFile.readPublic($0), as: UTF8.self), origin: $0)
        }
    }

    /// The paths of a directory's files; none if there is no such directory, which is how most installations begin.
    private static func files(in directory: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: directory).sorted().map { "\(directory)/\($0)" }
    }

    /// Every key that has signed checkpoints, the present one first.
    var logKeys: [NoteKey] { [log.key] + retiredLogs }

    /// Every key that has signed entries, the present one first.
    var entryKeys: [VerificationKey] { [entries.publicKey] + retiredEntries.map(\.publicKey) }
}
