import ArgumentParser
import Evidence
import Foundation

extension Risk {
    /// `songda risk run`.
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the rules now; the server does it every minute by itself.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await askPeople(target, output, "POST", "/v1/risk/runs", body: [:]) { answer in
                let counts = ["examined", "raised", "retracted", "notices", "escalated"].map {
                    "\($0) \(answer[$0]?.integer ?? 0)"
                }
                let warnings = (answer["warnings"]?.array ?? []).map { "! \($0.string ?? "")" }
                return ([counts.joined(separator: ", ")] + warnings).joined(separator: "\n")
            }
        }
    }

    /// `songda risk rules`.
    struct Rules: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the rules in force and why a file was refused.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/risk/rules") { answer in
                let rules = (answer["rules"]?.array ?? []).map {
                    "  \($0["id"]?.string ?? "")  \($0["topic"]?.string ?? "")  level \($0["level"]?.integer ?? 0)  "
                        + ($0["enabled"] == true ? "on" : "off")
                }
                let fault = answer["rejection"]?.string.map { ["! \($0)"] } ?? []
                let consents = (answer["consents"]?.array ?? []).map {
                    "consent to \($0["kind"]?.string ?? "")  hash \($0["hash"]?.string ?? "")\n  "
                        + ($0["words"]?["zh-CN"]?.string ?? "")
                }
                return (["version \(answer["version"]?.integer ?? 0)"] + rules + consents + fault)
                    .joined(separator: "\n")
            }
        }
    }

    /// `songda risk apply`.
    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a rules file with a higher version into force, without a restart.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The file.") var file: String

        func run() async throws {
            let text = try readText(file)
            try await askPeople(target, output, "PUT", "/v1/risk/rules", body: ["text": .string(text)]) {
                "version \($0["version"]?.integer ?? 0) is in force"
            }
        }
    }

    /// `songda risk backtest`.
    struct Backtest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try a rule on history before it is switched on; no alert is made.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The first day.") var from: String
        @Option(help: "The last day.") var to: String
        @Option(help: "Only this unit.") var unit: String?
        @Option(help: "Rules that are not in force yet.") var file: String?
        @Argument(help: "The rule's id.") var rule: String

        func run() async throws {
            var body: [String: JSONValue] = ["rule": .string(rule), "from": .string(from), "to": .string(to)]
            body["unit"] = unit.map { .string($0) }
            if let file { body["text"] = .string(try readText(file)) }
            try await askPeople(
                target, output, "POST", "/v1/risk/backtests", body: .object(body), text: Risk.quality)
        }
    }

    /// `songda risk report`.
    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show precision, recall, accuracy and lead time over the cases that were closed.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The first day.") var from: String
        @Option(help: "The last day.") var to: String

        func run() async throws {
            let query = try queryText([("from", from), ("to", to)])
            try await askPeople(target, output, "GET", "/v1/risk/quality\(query)") { answer in
                (answer["items"]?.array ?? []).map(Risk.quality).joined(separator: "\n")
            }
        }
    }
}

/// A file as text.
private func readText(_ file: String) throws -> String {
    guard let text = String(validating: try Files.text(file), as: UTF8.self) else {
        throw Failure("\(file) cannot be read as UTF-8; name a text file")
    }
    return text
}
