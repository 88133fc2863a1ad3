import ArgumentParser
import Evidence
import Foundation

/// `songda training`: policies and who was trained in them.
struct Training: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish policies, be trained in them, and fetch the proof of it.",
        discussion: "The course, the exam and the signature belong to the person, with a key of the scope staff.",
        subcommands: [
            Publish.self, Policies.self, Course.self, Exam.self, Answer.self, Code.self, Sign.self, Proof.self,
        ])

    /// `songda training publish`.
    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish a version of a policy from a JSON file.",
            discussion: "Members: policy, title, text, effectiveOn, procedure, course {location, hash, seconds}, "
                + "exam {questions [{id, text, options, answer}], asked, passMark}.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The file.") var file: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json(
                    "POST", "/v1/policies", body: try Files.json(file))
                output.show(answer, text: Training.line(answer))
            }
        }
    }

    /// `songda training policies`.
    struct Policies: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the versions of every policy.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json("GET", "/v1/policies")
                output.show(answer, text: (answer["items"]?.array ?? []).map(Training.line).joined(separator: "\n"))
            }
        }
    }

    /// `songda training proof`.
    struct Proof: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show everything on record about a person's training in a policy.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The person.") var person: String
        @Argument(help: "The policy.") var policy: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json(
                    "GET", "/v1/policies/\(try pathPart(policy))/proof?person=\(try pathPart(person))")
                output.show(answer, text: Self.text(answer))
            }
        }

        private static func text(_ answer: JSONValue) -> String {
            var lines: [String] = []
            for part in answer["versions"]?.array ?? [] {
                lines.append(Training.line(part["policy"] ?? .null))
                let percent = part["viewing"]?["percent"]?.integer ?? 0
                lines.append("  watched  \(percent) %  \(part["viewing"]?["completedAt"]?.string ?? "")")
                for exam in part["exams"]?.array ?? [] {
                    let score = exam["score"]?.integer.map { "\($0)" } ?? "-"
                    lines.append(
                        "  exam     \(score) of \(exam["passMark"]?.integer ?? 0)  \(exam["submittedAt"]?.string ?? "")"
                    )
                }
                if let statement = part["statement"], !statement.isNull {
                    lines.append(
                        "  signed   \(statement["signedAt"]?.string ?? "")  \(statement["documentHash"]?.string ?? "")")
                }
            }
            for act in answer["acts"]?.array ?? [] {
                let leaf = act["leafIndex"]?.integer.map { "leaf \($0)" } ?? "staged"
                lines.append("  \(act["learntAt"]?.string ?? "")  \(act["event"]?.string ?? "")  \(leaf)")
            }
            return lines.isEmpty ? "nothing is on record" : lines.joined(separator: "\n")
        }
    }

    private static func line(_ policy: JSONValue) -> String {
        let parts = ["policy", "title", "effectiveOn", "textHash"].map { policy[$0]?.string ?? "" }
        return "\(parts[0])  version \(policy["version"]?.integer ?? 0)  《\(parts[1])》  \(parts[2])  \(parts[3])"
    }
}
