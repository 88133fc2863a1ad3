import ArgumentParser
import Evidence
import Foundation
import Notices

/// What other systems report in bulk, from a file on the command line: a list of JSON objects.
///
/// Each subject has its command; this is what they share.
struct FeedFile: ParsableArguments {
    @Argument(help: "The file: a JSON list of objects; a dash reads standard input.") var file: String

    /// Sends the list in parts, each taken as a whole, and adds up what the answers say.
    ///
    /// - Parameters:
    ///   - member: under which name a part stands in the body.
    ///   - more: what else stands in every body.
    func send(
        to path: String, as member: String, _ more: [String: JSONValue] = [:], part size: Int, target: ServerOptions,
        output: OutputOptions
    ) async throws {
        guard let rows = try Files.json(file).array, !rows.isEmpty else {
            throw Failure("\(file) is not a JSON list with at least one object")
        }
        var (counts, refused): ([String: Int64], [JSONValue]) = ([:], [])
        let bar = ProgressBar()
        try await target.talk { client in
            for start in stride(from: 0, to: rows.count, by: size) {
                let part = Array(rows[start..<min(start + size, rows.count)])
                let answer: JSONValue
                do {
                    answer = try await client.json(
                        "POST", path, body: .object(more.merging([member: .array(part)]) { $1 }))
                } catch let failure as Failure where start > 0 {
                    throw Failure("\(failure)\n\(start) rows before it were taken; rows of this part count from 0")
                }
                for (name, value) in answer.object ?? [:] {
                    if let count = value.integer { counts[name, default: 0] += count }
                }
                refused += (answer["refused"]?.array ?? []).map { fault in
                    [
                        "part": .integer(Int64(start / size)), "field": fault["field"] ?? .null,
                        "message": fault["message"] ?? .null,
                    ]
                }
                bar.update(start + part.count, of: rows.count, member)
            }
        }
        var members = counts.mapValues { JSONValue.integer($0) }
        members["refused"] = .array(refused)
        let sums = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let faults = refused.prefix(20).map { "  \($0["field"]?.string ?? ""): \($0["message"]?.string ?? "")" }
        output.show(
            .object(members),
            text: ([(sums + ["refused \(refused.count)"]).joined(separator: ", ")] + faults).joined(separator: "\n"))
        if !refused.isEmpty { throw ExitCode(1) }
    }
}

extension Attendance {
    /// `songda attendance leaves`.
    struct Leaves: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import requests for leave as the office system has them.",
            discussion:
                "Members: id, employee, from, to, requestedOn, state (requested, approved, refused, withdrawn), kind, "
                + "reason, source. What comes again replaces what was known.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var feed: FeedFile

        func run() async throws {
            try await feed.send(
                to: "/v1/attendance/leaves", as: "leaves", part: 1_000, target: target, output: output)
        }
    }
}

extension Goals {
    /// `songda goals progress`.
    struct Progress: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import how far goals have come, as a project system says.",
            discussion: "Members: goal, percent (a text like \"60\"), source, at (an instant with its zone).")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var feed: FeedFile

        func run() async throws {
            try await feed.send(
                to: "/v1/performance:progress", as: "progress", part: 5_000, target: target, output: output)
        }
    }

    /// `songda goals completions`.
    struct Completions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import how much of a month's target was reached.",
            discussion: "Members: employee, month (2026-11), percent (a text like \"69.5\").")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The system that says so.") var source: String
        @OptionGroup var feed: FeedFile

        func run() async throws {
            try await feed.send(
                to: "/v1/performance:completions", as: "completions", ["source": .string(source)], part: 5_000,
                target: target, output: output)
        }
    }
}

extension Risk {
    /// `songda risk signals`.
    struct Signals: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import counts of a day: messages, site-visits (both only with consent) or projects.",
            discussion: "Members: employee, day, value. Rows of people who have not agreed are refused one by one.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The system that counted.") var source: String
        @Argument(help: "messages, site-visits or projects.") var series: String
        @OptionGroup var feed: FeedFile

        func run() async throws {
            try await feed.send(
                to: "/v1/risk/signals/\(try pathPart(series))", as: "points", ["source": .string(source)], part: 5_000,
                target: target, output: output)
        }
    }

    /// `songda risk conversations`.
    struct Conversations: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look through work conversations for the keywords of the rules; only with consent.",
            discussion: "Members: id, employee, day, text. Only the words around a find are kept, sealed.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The system they come from.") var source: String
        @OptionGroup var feed: FeedFile

        func run() async throws {
            try await feed.send(
                to: "/v1/risk/conversations", as: "conversations", ["source": .string(source)], part: 1_000,
                target: target, output: output)
        }
    }
}
