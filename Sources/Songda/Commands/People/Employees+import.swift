import ArgumentParser
import Evidence
import Foundation
import People

extension Employees {
    /// `songda employees import`.
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import members of staff from a CSV file (UTF-8 or GB 18030).",
            discussion: """
                The first row names the columns: number, name, unit, position, hiredOn, and if wanted state, lastDay,
                probationUntil, contractUntil, language, email, phone, postal; Chinese names (工号, 姓名, …) do as well.
                Without --mode nothing is changed and every fault is told by line and column.
                """)
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "dry-run, all-or-nothing (one wrong row refuses all) or each-row (takes the right ones).")
        var mode = "dry-run"
        @Argument(help: "The CSV file.")
        var file: String

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            let name = URL(fileURLWithPath: file).lastPathComponent
            var standing = try await client.json(
                "POST", "/v1/roster-imports", body: .object(["name": .string(name), "mode": .string(mode)]))
            let id = standing["id"]?.string ?? ""
            var seen: String?
            while let state = standing["state"]?.string, state == "checking" || state == "applying", state != seen {
                seen = state
                standing = try await send(id, what: state == "checking" ? "checking " : "importing", to: client)
            }
            let faults = try await client.json("GET", "/v1/roster-imports/\(id)/faults?limit=200")
            output.show(
                .object(["import": standing, "faults": faults]), text: Self.text(standing, faults))
            if standing["faulty"]?.integer != 0 { throw ExitCode(1) }
        }

        /// The file once through, cut at the ends of rows; a part is in memory at a time.
        private func send(_ id: String, what: String, to client: Client) async throws -> JSONValue {
            guard let handle = FileHandle(forReadingAtPath: file) else { throw Failure("\(file) cannot be read") }
            defer { try? handle.close() }  // Read only: nothing can be lost by a failure.
            let size = Int(try handle.seekToEnd())
            try handle.seek(toOffset: 0)
            let bar = ProgressBar()
            var cutter = CSVCutter()
            var (index, done) = (0, 0)
            while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
                for part in try cutter.take(data) {
                    _ = try await send(part, index, isLast: false, of: id, to: client)
                    index += 1
                }
                done += data.count
                bar.update(min(done, size - 1), of: size, what)
            }
            let last = try await send(cutter.finish(), index, isLast: true, of: id, to: client)
            bar.update(size, of: size, what)
            return last
        }

        private func send(
            _ part: [UInt8], _ index: Int, isLast: Bool, of id: String, to client: Client
        ) async throws -> JSONValue {
            try await client.send(
                "PUT", "/v1/roster-imports/\(id)/parts/\(index)?last=\(isLast)", bytes: part, type: "text/csv")
        }

        private static func text(_ standing: JSONValue, _ faults: JSONValue) -> String {
            func count(_ name: String) -> String { "\(standing[name]?.integer ?? 0) \(name)" }
            var lines = [
                "\(standing["id"]?.string ?? "")  \(standing["mode"]?.string ?? "")  \(standing["state"]?.string ?? "")",
                ["read", "added", "changed", "unchanged", "faulty"].map(count).joined(separator: ", "),
            ]
            for fault in faults["items"]?.array ?? [] {
                lines.append(
                    "  line \(fault["line"]?.integer ?? 0), \(fault["column"]?.string ?? ""): "
                        + (fault["message"]?.string ?? ""))
            }
            if faults["next"]?.string != nil {
                lines.append("  … and more; see GET /v1/roster-imports/{import}/faults")
            }
            return lines.joined(separator: "\n")
        }
    }

    /// `songda employees undo-import`.
    struct Undo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "undo-import", abstract: "Put back what an import brought.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The id of the import.")
        var id: String
        @Option(help: "Why.")
        var reason: String

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            let answer = try await client.json(
                "POST", "/v1/roster-imports/\(try pathPart(id))/undo", body: .object(["reason": .string(reason)]))
            output.show(answer, text: "\(id) is \(answer["state"]?.string ?? "")")
        }
    }

    /// `songda employees export`.
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the roster as CSV; only for whoever may take it out, and recorded.")
        @OptionGroup var target: ServerOptions
        @Option(name: [.short, .long], help: "Where to write it.")
        var out: String

        func run() async throws {
            let client = try target.client()
            defer { client.close() }
            guard FileManager.default.createFile(atPath: out, contents: nil, attributes: [.posixPermissions: 0o600]),
                let handle = FileHandle(forWritingAtPath: out)
            else { throw Failure("\(out) cannot be written") }
            var cursor: String?
            repeat {
                let page = try await client.send(
                    "GET", "/v1/roster-export" + (cursor.map { "?cursor=\($0)" } ?? ""))
                try handle.write(contentsOf: Data(page.body))
                cursor = page.headers.first { $0.name.lowercased() == "songda-next" }?.value
            } while cursor != nil
            try handle.close()
            print(out)
        }
    }
}
