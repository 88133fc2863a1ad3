import Evidence
import People

/// The claims every token of the provider is held to: who made it, for whom, and when.
struct TokenClaims: Sendable {
    /// How far the clocks may be apart.
    static let skew = Duration.seconds(60)
    /// A token is made when it is asked for; one that lay about for longer was taken from elsewhere.
    static let maximumAge = Duration.seconds(900)

    let json: JSONValue

    /// Checks issuer, audience and times (OpenID Connect Core, 3.1.3.7).
    init(_ json: JSONValue, settings: OpenIDSettings, now: Timestamp) throws(OpenIDFault) {
        self.json = json
        guard let issuer = json["iss"]?.string, issuer.utf8.elementsEqual(settings.issuer.utf8) else {
            throw OpenIDFault(.issuer, "iss is \"\(shortened(json["iss"]?.string ?? "", to: 100))\"")
        }
        // Somebody else who is meant too could use the token against us, so nobody else may be.
        let audiences = json["aud"]?.array?.map { $0.string ?? "" } ?? [json["aud"]?.string ?? ""]
        guard audiences.allSatisfy({ $0.utf8.elementsEqual(settings.clientID.utf8) }), !audiences.isEmpty else {
            throw OpenIDFault(.audience, "aud is not this client alone")
        }
        if let party = json["azp"], party != .string(settings.clientID) {
            throw OpenIDFault(.authorizedParty, "azp is another client")
        }
        guard let end = Self.instant(json["exp"]), now < end.adding(Self.skew) else {
            throw OpenIDFault(.expired, "exp is missing or over")
        }
        guard let made = Self.instant(json["iat"]), made <= now.adding(Self.skew),
            now.since(made) <= Self.maximumAge
        else { throw OpenIDFault(.issuedAt, "iat is missing, in the future, or long ago") }
        if let start = json["nbf"] {
            guard let start = Self.instant(start), start <= now.adding(Self.skew) else {
                throw OpenIDFault(.notYetValid, "nbf is in the future")
            }
        }
    }

    /// The person, by the provider's name.
    func identity(_ settings: OpenIDSettings) throws(OpenIDFault) -> ProviderIdentity? {
        guard let subject = json["sub"] else { return nil }
        guard let text = subject.string, ProviderIdentity.fault(subject: text) == nil else {
            throw OpenIDFault(.subject, "sub is not 1 to 255 ASCII characters")
        }
        return ProviderIdentity(issuer: settings.issuer, subject: text)
    }

    /// The session at the provider; nil where none is named.
    func session() throws(OpenIDFault) -> String? {
        guard let value = json["sid"] else { return nil }
        guard let text = value.string, (1...255).contains(text.utf8.count) else {
            throw OpenIDFault(.token, "sid is not a text of 1 to 255 bytes")
        }
        return text
    }

    /// Seconds since 1970, perhaps with a fraction, as tokens write instants.
    static func instant(_ value: JSONValue?) -> Timestamp? {
        guard let seconds = value?.number, (0..<1e11).contains(seconds) else { return nil }
        return Timestamp(microseconds: Int64(seconds * 1_000_000))
    }
}
