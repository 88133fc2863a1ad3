import ArgumentParser
import Evidence
import Foundation

/// `songda dossier`: everything that can be shown about a person or a case.
struct Dossiers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dossier",
        abstract: "The numbered evidence list and its materials, for a person or a case. 证据目录及材料。",
        subcommands: [Employee.self, Case.self, List.self])

    /// `songda dossier employee`.
    struct Employee: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch the dossier of a member of staff; check it with songda-verify.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(name: [.short, .long], help: "Where to write it.")
        var out: String?
        @Argument(help: "The number or id.")
        var employee: String

        func run() async throws { try await Dossiers.fetch("employee", employee, out, target, output) }
    }

    /// `songda dossier case`.
    struct Case: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch the dossier of a case: a handover, an alert, …")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(name: [.short, .long], help: "Where to write it.")
        var out: String?
        @Argument(help: "What it is, for example handover.")
        var kind: String
        @Argument(help: "Its id.")
        var id: String

        func run() async throws { try await Dossiers.fetch(kind, id, out, target, output) }
    }

    /// `songda dossier list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the numbered list without fetching the file.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "What it is about: employee, handover, …")
        var kind = "employee"
        @Argument(help: "The number or id.")
        var id: String

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            let dossier = try await client.json("GET", "/v1/dossiers/\(try pathPart(kind))/\(try pathPart(id))/list")
            var lines = [dossier["title"]?.string ?? ""]
            for item in dossier["items"]?.array ?? [] {
                let number = item["number"]?.integer ?? 0
                lines.append(
                    "\(number)  \(item["happenedAt"]?.string ?? "")  \(item["name"]?["zh"]?.string ?? "")  "
                        + (item["proves"]?["zh"]?.string ?? ""))
            }
            output.show(dossier, text: lines.joined(separator: "\n"))
        }
    }

    private static func fetch(
        _ kind: String, _ id: String, _ out: String?, _ target: ServerOptions, _ output: OutputOptions
    ) async throws {
        let path = out ?? "dossier-\(id).asice"
        try Files.requireFree(path)
        let client = try target.client()
        defer { client.close() }
        let response = try await client.send("GET", "/v1/dossiers/\(try pathPart(kind))/\(try pathPart(id))")
        output.show(.object(try Files.keep(response.body, at: path)), text: path)
    }
}
