import Evidence
import Foundation

/// Makes the keys and certificates of an installation: `songda keygen`.
///
/// What it makes is a root of one's own, for development, rehearsals and closed networks. In production the seal of each
/// entity comes from a licensed CA and replaces the file here.
struct KeyMaker {
    let directory: String
    let clock: any WallClock

    /// The files, by what they do; `certs/README.md` says what an attacker with each could do.
    enum File {
        static let master = "master.key"
        static let links = "links.key"
        static let rootKey = "root.key"
        static let root = "root.pem"
        static let logKey = "log.key"
        static let logPublic = "log.pub"
        static let entryKey = "entries.key"
        static let entries = "entries.pem"
        static let timestampKey = "timestamp.key"
        static let timestamp = "timestamp.pem"
        /// What a start cannot do without.
        static let needed = [master, links, root, logKey, entryKey, entries, timestampKey, timestamp]
        static func sealKey(_ issuer: String) -> String { "seals/\(issuer).key" }
        static func seal(_ issuer: String) -> String { "seals/\(issuer).pem" }
    }

    /// Makes what is missing and leaves what is there; returns the names of what it made.
    @discardableResult
    func makeMissing(logOrigin: String) throws -> [String] {
        var made: [String] = []
        try FileManager.default.createDirectory(
            atPath: "\(directory)/seals", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        func isMissing(_ name: String) -> Bool { !FileManager.default.fileExists(atPath: "\(directory)/\(name)") }
        func write(_ text: String, to name: String) throws {
            try KeyFile.write(Array(text.utf8), to: "\(directory)/\(name)")
            made.append(name)
        }
        if isMissing(File.master) {
            try MasterKey.generate().write(to: "\(directory)/\(File.master)")
            made.append(File.master)
        }
        if isMissing(File.links) { try write(Hex.encode(SecureRandom.bytes(32)) + "\n", to: File.links) }
        if isMissing(File.rootKey) {
            let key = try SigningKey.generateP256()
            let root = try CertificateIssuer.root(
                named: "Songda own root (not a licensed CA)", key: key, from: clock.now)
            try write(key.pem, to: File.rootKey)
            try write(root.certificate.pem, to: File.root)
        }
        if isMissing(File.logKey) {
            let key = try SigningKey.generateEd25519()
            try write(key.pem, to: File.logKey)
            try write(try NoteKey(name: logOrigin, key: key.publicKey).description + "\n", to: File.logPublic)
        }
        let issuer = try issuer()
        if isMissing(File.entryKey) {
            let key = try SigningKey.generateP256()
            let certificate = try issuer.entryCertificate(
                named: "Songda evidence entries", key: key.publicKey, from: clock.now)
            try write(key.pem, to: File.entryKey)
            try write(certificate.pem, to: File.entries)
        }
        if isMissing(File.timestampKey) {
            let key = try SigningKey.generateP256()
            let certificate = try issuer.timestampCertificate(
                named: "Songda built-in timestamps (not independent)", key: key.publicKey, from: clock.now)
            try write(key.pem, to: File.timestampKey)
            try write(certificate.pem, to: File.timestamp)
        }
        return made
    }

    /// Makes the seal of an entity under our own root; false if there is one.
    @discardableResult
    func makeSeal(issuer id: String, organisation: String, creditCode: String) throws -> Bool {
        let path = "\(directory)/\(File.sealKey(id))"
        guard !FileManager.default.fileExists(atPath: path) else { return false }
        let key = try SigningKey.generateP256()
        let certificate = try issuer().sealCertificate(
            organisation: organisation, creditCode: creditCode, key: key.publicKey, from: clock.now)
        try KeyFile.write(Array(key.pem.utf8), to: path)
        try KeyFile.write(Array(certificate.pem.utf8), to: "\(directory)/\(File.seal(id))")
        return true
    }

    /// Our own root, which signs certificates of entry keys and development seals.
    func issuer() throws -> CertificateIssuer {
        let key = try SigningKey(file: "\(directory)/\(File.rootKey)")
        let pem = String(decoding: try KeyFile.readPublic("\(directory)/\(File.root)"), as: UTF8.self)
        return try CertificateIssuer(certificate: Certificate(pem: pem, origin: File.root), key: key)
    }
}
