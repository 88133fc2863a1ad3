import ArgumentParser
import Console
import Evidence
import Foundation
import Notices
import People
import SQL
import Store

/// `songda accounts`: who can sign in to the console.
struct Accounts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Add, list and shut accounts of the console.",
        subcommands: [Add.self, List.self, Link.self, Unlink.self, Disable.self, Code.self])

    /// Opens the configured database, does one thing, closes it.
    static func withStore<T>(
        _ configuration: Configuration, _ body: (SQLPeopleStore, EvidenceRecorder, any WallClock) async throws -> T
    ) async throws -> T {
        let clock = SystemClock()
        let keys = try KeyCabinet(
            directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
            logOrigin: configuration.logOrigin, clock: clock)
        let database = try await Application.openDatabase(configuration)
        do {
            _ = try await Migrator(Migrations.all).migrate(database)
            let (notices, _) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
            let result = try await body(
                SQLPeopleStore(beside: notices), EvidenceRecorder(signer: keys.entries, clock: clock), clock)
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }

    /// Whoever has a shell on the machine; evidence names them so.
    static let operatorOnTheMachine = Actor(
        principal: Principal(id: "operator", kind: .system, method: "shell"), roles: [.administrator])

    /// `songda accounts add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account; the password is read from standard input or from a file.",
            discussion: """
                Scopes: \(APIKey.Scope.allCases.map(\.rawValue).joined(separator: ", ")). An account that approves, reads \
                evidence or gives rights gets an authenticator: its secret and ten recovery codes are shown once.
                """)
        @OptionGroup var source: ConfigurationOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "What is typed to sign in.")
        var login: String
        @Option(help: "What the pages call them.")
        var name: String
        @Option(help: "What they may do, separated by commas.")
        var scopes: String
        @Option(help: "The person on record, by id: their inbox, their part in the HR core.")
        var person: String?
        @Option(help: "A file with the password in its first line; otherwise standard input.")
        var passwordFile: String?

        func run() async throws {
            let wanted = try scopes.split(separator: ",").map { name in
                guard let scope = APIKey.Scope(rawValue: String(name)) else {
                    throw Failure(
                        "--scopes \(name): not one of \(APIKey.Scope.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                return scope
            }
            let password = try password()
            let told = try await Accounts.withStore(try source.read()) { store, recorder, clock in
                try await AccountMaker(store: store, recorder: recorder, clock: clock).add(
                    login: login, name: name, password: password, scopes: Set(wanted),
                    person: person.map { PersonID($0) }, by: Accounts.operatorOnTheMachine)
            }
            var lines = ["account \(told.account.id) (\(told.account.login))"]
            if let uri = told.authenticatorURI {
                lines += ["authenticator  \(uri)", "recovery codes"] + told.recoveryCodes.map { "  \($0)" }
                lines.append("Shown once; give them to nobody but the account's holder.")
            }
            output.show(
                .object([
                    "id": .string(told.account.id.rawValue), "login": .string(told.account.login),
                    "authenticator": told.authenticatorURI.map { .string($0) } ?? .null,
                    "recoveryCodes": .array(told.recoveryCodes.map { .string($0) }),
                ]), text: lines.joined(separator: "\n"))
        }

        private func password() throws -> String {
            guard let passwordFile else {
                guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                    throw Failure("standard input holds no password; write it there, or name a --password-file")
                }
                return line
            }
            guard let data = FileManager.default.contents(atPath: passwordFile),
                let text = String(validating: data, as: UTF8.self)
            else { throw Failure("--password-file \(passwordFile): cannot be read as UTF-8") }
            return String(text.prefix { !$0.isNewline })
        }
    }

    /// `songda accounts list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts.")
        @OptionGroup var source: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let (accounts, links) = try await Accounts.withStore(try source.read()) { store, _, _ in
                (try await store.accounts(), try await store.links())
            }
            let lines = accounts.map { account in
                let scopes = account.scopes.map(\.rawValue).sorted().joined(separator: ",")
                return "\(account.id)  \(account.login)  \(scopes)" + (links[account.id] == nil ? "" : "  linked")
                    + (account.disabledAt == nil ? "" : "  shut")
            }
            output.show(
                .array(
                    accounts.map {
                        .object([
                            "id": .string($0.id.rawValue), "login": .string($0.login),
                            "scopes": .array($0.scopes.map(\.rawValue).sorted().map { .string($0) }),
                            "person": $0.person.map { .string($0.rawValue) } ?? .null,
                            "disabledAt": $0.disabledAt.map { .string($0.rfc3339) } ?? .null,
                            "linked": .bool(links[$0.id] != nil),
                        ])
                    }),
                text: lines.isEmpty
                    ? "no accounts yet; add one with `songda accounts add`" : lines.joined(separator: "\n"))
        }
    }

    /// `songda accounts disable`.
    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shut an account and end its sessions.")
        @OptionGroup var source: ConfigurationOptions
        @Argument(help: "The login.")
        var login: String

        func run() async throws {
            try await Accounts.withStore(try source.read()) { store, recorder, clock in
                guard let account = try await store.account(login: login.lowercased()) else {
                    throw Failure("there is no account \"\(login.prefix(60))\"; see `songda accounts list`")
                }
                let act = try ActRecorder(recorder: recorder, clock: clock).act(
                    .accountDisabled, by: Accounts.operatorOnTheMachine, about: [Subject(.account, account.id)],
                    ["account": .string(account.id.rawValue)])
                try await store.disable(account.id, at: clock.now, acts: [act])
            }
            print("\(login) is shut; its sessions have ended")
        }
    }
}
