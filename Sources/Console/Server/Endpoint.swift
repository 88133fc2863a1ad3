import Hummingbird
import Notices

/// One address with one method: who may use it and what it does.
///
/// There is no other way for a request to reach anything: what stands in no table cannot be called.
struct Endpoint: Sendable {
    /// Who may use an address.
    enum Access: Sendable, Hashable {
        /// Whoever reaches the port. The address shows nothing, or has a secret of its own.
        case open
        /// The holder of a key with one of these scopes.
        case key([APIKey.Scope])
        /// Whoever has signed in with an account that has one of these scopes; with none named, any account.
        case session([APIKey.Scope])

        static func scope(_ scope: APIKey.Scope) -> Access { .key([scope]) }
    }

    /// What comes back when it is refused.
    enum Style: Sendable {
        /// RFC 9457.
        case problem
        /// A page in the language of the reader.
        case page
    }

    let method: HTTPRequest.Method
    let path: String
    let access: Access
    let bodyLimit: Int
    let style: Style
    /// The field by which a form brings a file; nil where none is taken.
    let file: String?
    let answer: @Sendable (Call) async throws -> Reply

    /// Whether only those who have signed in get there.
    var isBehindTheDoor: Bool {
        if case .session = access { true } else { false }
    }

    /// Large enough for a notice with many fields.
    static let ordinaryBody = 1 << 20

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, bodyLimit: Int = Endpoint.ordinaryBody,
        style: Style = .problem, file: String? = nil, answer: @escaping @Sendable (Call) async throws -> Reply
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.bodyLimit = bodyLimit
        self.style = style
        self.file = file
        self.answer = answer
    }
}
