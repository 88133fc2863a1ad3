import Evidence

/// An authenticator in the terminal, for a machine without a telephone beside it: tries, demos, tests.
///
/// It reads what an authenticator app scans. Whoever keeps the file beside the password has one factor, not two.
public struct Authenticator: Sendable, Hashable {
    /// Why a text is no authenticator.
    public struct Fault: Error, Hashable, CustomStringConvertible {
        /// What is wrong, and what is expected.
        public let description: String
    }

    /// Whose codes these are.
    public let login: String
    private let secret: [UInt8]

    /// Reads `otpauth://totp/Songda:LOGIN?secret=…`, as `songda accounts add` shows it.
    public init(uri: String) throws(Fault) {
        let head = "otpauth://totp/Songda:"
        guard uri.hasPrefix(head), let query = uri.dropFirst(head.count).firstIndex(of: "?") else {
            throw Fault(description: "it does not begin with \(head)LOGIN?secret=…")
        }
        let fields = uri[uri.index(after: query)...].split(separator: "&")
        guard let given = fields.first(where: { $0.hasPrefix("secret=") })?.dropFirst("secret=".count),
            let secret = OneTimePassword.bytes(base32: given), secret.count >= 16
        else { throw Fault(description: "its secret is not 16 bytes or more in base32") }
        login = String(uri[..<query].dropFirst(head.count))
        self.secret = secret
    }

    /// The code that is shown at an instant, and for how many seconds more.
    public func code(at instant: Timestamp) -> (code: String, seconds: Int) {
        let seconds = OneTimePassword.step - instant.microseconds / 1_000_000 % OneTimePassword.step
        return (OneTimePassword.code(secret, step: OneTimePassword.step(at: instant)), Int(seconds))
    }
}
