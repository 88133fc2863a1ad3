import ArgumentParser
import Evidence
import Notices
import SQL
import Store

/// `songda keys`: API keys.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Add, list and revoke API keys.", subcommands: [Add.self, List.self, Revoke.self])

    /// Opens the configured database, does one thing, closes it.
    static func withStore<T>(
        _ configuration: Configuration, _ body: (SQLNoticeStore, APIKeyMaker, any WallClock) async throws -> T
    ) async throws -> T {
        let clock = SystemClock()
        let keys = try KeyCabinet(
            directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
            logOrigin: configuration.logOrigin, clock: clock)
        let database = try await Application.openDatabase(configuration.database)
        _ = try await Migrator(Migrations.all).migrate(database)
        let (store, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
        let maker = APIKeyMaker(
            store: store, log: log, recorder: EvidenceRecorder(signer: keys.entries, clock: clock), clock: clock)
        let result: T
        do {
            result = try await body(store, maker, clock)
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
            discussion: "Scopes: \(APIKey.Scope.allCases.map(\.rawValue).joined(separator: ", ")).")
        @OptionGroup var source: ConfigurationOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "What people call it.")
        var name: String
        @Option(help: "What it may do, separated by commas.")
        var scopes: String
        @Option(help: "For the scopes inbox and staff: the person it stands for.")
        var person: String?

        func run() async throws {
            let names = scopes.split(separator: ",").map(String.init)
            let wanted = try names.map { name in
                guard let scope = APIKey.Scope(rawValue: name) else {
                    throw Failure(
                        "--scopes \(name): not one of \(APIKey.Scope.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                return scope
            }
            let (key, secret) = try await Keys.withStore(try source.read()) { _, maker, _ in
                try await maker.make(name: name, scopes: Set(wanted), person: person.map { PersonID($0) })
            }
            output.show(
                .object(["id": .string(key.id), "secret": .string(secret)]),
                text: "key \(key.id) (\(name))\n\(secret)\nShown once; keep it where only its user can read it.")
        }
    }

    /// `songda keys list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the API keys, without secrets.")
        @OptionGroup var source: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let keys = try await Keys.withStore(try source.read()) { store, _, _ in try await store.apiKeys() }
            output.show(
                .array(
                    keys.map {
                        .object([
                            "id": .string($0.id), "name": .string($0.name),
                            "scopes": .array($0.scopes.map(\.rawValue).sorted().map { .string($0) }),
                            "createdAt": .string($0.createdAt.rfc3339),
                            "revokedAt": $0.revokedAt.map { .string($0.rfc3339) } ?? .null,
                        ])
                    }),
                text: keys.map {
                    let scopes = $0.scopes.map(\.rawValue).sorted().joined(separator: ",")
                    return "\($0.id)  \($0.name)  \(scopes)  \($0.revokedAt == nil ? "" : "revoked")"
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
            let wasThere = try await Keys.withStore(try source.read()) { store, maker, clock in
                try await maker.recordRevocation(of: id)
                return try await store.revoke(apiKey: id, at: clock.now)
            }
            guard wasThere else { throw Failure("there is no key \(id) that could be revoked") }
            print("revoked \(id)")
        }
    }
}

/// Makes API keys; each making and revoking is evidence, because a key can act in somebody's name.
struct APIKeyMaker: Sendable {
    let store: any CredentialStore
    let log: any EvidenceLogStore
    let recorder: EvidenceRecorder
    let clock: any WallClock

    /// Stores a new key and returns it with the secret that is never stored.
    func make(
        name: String, scopes: Set<APIKey.Scope>, person: PersonID?
    ) async throws -> (key: APIKey, secret: String) {
        if let misfit = APIKey.misfit(scopes, person: person) { throw Failure(misfit) }
        let secret = "sk_" + Base64.encodeURL(SecureRandom.bytes(32))
        let now = clock.now
        let key = APIKey(
            id: "key-" + Hex.encode(SecureRandom.bytes(6)), name: name, hash: SHA256.hash(Array(secret.utf8)),
            scopes: scopes, person: person, createdAt: now, revokedAt: nil)
        try await record(
            "APIKeyIssued", key.id,
            ["name": .string(name), "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) })],
            person: person)
        try await store.save(key)
        return (key, secret)
    }

    /// Records that a key is about to be revoked at the command line.
    func recordRevocation(of id: String) async throws { try await record("APIKeyRevoked", id, [:], person: nil) }

    /// The entry comes first: a key nobody can account for must not work.
    private func record(_ event: String, _ id: String, _ more: [String: JSONValue], person: PersonID?) async throws {
        var facts = more
        facts["key"] = .string(id)
        facts["by"] = Principal(id: "command-line", kind: .system, method: "access to keys and database").facts
        try await log.stage([
            try recorder.entry(EvidenceEvent(rawValue: event), person: person, at: clock.now, facts)
        ])
    }
}
