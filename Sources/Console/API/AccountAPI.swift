import Evidence
import Hummingbird
import Notices
import People

/// Lists the accounts of the console, and says who may enter one through the identity provider.
struct AccountAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        let administer = Endpoint.Access.scope(.administer)
        return [
            Endpoint(.get, Site.accounts, administer, answer: list),
            Endpoint(.put, Site.accountIdentity, administer, answer: link),
            Endpoint(.delete, Site.accountIdentity, administer, answer: unlink),
        ]
    }

    private var linker: IdentityLinker {
        IdentityLinker(store: services.accounts, recorder: services.recorder, clock: services.clock)
    }

    private func list(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let links = try await services.accounts.links()
        return .json(
            .object([
                "items": .array(try await services.accounts.accounts().map { $0.json(links[$0.id] ?? []) })
            ]))
    }

    private func link(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let subject = reader.line("subject", maximum: 255)
        let named = reader.optionalLine("issuer", maximum: 300)
        let issuer = named ?? services.openID?.provider.settings.issuer
        try reader.finish()
        guard let subject else { throw reader.refusal }
        guard let issuer else {
            throw NoticeError(
                .invalid, "issuer is missing, and no identity provider is configured; name the provider",
                faults: [.init(field: "issuer", message: "is missing")])
        }
        let account = try await linker.account(try call.parameter("account"))
        try await linker.link(
            account, to: ProviderIdentity(issuer: issuer, subject: subject), by: try await services.actor(call))
        return .json(account.json(try await services.accounts.links(of: account.id)))
    }

    private func unlink(_ call: Call) async throws -> Reply {
        try await linker.unlink(
            try await linker.account(try call.parameter("account")), by: try await services.actor(call))
        return .done
    }
}

extension Account {
    /// The account as the API shows it: no hash and no secret.
    func json(_ links: [IdentityLink]) -> JSONValue {
        .object([
            "id": .string(id.rawValue), "login": .string(login), "name": .string(name),
            "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) }),
            "person": person.map { .string($0.rawValue) } ?? .null,
            "disabledAt": disabledAt.map { .string($0.rfc3339) } ?? .null,
            "identities": .array(
                links.map {
                    .object([
                        "issuer": .string($0.identity.issuer), "subject": .string($0.identity.subject),
                        "linkedAt": .string($0.linkedAt.rfc3339),
                    ])
                }),
        ])
    }
}

extension Site {
    /// Accounts of the console.
    public static let accounts = "/v1/accounts"
    /// Who may enter one through the identity provider.
    public static let accountIdentity = "/v1/accounts/{account}/identity"
}
