import Console
import Curl
import Evidence
import Foundation

extension Configuration {
    /// The identity provider, and the authorities that are trusted for its certificate.
    struct OpenID: Sendable {
        var settings: OpenIDSettings
        /// The only authorities trusted; nil means the system's.
        var caFile: String?

        /// The way to the provider, for seconds only: a person waits.
        func exchange(over exchange: HTTPExchange) -> ProviderExchange {
            { [caFile] request in
                let answer = try await exchange.send(
                    HTTPRequest(
                        method: request.method, url: request.url,
                        headers: request.headers.map { HTTPHeader(name: $0.name, value: $0.value) }, body: request.body,
                        timeout: .seconds(10), connectTimeout: .seconds(5), maxResponseBytes: request.maximumBytes,
                        caFile: caFile))
                return ProviderAnswer(status: answer.status, body: answer.body)
            }
        }
    }

    /// Nil when the section is absent.
    static func readOpenID(_ section: ConfigSection, publicURL: String?) throws(ConfigError) -> OpenID? {
        try section.allow([
            "name", "issuer", "client-id", "secret-file", "secret-env", "scopes", "ca-file", "staff-number-claim",
            "second-factor",
        ])
        guard let issuer = try section.text("issuer") else {
            guard !section.names("client-id") else { throw section.fault("issuer", "is missing") }
            return nil
        }
        if let fault = OpenIDSettings.fault(issuer: issuer) { throw section.fault("issuer", fault) }
        guard publicURL != nil else {
            throw section.fault(
                "issuer", "needs http.public-url: without it the provider cannot send anybody back to us")
        }
        let claim = try section.text("staff-number-claim")
        guard claim.map({ !["sub", "email", "name"].contains($0) }) ?? true else {
            throw section.fault("staff-number-claim", "is no number of the roster; name the claim that holds one")
        }
        return OpenID(
            settings: OpenIDSettings(
                name: try section.text("name") ?? URLComponents(string: issuer)?.host ?? issuer, issuer: issuer,
                clientID: try section.needText("client-id"), clientSecret: try secret(section),
                scopes: try section.texts("scopes"), staffNumberClaim: claim,
                secondFactor: try secondFactor(try section.section("second-factor"))),
            caFile: try section.text("ca-file"))
    }

    private static func secret(_ section: ConfigSection) throws(ConfigError) -> String {
        switch (try section.text("secret-file"), try section.text("secret-env")) {
        case (let file?, nil):
            do throws(SecretFile.Fault) { return try SecretFile.read(file) } catch {
                throw section.fault("secret-file", error.description)
            }
        case (nil, let name?):
            guard let secret = ProcessInfo.processInfo.environment[name], !secret.isEmpty else {
                throw section.fault("secret-env", "is no variable of the environment; set it, or use secret-file")
            }
            return secret
        case (nil, nil): throw section.fault("secret-file", "is missing; the provider gave a secret with the client-id")
        default: throw section.fault("secret-env", "stands beside secret-file; keep one")
        }
    }

    /// Nil when the section is absent: then our own second factor is asked for each time.
    private static func secondFactor(_ section: ConfigSection) throws(ConfigError) -> OpenIDSettings.SecondFactor? {
        try section.allow(["acr", "amr", "max-age"])
        let (contexts, methods) = (try section.texts("acr"), try section.texts("amr"))
        guard !contexts.isEmpty || !methods.isEmpty else {
            guard !section.names("max-age") else {
                throw section.fault("max-age", "stands alone; name in acr or amr what counts as a second factor")
            }
            return nil
        }
        let weak = methods.first { ["pwd", "pin", "kba", "rba", "geo", "user"].contains($0) }
        guard weak == nil else {
            throw section.fault("amr", "names \(weak ?? ""), which is no second factor; name mfa, otp, hwk or the like")
        }
        return .init(
            contexts: contexts, methods: methods,
            maximumAge: .seconds(try section.number("max-age", in: 60...86_400, default: 3600)))
    }
}
