import Evidence

/// The codes of an authenticator app (RFC 6238: SHA-1, 30 seconds, six digits).
enum OneTimePassword {
    static let step: Int64 = 30

    /// A new secret of the length that RFC 4226 recommends.
    static func secret() -> [UInt8] { SecureRandom.bytes(20) }

    /// The time step an instant lies in.
    static func step(at instant: Timestamp) -> Int64 { instant.microseconds / 1_000_000 / step }

    /// The code of one time step (RFC 4226, 5.3).
    static func code(_ secret: [UInt8], step: Int64) -> String {
        let counter = (0..<8).reversed().map { UInt8(truncatingIfNeeded: step >> ($0 * 8)) }
        let mac = HMAC.sha1(key: secret, counter)
        let offset = Int(mac[19] & 0x0F)
        let number = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let digits = String(number % 1_000_000)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// The time step whose code was given: this one, the one before or the one after; nil when none fits.
    static func match(_ code: String, _ secret: [UInt8], at instant: Timestamp) -> Int64? {
        let now = step(at: instant)
        let given = Array(code.utf8)
        return [now, now - 1, now + 1].first { ConstantTime.equal(Array(Self.code(secret, step: $0).utf8), given) }
    }

    /// What an authenticator app scans.
    static func uri(_ secret: [UInt8], login: String) -> String {
        "otpauth://totp/Songda:\(login)?secret=\(base32(secret))&issuer=Songda"
    }

    /// RFC 4648 without padding, as authenticators want it.
    static func base32(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var (text, buffer, bits) = ("", UInt32(0), 0)
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(5 - bits) & 31)]) }
        return text
    }

    /// The bytes behind base32 without padding; nil when it is none.
    static func bytes(base32 text: some StringProtocol) -> [UInt8]? {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var (bytes, buffer, bits) = ([UInt8](), UInt32(0), 0)
        for character in text.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            buffer = buffer << 5 | UInt32(value)
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        return bytes
    }
}
