import Evidence
import Foundation
import Hummingbird
import Logging
import Synchronization
import TestSupport

@testable import Console

/// An identity provider on loopback that answers as a test says, rightly or wrongly.
///
/// It holds us to what a real one does: the secret in the header, the redirect to the letter, the verifier of PKCE.
final class ScriptedProvider: Sendable {
    static let clientID = "songda client"
    static let secret = "s3cret:/+ 马"
    static let redirect = "https://hr.example.com/sign-in/openid/return"

    /// What it answers.
    struct Script: Sendable {
        /// Changes the discovery document.
        var document: @Sendable (inout [String: JSONValue]) -> Void = { _ in }
        /// Answers that stand in for the right ones, by path.
        var instead: [String: (status: Int, headers: [String: String], body: String)] = [:]
        /// The keys it publishes.
        var keys: [JSONValue] = []
        /// Changes the answer of the token endpoint.
        var answer: @Sendable (inout [String: JSONValue]) -> Void = { _ in }
        /// Whether a code is good for ever, as of a provider that is careless.
        var forgetsCodes = false
    }

    /// What a code stands for.
    private struct Grant: Sendable {
        let challenge: String
        let idToken: String
        let accessToken: String
    }

    private struct State: Sendable {
        var port = 0
        var script = Script()
        var grants: [String: Grant] = [:]
        var asked: [String] = []
        var number = 0
    }

    private let state = Mutex(State())
    let key: ProviderKey
    private let sockets = ProviderSockets()

    private init() throws {
        let key = try ProviderKey(.es256, "key-1")
        self.key = key
        state.withLock { $0.script.keys = [key.published] }
    }

    /// Lends a running provider and stops it afterwards.
    static func with(_ body: (ScriptedProvider) async throws -> Void) async throws {
        let provider = try ScriptedProvider()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await Application(
                    router: provider.router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                    onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
                    logger: Logger(label: "provider", factory: { _ in LogKeeper(lines: LogLines()) })
                ).run()
            }
            guard let bound = await ports.first(where: { _ in true }) else {
                try await group.next()
                throw TestSupportError("the provider ended before it listened")
            }
            provider.state.withLock { $0.port = bound }
            try await body(provider)
            provider.sockets.close()
            group.cancelAll()
            // Ended by us: how it says so does not matter.
            while let ended = await group.nextResult() { _ = ended }
        }
    }

    var issuer: String { "http://127.0.0.1:\(state.withLock { $0.port })/realm" }
    /// The paths that were asked for.
    var asked: [String] { state.withLock { $0.asked } }

    /// Changes what it answers from now on.
    func script(_ change: (inout Script) -> Void) { state.withLock { change(&$0.script) } }

    /// As the server is configured for it.
    func settings(_ change: (inout OpenIDSettings) -> Void = { _ in }) -> OpenIDSettings {
        var settings = OpenIDSettings(
            name: "示例登录", issuer: issuer, clientID: Self.clientID, clientSecret: Self.secret,
            scopes: ["openid", "profile"])
        change(&settings)
        return settings
    }

    /// The way to it, over real sockets.
    var way: ProviderExchange { sockets.way }

    /// A server that knows this provider.
    func withServer(
        _ backend: Backend = .sqlite, change: (inout OpenIDSettings) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.with(backend, provider: (settings(change), way), body)
    }

    /// Says yes to somebody: a code for a token.
    func grant(_ idToken: String, accessToken: String, challenge: String) -> String {
        state.withLock { state in
            state.number += 1
            let code = "code-canary-\(state.number)"
            state.grants[code] = Grant(challenge: challenge, idToken: idToken, accessToken: accessToken)
            return code
        }
    }

    // MARK: What it serves

    private var router: Router<BasicRequestContext> {
        let router = Router()
        router.get("/realm/.well-known/openid-configuration") { _, _ in
            self.reply("document") { .object(self.document) }
        }
        router.get("/realm/keys") { _, _ in
            self.reply("keys") { .object(["keys": .array(self.state.withLock { $0.script.keys })]) }
        }
        router.post("/realm/token") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 16)
            let authorization = request.headers[.authorization] ?? ""
            return self.reply("token") { self.redeem(String(buffer: body), authorization) }
        }
        return router
    }

    private func reply(_ name: String, _ body: () -> JSONValue) -> Response {
        state.withLock { $0.asked.append(name) }
        if let instead = state.withLock({ $0.script.instead[name] }) {
            var fields = HTTPFields()
            for (name, value) in instead.headers { fields.add(name, value) }
            return Response(
                status: .init(code: instead.status), headers: fields,
                body: .init(byteBuffer: ByteBuffer(string: instead.body)))
        }
        let json = body()
        return Response(
            status: json["error"] == nil ? .ok : .badRequest, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: json.canonicalBytes)))
    }

    private var document: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "issuer": .string(issuer), "authorization_endpoint": .string(issuer + "/authorize?tenant=a"),
            "token_endpoint": .string(issuer + "/token"), "jwks_uri": .string(issuer + "/keys"),
            "response_types_supported": ["code", "id_token"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "authorization_response_iss_parameter_supported": true,
        ]
        state.withLock { $0.script.document }(&members)
        return members
    }

    private func redeem(_ form: String, _ authorization: String) -> JSONValue {
        var fields: [String: String] = [:]
        for pair in form.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            fields[parts[0]] = parts.count > 1 ? parts[1].removingPercentEncoding : ""
        }
        let pair = "songda%20client:s3cret%3A%2F%2B%20%E9%A9%AC"
        guard authorization == "Basic " + Data(pair.utf8).base64EncodedString() else {
            return ["error": "invalid_client"]
        }
        let grant = state.withLock { state in
            let code = fields["code"] ?? ""
            return state.script.forgetsCodes ? state.grants[code] : state.grants.removeValue(forKey: code)
        }
        let challenge = Base64.encodeURL(SHA256.hash(Array((fields["code_verifier"] ?? "").utf8)).bytes)
        guard let grant, grant.challenge == challenge, fields["redirect_uri"] == Self.redirect,
            fields["grant_type"] == "authorization_code"
        else { return ["error": "invalid_grant"] }
        var answer: [String: JSONValue] = [
            "access_token": .string(grant.accessToken), "token_type": "Bearer", "expires_in": 300,
            "id_token": .string(grant.idToken),
        ]
        state.withLock { $0.script.answer }(&answer)
        return .object(answer)
    }
}

