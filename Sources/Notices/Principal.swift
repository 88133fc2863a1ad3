/// Who acts: a person, a program with an API key, or Songda itself.
public struct Principal: Sendable, Hashable, Codable {
    /// What kind of actor it is.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A natural person who has signed in.
        case person
        /// A program that holds an API key.
        case apiKey = "api_key"
        /// Songda's own timers and workers.
        case system
    }

    /// The stable id that evidence entries carry.
    public let id: String
    /// What kind of actor it is.
    public let kind: Kind
    /// How the identity was established, for example `api-key` or `one-time-code`.
    public let method: String

    /// For programs: the kind of their key, where what they issue is not meant for everybody; nil for everyone else.
    public let keyKind: APIKey.Kind?

    /// Names an actor.
    public init(id: String, kind: Kind, method: String, keyKind: APIKey.Kind? = nil) {
        self.id = id
        self.kind = kind
        self.method = method
        self.keyKind = keyKind
    }

    /// Whether what they issue is rehearsed: it goes to the sandbox and is marked.
    public var isTesting: Bool { keyKind == .test }

    /// Songda acting by itself.
    public static let songda = Principal(id: "songda", kind: .system, method: "internal")
}
