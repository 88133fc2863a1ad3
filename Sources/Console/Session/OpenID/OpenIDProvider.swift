import Evidence

/// Speaks to the identity provider: finds out what it offers and by which keys it signs, and redeems codes.
struct OpenIDProvider: Sendable {
    let settings: OpenIDSettings
    private let exchange: ProviderExchange
    private let metadata: KeptAnswer<ProviderMetadata>
    private let keys: KeptAnswer<JSONWebKeySet>

    init(_ settings: OpenIDSettings, clock: any WallClock, exchange: @escaping ProviderExchange) {
        self.settings = settings
        self.exchange = exchange
        let metadata = KeptAnswer(lifetime: .seconds(3600), pause: .seconds(60), clock: clock) {
            () async throws(OpenIDFault) -> ProviderMetadata in
            let json = try await Self.document(ProviderMetadata.address(of: settings.issuer), .discovery, exchange)
            return try ProviderMetadata(json, settings: settings)
        }
        self.metadata = metadata
        // A key that the provider takes back is believed no longer than this.
        keys = KeptAnswer(lifetime: .seconds(600), pause: .seconds(60), clock: clock) {
            () async throws(OpenIDFault) -> JSONWebKeySet in
            let json = try await Self.document(try await metadata.value().keySet, .keys, exchange)
            do throws(EvidenceError) { return try JSONWebKeySet(json) } catch {
                throw OpenIDFault(.keys, error.reason)
            }
        }
    }

    /// What it offers.
    func offer() async throws(OpenIDFault) -> ProviderMetadata { try await metadata.value() }

    /// A document that anybody may read; whatever is no plain answer is none.
    private static func document(
        _ url: String, _ code: OpenIDFault.Code, _ exchange: ProviderExchange
    ) async throws(OpenIDFault) -> JSONValue {
        let answer = try await send(.get(url), exchange)
        guard answer.status == 200 else {
            throw OpenIDFault(
                answer.status >= 500 ? .unreachable : code,
                "\(shortened(url, to: 120)) answers \(answer.status), and a redirect is not followed")
        }
        do { return try JSONValue(parsing: answer.body, maximumBytes: 256 << 10) } catch {
            throw OpenIDFault(code, "\(shortened(url, to: 120)) is not acceptable JSON: \(error.reason)")
        }
    }

    private static func send(
        _ request: ProviderRequest, _ exchange: ProviderExchange
    ) async throws(OpenIDFault) -> ProviderAnswer {
        do { return try await exchange(request) } catch {
            throw OpenIDFault(.unreachable, shortened("\(error)", to: 200))
        }
    }

    /// Fetches all that a sign-in needs to begin, and says what stands against one.
    func examine() async throws(OpenIDFault) {
        _ = try await offer()
        _ = try await keys.value()
    }

    /// What comes for a code.
    struct Redeemed: Sendable {
        let idToken: String
        let accessToken: String
    }

    /// Gives the code back for the token that says who it is (RFC 6749, 4.1.3; RFC 7636, 4.5).
    func redeem(_ code: String, verifier: String, redirect: String) async throws(OpenIDFault) -> Redeemed {
        let offer = try await offer()
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ]
        var headers: [(name: String, value: String)] = []
        if offer.takesSecretInForm {
            fields += [("client_id", settings.clientID), ("client_secret", settings.clientSecret)]
        } else {
            // Both halves are escaped as in a form first (RFC 6749, 2.3.1).
            let pair = FormText.escape(settings.clientID) + ":" + FormText.escape(settings.clientSecret)
            headers.append(("Authorization", "Basic " + Base64.encode(Array(pair.utf8))))
        }
        let answer = try await Self.send(.form(offer.tokenEndpoint, fields, headers: headers), exchange)
        guard answer.status < 500 else {
            throw OpenIDFault(.unreachable, "the token endpoint answers \(answer.status)")
        }
        guard let json = try? JSONValue(parsing: answer.body, maximumBytes: 256 << 10) else {
            // Not even its length is told: what lies in it may be a secret.
            throw OpenIDFault(.exchange, "the token endpoint answers \(answer.status) with what is not acceptable JSON")
        }
        guard answer.status == 200 else { throw Self.refusal(json, status: answer.status) }
        guard let idToken = json["id_token"]?.string, let accessToken = json["access_token"]?.string,
            json["token_type"]?.string?.lowercased() == "bearer"
        else { throw OpenIDFault(.exchange, "the token endpoint's answer lacks id_token, access_token or token_type") }
        return Redeemed(idToken: idToken, accessToken: accessToken)
    }

    private static func refusal(_ json: JSONValue, status: Int) -> OpenIDFault {
        let name = json["error"]?.string ?? "no reason"
        // A code that is over or was used is cured by beginning again; everything else is for whoever configures us.
        return OpenIDFault(
            name == "invalid_grant" ? .code : .exchange,
            "the token endpoint answers \(status): \(shortened(name))")
    }

    /// What a token claims, signed by a key that the provider publishes now.
    ///
    /// A key that is not known may be new, so the set is fetched again, once a minute at most: made-up names of keys must not
    /// become requests to the provider.
    func claims(of token: SignedToken) async throws(OpenIDFault) -> JSONValue {
        var set = try await keys.value()
        if !token.isKnown(to: set) { set = try await keys.renewed() }
        do throws(EvidenceError) { return try token.claims(signedBy: set) } catch {
            throw OpenIDFault(error.code == .tokenKey ? .unknownKey : .signature, error.reason)
        }
    }

    /// Reads a token in its compact form.
    func read(_ compact: String) throws(OpenIDFault) -> SignedToken {
        do throws(EvidenceError) {
            return try SignedToken(compact: compact, accepting: settings.algorithms)
        } catch {
            throw OpenIDFault(error.code == .tokenAlgorithm ? .algorithm : .token, error.reason)
        }
    }
}
