import Evidence
import Foundation
import SQL
import TestSupport

/// One installation of Songda: a directory with configuration, keys and database, and at most one server at a time.
///
/// Everything is done as an operator would: by the programs, the configuration file and HTTP.
actor House {
    static let issuer = "hongyuan"
    static let issuerName = "宏远贸易（上海）有限公司"
    static let creditCode = "91310000MA1FL3X2Y0"

    nonisolated let directory: String
    nonisolated let port: Int
    nonisolated let backend: Backend
    private let postgres: String?
    private var server: Program?
    private var hr: Caller?

    /// What the configuration says beyond the usual.
    struct Settings: Sendable {
        /// The port of a mail relay on loopback.
        var relay: Int?
        /// The relay's name or address.
        var relayHost = "127.0.0.1"
        /// How the way to the relay is protected, as the configuration says it, and the authority that is trusted for it.
        var security = "clearText"
        var caFile: String?
        /// The IMAP port and password of the bounce mailbox `bounce@songda.test`.
        var bounces: (port: Int, password: String)?
        /// The port of the sandbox's SMS gateway, and its token.
        var sms: (port: Int, token: String)?
        /// Where the database is, if not beside the configuration.
        var databaseDirectory: String?
        /// The conninfo of a PostgreSQL that the test has brought along.
        var conninfo: String?
        /// Where people reach the pages, if not at the server itself; then a proxy on this machine is believed.
        var publicURL: String?
        /// The log's name.
        var log = "songda.test/evidence"
        /// Lines added at the end.
        var more = ""
    }

    /// The secret of the SMS call-back.
    static let callbackSecret = "0123456789abcdef0123456789abcdef"

    private init(directory: String, port: Int, backend: Backend, postgres: String?) {
        self.directory = directory
        self.port = port
        self.backend = backend
        self.postgres = postgres
    }

    /// Writes the configuration and makes the keys; nothing is started.
    static func build(_ settings: Settings, on backend: Backend = .sqlite) async throws -> House {
        let own = backend == .postgres && settings.conninfo == nil
        let house = House(
            directory: try TemporaryDirectory.make("songda-house"), port: try LoopbackPort.free(), backend: backend,
            postgres: own ? try PostgresServer.ofThisProcess().createDatabase() : settings.conninfo)
        try await house.furnish(settings)
        return house
    }

    /// Moves into a directory that another run of the program, such as a demo, has left behind.
    static func takeOver(_ directory: String, _ settings: Settings) async throws -> House {
        let house = House(directory: directory, port: try LoopbackPort.free(), backend: .sqlite, postgres: nil)
        try await house.furnish(settings)
        return house
    }

    /// Configuration, what keys are missing, and an API key for HR.
    private func furnish(_ settings: Settings) async throws {
        try write(settings)
        try await succeed([
            "keygen", "--seal", Self.issuer, "--name", Self.issuerName, "--credit-code", Self.creditCode,
        ])
        let key = try await succeed([
            "keys", "add", "--name", "hr", "--scopes", "issue,read,administer,record", "--json",
        ])
        try keep(secret: try JSONValue(parsing: key)["secret"]?.string ?? "", in: "hr.key")
    }

    /// Lends a house with a running server and one issuing entity, and clears it away whatever happens.
    static func with<T: Sendable>(
        _ settings: Settings = Settings(), on backend: Backend = .sqlite,
        _ body: (House, Caller) async throws -> T
    ) async throws -> T {
        try await quiet(settings, on: backend) { house in
            try await house.start()
            let hr = try await house.caller()
            try await hr.enrol()
            return try await body(house, hr)
        }
    }

    /// Lends a house in which nothing runs yet, and clears it away whatever happens.
    static func quiet<T: Sendable>(
        _ settings: Settings = Settings(), on backend: Backend = .sqlite, _ body: (House) async throws -> T
    ) async throws -> T {
        let house = try await build(settings, on: backend)
        do {
            let value = try await body(house)
            await house.discard()
            return value
        } catch {
            await house.discard()
            throw error
        }
    }

    // MARK: Files

    /// The path of a file in the house.
    nonisolated func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// Writes a secret that only its owner may read.
    nonisolated func keep(secret: String, in name: String) throws {
        try write("\(secret)\n", to: name, mode: 0o600)
    }

    /// Writes a file of the house.
    nonisolated func write(_ text: String, to name: String, mode: Int = 0o644) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    }

    /// Writes bytes that only their owner may read.
    nonisolated func write(bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(name))
    }

    /// Writes songda.yaml anew.
    nonisolated func write(_ settings: Settings) throws {
        try write(configuration(settings), to: "songda.yaml")
        if let bounces = settings.bounces { try keep(secret: bounces.password, in: "imap.password") }
        if let sms = settings.sms {
            try keep(secret: sms.token, in: "sms.token")
            try keep(secret: Self.callbackSecret, in: "sms.callback")
        }
    }

    /// The configuration as an operator would write it; the database is its one line.
    nonisolated func configuration(_ settings: Settings) -> String {
        let root = TestResources.root
        let fonts = ProcessInfo.processInfo.environment["SONGDA_FONTS"] ?? root + "/var/fonts"
        var text = """
            database: \(postgres.map { "\"\($0)\"" } ?? "sqlite:\(settings.databaseDirectory ?? directory)/songda.db")
            keys: \(directory)/keys
            trust: \(directory)/trust
            templates: \(root)/templates/notices
            pages: \(root)/templates/console
            rules: \(root)/config/rules/service-law.yaml
            calendars: \(root)/config/calendars
            fonts: \(fonts)
            log: \(settings.log)
            witness: \(directory)/songda.witness
            rehearsal: false
            http: { port: \(port), public-url: "\(settings.publicURL ?? "http://127.0.0.1:\(port)")",
              portal: portal.songda.test\(settings.publicURL == nil ? "" : ", trusts-forwarded-for: true") }
            mail:
              domain: songda.test

            """
        if let relay = settings.relay {
            let caFile = settings.caFile.map { ", ca-file: \($0)" } ?? ""
            text += """
                  routes:
                  - { name: relay, host: \(settings.relayHost), port: \(relay), security: \(settings.security)\(caFile) }

                """
        }
        if let bounces = settings.bounces {
            text += """
                  bounces: { protocol: imap, host: 127.0.0.1, port: \(bounces.port), security: clearText,
                    username: bounce@songda.test, password-file: \(directory)/imap.password, every-seconds: 1 }

                """
        }
        if let sms = settings.sms {
            text += """
                sms:
                  - name: gateway
                    kind: generic
                    description: \(root)/config/gateways/sandbox.yaml
                    settings: { url: "http://127.0.0.1:\(sms.port)",
                      callback: "http://127.0.0.1:\(port)/v1/receipts/\(Self.callbackSecret)" }
                    secret-files: { token: \(directory)/sms.token }
                    callback-secret-file: \(directory)/sms.callback

                """
        }
        return text + settings.more
    }

    // MARK: Commands

    /// Runs a subcommand of songda; those that read the configuration are given this one.
    nonisolated func songda(
        _ arguments: [String], environment: [String: String] = [:], within limit: Duration = .seconds(120)
    ) async throws -> Program.Ending {
        let talks = ["issue", "show", "approve", "prove", "webhooks"].contains(arguments.first ?? "")
        let source =
            talks ? ["--server", "http://127.0.0.1:\(port)"] : ["--config", path("songda.yaml")]
        return try await Program.run(
            [Program.songda] + arguments + (arguments.contains("--help") ? [] : source), in: directory,
            environment: environment, within: limit)
    }

    /// Runs a subcommand that must succeed and returns what it printed.
    @discardableResult
    nonisolated func succeed(_ arguments: [String], environment: [String: String] = [:]) async throws -> String {
        let ending = try await songda(arguments, environment: environment)
        guard ending.code == 0 else {
            throw TestSupportError(
                "songda \(arguments.joined(separator: " ")) ended with \(ending.code): \(ending.said)")
        }
        return ending.out
    }

    /// The audit of everything in the log; throws unless it is sound.
    @discardableResult
    nonisolated func audit() async throws -> JSONValue {
        try JSONValue(parsing: try await succeed(["audit", "--json"]))
    }

    // MARK: The server

    /// Starts the server, behind other words (`strace …`) if given, and waits until it takes requests.
    func start(behind words: [String] = []) async throws {
        let program = try await launch(behind: words)
        try await program.wait(for: "the line that says where it listens") { program.said.contains("serves http://") }
    }

    /// Starts the server and does not wait: for a start that is meant to fail or to be cut short.
    @discardableResult
    func launch(behind words: [String] = []) async throws -> Program {
        await server?.discard()
        let program = try await Program.start(
            words + [Program.songda, "serve", "--config", path("songda.yaml")], in: directory)
        server = program
        return program
    }

    /// The server that was started last.
    var running: Program {
        get throws {
            guard let server else { throw TestSupportError("no server was started") }
            return server
        }
    }

    /// Kills the server, without a word of warning, and waits until it is gone.
    func kill() async throws {
        try running.signal(SIGKILL)
        try await running.end()
    }

    /// Asks the server to stop and waits until it has.
    @discardableResult
    func stop() async throws -> Program.Ending {
        try running.signal(SIGTERM)
        return try await running.end(within: .seconds(30))
    }

    /// Makes everything due that would be tried again later: as if hours had passed, without waiting for them.
    ///
    /// Only the schedule is touched. No server may be running.
    func letRetriesFallDue() async throws {
        let database: any SQLDatabase =
            if let postgres { try await PostgresDatabase(conninfo: postgres) } else {
                try SQLiteDatabase(path: path("songda.db"))
            }
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE deliveries SET due_at = created_at
                WHERE due_at IS NOT NULL AND state IN ('queued', 'deferred', 'unknown')
                """)
        }
        await database.close()
    }

    /// Who speaks to the server with the key of HR.
    func caller() throws -> Caller {
        if let hr { return hr }
        let secret = try String(contentsOfFile: path("hr.key"), encoding: .utf8).trimmingCharacters(in: .newlines)
        let caller = Caller(port: port, secret: secret)
        hr = caller
        return caller
    }

    /// Ends what runs and removes the directory.
    func discard() async {
        hr?.close()
        await server?.discard()
        try? FileManager.default.removeItem(atPath: directory)  // a leftover in /tmp harms no test
    }
}
