import ArgumentParser
import Evidence

/// `songda webhooks`: other systems that are told of events.
struct Webhooks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract: "Web hooks: other systems are told of events as they enter the evidence log.",
        discussion: """
            Asks a running server with a key of the scope administer. Messages follow Standard Webhooks 1.0: any of its
            libraries verifies them with the secret. They come at least once, each always under one id, in any order.
            """,
        subcommands: [
            Add.self, List.self, Show.self, Events.self, Rotate.self, Disable.self, Enable.self, Test.self,
            Messages.self,
            Attempts.self, Resend.self,
        ])

    /// Where one web hook is.
    static func path(_ id: String, _ rest: String = "") throws -> String { "/v1/webhooks/\(try pathPart(id))\(rest)" }

    /// The secret, which is shown once.
    static func text(withSecret answer: JSONValue) -> String {
        """
        web hook \(answer["id"]?.string ?? "") (\(answer["name"]?.string ?? ""))
        \(answer["secret"]?.string ?? "")
        Shown once; keep it where only the receiver can read it.
        """
    }

    /// One web hook in words.
    static func text(_ answer: JSONValue) -> String {
        let events = (answer["events"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        let why = answer["disabledReason"]?.string.map { ": \($0)" } ?? ""
        return """
            \(answer["id"]?.string ?? "")  \(answer["name"]?.string ?? "")  \(answer["state"]?.string ?? "")\(why)
              \(answer["url"]?.string ?? "")
              \(events)
              waiting \(answer["pending"]?.integer ?? 0), given up \(answer["dead"]?.integer ?? 0)
            """
    }

    /// `songda webhooks add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register an address; its secret is shown once.",
            discussion: "Events are subjects or single events; songda webhooks events lists both.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The address: https, and a public host unless the operator allows others.") var url: String
        @Option(help: "What people call it.") var name: String
        @Option(help: "What it is told of, separated by commas.") var events: String

        func run() async throws {
            let names = events.split(separator: ",").map { JSONValue.string(String($0)) }
            try await askPeople(
                target, output, "POST", "/v1/webhooks",
                body: ["url": .string(url), "name": .string(name), "events": .array(names)],
                text: Webhooks.text(withSecret:))
        }
    }

    /// `songda webhooks list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List them, with what waits and what was given up.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/webhooks") { answer in
                (answer["items"]?.array ?? []).map(Webhooks.text(_:)).joined(separator: "\n")
            }
        }
    }

    /// `songda webhooks show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one web hook.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The web hook's id.") var id: String

        func run() async throws {
            try await askPeople(target, output, "GET", try Webhooks.path(id), text: Webhooks.text(_:))
        }
    }

    /// `songda webhooks events`.
    struct Events: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the subjects and events they may be told of.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/webhook-events") { answer in
                (answer["items"]?.array ?? []).map { item in
                    let events = (item["events"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
                    return "\(item["subject"]?.string ?? ""): \(events)"
                }.joined(separator: "\n")
            }
        }
    }

    /// `songda webhooks rotate`.
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give it a new secret; for some hours messages carry the signatures of both.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The web hook's id.") var id: String
        @Option(help: "For how many hours both are used; 0 ends the old one at once.") var overlapHours = 24

        func run() async throws {
            try await askPeople(
                target, output, "POST", try Webhooks.path(id, "/rotate"),
                body: ["overlapHours": .integer(Int64(overlapHours))], text: Webhooks.text(withSecret:))
        }
    }
}
