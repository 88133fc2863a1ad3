import ArgumentParser
import Evidence
import Foundation
import People

/// `songda employees`: the roster.
struct Employees: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The roster: list, show, import, move, file. 员工名册。",
        subcommands: [
            List.self, Show.self, Import.self, Undo.self, Move.self, Resign.self, File.self, Limbos.self, Export.self,
            Enter.self, Freeze.self, GiveRole.self, Transfer.self, AgreeLastDay.self,
        ])

    /// `songda employees list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List members of staff by number.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Only this unit.")
        var unit: String?
        @Option(help: "Only this state: \(EmploymentState.allCases.map(\.rawValue).joined(separator: ", ")).")
        var state: String?
        @Option(help: "Begin after this number.")
        var after: String?

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            var query = "limit=200"
            if let unit { query += "&unit=\(try pathPart(unit))" }
            if let state { query += "&state=\(try pathPart(state))" }
            if let after { query += "&cursor=\(try pathPart(after))" }
            let answer = try await client.json("GET", "/v1/employees?\(query)")
            let lines = (answer["items"]?.array ?? []).map(Employees.line)
            let more = answer["next"]?.string.map { ["… go on with --after \($0)"] } ?? []
            output.show(answer, text: (lines + more).joined(separator: "\n"))
        }
    }

    /// One member of staff on one line.
    static func line(_ one: JSONValue) -> String {
        ["number", "name", "unit", "position", "state", "stateSince"].map { one[$0]?.string ?? "" }
            .joined(separator: "  ")
    }

    /// `songda employees show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one member of staff.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The number or id.")
        var employee: String

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            let one = try await client.json("GET", "/v1/employees/\(try pathPart(employee))")
            let fields = [
                "number", "name", "unit", "position", "state", "stateName", "stateSince", "hiredOn", "probationUntil",
                "contractUntil", "lastDay", "frozen", "id",
            ]
            let lines = fields.compactMap { name in one[name]?.string.map { "\(name): \($0)" } }
            output.show(one, text: lines.joined(separator: "\n"))
        }
    }

    /// `songda employees move`.
    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move an employment on: active, suspended, handover, left, …")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The number or id.")
        var employee: String
        @Argument(help: "The state it goes to.")
        var state: String
        @Option(help: "The day from which it holds, like 2026-11-21.")
        var on: String
        @Option(help: "Why.")
        var reason: String
        @Option(help: "The last day, for whoever leaves.")
        var lastDay: String?

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            let answer = try await client.json(
                "POST", "/v1/employees/\(try pathPart(employee))/moves",
                body: .object([
                    "state": .string(state), "effectiveOn": .string(on), "reason": .string(reason),
                    "lastDay": lastDay.map { .string($0) } ?? .null,
                ]))
            output.show(answer, text: Employees.line(answer["employee"] ?? .null))
        }
    }

    /// `songda employees resign`.
    struct Resign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record that somebody has given notice; says the earliest last day the law allows.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The number or id.")
        var employee: String
        @Option(help: "The day on which the notice was given.")
        var noticeOn: String
        @Option(help: "The last day asked for; the earliest one otherwise.")
        var lastDay: String?
        @Option(help: "Why.")
        var reason: String

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            let answer = try await client.json(
                "POST", "/v1/employees/\(try pathPart(employee))/resignation",
                body: .object([
                    "noticeOn": .string(noticeOn), "lastDay": lastDay.map { .string($0) } ?? .null,
                    "reason": .string(reason),
                ]))
            var lines = [
                Employees.line(answer["employee"] ?? .null),
                "last day \(answer["employee"]?["lastDay"]?.string ?? ""), earliest by law "
                    + (answer["earliestLastDay"]?.string ?? ""),
            ]
            if let warning = answer["warning"]?["zh-CN"]?.string { lines.append("! \(warning)") }
            output.show(answer, text: lines.joined(separator: "\n"))
        }
    }

    /// `songda employees file`.
    struct File: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show somebody's file as one time line.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The number or id.")
        var employee: String

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            let file = try await client.json("GET", "/v1/employees/\(try pathPart(employee))/file")
            var lines = [Employees.line(file["employee"] ?? .null)]
            if let limbo = file["limbo"]?["words"]?["zh-CN"]?.string { lines.append("! \(limbo)") }
            for line in file["lines"]?.array ?? [] {
                lines.append("  \(line["on"]?.string ?? "")  \(line["words"]?["zh-CN"]?.string ?? "")")
            }
            output.show(file, text: lines.joined(separator: "\n"))
        }
    }

    /// `songda employees limbos`.
    struct Limbos: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List contracts that are neither lived nor ended, the longest gap first.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            let answer = try await client.json("GET", "/v1/contract-limbos")
            let lines = (answer["items"]?.array ?? []).map {
                "\($0["employee"]?["number"]?.string ?? "")  \($0["words"]?["zh-CN"]?.string ?? "")"
            }
            output.show(answer, text: lines.isEmpty ? "none" : lines.joined(separator: "\n"))
        }
    }
}
