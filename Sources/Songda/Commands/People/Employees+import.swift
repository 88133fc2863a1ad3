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
        @Option(help: "Write every fault to this new file, as CSV: line, column, message.")
        var report: String?
        @Argument(help: "The CSV file.")
        var file: String

        func run() async throws {
            if let report, FileManager.default.fileExists(atPath: report) {
                throw Failure("\(report) exists; name another place")
            }
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
            if let report { try await writeFaults(of: id, to: report, client) }
            if standing["faulty"]?.integer != 0 { throw ExitCode(1) }
        }

        /// All of them, a page at a time.
        private func writeFaults(of id: String, to path: String, _ client: Client) async throws {
            try Files.write(Array("line,column,message\r\n".utf8), to: path)
            guard let handle = FileHandle(forWritingAtPath: path) else { throw Failure("\(path) cannot be written") }
            try handle.seekToEnd()
            var cursor: String?
            repeat {
                let page = try await client.json(
                    "GET", "/v1/roster-imports/\(id)/faults?limit=200" + (cursor.map { "&cursor=\($0)" } ?? ""))
                let lines = (page["items"]?.array ?? []).map { fault in
                    [
                        "\(fault["line"]?.integer ?? 0)", fault["column"]?.string ?? "",
                        fault["message"]?.string ?? "",
                    ].map(CSVCell.safe).joined(separator: ",") + "\r\n"
                }
                try handle.write(contentsOf: Data(lines.joined().utf8))
                cursor = page["next"]?.string
            } while cursor != nil
            try handle.close()
        }

        /// The file once through, cut at the ends of rows; two parts are on their way at a time.
        private func send(_ id: String, what: String, to client: Client) async throws -> JSONValue {
            let bar = ProgressBar()
            // Answers may overtake each other: the last part's is the one that counts.
            var last = (index: -1, answer: JSONValue.null)
            func keep(_ one: (index: Int, answer: JSONValue)) { if one.index > last.index { last = one } }
            try await withThrowingTaskGroup(of: PartAnswer.self) { group in
                var index = 0
                var underWay = 0
                try await FileParts.read(file, partBytes: CSVCutter.partBytes) { part, done, size in
                    if underWay == 2 { keep(try await Self.next(&group, &underWay)) }
                    let number = index
                    let path = "/v1/roster-imports/\(id)/parts/\(number)?last=\(done == size)"
                    group.addTask {
                        await PartAnswer(number) { try await client.send("PUT", path, bytes: part, type: "text/csv") }
                    }
                    index += 1
                    underWay += 1
                    bar.update(done, of: size, what)
                }
                while underWay > 0 { keep(try await Self.next(&group, &underWay)) }
            }
            return last.answer
        }

        /// The next answer to one of the parts under way.
        private static func next(
            _ group: inout ThrowingTaskGroup<PartAnswer, any Error>, _ underWay: inout Int
        ) async throws -> (index: Int, answer: JSONValue) {
            guard let first = try await group.next() else { throw Failure("no part is on its way") }
            underWay -= 1
            guard case .refused(let index, let error, let again) = first else { return try first.taken }
            // It may have overtaken the part before it on the way; then it is sent once more behind that.
            guard underWay == 1, let before = try await group.next(), case .taken = before else { throw error }
            underWay -= 1
            return (index, try await again())
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
                lines.append("  … and more; --report FILE writes all of them")
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

/// What became of a part that was sent.
private enum PartAnswer: Sendable {
    case taken(Int, JSONValue)
    case refused(Int, any Error, again: @Sendable () async throws -> JSONValue)

    init(_ index: Int, _ send: @escaping @Sendable () async throws -> JSONValue) async {
        do { self = .taken(index, try await send()) } catch { self = .refused(index, error, again: send) }
    }

    var taken: (index: Int, answer: JSONValue) {
        get throws {
            switch self {
            case .taken(let index, let answer): (index, answer)
            case .refused(_, let error, _): throw error
            }
        }
    }
}
