import Evidence

/// What an identity provider says of itself (OpenID Connect Discovery 1.0).
struct ProviderMetadata: Sendable, Hashable {
    let authorizationEndpoint: String
    let tokenEndpoint: String
    let keySet: String
    /// Whether every answer to the browser names the issuer (RFC 9207).
    let namesIssuer: Bool
    /// Whether the secret goes into the form instead of the header.
    let takesSecretInForm: Bool

    /// Where a provider's document lies.
    static func address(of issuer: String) -> String {
        (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/openid-configuration"
    }

    /// Reads the document; refuses one that speaks for somebody else, or lacks what a safe sign-in needs.
    init(_ json: JSONValue, settings: OpenIDSettings) throws(OpenIDFault) {
        // To the letter, or a document that somebody else serves would speak for this one (Discovery, 4.3).
        guard let issuer = json["issuer"]?.string, issuer.utf8.elementsEqual(settings.issuer.utf8) else {
            throw OpenIDFault(
                .discovery, "the document names the issuer \"\(shortened(json["issuer"]?.string ?? "", to: 100))\"")
        }
        let allowsClearText = settings.issuer.hasPrefix("http://")
        func endpoint(_ name: String) throws(OpenIDFault) -> String {
            guard let url = json[name]?.string, url.utf8.count <= 1000,
                url.hasPrefix("https://") || allowsClearText && url.hasPrefix("http://"),
                url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !url.contains("#")
            else { throw OpenIDFault(.discovery, "\(name) is no address of https") }
            return url
        }
        func list(_ name: String) -> [String]? { json[name]?.array?.compactMap(\.string) }
        authorizationEndpoint = try endpoint("authorization_endpoint")
        tokenEndpoint = try endpoint("token_endpoint")
        keySet = try endpoint("jwks_uri")
        guard list("response_types_supported")?.contains("code") ?? true else {
            throw OpenIDFault(.discovery, "the provider does not offer the response type code")
        }
        guard list("code_challenge_methods_supported")?.contains("S256") ?? true else {
            throw OpenIDFault(.discovery, "the provider does not offer PKCE with S256")
        }
        if let offered = list("id_token_signing_alg_values_supported") {
            guard settings.algorithms.contains(where: { offered.contains($0.rawValue) }) else {
                throw OpenIDFault(
                    .discovery, "the provider signs by \(shortened(offered.joined(separator: ", "), to: 100)) only")
            }
        }
        // Absent means the header (Discovery, 3).
        let ways = list("token_endpoint_auth_methods_supported") ?? ["client_secret_basic"]
        guard ways.contains("client_secret_basic") || ways.contains("client_secret_post") else {
            throw OpenIDFault(.discovery, "the provider takes a client secret neither in the header nor in the form")
        }
        takesSecretInForm = !ways.contains("client_secret_basic")
        namesIssuer = json["authorization_response_iss_parameter_supported"]?.bool ?? false
    }
}
