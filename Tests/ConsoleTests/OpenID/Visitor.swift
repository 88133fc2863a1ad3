import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Somebody with a browser who signs in through the provider; keeps cookies as a browser does.
final class Visitor {
    let server: TestServer
    let provider: ScriptedProvider
    private(set) var cookies: [String: String] = [:]
    /// The question that the provider was last asked.
    private(set) var question: [String: String] = [:]

    init(_ server: TestServer, _ provider: ScriptedProvider) {
        self.server = server
        self.provider = provider
    }

    static let session = "__Host-songda"
    static let step = "__Host-songda-openid"

    func get(_ path: String) async throws -> RawAnswer { keep(try await server.get(path, fields: sent)) }

    func post(_ path: String, _ values: [(String, String)]) async throws -> RawAnswer {
        keep(try await server.form(path, values, fields: sent))
    }

    /// As if a cookie had been changed or taken away.
    func set(_ name: String, _ value: String?) { cookies[name] = value }

    private var sent: [(String, String)] {
        cookies.isEmpty ? [] : [("Cookie", cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; "))]
    }

    private func keep(_ answer: RawAnswer) -> RawAnswer {
        for (_, value) in answer.fields.filter({ $0.name.lowercased() == "set-cookie" }) {
            let parts = value.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            cookies[parts[0]] = value.contains("Max-Age=0") ? nil : parts[1]
        }
        return answer
    }

    /// Presses the button, and reads what the provider is asked.
    func begin(next: String = "") async throws {
        let answer = try await get(Site.signInOpenID(next: next))
        let location = try #require(answer["location"], "\(answer.status)")
        try #require(location.hasPrefix(provider.issuer + "/authorize?tenant=a&"), "\(location)")
        question = [:]
        for item in URLComponents(string: location)?.queryItems ?? [] { question[item.name] = item.value }
    }

    /// What the provider answers when somebody has signed in there.
    func answer(
        as subject: String, _ change: (inout TokenDraft) throws -> Void = { _ in }
    ) throws -> [String: String] {
        var draft = TokenDraft(subject, nonce: question["nonce"] ?? "", provider, server)
        try change(&draft)
        let code = provider.grant(
            try draft.compact(), accessToken: draft.accessToken, challenge: question["code_challenge"] ?? "")
        return [
            "code": code, "state": question["state"] ?? "", "iss": provider.issuer, "session_state": "what others send",
        ]
    }

    /// Comes back from the provider with an answer.
    func bring(_ answer: [String: String]) async throws -> RawAnswer {
        try await get(Site.signInReturn + "?" + FormText.encode(answer.sorted { $0.key < $1.key }.map { ($0, $1) }))
    }

    /// All of it.
    @discardableResult
    func signIn(
        as subject: String, next: String = "", _ change: (inout TokenDraft) throws -> Void = { _ in }
    ) async throws -> RawAnswer {
        try await begin(next: next)
        return try await bring(try answer(as: subject, change))
    }

    /// Whether a page behind the door is shown.
    var isIn: Bool { get async throws { try await get(Site.home).status == 200 } }
}

extension TestServer {
    /// Makes an account, and lets the provider's name for somebody open it.
    func linked(
        _ login: String, _ scopes: APIKey.Scope..., to subject: String?, of provider: ScriptedProvider,
        person: PersonID? = nil
    ) async throws -> Account {
        let account = try await AccountMaker(
            store: gateway.peopleStore, recorder: gateway.recorder, clock: gateway.clock
        ).add(
            login: login, name: "账号 \(login)", password: Browser.password, scopes: Set(scopes), person: person,
            by: .administrator
        ).account
        if let subject {
            try await IdentityLinker(store: gateway.peopleStore, recorder: gateway.recorder, clock: gateway.clock)
                .link(account, to: ProviderIdentity(issuer: provider.issuer, subject: subject), by: .administrator)
        }
        return account
    }

    /// The code that an account's authenticator shows now.
    func code(of account: Account) -> String {
        account.authenticator.map { OneTimePassword.code($0, step: OneTimePassword.step(at: gateway.clock.now)) } ?? ""
    }

    /// The rule by which the last sign-in through the provider failed, as the log names it.
    var lastFault: String? {
        guard let line = logged.all.last(where: { $0.contains("through the identity provider: ") }),
            let start = line.range(of: "through the identity provider: ")?.upperBound
        else { return nil }
        return String(line[start...].prefix { $0 != ":" })
    }
}
