import ArgumentParser
import Evidence
import Foundation
import Notices

/// `songda issue`: issues one notice through a running server.
struct Issue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Issue a notice from a JSON file (see `songda issue --example KIND`).",
        discussion: "The request's hash is its Idempotency-Key unless you give one: the same file twice is one notice.")

    @OptionGroup var target: ServerOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Any text that names this request; repeat it to repeat the request safely.")
    var idempotencyKey: String?
    @Option(
        help: """
            Print a request of this kind, filled with the template's examples, and issue nothing. The running server is \
            asked for them, so a key is needed here too (scope issue or read).
            """)
    var example: String?
    @Argument(help: "The request: issuer, kind, recipients, fields. A dash reads standard input.")
    var file: String?

    func run() async throws {
        if let example { return try await printExample(of: example) }
        guard let file else { throw Failure("name the file with the request, or print one with --example KIND") }
        let request = try Files.json(file)
        let client = try target.client()
        defer { client.close() }
        let key = idempotencyKey ?? SHA256.hash(request.canonicalBytes).hex
        let reply = try await client.send(
            "POST", "/v1/notices", body: request, headers: [("Idempotency-Key", key)])
        let answer = try JSONValue(parsing: reply.body)
        var state = answer["state"]?.string ?? ""
        if reply.header("Idempotency-Replayed") == "true" { state = try await Self.standing(answer, client) }
        output.show(
            answer,
            text: """
                notice   \(answer["id"]?.string ?? "")
                number   \(answer["number"]?.string ?? "")
                state    \(state)
                content  \(answer["contentHash"]?.string ?? "")\(Self.warnings(answer))\(Rehearsed.line(answer))
                """)
    }

    /// Where a notice stands whose request was repeated: the answer is that of the first time, and may be old.
    private static func standing(_ answer: JSONValue, _ client: Client) async throws -> String {
        let before = "issued before with the same request; nothing was issued now"
        let id = try pathPart(answer["id"]?.string ?? "")
        do {
            let now = try await client.json("GET", "/v1/notices/\(id)")["state"]?.string ?? ""
            return "\(now) (\(before))"
        } catch let refusal as Failure {
            // A key that may issue need not be one that may read; that the notice is there is known all the same.
            let state = answer["state"]?.string ?? ""
            return "\(state) when it was issued (\(before); where it stands now cannot be told: \(refusal))"
        }
    }

    /// What the author should know, though it was issued; a line each.
    private static func warnings(_ answer: JSONValue) -> String {
        (answer["warnings"]?.array ?? []).map { "\nwarning  \($0["text"]?["en"]?.string ?? "")" }.joined()
    }

    /// A request to start from: every field that the kind demands, with the example of its template.
    private func printExample(of kind: String) async throws {
        let client = try target.client(
            why: "the running server is asked for the example; the scope issue or read will do")
        defer { client.close() }
        let template = try await client.json("GET", "/v1/templates/\(try pathPart(kind))")
        var fields: [String: JSONValue] = [:]
        for field in template["fields"]?.array ?? [] {
            // Choices stand before the fields that they demand.
            let isDemanded =
                field["required"] == true
                || (field["requiredWhen"]?.array ?? []).contains { Self.holds($0, for: fields) }
            guard let name = field["name"]?.string, isDemanded else { continue }
            fields[name] = field["example"]?["zh-CN"] ?? .null
        }
        let request: JSONValue = [
            "issuer": "ISSUER", "kind": .string(kind), "language": "zh-CN", "recipients": ["PERSON"],
            "fields": .object(fields),
        ]
        print(request.canonicalText)
    }

    /// Whether every field that a condition names has one of the values it accepts.
    private static func holds(_ condition: JSONValue, for fields: [String: JSONValue]) -> Bool {
        (condition.object ?? [:]).allSatisfy { name, accepted in
            guard let value = fields[name] else { return false }
            return accepted.array?.contains(value) == true
        }
    }
}

/// `songda approve`: approves one exact content.
struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Approve a notice; the content hash says which words you approve.")

    @OptionGroup var target: ServerOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "The content hash you have read.")
    var contentHash: String
    @Argument(help: "The notice's id or number.")
    var notice: String

    func run() async throws {
        let client = try target.client()
        defer { client.close() }
        let answer = try await client.json(
            "POST", "/v1/notices/\(try pathPart(notice))/approvals",
            body: .object(["contentHash": .string(contentHash)]))
        output.show(
            answer,
            text: "\(answer["number"]?.string ?? "") is now \(answer["state"]?.string ?? "")" + Awaited.words(answer)
                + Rehearsed.line(answer))
    }
}