/// A key of the provider.
struct ProviderKey: Sendable {
    let name: String
    let algorithm: TokenAlgorithm
    private let key: SigningKey

    init(_ algorithm: TokenAlgorithm, _ name: String) throws {
        self.name = name
        self.algorithm = algorithm
        key =
            switch algorithm {
            case .rs256, .ps256: try SigningKey.generateRSA(bits: 2048)
            case .es256: try SigningKey.generateP256()
            case .edDSA: try SigningKey.generateEd25519()
            }
    }

    /// The public half in DER and PEM.
    var publicDER: [UInt8] { key.publicKey.spkiDER }
    var publicPEM: String { key.publicKey.pem }

    /// As it stands in the set.
    var published: JSONValue {
        var members: [String: JSONValue] = ["kid": .string(name), "use": "sig", "alg": .string(algorithm.rawValue)]
        switch algorithm {
        case .es256:
            let point = publicDER.suffix(64)
            (members["kty"], members["crv"]) = ("EC", "P-256")
            members["x"] = .string(Base64.encodeURL(Array(point.prefix(32))))
            members["y"] = .string(Base64.encodeURL(Array(point.suffix(32))))
        case .edDSA:
            (members["kty"], members["crv"]) = ("OKP", "Ed25519")
            members["x"] = .string(Base64.encodeURL(Array(publicDER.suffix(32))))
        case .rs256, .ps256:
            // 2048 bits and 65537: the modulus ends five bytes before the end.
            members["kty"] = "RSA"
            members["n"] = .string(Base64.encodeURL(Array(publicDER.dropLast(5).suffix(256))))
            members["e"] = "AQAB"
        }
        return .object(members)
    }

    /// A signature in the form of tokens.
    func sign(_ message: String) throws -> [UInt8] {
        let signature = try key.sign(Array(message.utf8))
        guard algorithm == .es256 else { return signature }
        // SEQUENCE { r, s }, each perhaps with a zero in front or without one that it needs.
        let length = Int(signature[3])
        func fixed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            let digits = Array(bytes.drop { $0 == 0 })
            return [UInt8](repeating: 0, count: 32 - digits.count) + digits
        }
        return fixed(signature[4..<4 + length]) + fixed(signature[(6 + length)...])
    }
}
