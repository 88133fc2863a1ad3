import ArgumentParser
import Evidence
import Foundation

/// `songda risk`: alerts, what is done about them, and the rules behind them.
struct Risk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See alerts and deal with them; try rules on history; measure how well they foretell.",
        subcommands: [
            Alerts.self, Show.self, Assign.self, Record.self, Close.self, Case.self, Run.self, Rules.self, Apply.self,
            Backtest.self, Report.self, Profile.self, Snippets.self, Shadow.self, Consents.self, Consent.self,
            Signals.self, Conversations.self,
        ])

    /// An alert in words.
    static func text(_ alert: JSONValue) -> String {
        var lines = [
            "\(alert["id"]?.string ?? "")  \(alert["topic"]?.string ?? "")  level \(alert["level"]?.integer ?? 0)  "
                + "\(alert["state"]?.string ?? "")", alert["text"]?["zh-CN"]?.string ?? "",
        ]
        for raise in alert["raises"]?.array ?? [] {
            lines.append(
                "  \(raise["rule"]?.string ?? "") v\(raise["ruleVersion"]?.integer ?? 0), "
                    + "\(raise["from"]?.string ?? "") to \(raise["to"]?.string ?? ""): \(raise["threshold"]?.string ?? "")"
            )
            lines += (raise["signals"]?.array ?? []).map { "    \($0["zh-CN"]?.string ?? "")" }
        }
        for done in alert["interventions"]?.array ?? [] {
            let result = done["result"]?.string.map { " → \($0)" } ?? ""
            lines.append(
                "  \(done["on"]?.string ?? "") \(done["kind"]?.string ?? ""): \(done["record"]?.string ?? "")\(result)")
        }
        if let successor = alert["successor"]?.string { lines.append("  \(successor) learns the clients") }
        if let due = alert["answerDue"]?.string, alert["escalatedAt"]?.string == nil {
            lines.append("  to be confirmed by \(due)")
        }
        if let at = alert["escalatedAt"]?.string { lines.append("  not confirmed in time, told further up at \(at)") }
        if let outcome = alert["outcome"]?.string {
            lines.append("  closed: \(outcome), \(alert["closedReason"]?.string ?? "")")
        } else if let assignee = alert["assignee"]?.string {
            lines.append("  with \(assignee)")
        }
        return lines.joined(separator: "\n")
    }

    /// The quality of a rule in words.
    static func quality(_ value: JSONValue) -> String {
        func word(_ name: String) -> String {
            let value = value[name] ?? .null
            return value.isNull ? "–" : value.string ?? value.canonicalText
        }
        func share(_ name: String) -> String { value[name]?.string.map { "\($0)%" } ?? "–" }
        return "\(word("rule")): precision \(share("precision")), recall \(share("recall")), accuracy "
            + "\(share("accuracy")) (saying that nobody leaves: \(share("baselineAccuracy"))), target met: "
            + "\(word("meetsTarget")); median lead \(word("medianLeadDays")) days, gained \(word("gainDays"))"
    }
}

extension Risk {
    /// `songda risk alerts`.
    struct Alerts: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the alerts you may see, the newest first.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "open, assigned, closed or retracted.") var state: String?
        @Option(help: "Only about this person.") var person: String?
        @Option(help: "Where the last page ended.") var after: String?

        func run() async throws {
            let query = try queryText([("state", state), ("person", person), ("cursor", after)])
            try await askPeople(target, output, "GET", "/v1/risk/alerts\(query)") { answer in
                let shown = (answer["items"]?.array ?? []).map(Risk.text).joined(separator: "\n\n")
                guard let next = answer["next"]?.string else { return shown }
                return shown + "\n… more: --after \(next)"
            }
        }
    }

    /// `songda risk show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one alert with its grounds and what was done.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The alert's id.") var alert: String

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/risk/alerts/\(try pathPart(alert))", text: Risk.text)
        }
    }

    /// `songda risk assign`.
    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take an alert, or give it to somebody.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The person who deals with it; yourself if left out.") var to: String?
        @Argument(help: "The alert's id.") var alert: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/risk/alerts/\(try pathPart(alert))/assignment",
                body: .object(to.map { ["assignee": .string($0)] } ?? [:]), text: Risk.text)
        }
    }

    /// `songda risk record`.
    struct Record: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record a talk or a remedy: talk, assistant, target-cut, resources, other.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "What was done.") var kind: String
        @Option(help: "The day, like 2026-11-21.") var on: String
        @Option(help: "What was said or agreed.") var words: String
        @Option(help: "What came of it.") var result: String?
        @Argument(help: "The alert's id.") var alert: String

        func run() async throws {
            var body: [String: JSONValue] = ["kind": .string(kind), "on": .string(on), "record": .string(words)]
            body["result"] = result.map { .string($0) }
            try await askPeople(
                target, output, "POST", "/v1/risk/alerts/\(try pathPart(alert))/interventions", body: .object(body)
            ) { "recorded \($0["id"]?.string ?? "")" }
        }
    }

    /// `songda risk close`.
    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Close an alert that was assigned.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "stayed, left or false-alarm.") var outcome: String
        @Option(help: "Why it is closed.") var reason: String
        @Argument(help: "The alert's id.") var alert: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/risk/alerts/\(try pathPart(alert))/closure",
                body: ["outcome": .string(outcome), "reason": .string(reason)], text: Risk.text)
        }
    }

    /// `songda risk case`.
    struct Case: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a person's case: the alerts before, the handover, the evidence of both.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The person.") var person: String

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/risk/cases/\(try pathPart(person))") { answer in
                let alerts = (answer["alerts"]?.array ?? []).map(Risk.text)
                let acts = (answer["acts"]?.array ?? []).map {
                    "\($0["learntAt"]?.string ?? "")  \($0["stage"]?.string ?? "")  \($0["event"]?.string ?? "")  "
                        + "entry \($0["entry"]?.string ?? "")"
                }
                return (alerts + acts).joined(separator: "\n")
            }
        }
    }
}
