import CArgon2
import Evidence
import Notices

/// Passwords, kept as Argon2id in the PHC string format (RFC 9106; parameters of the OWASP floor).
///
/// A hash costs 19 MiB and about 25 ms, on purpose; ``PasswordQueue`` lets two run at once.
enum Password {
    static let passes: UInt32 = 2
    static let memoryKiB: UInt32 = 19_456
    /// Long enough for a sentence; longer ones would only cost time.
    static let lengths = 12...128

    /// Hashes a password with a new salt.
    static func hash(_ password: String) throws -> String {
        let (bytes, salt) = (Array(password.utf8), SecureRandom.bytes(16))
        var encoded = [CChar](repeating: 0, count: 160)
        let result = argon2id_hash_encoded(
            passes, memoryKiB, 1, bytes, bytes.count, salt, salt.count, 32, &encoded, encoded.count)
        guard result == Int32(ARGON2_OK.rawValue) else {
            throw Problem.malformed(
                "the password could not be hashed: \(String(cString: argon2_error_message(result)))")
        }
        return String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a password fits a hash; the hash's own parameters are used.
    static func fits(_ password: String, _ hash: String) -> Bool {
        let bytes = Array(password.utf8)
        return argon2id_verify(hash, bytes, bytes.count) == Int32(ARGON2_OK.rawValue)
    }

    /// What stands against a new password; nil when nothing does.
    static func fault(_ password: String, login: String) -> Sentence? {
        let count = password.unicodeScalars.count
        if !lengths.contains(count) {
            return "a password has \(lengths.lowerBound) to \(lengths.upperBound) characters, this has \(count)"
        }
        if password.lowercased().contains(login.lowercased()) { return "a password must not contain the login" }
        if Set(password.unicodeScalars).count < 5 {
            return "a password of so few different characters is guessed at once"
        }
        return nil
    }
}

/// Hashes passwords two at a time: each takes 19 MiB, and a crowd at the door must not take the memory of the house.
actor PasswordQueue {
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// A hash of nothing anybody knows, so that an unknown login takes as long as a known one.
    private var decoy: String?

    /// Whether a password fits; nil stands for a login that is not known.
    func fits(_ password: String, _ hash: String?) async throws -> Bool {
        let known: String
        if let hash {
            known = hash
        } else {
            known = try decoy ?? Password.hash(Hex.encode(SecureRandom.bytes(16)))
            decoy = known
        }
        await begin()
        defer { finish() }
        return await Self.check(password, known) && hash != nil
    }

    @concurrent private nonisolated static func check(_ password: String, _ hash: String) async -> Bool {
        Password.fits(password, hash)
    }

    private func begin() async {
        guard running >= 2 else {
            running += 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func finish() {
        // Whoever waits takes over the place.
        if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
    }
}
