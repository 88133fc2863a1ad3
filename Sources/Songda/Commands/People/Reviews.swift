import ArgumentParser
import Evidence

/// `songda reviews`: scores with their reasons, from the manager to the signature.
struct Reviews: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score a month, confirm or appeal, approve, sign: in this order.",
        discussion: """
            The manager or HR scores, the member of staff confirms or appeals, another of HR decides and approves, the member
            of staff signs exactly the version that was approved.
            """,
        subcommands: [
            List.self, Show.self, Score.self, Confirm.self, Appeal.self, Decide.self, Approve.self, Sign.self,
        ])

    /// A review in words; its hash is what is signed.
    static func text(_ review: JSONValue) -> String {
        var lines = [
            "\(review["id"]?.string ?? "")  \(review["month"]?.string ?? "")  \(review["state"]?.string ?? "")  "
                + "version \(review["version"]?.integer ?? 0)  total \(review["total"]?.string ?? "")"
                + (review["payFactor"]?.string.map { "  pay × \($0)" } ?? "")
        ]
        lines += (review["lines"]?.array ?? []).map {
            "  \($0["dimension"]?.string ?? "") \($0["weight"]?.integer ?? 0)%: −\($0["deduction"]?.string ?? "") "
                + ($0["reason"]?.string ?? "")
        }
        lines += (review["appeals"]?.array ?? []).map {
            "  appeal (\($0["state"]?.string ?? "")): \($0["reason"]?.string ?? "") → \($0["decision"]?.string ?? "–")"
        }
        if let signature = review["signature"], let at = signature["at"]?.string {
            lines.append(
                "  signed \(at), version \(signature["version"]?.integer ?? 0): \(signature["statement"]?.string ?? "")"
            )
        }
        lines.append("  hash \(review["versionHash"]?.string ?? "")")
        return lines.joined(separator: "\n")
    }

    /// Lines written as `dimension:weight:deduction:reason`, the reason left out where nothing is taken off.
    static func lines(_ texts: [String]) throws -> JSONValue {
        .array(
            try texts.map { text in
                let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
                guard parts.count >= 3, let weight = Int(parts[1]) else {
                    throw Failure("--line \"\(text)\" is not dimension:weight:deduction:reason, like 交付:100:30:项目延期")
                }
                var line: [String: JSONValue] = [
                    "dimension": .string(parts[0]), "weight": .integer(Int64(weight)), "deduction": .string(parts[2]),
                ]
                if parts.count == 4 { line["reason"] = .string(parts[3]) }
                return .object(line)
            })
    }
}

extension Reviews {
    /// `songda reviews list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a person's reviews, oldest first.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The person.") var person: String

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/performance/\(try pathPart(person))/reviews") { answer in
                (answer["items"]?.array ?? []).map(Reviews.text).joined(separator: "\n")
            }
        }
    }

    /// `songda reviews show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a review with its reasons and appeals.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The review.") var review: String

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/reviews/\(try pathPart(review))", text: Reviews.text)
        }
    }

    /// `songda reviews score`.
    struct Score: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Score a month's work by dimensions; each deduction with its reason.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The month, like 2026-11.") var month: String
        @Option(help: "dimension:weight:deduction:reason; once a dimension, the weights add up to 100.")
        var line: [String]
        @Option(help: "By how much the month's performance pay is multiplied, like 0.5.") var payFactor: String?
        @Argument(help: "The person.") var person: String

        func run() async throws {
            var body: [String: JSONValue] = [
                "employee": .string(person), "month": .string(month), "lines": try Reviews.lines(line),
            ]
            body["payFactor"] = payFactor.map { .string($0) }
            try await askPeople(target, output, "POST", "/v1/reviews", body: .object(body), text: Reviews.text)
        }
    }

    /// `songda reviews confirm`.
    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Confirm the version of your review that you saw.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The version.") var version = 1
        @Argument(help: "The review.") var review: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/reviews/\(try pathPart(review))/confirmation",
                body: ["version": .integer(Int64(version))], text: Reviews.text)
        }
    }

    /// `songda reviews appeal`.
    struct Appeal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Appeal against your review; nothing moves until HR has decided.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The version.") var version = 1
        @Option(help: "Why you disagree.") var reason: String
        @Argument(help: "The review.") var review: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/reviews/\(try pathPart(review))/appeal",
                body: ["version": .integer(Int64(version)), "reason": .string(reason)], text: Reviews.text)
        }
    }

    /// `songda reviews decide`.
    struct Decide: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide an appeal: with --line it is upheld and those scores count, without it is rejected.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "What you decided, and why.") var decision: String
        @Option(help: "dimension:weight:deduction:reason.") var line: [String] = []
        @Option(help: "By how much the month's performance pay is multiplied now.") var payFactor: String?
        @Argument(help: "The review.") var review: String

        func run() async throws {
            var body: [String: JSONValue] = ["decision": .string(decision), "upheld": .bool(!line.isEmpty)]
            if !line.isEmpty { body["lines"] = try Reviews.lines(line) }
            body["payFactor"] = payFactor.map { .string($0) }
            try await askPeople(
                target, output, "POST", "/v1/reviews/\(try pathPart(review))/decision", body: .object(body),
                text: Reviews.text)
        }
    }

    /// `songda reviews approve`.
    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Approve what the member of staff confirmed (HR, and not whoever scored).")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The version.") var version = 1
        @Argument(help: "The review.") var review: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/reviews/\(try pathPart(review))/approval",
                body: ["version": .integer(Int64(version))], text: Reviews.text)
        }
    }

    /// `songda reviews sign`.
    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sign the approved version of your review.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The version.") var version = 1
        @Option(help: "The hash of what you have read.") var hash: String
        @Option(help: "The words that you sign, for example 确认当月绩效减半.") var statement: String
        @Argument(help: "The review.") var review: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/reviews/\(try pathPart(review))/signature",
                body: [
                    "version": .integer(Int64(version)), "versionHash": .string(hash), "statement": .string(statement),
                ], text: Reviews.text)
        }
    }
}
