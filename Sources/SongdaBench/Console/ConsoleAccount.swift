import Foundation

/// Somebody who issues and reads notices in the browser.
struct ConsoleAccount {
    private static let login = "bench"
    private static let password = "correct-horse-battery-92"
    let directory: String

    init(directory: String) { self.directory = directory }

    /// Makes the account, before the server starts, and keeps its authenticator beside the database.
    func make(songda: String, configuration: String) throws {
        let file = directory + "/password"
        try Self.password.write(toFile: file, atomically: true, encoding: .utf8)
        let told = try ChildProcess.run([
            songda, "accounts", "add", "--config", configuration, "--login", Self.login, "--name", "测量", "--scopes",
            "issue,read", "--password-file", file, "--json",
        ])
        let uri = try ServedGateway.member("authenticator", of: told)
        guard
            FileManager.default.createFile(
                atPath: authenticator, contents: Data(uri.utf8), attributes: [.posixPermissions: 0o600])
        else { throw BenchError("\(authenticator) cannot be written") }
    }

    /// Signs in with password and code; returns the cookie.
    func signIn(songda: String, port: Int) throws -> String {
        let shown = try ChildProcess.run([songda, "accounts", "code", authenticator, "--json"])
        let codes = try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [[String: Any]]
        guard let code = codes?.first?["code"] as? String else { throw BenchError("no code in \(shown.prefix(200))") }
        let answer =
            LoopbackHTTP.send(
                "POST", "/sign-in", port: port, body: "login=\(Self.login)&password=\(Self.password)&code=\(code)",
                type: "application/x-www-form-urlencoded") ?? ""
        let line = answer.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("set-cookie:") }
        guard answer.hasPrefix("HTTP/1.1 303"), let line,
            let cookie = line.dropFirst("set-cookie:".count).split(separator: ";").first
        else { throw BenchError("signing in was answered with \(answer.prefix(300))") }
        return cookie.trimmingCharacters(in: .whitespaces)
    }

    private var authenticator: String { directory + "/bench.otpauth" }
}
