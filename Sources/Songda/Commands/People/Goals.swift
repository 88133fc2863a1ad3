import ArgumentParser
import Evidence

/// `songda goals`: what a member of staff and their manager agree on, and how far it has come.
struct Goals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Set goals, sign them on both sides, see how far they are and who is behind.",
        subcommands: [
            List.self, Set.self, Sign.self, Withdraw.self, Progress.self, Completions.self, Behind.self,
        ])

    /// A goal in words; its hash is what is signed.
    static func text(_ goal: JSONValue) -> String {
        let progress = goal["progress"]?["percent"]?.string.map { "  \($0)%" } ?? ""
        return
            "\(goal["id"]?.string ?? "")  \(goal["state"]?.string ?? "")\(progress)  \(goal["title"]?.string ?? "")\n"
            + "  \(goal["period"]?.string ?? "")  due \(goal["dueOn"]?.string ?? "")  signed by manager "
            + "\(goal["managerSignedAt"]?.string ?? "–"), employee \(goal["employeeSignedAt"]?.string ?? "–")\n"
            + "  hash \(goal["contentHash"]?.string ?? "")"
    }
}

extension Goals {
    /// `songda goals list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a person's goals with their progress.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Only this period, like 2026-Q4.") var period: String?
        @Argument(help: "The person.") var person: String

        func run() async throws {
            let query = try queryText([("period", period)])
            try await askPeople(
                target, output, "GET", "/v1/performance/\(try pathPart(person))/goals\(query)"
            ) { answer in
                let sentence = answer["progress"]?["sentence"]?["zh-CN"]?.string
                return ((answer["items"]?.array ?? []).map(Goals.text) + (sentence.map { [$0] } ?? []))
                    .joined(separator: "\n")
            }
        }
    }

    /// `songda goals set`.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a goal down, or change one that both have not signed yet.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Whose goal.") var person: String
        @Option(help: "The period, like 2026-Q4.") var period: String
        @Option(help: "How much it counts in the period, 1 to 100.") var weight: Int
        @Option(help: "The first day.") var from: String
        @Option(help: "The day by which it is to be reached.") var due: String
        @Argument(help: "The goal's id.") var goal: String
        @Argument(help: "What is to be reached.") var title: String

        func run() async throws {
            let body: JSONValue = [
                "employee": .string(person), "period": .string(period), "title": .string(title),
                "weight": .integer(Int64(weight)), "startsOn": .string(from), "dueOn": .string(due),
            ]
            try await askPeople(
                target, output, "PUT", "/v1/goals/\(try pathPart(goal))", body: body, text: Goals.text)
        }
    }

    /// `songda goals sign`.
    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign exactly the words whose hash you give; a goal is active once both sides have.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The hash of what you have read.") var hash: String
        @Argument(help: "The goal's id.") var goal: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/goals/\(try pathPart(goal))/signatures",
                body: ["contentHash": .string(hash)], text: Goals.text)
        }
    }

    /// `songda goals withdraw`.
    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a goal before its time, with a reason.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Why.") var reason: String
        @Argument(help: "The goal's id.") var goal: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/goals/\(try pathPart(goal))/withdrawal",
                body: ["reason": .string(reason)], text: Goals.text)
        }
    }

    /// `songda goals behind`.
    struct Behind: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List who of a unit reached less than so many per cent in a month.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The unit.") var unit: String
        @Option(help: "The month, like 2026-11.") var month: String
        @Option(help: "Below how many per cent.") var percent = "70"

        func run() async throws {
            let query = try queryText([("unit", unit), ("month", month), ("percent", percent)])
            try await askPeople(target, output, "GET", "/v1/performance:below-target\(query)") { answer in
                [answer["sentence"]?["zh-CN"]?.string ?? "", peopleLines(answer, ["number", "name", "completion"])]
                    .filter { !$0.isEmpty }.joined(separator: "\n")
            }
        }
    }
}
