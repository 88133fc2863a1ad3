import ArgumentParser
import Evidence
import Notices

extension Training {
    /// `songda training course`.
    struct Course: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin a course, or tell how far you have watched; skipping is seen and not credited.",
            discussion:
                "With a key of the scope staff, as the person who is trained. A report is due at least every half minute."
        )
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The second of the video you have reached; left out to begin.") var at: Int?
        @Argument(help: "The policy.") var policy: String

        func run() async throws {
            let path = "/v1/policies/\(try pathPart(policy))/"
            let body: JSONValue = at.map { ["position": .integer(Int64($0))] } ?? [:]
            try await askPeople(target, output, "POST", path + (at == nil ? "course" : "heartbeats"), body: body) {
                let skipped = $0["skipped"] == true ? "  SKIPPED: not credited" : ""
                return "version \($0["version"]?.integer ?? 0)  \($0["percent"]?.integer ?? 0) % of "
                    + "\($0["seconds"]?.integer ?? 0) s  go on at second \($0["resumeAt"]?.integer ?? 0)\(skipped)"
            }
        }
    }

    /// `songda training exam`.
    struct Exam: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin the exam on a policy whose course you have watched whole; prints the questions.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The policy.") var policy: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/policies/\(try pathPart(policy))/exams", body: [:], text: Training.sitting)
        }
    }

    /// `songda training answer`.
    struct Answer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hand in the answers, one a question in their order, counted from 0.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The exam's id.") var exam: String
        @Argument(help: "The answers, like 0 2 1.") var answers: [Int]

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/exams/\(try pathPart(exam))/answers",
                body: ["answers": .array(answers.map { .integer(Int64($0)) })], text: Training.sitting)
        }
    }

    /// `songda training code`.
    struct Code: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the code sent with which you sign that you have read and understood the policy.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "email or sms.") var channel = "email"
        @Argument(help: "The exam's id.") var exam: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/exams/\(try pathPart(exam))/statement-code",
                body: ["channel": .string(channel)]
            ) { "you will sign: \($0["statement"]?.string ?? "")" }
        }
    }

    /// `songda training sign`.
    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sign the statement with the code you were sent.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The six digits.") var code: String
        @Argument(help: "The exam's id.") var exam: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/exams/\(try pathPart(exam))/statement", body: ["code": .string(code)]
            ) { "signed at \($0["signedAt"]?.string ?? "")  document \($0["documentHash"]?.string ?? "")" }
        }
    }

    /// A sitting in words: its questions, or its score.
    static func sitting(_ one: JSONValue) -> String {
        var lines = ["exam \(one["id"]?.string ?? "")  pass mark \(one["passMark"]?.integer ?? 0)"]
        if let score = one["score"]?.integer {
            lines.append("score \(score)  \(one["passed"] == true ? "passed" : "not passed")")
            return lines.joined(separator: "\n")
        }
        for question in one["questions"]?.array ?? [] {
            lines.append("  \(question["text"]?.string ?? "")")
            for (index, option) in (question["options"]?.array ?? []).enumerated() {
                lines.append("    \(index)  \(option.string ?? "")")
            }
        }
        return lines.joined(separator: "\n")
    }
}
