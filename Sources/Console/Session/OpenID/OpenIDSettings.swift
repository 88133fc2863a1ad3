import Evidence

/// The identity provider through which people may sign in, and how far it is believed (OpenID Connect Core 1.0).
public struct OpenIDSettings: Sendable {
    /// What the button calls it.
    public var name: String
    /// What it calls itself, to the letter: it must stand so in its discovery document and in every token.
    public var issuer: String
    /// What it calls us.
    public var clientID: String
    /// What proves to it that we are we.
    public var clientSecret: String
    /// What is asked for; always with `openid`.
    public var scopes: [String]
    /// The claim that names a member of staff by their number, so that whoever the roster knows need not be linked by hand;
    /// nil links nobody by itself.
    ///
    /// Whoever can set this claim at the provider can choose whose account is opened.
    public var staffNumberClaim: String?
    /// What the provider must say for a second factor to be believed; nil asks for our own each time.
    public var secondFactor: SecondFactor?
    /// The algorithms that tokens may be signed by.
    public var algorithms: Set<TokenAlgorithm>

    /// What counts as a second factor that the provider has seen.
    public struct SecondFactor: Sendable, Hashable {
        /// Authentication contexts, one of which the token must name as `acr`.
        public var contexts: [String]
        /// Methods, one of which the token must name in `amr` (RFC 8176), for example `mfa`.
        public var methods: [String]
        /// How long ago it may have been seen.
        public var maximumAge: Duration

        /// States it; with neither contexts nor methods nothing counts.
        public init(contexts: [String] = [], methods: [String] = [], maximumAge: Duration = .seconds(3600)) {
            self.contexts = contexts
            self.methods = methods
            self.maximumAge = maximumAge
        }
    }

    /// States the settings.
    public init(
        name: String, issuer: String, clientID: String, clientSecret: String, scopes: [String] = ["openid"],
        staffNumberClaim: String? = nil, secondFactor: SecondFactor? = nil,
        algorithms: Set<TokenAlgorithm> = Set(TokenAlgorithm.allCases)
    ) {
        self.name = name
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scopes = scopes.contains("openid") ? scopes : ["openid"] + scopes
        self.staffNumberClaim = staffNumberClaim
        self.secondFactor = secondFactor
        self.algorithms = algorithms
    }

    /// Asks the provider what it offers and for its keys; throws a sentence when nobody could sign in through it.
    public func examine(clock: any WallClock, exchange: @escaping ProviderExchange) async throws {
        try await OpenIDProvider(self, clock: clock, exchange: exchange).examine()
    }

    /// What stands against an issuer; nil when nothing does.
    ///
    /// In clear text only on this machine; and nothing but scheme, host and path (Discovery, 3).
    public static func fault(issuer: String) -> String? {
        let parts = issuer.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        let isPlain =
            issuer.utf8.count <= 300 && issuer.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && !issuer.contains { "?#@\\".contains($0) }
        guard isPlain, parts.count >= 3, parts[1].isEmpty, !parts[2].isEmpty else {
            return "is not the address by which a provider calls itself, such as https://sso.example.com"
        }
        let host = parts[2].hasPrefix("[") ? parts[2].prefix { $0 != "]" }.dropFirst() : parts[2].prefix { $0 != ":" }
        switch parts[0] {
        case "https:": return nil
        case "http:" where ["127.0.0.1", "localhost", "::1"].contains(String(host)): return nil
        default: return "must begin with https://; whoever reads along would choose who comes in"
        }
    }
}
