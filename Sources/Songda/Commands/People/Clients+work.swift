import ArgumentParser
import Evidence
import Notices

extension Clients {
    /// `songda clients edit`.
    struct Edit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change facts of a client that is yours; the old values are kept.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "A fact as NAME=VALUE; may be repeated.") var set: [String]
        @Argument(help: "The client's id.") var client: String

        func run() async throws {
            let edits = try set.map { text -> JSONValue in
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                guard parts.count == 2, !parts[0].isEmpty else {
                    throw Failure("--set \(text): write it as NAME=VALUE, like level=A")
                }
                return ["field": .string(parts[0]), "value": .string(parts[1])]
            }
            let path = "/v1/clients/\(try pathPart(client))"
            try await target.talk { server in
                _ = try await server.send("PATCH", path, body: ["edits": .array(edits)])
            }
            output.show(["client": .string(client), "edits": .array(edits)], text: "changed")
        }
    }

    /// `songda clients order`.
    struct Order: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Start an order for a client that is yours.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The sum, like 12000.00.") var amount: String
        @Option(help: "Its currency.") var currency = "CNY"
        @Option(help: "The order's number; one is made if left out.") var number: String?
        @Argument(help: "The client's id.") var client: String

        func run() async throws {
            var body: [String: JSONValue] = ["amount": .string(amount), "currency": .string(currency)]
            body["number"] = number.map { .string($0) }
            try await askPeople(
                target, output, "POST", "/v1/clients/\(try pathPart(client))/orders", body: .object(body),
                text: Clients.order)
        }
    }

    /// `songda clients move-order`.
    struct MoveOrder: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "move-order", abstract: "Move an order of our own on: shipped, completed, cancelled.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The order's number.") var order: String
        @Argument(help: "The state it goes to.") var state: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/orders/\(try pathPart(order))/state", body: ["state": .string(state)],
                text: Clients.order)
        }
    }

    /// An order in words.
    static func order(_ one: JSONValue) -> String {
        ["externalID", "state", "amount", "currency", "handledBy"].map { one[$0].map(word) ?? "" }
            .joined(separator: "  ")
    }

    /// `songda clients done`.
    struct Done: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Mark a promise as kept.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The follow-up's id.") var followUp: String

        func run() async throws {
            let path = "/v1/follow-ups/\(try pathPart(followUp))/done"
            try await target.talk { server in _ = try await server.send("POST", path, body: [:]) }
            output.show(["followUp": .string(followUp), "done": true], text: "done")
        }
    }

    /// `songda clients history`.
    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the values of a client's facts that were replaced, with who replaced them.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The client's id.") var client: String

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/clients/\(try pathPart(client))/history") {
                peopleLines($0, ["replacedAt", "replacedBy", "field", "value", "source"])
            }
        }
    }

    /// `songda clients report`.
    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch the very bytes of a comparison that `loss --record` has kept.")
        @OptionGroup var target: ServerOptions
        @Option(name: [.short, .long], help: "Where to write it.") var out: String
        @Argument(help: "The report's id.") var report: String

        func run() async throws {
            let path = "/v1/client-reports/\(try pathPart(report))"
            try await target.talk { server in
                let answer = try await server.send("GET", path)
                try Files.write(answer.body, to: out)
                print("\(out)  SHA-256 \(SHA256.hash(answer.body).hex)")
            }
        }
    }
}
