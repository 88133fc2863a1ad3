import ArgumentParser
import Evidence

extension Attendance {
    /// `songda attendance plan`.
    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shift plans: draft one from a file, put it into force, compare what two cost.",
            subcommands: [Save.self, Show.self, Move.self, Compare.self])

        static func text(_ plan: JSONValue) -> String {
            "\(plan["id"]?.string ?? "")  \(plan["state"]?.string ?? "")  \(plan["from"]?.string ?? "") to "
                + "\(plan["to"]?.string ?? "")  \(plan["shifts"]?.array?.count ?? 0) shifts  \(money(plan["cost"]))"
        }

        static func money(_ cost: JSONValue?) -> String {
            let fen = cost?["fen"]?.integer ?? 0
            return "\(fen / 100).\(fen % 100 < 10 ? "0" : "")\(fen % 100)"
        }
    }
}

extension Attendance.Plan {
    /// `songda attendance plan save`.
    struct Save: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draft a plan from a JSON file: name, unit, from, to, shifts.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The plan's id.") var plan: String
        @Argument(help: "The file.") var file: String

        func run() async throws {
            try await askPeople(
                target, output, "PUT", "/v1/attendance/plans/\(try pathPart(plan))",
                body: try Files.json(file), text: Attendance.Plan.text)
        }
    }

    /// `songda attendance plan show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a plan with what it costs.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The plan's id.") var plan: String

        func run() async throws {
            try await askPeople(
                target, output, "GET", "/v1/attendance/plans/\(try pathPart(plan))", text: Attendance.Plan.text)
        }
    }

    /// `songda attendance plan move`.
    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a draft into force, or withdraw a plan; the rules go by it from the next run on.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The plan's id.") var plan: String
        @Argument(help: "in_force or withdrawn.") var state: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/attendance/plans/\(try pathPart(plan))/state",
                body: ["state": .string(state)], text: Attendance.Plan.text)
        }
    }

    /// `songda attendance plan compare`.
    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Compare what two plans cost.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The plan that is in force.") var plan: String
        @Argument(help: "The other one.") var other: String

        func run() async throws {
            let query = try queryText([("with", other)])
            try await askPeople(
                target, output, "GET", "/v1/attendance/plans/\(try pathPart(plan))/comparison\(query)"
            ) { answer in
                let change =
                    answer["changePermille"]?.integer.map { "\($0 < 0 ? "−" : "+")\(abs($0) / 10).\(abs($0) % 10)%" }
                    ?? "–"
                return
                    "\(Attendance.Plan.money(answer["present"])) → \(Attendance.Plan.money(answer["proposed"]))  \(change)"
            }
        }
    }
}
