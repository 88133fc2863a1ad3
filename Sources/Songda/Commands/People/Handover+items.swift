import ArgumentParser
import Evidence
import Foundation

/// What one item of a handover is called on the command line.
struct ItemPath: ParsableArguments {
    @Argument(help: "The handover.") var handover: String
    @Argument(help: "The item.") var item: String

    /// Where the item is, below the server's address.
    func path(_ rest: String) throws -> String {
        "/v1/handovers/\(try pathPart(handover))/items/\(try pathPart(item))/\(rest)"
    }
}

extension Handover {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an item by hand: visit, fee, promise or other.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "visit, fee, promise or other.") var kind = "other"
        @Option(help: "The sum at stake, for example 1200.00.") var amount: String?
        @Option(help: "The last day for it.") var dueOn: String?
        @Argument(help: "The handover.") var handover: String
        @Argument(help: "What it is called.") var title: String

        func run() async throws {
            let body = Handover.body(["kind": kind, "title": title, "amount": amount, "dueOn": dueOn])
            try await Handover.call(
                target, output, "POST", "/v1/handovers/\(try pathPart(handover))/items", body, text: HandoverText.item)
        }
    }

    struct Submit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hand an item in: as the leaver, or as HR for a leaver who vanished.",
            discussion: "A form's rows stand in a file: [{\"ref\", \"name\", \"amount\"}].")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "What is to be said about it.") var note: String?
        @Option(help: "The condition of a device.") var condition: String?
        @Option(help: "A file with the rows of a form.") var rows: String?
        @Option(help: "When a visit was, for example 2026-12-01T10:00:00+08:00.") var visitAt: String?
        @Option(help: "Whom you met there.") var visitMet: String?
        @Option(help: "Where it was; only with your recorded consent.") var visitPlace: String?
        @Option(help: "Why HR hands it in for the leaver; stands in the evidence.") var onBehalf: String?
        @OptionGroup var item: ItemPath

        func run() async throws {
            let given = ["note": note, "condition": condition, "onBehalf": onBehalf]
            guard case .object(var members) = Handover.body(given) else { return }
            if let rows { members["rows"] = try JSONValue(parsing: try Files.input(rows)) }
            if visitAt != nil || visitMet != nil {
                members["visit"] = Handover.body(["at": visitAt, "met": visitMet, "place": visitPlace])
            }
            try await Handover.call(
                target, output, "POST", try item.path("submission"), .object(members), text: HandoverText.item)
        }
    }

    struct Upload: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hand in a file: material, client-letter or visit-sheet.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "material, client-letter or visit-sheet.") var purpose = "material"
        @Option(help: "The media type; told from the name if left out.") var type: String?
        @Flag(help: "As HR, for a leaver who does not; the submission says why.") var onBehalf = false
        @OptionGroup var item: ItemPath
        @Argument(help: "The file.") var file: String

        func run() async throws {
            let name = (file as NSString).lastPathComponent
            guard let type = type ?? Self.types[(name as NSString).pathExtension.lowercased()] else {
                throw Failure("\(name): give its media type with --type")
            }
            guard let query = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) else {
                throw Failure("\(name) is no name of a file")
            }
            let client = try target.client()
            defer { client.close() }
            let answer = try await client.upload(
                try item.path("files?name=\(query)&purpose=\(purpose)&onBehalf=\(onBehalf)"), type: type,
                bytes: Files.input(file))
            output.show(answer, text: "\(answer["id"]?.string ?? "")  sha256 \(answer["sha256"]?.string ?? "")")
        }

        private static let types = [
            "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
            "zip": "application/zip", "csv": "text/csv", "txt": "text/plain",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ]
    }

    struct Take: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Confirm that you take an item over, as it is now.",
            discussion: "The content hash stands in `songda handover show --json`; it says what you looked at.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The content hash you have seen.") var contentHash: String
        @Option(help: "The condition in which a device came back.") var condition: String?
        @OptionGroup var item: ItemPath

        func run() async throws {
            let body = Handover.body(["contentHash": contentHash, "condition": condition])
            try await Handover.call(target, output, "POST", try item.path("taking"), body, text: HandoverText.item)
        }
    }

    struct Client: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the client to confirm online, or count a notice that they acknowledged.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The number of the acknowledged notice; without it the client is asked.") var notice: String?
        @OptionGroup var item: ItemPath

        func run() async throws {
            try await Handover.call(
                target, output, "POST", try item.path("client"), Handover.body(["notice": notice])
            ) { answer in
                answer["asked"]?.integer.map { "\($0) contact(s) asked" } ?? HandoverText.item(answer)
            }
        }
    }

    struct Review: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Accept an item, or return it for rework with a reason.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Flag(name: .customLong("return"), help: "Return it.") var returns = false
        @Option(help: "What you found; a return needs it.") var opinion: String?
        @OptionGroup var item: ItemPath

        func run() async throws {
            let body = Handover.body(["decision": returns ? "return" : "accept", "opinion": opinion])
            try await Handover.call(target, output, "POST", try item.path("review"), body, text: HandoverText.item)
        }
    }

    struct Waive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give an item up with a reason; key material cannot be given up.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Why.") var reason: String
        @OptionGroup var item: ItemPath

        func run() async throws {
            try await Handover.call(
                target, output, "POST", try item.path("waiver"), Handover.body(["reason": reason]),
                text: HandoverText.item)
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show everything that happened to an item, and check that its chain is whole.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var item: ItemPath

        func run() async throws {
            try await Handover.call(target, output, "GET", try item.path("history"), text: HandoverText.history)
        }
    }
}
