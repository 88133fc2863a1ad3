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

    /// Names an actor.
    public init(id: String, kind: Kind, method: String) {
        self.id = id
        self.kind = kind
        self.method = method
    }

    /// Songda acting by itself.
    public static let songda = Principal(id: "songda", kind: .system, method: "internal")
}
