import Evidence
import Hummingbird
import Notices
import People

/// Who can sign in, and who of them through the identity provider.
struct AccountPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        let operate = Endpoint.Access.session([.administer])
        return [
            Endpoint(.get, Site.accountList, operate, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.accountLink, operate, bodyLimit: 16 << 10, style: .page, answer: change),
        ]
    }

    struct AccountList: Sendable {
        let frame: Frame
        let w: [String: String]
        let error: String?
        let intro: String
        let rows: [Row]
    }

    struct Row: Sendable {
        let login: String
        let name: String
        let scopes: String
        let isShut: Bool
        /// The provider's names for them.
        let subjects: [String]
        let isLinked: Bool
        /// Whether there is a provider to link to.
        let mayLink: Bool
        let action: String
        let inputID: String
        /// What was typed and refused.
        let typed: String
    }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, error: nil)
    }

    private func show(_ call: Call, error: String?, of account: AccountID? = nil, status: Int = 200) async throws
        -> Reply
    {
        let make = PageMaker(call, templates)
        let frame = make.frame(make.word("accounts"))
        let provider = services.openID?.provider.settings.name
        let links = try await services.accounts.links()
        let rows = try await services.accounts.accounts().map { one in
            let own = links[one.id] ?? []
            return Row(
                login: one.login, name: one.name,
                scopes: make.phrases.enumeration(
                    APIKey.Scope.allCases.filter(one.scopes.contains).map { make.word("scope_\($0.rawValue)") }),
                isShut: one.disabledAt != nil, subjects: own.map(\.identity.subject), isLinked: !own.isEmpty,
                mayLink: provider != nil && own.isEmpty && one.disabledAt == nil, action: Site.link(to: one.id),
                inputID: "subject-\(one.id)", typed: one.id == account ? call.form["subject"] ?? "" : "")
        }
        let intro = provider.map { make.word("accounts_intro").replacing("{provider}", with: $0) }
        return make.reply(
            "accounts",
            AccountList(
                frame: frame, w: frame.w, error: error, intro: intro ?? make.word("accounts_noProvider"), rows: rows),
            status: status)
    }

    private func change(_ call: Call) async throws -> Reply {
        let id = AccountID(try call.parameter("account"))
        guard let account = try await services.accounts.account(id) else { throw Problem.notFound() }
        let linker = IdentityLinker(store: services.accounts, recorder: services.recorder, clock: services.clock)
        let actor = try await services.signedInActor(call)
        do {
            switch call.form["act"] {
            case "unlink": try await linker.unlink(account, by: actor)
            default:
                guard let provider = services.openID?.provider.settings else {
                    throw PeopleError(.conflict, "no identity provider is configured; set oidc in songda.yaml")
                }
                let identity = ProviderIdentity(issuer: provider.issuer, subject: call.typed("subject") ?? "")
                try await linker.link(account, to: identity, by: actor)
            }
            return .seeOther(Site.accountList)
        } catch let refusal as PeopleError where refusal.code != .unavailable {
            let why = PageMaker(call, templates).phrases.refusal(refusal)
            return try await show(call, error: why, of: id, status: Problem(refusal).status)
        }
    }
}

extension Site {
    /// The accounts of the console, in the browser.
    public static let accountList = "/accounts"
    /// Lets somebody enter one through the identity provider, or no longer.
    public static let accountLink = "/accounts/{account}/identity"

    /// Where the link of one account is changed; ids of accounts are plain names.
    static func link(to account: AccountID) -> String {
        accountLink.replacing("{account}", with: account.rawValue)
    }
}
