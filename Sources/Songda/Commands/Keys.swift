import ArgumentParser
import Evidence
import Notices
import SQL
import Store

/// `songda keys`: API keys, and new keys for old ones.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "API keys, and the keys of the installation.",
        subcommands: [Add.self, List.self, Revoke.self, Team.self, Rewrap.self, Rotate.self])

    /// Whoever sits at the machine: the files let them in, not a key.
    static let `operator` = Principal(
        id: "command-line", kind: .system, method: "access to keys and database")

    /// Opens the configured database, does one thing, closes it.
    static func withStore<T>(
        _ configuration: Configuration, _ body: (SQLNoticeStore, APIKeyDesk) async throws -> T
    ) async throws -> T {
        let clock = SystemClock()
        let keys = try KeyCabinet(
            directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
            logOrigin: configuration.logOrigin, clock: clock)
        let database = try await Application.openDatabase(configuration)
        _ = try await Schema.bringUpToDate(database)
        let (store, _) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
        let desk = APIKeyDesk(
            store: store, recorder: EvidenceRecorder(signer: keys.entries, clock: clock), clock: clock)
        let result: T
        do {
            result = try await body(store, desk)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        return result
    }

    /// `songda keys add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API key; its secret is shown once.",
            discussion: """
                Scopes: \(APIKey.Scope.allCases.map(\.rawValue).joined(separator: ", ")).
                What a live key issues goes to whomever it is addressed; a team key's to addresses listed with songda keys
                team add; a test key's walks the whole way to a sandbox, is marked as a rehearsal and reaches nobody.
                Works on the database, which with SQLite no server may have open; with --through it asks a running server, \
                with a key of the scope administer.
                """)
        @OptionGroup var source: ConfigurationOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "What people call it.")
        var name: String
        @Option(help: "What it may do, separated by commas.")
        var scopes: String
        @Option(help: "To whom goes what it issues: live, team or test.")
        var kind = "live"
        @Option(help: "For the scopes inbox and staff: the person it stands for; through a server also by number.")
        var person: String?
        @Option(help: "Ask this running server, for example http://127.0.0.1:8080.")
        var through: String?
        @Option(help: "With --through: the file with the administrator's key; SONGDA_KEY otherwise.")
        var keyFile: String?

        func run() async throws {
            if let through { return try await ask(through) }
            guard let kind = APIKey.Kind(rawValue: kind) else {
                throw Failure(
                    "--kind \(kind): not one of \(APIKey.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            let names = scopes.split(separator: ",").map(String.init)
            let wanted = try names.map { name in
                guard let scope = APIKey.Scope(rawValue: name) else {
                    throw Failure(
                        "--scopes \(name): not one of \(APIKey.Scope.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                return scope
            }
            let (key, secret) = try await Keys.withStore(try source.read()) { _, desk in
                try await desk.make(
                    name: name, kind: kind, scopes: Set(wanted), person: person.map { PersonID($0) }, by: Keys.operator)
            }
            show(id: key.id, secret: secret)
        }

        private func ask(_ server: String) async throws {
            var target = ServerOptions()
            target.server = server
            target.keyFile = keyFile
            var body: [String: JSONValue] = [
                "name": .string(name), "kind": .string(kind),
                "scopes": .array(scopes.split(separator: ",").map { .string(String($0)) }),
            ]
            body["person"] = person.map { .string($0) }
            let client = try target.client()
            defer { client.close() }
            let answer = try await client.json("POST", "/v1/keys", body: .object(body))
            show(id: answer["id"]?.string ?? "", secret: answer["secret"]?.string ?? "")
        }

        private func show(id: String, secret: String) {
            output.show(
                .object(["id": .string(id), "secret": .string(secret)]),
                text: "key \(id) (\(name))\n\(secret)\nShown once; keep it where only its user can read it.")
        }
    }

    /// `songda keys list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the API keys, without secrets.")
        @OptionGroup var source: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let keys = try await Keys.withStore(try source.read()) { store, _ in try await store.apiKeys() }
            output.show(
                .array(
                    keys.map {
                        .object([
                            "id": .string($0.id), "name": .string($0.name), "kind": .string($0.kind.rawValue),
                            "scopes": .array($0.scopes.map(\.rawValue).sorted().map { .string($0) }),
                            "createdAt": .string($0.createdAt.rfc3339),
                            "revokedAt": $0.revokedAt.map { .string($0.rfc3339) } ?? .null,
                        ])
                    }),
                text: keys.map {
                    let scopes = $0.scopes.map(\.rawValue).sorted().joined(separator: ",")
                    return
                        "\($0.id)  \($0.kind.rawValue)  \($0.name)  \(scopes)  \($0.revokedAt == nil ? "" : "revoked")"
                }.joined(separator: "\n"))
        }
    }

    /// `songda keys revoke`.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke an API key at once.")
        @OptionGroup var source: ConfigurationOptions
        @Argument(help: "The key's id.")
        var id: String

        func run() async throws {
            try await Keys.withStore(try source.read()) { _, desk in try await desk.revoke(id, by: Keys.operator) }
            print("revoked \(id)")
        }
    }
}
