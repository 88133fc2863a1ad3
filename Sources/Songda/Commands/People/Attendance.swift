import ArgumentParser
import Evidence
import Foundation
import Notices

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
            guard let data = FileManager.default.contents(atPath: file),
                let text = String(validating: data, as: UTF8.self)
            else { throw Failure("\(file) cannot be read as UTF-8") }
            // Line breaks of any kind; a byte order mark is no part of the first name.
            var lines = text.split(whereSeparator: \.isNewline).map(String.init)
            let header = lines.isEmpty ? "" : lines.removeFirst().replacingOccurrences(of: "\u{FEFF}", with: "")
            guard header == "employee,at,source" else {
                throw Failure("\(file): the first line is \"\(header.prefix(60))\"; it must be employee,at,source")
            }
            let client = try target.client()
            defer { client.close() }
            var (added, repeated, refused): (Int64, Int64, [String]) = (0, 0, [])
            let (size, bar) = (5_000, ProgressBar())
            for start in stride(from: 0, to: lines.count, by: size) {
                let part = lines[start..<min(start + size, lines.count)]
                let punches: [JSONValue] = try part.enumerated().map { index, line in
                    let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                    guard cells.count == 3 else {
                        throw Failure(
                            "\(file): line \(start + index + 2) has \(cells.count) cells, not 3; "
                                + (start == 0 ? "nothing was imported" : "the \(start) lines before this part are in")
                        )
                    }
                    return ["employee": .string(cells[0]), "at": .string(cells[1]), "source": .string(cells[2])]
                }
                let answer = try await client.json(
                    "POST", "/v1/attendance/punches", body: ["punches": .array(punches)])
                added += answer["added"]?.integer ?? 0
                repeated += answer["repeated"]?.integer ?? 0
                refused += (answer["refused"]?.array ?? []).map {
                    "  line \(Self.line($0["field"]?.string ?? "", start + 2)): \($0["message"]?.string ?? "")"
                }
                bar.update(min(start + size, lines.count), of: lines.count, "punches")
            }
            output.show(
                [
                    "added": .integer(added), "repeated": .integer(repeated),
                    "refused": .array(refused.map { .string($0) }),
                ],
                text: (["added \(added), repeated \(repeated), refused \(refused.count)"] + refused.prefix(20))
                    .joined(separator: "\n"))
            if !refused.isEmpty { throw ExitCode(1) }
        }

        /// Where in the file a place such as `punches[3].at` is: its line and its column.
        private static func line(_ place: String, _ first: Int) -> String {
            let parts = place.split(whereSeparator: { "[].".contains($0) })
            guard parts.count == 3, let row = Int(parts[1]) else { return "\(first) and after, \(place)" }
            return "\(first + row), \(parts[2])"
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
