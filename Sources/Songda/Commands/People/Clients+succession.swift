import ArgumentParser
import Evidence
import Foundation

extension Clients {
    /// `songda clients transfer`.
    struct Transfer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give one client, with its open orders, to somebody else; its contacts are told.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Who takes over.") var to: String
        @Option(help: "Why; kept for good, and never told to the client.") var reason: String
        @Argument(help: "The client's id.") var client: String

        func run() async throws {
            try await target.ask(
                "POST", "/v1/clients/\(try pathPart(client))/transfer",
                body: .object(["successor": .string(to), "reason": .string(reason)]), output, text: Clients.moved)
        }
    }

    /// `songda clients succession`.
    struct Succession: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give every client of a leaver to successors, so that none is left without anybody.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Who takes over.") var to: String
        @Option(help: "A client that goes to somebody else, as CLIENT=PERSON; may be repeated.") var except: [String] =
            []
        @Option(help: "Why; kept for good, and never told to the clients.") var reason: String
        @Argument(help: "The leaver's id.") var leaver: String

        func run() async throws {
            let exceptions = try except.map { text -> JSONValue in
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw Failure("--except \(text): write it as CLIENT=PERSON") }
                return ["client": .string(parts[0]), "successor": .string(parts[1])]
            }
            try await target.ask(
                "POST", "/v1/employees/\(try pathPart(leaver))/succession",
                body: .object([
                    "successor": .string(to), "reason": .string(reason), "exceptions": .array(exceptions),
                ]), output, text: Clients.moved)
        }
    }

    /// What a transfer moved, in words.
    static func moved(_ report: JSONValue) -> String {
        let takers = (report["clients"]?.object ?? [:]).sorted { $0.key < $1.key }
        let clients = takers.map { "\($0.key) \(word($0.value))" }.joined(separator: ", ")
        return """
            clients  \(clients.isEmpty ? "none" : clients)
            orders   \(report["orders"].map(word) ?? "0")
            notices  \(report["notices"].map(word) ?? "0") to contacts, within a minute
            """
    }

    /// `songda clients shadow`.
    struct Shadow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a successor see a colleague's clients at least 30 days before the planned last day.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Who learns them.") var successor: String
        @Option(help: "The first day, like 2026-11-21.") var from: String
        @Option(help: "The planned last day of the colleague.") var lastDay: String
        @Option(help: "What it follows from, for example a risk alert's id.") var occasion: String
        @Argument(help: "The colleague's id.") var employee: String

        func run() async throws {
            try await target.ask(
                "POST", "/v1/employees/\(try pathPart(employee))/shadows",
                body: .object([
                    "successor": .string(successor), "from": .string(from), "plannedLastDay": .string(lastDay),
                    "occasion": .string(occasion),
                ]), output
            ) {
                "\($0["successor"]?.string ?? "") sees the clients of \(employee) until \($0["plannedLastDay"]?.string ?? "")"
            }
        }
    }

    /// `songda clients held`.
    struct Held: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the clients an employee has, or with --ever also those they had, without their help.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Also those they handed over.") var ever = false
        @Option(help: "Where the last page ended.") var after: String?
        @Argument(help: "The employee's id.") var employee: String

        func run() async throws {
            let query = Clients.query([("ever", ever ? "true" : nil), ("cursor", after)])
            try await target.ask("GET", "/v1/employees/\(try pathPart(employee))/clients\(query)", output) {
                let lines = Clients.lines($0, ["id", "externalID", "name", "owner", "lastOrderAt"])
                return lines.isEmpty ? "none" : lines
            }
        }
    }

    /// `songda clients shares`.
    struct Shares: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how clients and revenue are spread over the staff.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Count revenue since this day; a year ago unless given.") var since: String?

        func run() async throws {
            try await target.ask("GET", "/v1/client-concentration\(Clients.query([("since", since)]))", output) {
                ($0["shares"]?.array ?? []).map { share in
                    let revenue = (share["revenue"]?.array ?? []).map { part in
                        ["currency", "amount", "sharePercent"].map { part[$0].map(Clients.word) ?? "" }
                            .joined(separator: " ") + " %"
                    }
                    return ["owner", "clients", "clientSharePercent"].map { share[$0].map(Clients.word) ?? "" }
                        .joined(separator: "  ") + " %  " + revenue.joined(separator: "; ")
                }.joined(separator: "\n")
            }
        }
    }

    /// `songda clients loss`.
    struct Loss: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare what a leaver's clients ordered before and after the hand-over.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "At most so many days on each side.") var days = 90
        @Flag(help: "Keep the dated comparison as evidence.") var record = false
        @Argument(help: "The leaver's id.") var leaver: String

        func run() async throws {
            let path = "/v1/employees/\(try pathPart(leaver))/client-loss"
            if record {
                try await target.ask("POST", path, body: .object(["days": .integer(Int64(days))]), output) {
                    Self.text($0["report"] ?? .null)
                        + "\nkept as \($0["id"]?.string ?? "")\nsha256  \($0["sha256"]?.string ?? "")"
                }
            } else {
                try await target.ask("GET", path + Clients.query([("days", "\(days)")]), output, text: Self.text)
            }
        }

        private static func text(_ report: JSONValue) -> String {
            var lines = ["measured  \(report["measuredAt"]?.string ?? "")"]
            for total in report["totals"]?.array ?? [] {
                lines.append(
                    "\(total["currency"]?.string ?? "")  \(total["before"]?.string ?? "") → \(total["after"]?.string ?? "")"
                        + "  (\(total["changePercent"].map(Clients.word) ?? "–") %)")
            }
            lines.append(
                "clients   \(report["clientsLost"].map(Clients.word) ?? "0") of \(report["clientsBefore"].map(Clients.word) ?? "0") lost"
                    + " (\(report["churnPercent"].map(Clients.word) ?? "–") %)")
            return lines.joined(separator: "\n")
        }
    }

    /// `songda clients export`.
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take out every client you may export, as lines of JSON; it is recorded and raises an alarm.")
        @OptionGroup var target: ServerOptions
        @Option(help: "Why; kept for good.") var reason: String
        @Option(name: [.short, .long], help: "Where to write them.") var out: String

        func run() async throws {
            guard !FileManager.default.fileExists(atPath: out) else {
                throw Failure("\(out) exists; name another with --out")
            }
            let client = try target.client()
            defer { client.close() }
            let response = try await client.send(
                "POST", "/v1/clients:export", body: .object(["reason": .string(reason)]))
            guard
                FileManager.default.createFile(
                    atPath: out, contents: Data(response.body), attributes: [.posixPermissions: 0o600])
            else { throw Failure("\(out) cannot be written") }
            print("\(response.body.count { $0 == UInt8(ascii: "\n") }) clients in \(out)")
        }
    }

    /// `songda clients log`.
    struct Log: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show who looked at clients and who changed them, the newest first.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Only this client.") var client: String?
        @Option(help: "Only this actor.") var actor: String?
        @Option(help: "Where the last page ended.") var after: String?

        func run() async throws {
            guard client == nil || actor == nil else { throw Failure("give --client or --actor, not both") }
            let query = Clients.query([("actor", actor), ("cursor", after)])
            let path = try client.map { "/v1/clients/\(try pathPart($0))/operations" } ?? "/v1/client-operations"
            try await target.ask("GET", path + query, output) {
                Clients.lines($0, ["at", "actor", "operation", "client", "refused", "detail"])
            }
        }
    }

    /// `songda clients alerts`.
    struct Alerts: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the alarms about clients, the newest first.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Where the last page ended.") var after: String?

        func run() async throws {
            try await target.ask("GET", "/v1/client-alerts\(Clients.query([("cursor", after)]))", output) {
                Clients.lines($0, ["at", "kind", "subject", "person", "count", "rule", "notices"])
            }
        }
    }
}
