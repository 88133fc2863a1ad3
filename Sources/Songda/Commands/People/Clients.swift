import ArgumentParser
import Evidence
import Foundation

/// `songda clients`: clients and who is in charge of them.
struct Clients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List, show and hand over clients; compare their orders; see who looked at them.",
        subcommands: [
            List.self, Show.self, Timeline.self, Import.self, FollowUp.self, Assign.self, Transfer.self,
            Succession.self, Shadow.self, Held.self, Shares.self, Loss.self, Report.self, Export.self, Log.self,
            Alerts.self, Edit.self, History.self, Order.self, MoveOrder.self, Done.self,
        ])

    /// A query of those members that are given.
    static func query(_ members: [(String, String?)]) -> String {
        let given = members.compactMap { name, value in value.map { "\(name)=\(escaped($0))" } }
        return given.isEmpty ? "" : "?" + given.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    /// One line for each item, its members side by side.
    static func lines(_ answer: JSONValue, _ members: [String]) -> String {
        var lines = (answer["items"]?.array ?? []).map { item in
            members.map { name in item[name].map(word) ?? "" }.joined(separator: "  ")
        }
        if let next = answer["next"]?.string { lines.append("… more: --after \(next)") }
        if answer["more"]?.bool == true { lines.append("… more; ask for a longer part of the name") }
        return lines.joined(separator: "\n")
    }

    static func word(_ value: JSONValue) -> String {
        value.isNull ? "–" : value.string ?? value.canonicalText
    }
}

extension Clients {
    /// `songda clients list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the clients you may see, or search them by name, number, telephone or mailbox.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Any part of the name.") var name: String?
        @Option(help: "The number in the company's books.") var number: String?
        @Option(help: "A contact's telephone.") var phone: String?
        @Option(help: "A contact's mailbox.") var email: String?
        @Option(help: "Where the last page ended.") var after: String?
        @Option(help: "How many at most.") var limit = 50

        func run() async throws {
            let query = Clients.query([
                ("name", name), ("externalID", number), ("phone", phone), ("email", email), ("cursor", after),
                ("limit", "\(limit)"),
            ])
            try await target.ask("GET", "/v1/clients\(query)", output) {
                Clients.lines($0, ["id", "externalID", "name", "owner", "lastOrderAt"])
            }
        }
    }

    /// `songda clients show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a client: facts with their sources, contacts, open orders, promises, who was in charge.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The client's id.") var client: String

        func run() async throws {
            try await target.ask("GET", "/v1/clients/\(try pathPart(client))", output, text: Self.text)
        }

        private static func text(_ file: JSONValue) -> String {
            func part(_ title: String, _ member: String, _ names: [String]) -> String {
                let rows = (file[member]?.array ?? []).map { row in
                    "  " + names.map { row[$0].map(Clients.word) ?? "" }.joined(separator: "  ")
                }
                return rows.isEmpty ? "" : "\n\(title)\n" + rows.joined(separator: "\n")
            }
            return "\(file["externalID"]?.string ?? "")  \(file["name"]?.string ?? "")"
                + part("facts", "fields", ["field", "value", "source", "changedAt"])
                + part("contacts", "contacts", ["name", "position", "person"])
                + part("open orders", "openOrders", ["externalID", "state", "amount", "currency", "handledBy"])
                + part("receivables", "receivables", ["externalID", "receivable", "currency"])
                + part("promises", "openFollowUps", ["dueOn", "text", "loggedBy"])
                + part("in charge", "assignments", ["employee", "from", "until", "reason"])
                + part("notices", "notices", ["person", "notice", "opened", "acknowledged", "reason"])
                + "\ncovered by: \(file["clause"]?["text"]?.string ?? "no signed clause")"
        }
    }

    /// `songda clients timeline`.
    struct Timeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what happened with a client, the newest first.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Where the last page ended.") var after: String?
        @Argument(help: "The client's id.") var client: String

        func run() async throws {
            let query = Clients.query([("cursor", after)])
            try await target.ask("GET", "/v1/clients/\(try pathPart(client))/timeline\(query)", output) {
                Clients.lines($0, ["happenedAt", "kind", "source", "reference", "details"])
            }
        }
    }

    /// `songda clients import`.
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send what other systems say, one JSON object a line: clients, and events with a \"kind\".",
            discussion:
                "May be repeated: what is known already changes nothing. Stops at the first line that is refused.")
        @OptionGroup var target: ServerOptions
        @Argument(help: "A file of lines; a dash reads standard input.") var file: String

        func run() async throws {
            let text = try Files.text(file)
            let client = try target.client()
            defer { client.close() }
            let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let bar = ProgressBar()
            var sent = 0
            for (index, line) in lines.enumerated() where !line.isEmpty {
                do {
                    let value = try JSONValue(parsing: Array(line))
                    let path = value["kind"] == nil ? "/v1/clients:sync" : "/v1/clients:events"
                    _ = try await client.send("POST", path, body: value)
                } catch {
                    throw Failure("\(file):\(index + 1): \(error)\n\(sent) lines before it were taken")
                }
                sent += 1
                bar.update(index + 1, of: lines.count, "clients")
            }
            print("\(sent) lines taken")
        }
    }

    /// `songda clients follow-up`.
    struct FollowUp: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "follow-up", abstract: "Log what was done for a client, or promised.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "By when it is promised, like 2026-11-21.") var due: String?
        @Argument(help: "The client's id.") var client: String
        @Argument(help: "What was said.") var text: String

        func run() async throws {
            var body: [String: JSONValue] = ["text": .string(text)]
            body["dueOn"] = due.map { .string($0) }
            try await target.ask(
                "POST", "/v1/clients/\(try pathPart(client))/follow-ups", body: .object(body), output
            ) { "logged as \($0["id"]?.string ?? "")" }
        }
    }

    /// `songda clients assign`.
    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put somebody in charge of a client of nobody, or record who was in charge in the past.")
        @OptionGroup var target: ServerOptions
        @Option(help: "The person's id.") var to: String
        @Option(help: "Since when, like 2026-11-21T10:32:05Z.") var from: String?
        @Option(help: "Until when, for the past.") var until: String?
        @Option(help: "Why; kept for good.") var reason: String
        @Argument(help: "The client's id.") var client: String

        func run() async throws {
            var body: [String: JSONValue] = ["employee": .string(to), "reason": .string(reason)]
            body["from"] = from.map { .string($0) }
            body["until"] = until.map { .string($0) }
            let server = try target.client()
            defer { server.close() }
            _ = try await server.send("POST", "/v1/clients/\(try pathPart(client))/assignments", body: .object(body))
            print("\(to) is in charge of \(client)")
        }
    }
}

extension ServerOptions {
    /// One request whose answer is shown.
    func ask(
        _ method: String, _ path: String, body: JSONValue? = nil, _ output: OutputOptions,
        text: (JSONValue) -> String
    ) async throws {
        let client = try client()
        defer { client.close() }
        let answer = try await client.json(method, path, body: body)
        output.show(answer, text: text(answer))
    }
}
