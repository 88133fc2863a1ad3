import ArgumentParser
import Evidence
import Foundation
import People

/// `songda attendance`: punches in, today's board and trends out.
struct Attendance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Import punches; show today's board, and a person's months.",
        subcommands: [Import.self, Leaves.self, Board.self, Trend.self, Plan.self])
}

extension Attendance {
    /// `songda attendance import`.
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import punches from a CSV file with the columns employee,at,source.",
            discussion: """
                employee is the number in the company's books, at an instant with its zone such as
                2026-11-21T08:58:00+08:00, source one of fingerprint, face, card, location, dingtalk, wecom, manual. A punch
                that is known is counted as repeated, so a file may be imported again.
                """)
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The file.") var file: String

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            var (added, repeated, refusals): (Int64, Int64, Int64) = (0, 0, 0)
            // All of them are counted; a million sentences are of use to nobody.
            var refused: [String] = []
            var line = 1
            let bar = ProgressBar()
            try await FileParts.read(file, partBytes: AttendanceDesk.partBytes) { part, done, size in
                // A file that ends with its last row leaves an empty end.
                guard !part.isEmpty || line == 1 else { return bar.update(done, of: size, "punches") }
                let answer: JSONValue
                do {
                    answer = try await client.send(
                        "POST", "/v1/attendance/punches?line=\(line)", bytes: part, type: "text/csv")
                } catch let failure as Failure {
                    guard line > 1 else { throw failure }
                    throw Failure(
                        "\(failure.description)\nthe rows before line \(line) are in; send the file again: what is in counts "
                            + "as repeated")
                }
                added += answer["added"]?.integer ?? 0
                repeated += answer["repeated"]?.integer ?? 0
                let sentences = answer["refused"]?.array ?? []
                refusals += Int64(sentences.count)
                refused += sentences.prefix(max(0, 1_000 - refused.count)).map {
                    "  \($0["field"]?.string ?? ""): \($0["message"]?.string ?? "")"
                }
                line = CSVRows.line(after: part, from: line)
                bar.update(done, of: size, "punches")
            }
            var lines = ["added \(added), repeated \(repeated), refused \(refusals)"] + refused.prefix(20)
            if refusals > 20 { lines.append("  … and \(refusals - 20) more; --json tells the first thousand") }
            output.show(
                [
                    "added": .integer(added), "repeated": .integer(repeated), "refusedRows": .integer(refusals),
                    "refused": .array(refused.map { .string($0) }),
                ], text: lines.joined(separator: "\n"))
            if refusals > 0 { throw ExitCode(1) }
        }
    }

    /// `songda attendance board`.
    struct Board: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show how a day stands at this moment.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Only this unit.") var unit: String?
        @Option(help: "Another day, like 2026-11-21.") var day: String?
        @Option(help: "Where the last page ended.") var after: String?

        func run() async throws {
            let query = try queryText([("unit", unit), ("day", day), ("cursor", after), ("limit", "200")])
            try await askPeople(target, output, "GET", "/v1/attendance/board\(query)") { answer in
                let lines = peopleLines(answer, ["number", "name", "state", "first", "last"])
                return lines.isEmpty ? "nobody of whom attendance is expected; is the unit right?" : lines
            }
        }
    }

    /// `songda attendance trend`.
    struct Trend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show late arrivals and early leaves by month, with the comparison.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The person.") var person: String

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/attendance/trends/\(try pathPart(person))") { answer in
                let months = (answer["months"]?.array ?? []).map {
                    "\($0["month"]?.string ?? "")  late \($0["late"]?.integer ?? 0)  early \($0["early"]?.integer ?? 0)"
                }
                let sentences = ["late", "early"].compactMap { answer[$0]?["zh-CN"]?.string }
                return (months + sentences).joined(separator: "\n")
            }
        }
    }
}