/// `songda prove`: fetches the proof bundle.
struct Prove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetch the proof bundle of a notice; check it with songda-verify or with openssl alone.",
        discussion: """
            With --report it fetches the printed report (PDF) instead: what was observed, what is missing, and the commands
            that check the bundle. The report is for reading; the evidence is the bundle.
            """)

    @OptionGroup var target: ServerOptions
    @OptionGroup var output: OutputOptions
    @Option(name: [.short, .long], help: "Where to write it.")
    var out: String?
    @Flag(help: "The printed report instead of the bundle.")
    var report = false
    @Option(help: "The language of the report; zh-CN without it.")
    var language: VerificationReport.Language?
    // What songda-verify took first, and this may be given too.
    @Option(help: .hidden)
    var lang: VerificationReport.Language?
    @Argument(help: "The notice's id or number.")
    var notice: String

    func run() async throws {
        let client = try target.client()
        defer { client.close() }
        let id = try pathPart(notice)
        let language = (language ?? lang ?? .chinese).name
        if let out { try Files.requireFree(out) }
        let summary = try await client.json("GET", "/v1/notices/\(id)")
        let path = try out ?? Self.fileName(summary, suffix: report ? "-report.\(language).pdf" : ".asice")
        // Before the bundle is asked for: that it was read is recorded for good.
        try Files.requireFree(path)
        let response = try await client.send(
            "GET", "/v1/notices/\(id)/" + (report ? "proof-report.pdf?language=\(language)" : "proof"))
        var facts = try Files.keep(response.body, at: path)
        for member in ["id", "number", "rehearsal"] { facts[member] = summary[member] }
        output.show(.object(facts), text: path)
        // Not among what a script reads: that is the path.
        if summary["rehearsal"] == true { FileHandle.standardError.write(Data("\(RehearsalMark.line)\n".utf8)) }
    }
}

extension Prove {
    /// What the server, the report and the console call the file of this notice, a rehearsal's with its mark.
    static func fileName(_ notice: JSONValue, suffix: String) throws -> String {
        guard let number = notice["number"]?.string else {
            throw Failure("the answer has no number: \(notice.canonicalText.prefix(300))")
        }
        return RehearsalMark.fileName(try pathPart(number) + suffix, isRehearsal: notice["rehearsal"] == true)
    }
}

/// How the command line says whose approvals a notice still waits for.
enum Awaited {
    /// Goes on in the same line; nothing when it waits for nobody.
    static func words(_ notice: JSONValue) -> String {
        guard let awaits = notice["awaits"], case .integer(let count)? = awaits["approvals"], count > 0 else {
            return ""
        }
        let confirmers = (awaits["confirmers"]?.array ?? []).map { one in
            let id = one["id"]?.string ?? ""
            return one["name"]?.string.map { "\($0) (\(id))" }
                ?? "\(id), who may not approve any more: cancel the notice and issue another"
        }
        let named = confirmers.isEmpty ? "" : ", among them \(confirmers.joined(separator: "; "))"
        return "; it waits for \(count) more approval\(count == 1 ? "" : "s")\(named)"
    }
}

/// How the command line says that a notice is of a rehearsal.
enum Rehearsed {
    /// A line of its own behind the others; nothing when the notice is meant.
    static func line(_ notice: JSONValue) -> String { notice["rehearsal"] == true ? "\n\(RehearsalMark.line)" : "" }
}

/// An id or number as part of a path: letters, digits and hyphens only.
func pathPart(_ text: String) throws -> String {
    guard KeyCabinet.isFileName(text) else {
        throw Failure(
            "\"\(text.prefix(60))\" is no id or number; those have letters, digits, dots, hyphens and underscores")
    }
    return text
}

extension VerificationReport.Language: ExpressibleByArgument {
    /// What may be written after `--language`.
    public init?(argument: String) { self.init(named: argument) }

    /// What a refusal of something else lists.
    public static var allValueStrings: [String] { allCases.map(\.name) }
}
