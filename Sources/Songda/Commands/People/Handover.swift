import ArgumentParser
import Evidence

/// `songda handover`: departures and what follows from them, through a running server.
struct Handover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record a departure, lead its handover to the internal clearance.",
        discussion: """
            The list comes from live data. The leaver submits, the successor (or HR, for devices) takes, a reviewer
            reviews; then the stages are closed and the steps passed in order. Nothing here moves the last day.
            """,
        subcommands: [
            Record.self, List.self, Show.self, Assign.self, Close.self, Pass.self, Clearance.self, Messages.self,
            Add.self, Submit.self, Upload.self, Take.self, Client.self, Review.self, Waive.self, History.self,
            Import.self, Fetch.self, VisitConsent.self,
        ])

    /// One request, and its answer shown.
    static func call(
        _ target: ServerOptions, _ output: OutputOptions, _ method: String, _ path: String, _ body: JSONValue? = nil,
        text: (JSONValue) -> String
    ) async throws {
        let client = try target.client()
        defer { client.close() }
        let answer = try await client.json(method, path, body: body)
        output.show(answer, text: text(answer))
    }

    /// The members that were given, without those that were not.
    static func body(_ members: [String: String?]) -> JSONValue {
        .object(members.compactMapValues { $0.map { .string($0) } })
    }

    struct Record: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record a resignation or a dismissal; opens the handover with its list.",
            discussion: "A member of staff records their own resignation with today's date and no successor.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "resignation, resignation-in-probation, dismissal or dismissal-with-notice.")
        var kind = "resignation"
        @Option(help: "The day on which the notice was received.")
        var noticeOn: String
        @Option(help: "The last day of the employment; the earliest lawful one if left out.")
        var lastDay: String?
        @Option(help: "Why, in words.")
        var reason: String
        @Option(help: "Who takes the work over.")
        var successor: String?
        @Option(help: "Who sees to it in HR; the first holder of the role hr if left out.")
        var officer: String?
        @Option(help: "The entity that notices go out under.")
        var issuer: String?
        @Argument(help: "Who leaves: their number or id.")
        var person: String

        func run() async throws {
            let body = Handover.body([
                "person": person, "kind": kind, "noticeOn": noticeOn, "lastDay": lastDay, "reason": reason,
                "successor": successor, "officer": officer, "issuer": issuer,
            ])
            try await Handover.call(target, output, "POST", "/v1/departures", body, text: HandoverText.record)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List handovers, the newest first.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Only those that are not closed.")
        var open = false

        func run() async throws {
            try await Handover.call(
                target, output, "GET", "/v1/handovers?limit=200&open=\(open)", text: HandoverText.list)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a handover with its list.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The handover.") var handover: String

        func run() async throws {
            try await Handover.call(
                target, output, "GET", "/v1/handovers/\(try pathPart(handover))", text: HandoverText.record)
        }
    }

    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Name successor, reviewer, officer and dates.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Who takes the work over.") var successor: String?
        @Option(help: "Who reviews.") var reviewer: String?
        @Option(help: "Who sees to it in HR.") var officer: String?
        @Option(help: "A stage and its last day, for example submission=2026-12-14; may be repeated.")
        var due: [String] = []
        @Argument(help: "The handover.") var handover: String

        func run() async throws {
            guard
                case .object(var members) = Handover.body([
                    "successor": successor, "reviewer": reviewer, "officer": officer,
                ])
            else { return }
            var days: [String: JSONValue] = [:]
            for one in due {
                let parts = one.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw Failure("--due \(one): write STAGE=DAY") }
                days[parts[0]] = .string(parts[1])
            }
            if !days.isEmpty { members["due"] = .object(days) }
            try await Handover.call(
                target, output, "PUT", "/v1/handovers/\(try pathPart(handover))/assignment", .object(members),
                text: HandoverText.record)
        }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close the stage that is under way: assignment, submission, review, recovery.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The handover.") var handover: String
        @Argument(help: "The stage.") var stage: String

        func run() async throws {
            try await Handover.call(
                target, output, "POST", "/v1/handovers/\(try pathPart(handover))/stages/\(try pathPart(stage))",
                .object([:]), text: HandoverText.record)
        }
    }

    struct Pass: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pass a step of the approval flow, in order: clients, data, formalities.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The handover.") var handover: String
        @Argument(help: "The step.") var step: String

        func run() async throws {
            try await Handover.call(
                target, output, "POST", "/v1/handovers/\(try pathPart(handover))/steps/\(try pathPart(step))",
                .object([:]), text: HandoverText.record)
        }
    }

    struct Clearance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the internal clearance beside the end of the employment.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The handover.") var handover: String

        func run() async throws {
            try await Handover.call(
                target, output, "GET", "/v1/handovers/\(try pathPart(handover))/clearance",
                text: HandoverText.clearance)
        }
    }

    struct Messages: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the notices that a handover has led to.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The handover.") var handover: String

        func run() async throws {
            try await Handover.call(
                target, output, "GET", "/v1/handovers/\(try pathPart(handover))/messages",
                text: HandoverText.messages)
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import a person's whole list: documents, devices or projects.",
            discussion: "The file holds {\"items\": [{\"id\", \"kind\", \"title\", \"status\"}]}.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Whose list: their number or id.") var person: String
        @Argument(help: "documents, devices or projects.") var list: String
        @Argument(help: "The file; a dash reads standard input.") var file: String

        func run() async throws {
            let body = try Files.json(file)
            try await Handover.call(
                target, output, "PUT", "/v1/holdings/\(try pathPart(person))/\(try pathPart(list))", body
            ) { "\($0["count"]?.integer ?? 0) things imported" }
        }
    }
}
