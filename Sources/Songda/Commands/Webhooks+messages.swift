import ArgumentParser
import Evidence

extension Webhooks {
    /// `songda webhooks disable`.
    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tell it nothing more; what waits goes on waiting.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The web hook's id.") var id: String
        @Option(help: "Why, for the record.") var reason: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", try Webhooks.path(id, "/disable"), body: ["reason": .string(reason)],
                text: Webhooks.text(_:))
        }
    }

    /// `songda webhooks enable`.
    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tell it again, what waits first.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The web hook's id.") var id: String
        @Option(help: "Why, for the record.") var reason: String
        @Flag(help: "Tell it what entered the log meanwhile too.") var missed = false

        func run() async throws {
            try await askPeople(
                target, output, "POST", try Webhooks.path(id, "/enable"),
                body: ["reason": .string(reason), "missed": .bool(missed)], text: Webhooks.text(_:))
        }
    }

    /// `songda webhooks test`.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a message that tells of nothing, to try the way.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The web hook's id.") var id: String

        func run() async throws {
            try await askPeople(target, output, "POST", try Webhooks.path(id, "/test")) { answer in
                let message = answer["id"]?.string ?? ""
                return "\(message) is on its way; songda webhooks attempts \(id) \(message) tells what came of it"
            }
        }
    }

    /// `songda webhooks messages`.
    struct Messages: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List what it was told, the newest first.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The web hook's id.") var id: String
        @Option(help: "Only those that are pending, delivered or dead.") var state: String?
        @Option(help: "Go on after this message.") var after: String?

        func run() async throws {
            let query = try queryText([("state", state), ("cursor", after)])
            try await askPeople(target, output, "GET", try Webhooks.path(id, "/messages") + query) {
                peopleLines($0, ["id", "event", "state", "attempts", "dueAt"])
            }
        }
    }

    /// `songda webhooks attempts`.
    struct Attempts: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the attempts at one message: when, how long, which status, how the answer began.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The web hook's id.") var id: String
        @Argument(help: "The message's id.") var message: String

        func run() async throws {
            try await askPeople(
                target, output, "GET", try Webhooks.path(id, "/messages/\(try pathPart(message))/attempts")
            ) { peopleLines($0, ["number", "startedAt", "milliseconds", "status", "words"]) }
        }
    }

    /// `songda webhooks resend`.
    struct Resend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a message again under the same id, with three days before it.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The web hook's id.") var id: String
        @Argument(help: "The message's id.") var message: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", try Webhooks.path(id, "/messages/\(try pathPart(message))/resend")
            ) { "\($0["id"]?.string ?? "") waits for its next attempt" }
        }
    }
}
