/// Why a sign-in through the identity provider came to nothing.
///
/// The reason is for the log and never holds a code, a token or whoever it was about; the reader is told the sentence that
/// belongs to ``Told``. Two faults are equal when their codes are.
struct OpenIDFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// What stands against it, one word for each rule.
    enum Code: String, Sendable, CaseIterable {
        // The provider
        case unreachable, discovery, keys
        // Its answer to the browser
        case state, issuerParameter, denied, code
        // Its answer to us
        case exchange
        // The token
        case token, algorithm, unknownKey, signature, type, issuer, subject, audience, authorizedParty, expired,
            notYetValid, issuedAt, nonce, accessTokenHash, replayed, events
        // Whom it names
        case unlinked, shut, number
    }

    /// What a person is told; each word has its sentence in both languages.
    enum Told: String, Sendable, CaseIterable {
        case unreachable, again, denied, refused, unlinked
    }

    let code: Code
    let reason: String

    init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    static func == (a: OpenIDFault, b: OpenIDFault) -> Bool { a.code == b.code }

    var description: String { "\(code.rawValue): \(reason)" }

    /// Which sentence the reader gets: what they can do, and not which rule it was.
    var told: Told {
        switch code {
        case .unreachable, .discovery, .keys: .unreachable
        case .state, .code, .replayed: .again
        case .denied: .denied
        case .unlinked, .shut, .number: .unlinked
        default: .refused
        }
    }
}
