import ArgumentParser
import Evidence

/// `songda show`: where a notice stands.
struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a notice, its deliveries and its time line.")

    @OptionGroup var target: ServerOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The notice's id or number.")
    var notice: String

    func run() async throws {
        let client = try target.client()
        defer { client.close() }
        let id = try pathPart(notice)
        let summary = try await client.json("GET", "/v1/notices/\(id)")
        let timeline = try await client.json("GET", "/v1/notices/\(id)/timeline")["timeline"] ?? .null
        let deliveries = try await client.json("GET", "/v1/notices/\(id)/deliveries")
        output.show(
            .object(["notice": summary, "timeline": timeline, "deliveries": deliveries]),
            text: Self.text(summary, timeline, deliveries))
    }

    private static func text(_ notice: JSONValue, _ timeline: JSONValue, _ deliveries: JSONValue) -> String {
        var lines = [
            "\(notice["number"]?.string ?? "")  \(notice["kind"]?.string ?? "")  \(notice["state"]?.string ?? "")"
                + Awaited.words(notice) + Rehearsed.line(notice), "",
        ]
        let names = recipients(notice)
        for delivery in deliveries["items"]?.array ?? [] {
            var parts = ["channel", "state", "stateAt", "clock", "reason"].map { delivery[$0]?.string ?? "" }
            if let person = delivery["person"]?.string, let name = names[person] { parts.insert(name, at: 0) }
            lines.append("  " + parts.joined(separator: "  "))
        }
        lines.append("")
        for item in timeline["items"]?.array ?? [] {
            let parts = ["happenedAt", "clock", "event"].map { item[$0]?.string ?? "" }
            // Why something was refused, withdrawn or set aside.
            let reason = item["facts"]?["reason"]?.string.map { ": \($0)" } ?? ""
            lines.append("  " + parts.joined(separator: "  ") + approver(item, notice) + reason)
        }
        for doubt in timeline["doubts"]?.array ?? [] { lines.append("  ! \(doubt["en"]?.string ?? "")") }
        return lines.joined(separator: "\n")
    }

    /// What to call each recipient where there are several: the name, with the id if that is needed to tell them apart.
    private static func recipients(_ notice: JSONValue) -> [String: String] {
        let all: [(id: String, name: String)] = (notice["recipients"]?.array ?? []).compactMap { one in
            one["person"]?.string.map { (id: $0, name: one["name"]?.string ?? "") }
        }
        guard all.count > 1 else { return [:] }
        var words: [String: String] = [:]
        for one in all {
            let isShared = all.contains { $0.name == one.name && $0.id != one.id }
            words[one.id] = one.name.isEmpty ? one.id : one.name + (isShared ? " (\(one.id))" : "")
        }
        return words
    }

    /// Who gave an approval, by name where the server knows one; nothing for other lines and what was erased.
    private static func approver(_ item: JSONValue, _ notice: JSONValue) -> String {
        guard item["event"]?.string == EvidenceEvent.approvalGiven.rawValue,
            let id = item["facts"]?["approver"]?["id"]?.string
        else { return "" }
        let approval = notice["approvals"]?.array?.first { $0["approver"]?["id"]?.string == id }
        return " by " + (approval?["name"]?.string.map { "\($0) (\(id))" } ?? id)
    }
}
