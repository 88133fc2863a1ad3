import ArgumentParser
import Evidence
import Foundation
import Notices

extension Employees {
    /// `songda employees enter`.
    struct Enter: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Put a document, a reward or a punishment into somebody's file; entered once however often it is sent.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The number or id.") var employee: String
        @Option(help: "document, reward or punishment.") var kind: String
        @Option(help: "The day it is of, like 2026-11-21.") var dated: String
        @Option(help: "What it is called.") var title: String
        @Option(help: "Why; a reward or a punishment needs it.") var reason: String?
        @Option(help: "How much, like 2000.00; a reward or a punishment needs it, 0 for none.") var amount: String?
        @Option(help: "The currency of the amount.") var currency = "CNY"
        @Option(help: "The document; its SHA-256 is what is kept.") var file: String?
        @Option(help: "The system or the person it comes from.") var source = "hr"
        @Option(help: "Its number there; the same number is entered once.") var externalID: String

        func run() async throws {
            var body: [String: JSONValue] = [
                "kind": .string(kind), "dated": .string(dated), "title": .string(title), "source": .string(source),
                "externalID": .string(externalID),
            ]
            body["reason"] = reason.map { .string($0) }
            body["amount"] = amount.map { .string($0) }
            if amount != nil { body["currency"] = .string(currency) }
            if let file { body["hash"] = .string(SHA256.hash(try Files.read(file)).hex) }
            try await askPeople(
                target, output, "POST", "/v1/employees/\(try pathPart(employee))/file", body: .object(body)
            ) { $0["entered"] == true ? "entered" : "was entered before" }
        }
    }

    /// `songda employees freeze`.
    struct Freeze: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Freeze somebody's access at once, or with --lift open it again; either way with a reason.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The number or id.") var employee: String
        @Option(help: "Why; the person sees it, and it is evidence.") var reason: String
        @Flag(help: "Lift the freeze.") var lift = false

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/employees/\(try pathPart(employee))/freeze",
                body: ["frozen": .bool(!lift), "reason": .string(reason)]
            ) { "\($0["employee"]?.string ?? "") is \($0["frozen"] == true ? "frozen" : "open again")" }
        }
    }

    /// `songda employees role`.
    struct GiveRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Give somebody a role, or with --take take it: hr, legal, auditor, …")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The number or id.") var employee: String
        @Argument(help: "The role.") var role: String
        @Option(help: "Why; it is evidence.") var reason: String
        @Flag(help: "Take it.") var take = false

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/employees/\(try pathPart(employee))/roles",
                body: ["role": .string(role), "granted": .bool(!take), "reason": .string(reason)]
            ) {
                "\($0["employee"]?.string ?? "") \($0["granted"] == true ? "has" : "no longer has") the role "
                    + ($0["role"]?.string ?? "")
            }
        }
    }

    /// `songda employees transfer`.
    struct Transfer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Move somebody to another unit or position.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The number or id.") var employee: String
        @Option(help: "The unit.") var unit: String
        @Option(help: "The position.") var position: String
        @Option(help: "The day from which it holds, like 2026-11-21.") var on: String
        @Option(help: "Why.") var reason: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/employees/\(try pathPart(employee))/transfer",
                body: [
                    "unit": .string(unit), "position": .string(position), "effectiveOn": .string(on),
                    "reason": .string(reason),
                ], text: Employees.line)
        }
    }

    /// `songda employees last-day`.
    struct AgreeLastDay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "last-day", abstract: "Record another last day that both sides agreed on.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The number or id.") var employee: String
        @Argument(help: "The day, like 2026-12-21.") var day: String
        @Option(help: "What was agreed, and why.") var reason: String

        func run() async throws {
            try await askPeople(
                target, output, "POST", "/v1/employees/\(try pathPart(employee))/last-day",
                body: ["lastDay": .string(day), "reason": .string(reason)]
            ) { "\(Employees.line($0))  last day \($0["lastDay"]?.string ?? "")" }
        }
    }
}

/// `songda units`: the organisation, as far as permissions and letterheads follow from it.
struct Units: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Units of the organisation: list them, add or change one. 部门与门店。",
        subcommands: [List.self, Save.self])

    /// `songda units list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the units.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/units") {
                peopleLines($0, ["id", "name", "parent", "manager", "currency", "issuer"])
            }
        }
    }

    /// `songda units save`.
    struct Save: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a unit, or replace what is known of it.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The unit's id, like sales-east.") var unit: String
        @Option(help: "What people call it.") var name: String
        @Option(help: "The unit above it.") var parent: String?
        @Option(help: "Who heads it, by number or id.") var manager: String?
        @Option(help: "The currency its staff are paid in.") var currency: String?
        @Option(help: "The entity in whose name its notices go out.") var issuer: String?

        func run() async throws {
            var body: [String: JSONValue] = ["name": .string(name)]
            for (field, value) in [
                ("parent", parent), ("manager", manager), ("currency", currency), ("issuer", issuer),
            ] { body[field] = value.map { .string($0) } }
            try await askPeople(target, output, "PUT", "/v1/units/\(try pathPart(unit))", body: .object(body)) {
                "\($0["id"]?.string ?? "")  \($0["name"]?.string ?? "")"
            }
        }
    }
}
