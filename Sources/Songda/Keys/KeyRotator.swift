import Evidence
import Foundation

/// Puts a new key in the place of the one that signs checkpoints or entries: `songda keys rotate`.
///
/// Files only; the server takes the new key at its next start and says so in the log. The old private key signs the
/// rotation and is then gone; its public half goes to `retired/`, because what it signed must go on to verify. Killed
/// anywhere it leaves one whole key in place, and goes on when it is run again.
struct KeyRotator {
    let directory: String
    let clock: any WallClock
    private static let suffix = ".next"

    /// What was done.
    struct Done {
        let from: String
        let to: String
        let retired: String
    }

    /// Makes the new key, has both sign, and exchanges the files.
    func rotate(_ role: KeyRotation.Role, logOrigin: String) throws -> Done {
        let secret = role == .log ? KeyMaker.File.logKey : KeyMaker.File.entryKey
        let open = role == .log ? KeyMaker.File.logPublic : KeyMaker.File.entries
        let old = try SigningKey(file: path(secret))
        let new = try prepare(role, secret, open, logOrigin)
        guard new.keyID != old.keyID else {
            // A run before this one was killed between the two renamings.
            try replace(open)
            throw Failure("the rotation of an earlier run is finished now; run the command again for another key")
        }
        let rotation = try KeyRotation(role: role, old: old, new: new, at: clock.now)
        let stem = try retire(open, as: role.rawValue)
        let file = "\(stem).rotation"
        try KeyFile.write(rotation.json.canonicalBytes, to: file)
        try replace(secret)
        try replace(open)
        return Done(from: old.keyID, to: new.keyID, retired: file)
    }

    /// The new key beside the old one; one that an earlier run has left is taken.
    private func prepare(
        _ role: KeyRotation.Role, _ secret: String, _ open: String, _ logOrigin: String
    ) throws -> SigningKey {
        let path = path(secret + Self.suffix)
        if FileManager.default.fileExists(atPath: self.path(open + Self.suffix)) {
            let isThere = FileManager.default.fileExists(atPath: path)
            return try SigningKey(file: isThere ? path : self.path(secret))
        }
        try? FileManager.default.removeItem(atPath: path)  // without its public half it was never used
        let key = try role == .log ? SigningKey.generateEd25519() : SigningKey.generateP256()
        let text =
            switch role {
            case .log: try NoteKey(name: logOrigin, key: key.publicKey).description + "\n"
            case .entries:
                try KeyMaker(directory: directory, clock: clock).issuer().entryCertificate(
                    named: "Songda evidence entries", key: key.publicKey, from: clock.now
                ).pem
            }
        try KeyFile.write(Array(key.pem.utf8), to: path)
        try KeyFile.write(Array(text.utf8), to: self.path(open + Self.suffix))
        return key
    }

    /// Copies the public half into `retired/` under the next free number; returns the path without its ending.
    private func retire(_ open: String, as name: String) throws -> String {
        try FileManager.default.createDirectory(
            atPath: path("retired"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let ending = (open as NSString).pathExtension
        let bytes = try KeyFile.readPublic(path(open))
        var number = 1
        while FileManager.default.fileExists(atPath: path("retired/\(name)-\(number).rotation")) { number += 1 }
        let stem = path("retired/\(name)-\(number)")
        // A run that was killed may have left the copy.
        if !FileManager.default.fileExists(atPath: "\(stem).\(ending)") {
            try KeyFile.write(bytes, to: "\(stem).\(ending)")
        }
        return stem
    }

    /// Puts the new file in the old one's place, in one step.
    private func replace(_ name: String) throws {
        guard rename(path(name + Self.suffix), path(name)) == 0 else {
            throw Failure(
                "\(path(name)) cannot be replaced: \(String(cString: strerror(errno))); run the command again")
        }
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }
}
