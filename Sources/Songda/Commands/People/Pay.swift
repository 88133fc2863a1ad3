import ArgumentParser
import Evidence
import Foundation

/// `songda pay`: rules and sheets.
struct Pay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try pay rules, work a month out, put a sheet in force.",
        subcommands: [Rules.self, Try.self, Draft.self, List.self, Show.self, Force.self, Withdraw.self])

    /// The lines of a result with every term and where it comes from.
    static func text(_ result: JSONValue?) -> String {
        var lines: [String] = []
        for line in result?["lines"]?.array ?? [] {
            let sign = ["deduction", "insurance"].contains(line["group"]?.string ?? "") ? "-" : " "
            let amount = sign + (line["amount"]?.string ?? "")
            lines.append(
                "\(amount)\t\(line["currency"]?.string ?? "")\t\(line["zh"]?.string ?? "")\t\(line["formula"]?.string ?? "")"
            )
            for term in line["terms"]?.array ?? [] {
                let parts = ["name", "value", "source"].map { term[$0]?.string ?? "" }
                lines.append("\t\t  \(parts[0]) = \(parts[1])  (\(parts[2]))")
            }
            for proof in line["proofs"]?.array ?? [] { lines.append("\t\t  on record: \(proof.string ?? "")") }
        }
        lines.append("due (应发)\t\(result?["due"]?.string ?? "")")
        lines.append("net (实发)\t\(result?["net"]?.string ?? "")")
        lines += (result?["warnings"]?.array ?? []).map {
            "! \($0["zh-CN"]?.string ?? "")\n! \($0["en"]?.string ?? "")"
        }
        return lines.joined(separator: "\n")
    }

    /// `songda pay try`.
    struct Try: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Work figures out by a rules file without keeping anything.",
            discussion: "Figures: {\"month\": \"2026-11\", \"region\": \"shanghai\", \"currency\": \"CNY\", \"facts\": "
                + "[{\"name\", \"value\", \"source\", \"reference\"}]}.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The rules to try; those in force otherwise.") var rules: String?
        @Argument(help: "The file with the figures.") var facts: String

        func run() async throws {
            try await target.talk { client in
                var body = try Files.json(facts).object ?? [:]
                if let rules { body["rules"] = .string(String(decoding: try Files.read(rules), as: UTF8.self)) }
                let answer = try await client.json("POST", "/v1/pay-trials", body: .object(body))
                var text = Pay.text(answer["result"])
                for need in answer["needs"]?.array ?? [] {
                    text += "\nneeds\t\(need["need"]?.string ?? "")\tbecause of \(need["because"]?.string ?? "")"
                }
                output.show(answer, text: text)
            }
        }
    }

    /// `songda pay draft`.
    struct Draft: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Work a person's month out and keep it as a draft.",
            discussion: "The file is that of `pay try`, with person instead of currency.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The file.") var file: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json(
                    "POST", "/v1/pay-sheets", body: try Files.json(file))
                output.show(answer, text: "sheet \(answer["id"]?.string ?? "")\n" + Pay.text(answer["result"]))
            }
        }
    }

    /// `songda pay list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the pay sheets of a person.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The person.") var person: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json("GET", "/v1/pay-sheets?person=\(try pathPart(person))")
                output.show(
                    answer,
                    text: (answer["items"]?.array ?? []).map { sheet in
                        let parts = ["month", "state", "id"].map { sheet[$0]?.string ?? "" }
                        return parts.joined(separator: "  ") + "  due " + (sheet["result"]?["due"]?.string ?? "")
                    }.joined(separator: "\n"))
            }
        }
    }

    /// `songda pay show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a sheet with every term and its source.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The sheet's id.") var sheet: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json("GET", "/v1/pay-sheets/\(try pathPart(sheet))")
                output.show(answer, text: Pay.text(answer["result"]))
            }
        }
    }

    /// `songda pay force`.
    struct Force: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put a draft in force; one a person and month.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The sheet's id.") var sheet: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json("POST", "/v1/pay-sheets/\(try pathPart(sheet))/force", body: [:])
                output.show(answer, text: "\(answer["month"]?.string ?? "") is \(answer["state"]?.string ?? "")")
            }
        }
    }

    /// `songda pay withdraw`.
    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a sheet back, with a reason.")
        @OptionGroup var target: ServerOptions
        @Option(help: "Why.") var reason: String
        @Argument(help: "The sheet's id.") var sheet: String

        func run() async throws {
            try await target.talk { client in
                _ = try await client.send(
                    "POST", "/v1/pay-sheets/\(try pathPart(sheet))/withdrawal", body: ["reason": .string(reason)])
                print("withdrawn")
            }
        }
    }
}
