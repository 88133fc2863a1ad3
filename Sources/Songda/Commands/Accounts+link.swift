import ArgumentParser
import Console
import Evidence
import People

extension Accounts {
    /// Where an account is linked: in the database, or by a running server.
    struct LinkTarget: ParsableArguments {
        @OptionGroup var source: ConfigurationOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Ask this running server, for example http://127.0.0.1:8080.")
        var through: String?
        @Option(help: "With --through: the file with the administrator's key; SONGDA_KEY otherwise.")
        var keyFile: String?

        /// Asks the running server; false when none was named.
        func ask(_ method: String, _ login: String, _ body: JSONValue? = nil) async throws -> Bool {
            guard let through else { return false }
            var target = ServerOptions()
            target.server = through
            target.keyFile = keyFile
            let client = try target.client()
            defer { client.close() }
            // Paths of ours hold plain names; a login may have an @ in it, an id never has.
            let listed = try await client.json("GET", Site.accounts)["items"]?.array ?? []
            let id = listed.first { $0["login"]?.string == login.lowercased() }?["id"]?.string ?? login
            guard id.utf8.allSatisfy({ $0.isASCIILetterOrDigit || $0 == 0x2D }) else {
                throw Failure("there is no account \"\(login.prefix(60))\"; see `songda accounts list`")
            }
            _ = try await client.send(
                method, Site.accountIdentity.replacing("{account}", with: id), body: body)
            return true
        }

        /// Works on the database, which with SQLite no server may have open.
        func work(
            _ login: String, _ body: (IdentityLinker, Account, Configuration) async throws -> Void
        ) async throws {
            let configuration = try source.read()
            try await Accounts.withStore(configuration) { store, recorder, clock in
                let linker = IdentityLinker(store: store, recorder: recorder, clock: clock)
                try await body(linker, try await linker.account(login), configuration)
            }
        }
    }

    /// `songda accounts link`.
    struct Link: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let somebody enter an account through the identity provider.",
            discussion: """
                The subject is the provider's own, unchanging name for the person (`sub`), as its administration shows it; \
                not a mail address, which may be given to somebody else one day. Works on the database, which with SQLite no \
                server may have open; with --through it asks a running server, with a key of the scope administer.
                """)
        @OptionGroup var target: LinkTarget
        @Argument(help: "The login.")
        var login: String
        @Option(help: "The provider's name for the person.")
        var subject: String
        @Option(help: "Another provider than the configured one.")
        var issuer: String?

        func run() async throws {
            var body: [String: JSONValue] = ["subject": .string(subject)]
            body["issuer"] = issuer.map { .string($0) }
            if try await !target.ask("PUT", login, .object(body)) {
                try await target.work(login) { linker, account, configuration in
                    guard let issuer = issuer ?? configuration.openID?.settings.issuer else {
                        throw Failure("no provider is configured; name one with --issuer, or set oidc.issuer")
                    }
                    try await linker.link(
                        account, to: ProviderIdentity(issuer: issuer, subject: subject),
                        by: Accounts.operatorOnTheMachine)
                }
            }
            target.output.show(
                .object(["login": .string(login), "linked": true]),
                text: "\(login) may be entered through the identity provider")
        }
    }

    /// `songda accounts unlink`.
    struct Unlink: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let nobody enter an account through the identity provider, and end the sessions that began so.")
        @OptionGroup var target: LinkTarget
        @Argument(help: "The login.")
        var login: String

        func run() async throws {
            if try await !target.ask("DELETE", login) {
                try await target.work(login) { linker, account, _ in
                    try await linker.unlink(account, by: Accounts.operatorOnTheMachine)
                }
            }
            target.output.show(
                .object(["login": .string(login), "linked": false]),
                text: "\(login) can no longer be entered through the identity provider")
        }
    }
}

extension UInt8 {
    fileprivate var isASCIILetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
