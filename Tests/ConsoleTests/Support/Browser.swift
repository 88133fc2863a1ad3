import Evidence
import Foundation
import Notices
import People
import TestSupport

@testable import Console

/// Somebody with a browser: keeps the cookie, finds the token of the forms.
final class Browser {
    let server: TestServer
    let account: Account?
    private(set) var cookie: String?
    /// What the browser asks for by `Accept-Language`; nothing at first.
    var languages: String?
    private var token = ""

    init(_ server: TestServer, account: Account? = nil) {
        self.server = server
        self.account = account
    }

    static let password = "correct horse battery 马"

    /// An account that has signed in.
    static func signedIn(
        _ server: TestServer, _ login: String, _ scopes: APIKey.Scope..., person: PersonID? = nil
    ) async throws -> Browser {
        let gateway = server.gateway
        let told = try await AccountMaker(
            store: gateway.peopleStore, recorder: gateway.recorder, clock: gateway.clock
        ).add(
            login: login, name: "账号 \(login)", password: password, scopes: Set(scopes), person: person,
            by: .administrator)
        let browser = Browser(server, account: told.account)
        let answer = try await browser.signIn(login)
        guard answer.status == 303 else { throw TestSupportError("\(login) was not let in: \(answer.status)") }
        return browser
    }

    /// The code that the account's authenticator shows now.
    var code: String {
        account?.authenticator.map {
            OneTimePassword.code($0, step: OneTimePassword.step(at: server.gateway.clock.now))
        } ?? ""
    }

    @discardableResult
    func signIn(
        _ login: String, password: String = Browser.password, code: String? = nil, next: String = ""
    ) async throws -> RawAnswer {
        let answer = try await server.form(
            Site.signIn,
            [("login", login), ("password", password), ("code", code ?? self.code), ("next", next)])
        if let set = answer["set-cookie"], answer.status == 303 {
            cookie = String(set.prefix { $0 != ";" })
        }
        return answer
    }

    private var fields: [(String, String)] {
        (cookie.map { [("Cookie", $0)] } ?? []) + (languages.map { [("Accept-Language", $0)] } ?? [])
    }

    func get(_ path: String) async throws -> RawAnswer {
        let answer = try await server.get(path, fields: fields)
        if let found = answer.text.range(of: "name=\"csrf\" value=\"")?.upperBound {
            token = String(answer.text[found...].prefix { $0 != "\"" })
        }
        return answer
    }

    /// Sends a form of the page looked at last.
    func post(_ path: String, _ values: [(String, String)] = [], csrf: String? = nil) async throws -> RawAnswer {
        let answer = try await server.form(
            path, [("csrf", csrf ?? token)] + values, fields: fields)
        if let found = answer.text.range(of: "name=\"csrf\" value=\"")?.upperBound {
            token = String(answer.text[found...].prefix { $0 != "\"" })
        }
        return answer
    }

    /// Sends a form that carries a file.
    func upload(
        _ path: String, _ values: [(String, String)], file: [UInt8], csrf: String? = nil
    ) async throws -> RawAnswer {
        var body: [UInt8] = []
        for (name, value) in [("csrf", csrf ?? token)] + values {
            body += Array("--frontier\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        body += Array(
            "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n".utf8)
        body += file + Array("\r\n--frontier--\r\n".utf8)
        return try await server.http.send(
            "POST", path,
            fields: [("Content-Type", "multipart/form-data; boundary=frontier")]
                + (cookie.map { [("Cookie", $0)] } ?? []), body: body)
    }
}
