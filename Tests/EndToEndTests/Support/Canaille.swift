import Curl
import Evidence
import Foundation
import TestSupport
import Testing

/// Canaille, an identity provider that others wrote, on loopback, with people and one client.
///
/// It asks everybody for a password and a code of the authenticator it hands out, and says so in its tokens.
struct Canaille: Sendable {
    let port: Int
    /// What it calls us.
    let clientID: String
    private let directory: String
    private let program: Program

    static let password = "correct horse 47 battery"

    /// Where the secret lies that it gave us.
    var secretFile: String { "\(directory)/client.secret" }
    /// What it calls itself.
    var issuer: String { "http://127.0.0.1:\(port)" }

    /// Makes its database, starts it, and registers with it.
    ///
    /// - Parameters:
    ///   - people: the logins; all have one password.
    ///   - redirect: where it may send people back to.
    static func start(people: [String], redirect: String) async throws -> Canaille {
        let python = "\(TestResources.root)/var/provider/bin/python"
        try #require(
            FileManager.default.isExecutableFile(atPath: python), "run `sh config/setup-provider.sh var/provider`")
        // Not its own script, in which the directory stands where it was installed.
        let tool = [python, "-c", "from canaille.commands import cli; cli()"]
        let directory = try TemporaryDirectory.make("songda-canaille")
        var program: Program?
        do {
            let port = try LoopbackPort.free()
            try Data(configuration(port, directory).utf8).write(to: URL(fileURLWithPath: "\(directory)/canaille.toml"))
            let environment = ["CANAILLE_CONFIG": "\(directory)/canaille.toml", "HOME": directory]
            func run(_ words: [String]) async throws {
                let ending = try await Program.run(tool + words, in: directory, environment: environment)
                guard ending.code == 0 else {
                    throw TestSupportError("canaille \(words.joined(separator: " ")): \(ending.said.suffix(1500))")
                }
            }
            try await run(["install"])
            for login in people {
                try await run([
                    "create", "user", "--user-name", login, "--family-name", login, "--formatted-name", login,
                    "--emails", "\(login)@example.com", "--password", password,
                ])
            }
            let running = try await Program.start(
                tool + ["run", "--bind", "127.0.0.1:\(port)"], in: directory, environment: environment)
            program = running
            try await running.wait(for: "the provider to listen") { running.said.contains("Running on") }
            let client = try await register("http://127.0.0.1:\(port)", redirect)
            let canaille = Canaille(
                port: port, clientID: client["client_id"]?.string ?? "", directory: directory, program: running)
            let secret = Data((client["client_secret"]?.string ?? "").utf8)
            try secret.write(to: URL(fileURLWithPath: canaille.secretFile))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: canaille.secretFile)
            return canaille
        } catch {
            await program?.discard()
            try? FileManager.default.removeItem(atPath: directory)  // a leftover in /tmp harms no test
            throw error
        }
    }

    /// As a client registers itself (RFC 7591).
    private static func register(_ issuer: String, _ redirect: String) async throws -> JSONValue {
        let exchange = HTTPExchange()
        defer { exchange.shutdown() }
        let offer = try JSONValue(
            parsing: try await exchange.send(HTTPRequest(url: issuer + "/.well-known/openid-configuration")).body)
        let wanted: JSONValue = [
            "client_name": "Songda", "client_uri": "http://127.0.0.1", "redirect_uris": [.string(redirect)],
            "grant_types": ["authorization_code"], "response_types": ["code"], "scope": "openid profile",
            "token_endpoint_auth_method": "client_secret_basic",
        ]
        let answer = try await exchange.send(
            HTTPRequest(
                method: "POST", url: try #require(offer["registration_endpoint"]?.string),
                headers: [HTTPHeader(name: "Content-Type", value: "application/json")], body: wanted.canonicalBytes))
        try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
        return try JSONValue(parsing: answer.body)
    }

    private static func configuration(_ port: Int, _ directory: String) -> String {
        """
        SECRET_KEY = "\(Hex.encode(SecureRandom.bytes(16)))"
        SERVER_NAME = "127.0.0.1:\(port)"
        PREFERRED_URL_SCHEME = "http"
        SESSION_COOKIE_SECURE = false
        [CANAILLE]
        NAME = "Example"
        AUTHENTICATION_FACTORS = ["password", "otp"]
        [CANAILLE_SQL]
        DATABASE_URI = "sqlite:///\(directory)/canaille.sqlite"
        [CANAILLE_OIDC]
        DYNAMIC_CLIENT_REGISTRATION_OPEN = true

        """
    }

    /// Ends it.
    func stop() async {
        program.signal(15)
        await program.discard()
        try? FileManager.default.removeItem(atPath: directory)  // a leftover in /tmp harms no test
    }
}
