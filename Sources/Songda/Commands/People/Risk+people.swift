import ArgumentParser
import Evidence

extension Risk {
    /// `songda risk profile`.
    struct Profile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what is known of a person: four series, each with its source and last update.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The person.") var person: String

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/risk/profiles/\(try pathPart(person))") { answer in
                (answer["series"]?.array ?? []).flatMap { series -> [String] in
                    let head =
                        "\(series["name"]?.string ?? "")  \(series["source"]?.string ?? "–")  "
                        + (series["updatedAt"]?.string ?? series["note"]?.string ?? "")
                    return [head]
                        + (series["points"]?.array ?? []).map {
                            "  \($0["at"]?.string ?? "")  \($0["what"]?.string ?? "")  \($0["value"]?.string ?? "")"
                        }
                }.joined(separator: "\n")
            }
        }
    }

    /// `songda risk snippets`.
    struct Snippets: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the words around the keywords of an alert; that you read them is recorded.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The alert's id.") var alert: String

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/risk/alerts/\(try pathPart(alert))/snippets") {
                let lines = peopleLines($0, ["day", "keyword", "text"])
                return lines.isEmpty ? "none" : lines
            }
        }
    }

    /// `songda risk shadow`.
    struct Shadow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a successor learn the clients, thirty days or more before the planned last day.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Who learns them.") var successor: String
        @Option(help: "From which day on.") var from: String
        @Option(help: "The day on which the person is expected to leave.") var plannedLastDay: String
        @Argument(help: "The alert's id, once somebody has taken it.") var alert: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/risk/alerts/\(try pathPart(alert))/shadow",
                body: [
                    "successor": .string(successor), "from": .string(from), "plannedLastDay": .string(plannedLastDay),
                ]
            ) { "\($0["successor"]?.string ?? "") learns the clients from \($0["from"]?.string ?? "") on" }
        }
    }

    /// `songda risk consents`.
    struct Consents: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a person agreed to; the words and their hashes stand in `songda risk rules`.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The person.") var person: String

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/risk/consents/\(try pathPart(person))") { answer in
                (answer.object ?? [:]).sorted { $0.key < $1.key }
                    .map { "\($0.key)  \($0.value == true ? "agreed" : "not agreed")" }.joined(separator: "\n")
            }
        }
    }

    /// `songda risk consent`.
    struct Consent: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Agree to a kind of signal about yourself, or withdraw; what was counted is then dropped.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The hash of the words you have read; left out with --withdraw.") var hash: String?
        @Flag(help: "Take the consent back.") var withdraw = false
        @Argument(help: "conversations, messages or site-visits.") var kind: String

        func run() async throws {
            let path = "/v1/risk/consent/\(try pathPart(kind))"
            guard withdraw || hash != nil else {
                throw Failure("give --hash of the words you agree to, or --withdraw")
            }
            try await target.talk { client in
                _ = try await client.send(
                    withdraw ? "DELETE" : "PUT", path, body: withdraw ? nil : hash.map { ["hash": .string($0)] })
            }
            output.show(
                ["kind": .string(kind), "agreed": .bool(!withdraw)], text: withdraw ? "withdrawn" : "agreed")
        }
    }
}
