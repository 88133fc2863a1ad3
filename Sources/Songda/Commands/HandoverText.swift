import Evidence

/// What `songda handover` prints for people.
enum HandoverText {
    /// A case: its dates, its stages and steps, its items.
    static func record(_ answer: JSONValue) -> String {
        func text(_ name: String) -> String { answer[name]?.string ?? "-" }
        var lines = [
            "handover   \(text("id"))", "leaver     \(text("person")) (\(text("kind")), notice \(text("noticeOn")))",
            "last day   \(text("statutoryLastDay"))  earliest by law \(text("earliestLastDay"))",
        ]
        if let warning = answer["warning"]?["zh-CN"]?.string { lines.append("warning    \(warning)") }
        lines += [
            "officer    \(text("officer"))", "successor  \(text("successor"))", "reviewer   \(text("reviewer"))",
        ]
        for stage in answer["stages"]?.array ?? [] {
            let state =
                stage["closedAt"]?.string.map { "closed \($0)" } ?? (stage["startedAt"]?.string == nil ? "-" : "open")
            lines.append(
                "stage      \(padded(stage["stage"], 11))due \(stage["dueOn"]?.string ?? "-")  "
                    + "\(stage["owner"]?.string ?? "-")  \(state)")
        }
        for step in answer["steps"]?.array ?? [] {
            lines.append(
                "step       \(padded(step["step"], 12))\(step["name"]?.string ?? "")  \(step["passedAt"]?.string ?? "-")"
            )
        }
        if let closure = answer["accessClosure"], let seconds = closure["seconds"]?.integer {
            lines.append("access     closed \(closure["closedAt"]?.string ?? "")  \(seconds) s after it was due")
        }
        lines += (answer["items"]?.array ?? []).map(item)
        return lines.joined(separator: "\n")
    }

    /// Handovers, one a line.
    static func list(_ answer: JSONValue) -> String {
        let lines = (answer["items"]?.array ?? []).map { one in
            "\(one["id"]?.string ?? "")  \(one["person"]?.string ?? "")  last day "
                + "\(one["statutoryLastDay"]?.string ?? "")  stage \(one["stage"]?.string ?? "closed")"
        }
        return lines.isEmpty ? "no handovers" : lines.joined(separator: "\n")
    }

    /// One item, with what the leaver's statement and the stored data do not agree on.
    static func item(_ item: JSONValue) -> String {
        let key = item["isKey"] == true ? "*" : " "
        var lines = [
            "\(key) \(padded(item["state"], 10))\(padded(item["kind"], 16))due \(item["dueOn"]?.string ?? "-")  "
                + "\(item["id"]?.string ?? "")  \(item["title"]?.string ?? "")"
                + (item["amount"]?.string.map { "  \($0)" } ?? "")
        ]
        for difference in item["submission"]?["differences"]?.array ?? [] {
            lines.append(
                "    \(difference["kind"]?.string ?? "") \(difference["ref"]?.string ?? "") "
                    + "\(difference["field"]?.string ?? ""): stated \(difference["stated"]?.string ?? "-"), stored "
                    + (difference["stored"]?.string ?? "-"))
        }
        return lines.joined(separator: "\n")
    }

    /// Both dates, what is missing, and the conflict.
    static func clearance(_ answer: JSONValue) -> String {
        var lines = [
            "internal clearance   \(answer["state"]?.string ?? "")  due \(answer["dueOn"]?.string ?? "-")  cleared "
                + (answer["clearedAt"]?.string ?? "-"),
            "end of employment    \(answer["statutoryLastDay"]?.string ?? "")  (not moved by the clearance)",
            "file transfer by     \(answer["fileTransferBy"]?.string ?? "-")",
        ]
        if let conflict = answer["conflict"]?["zh-CN"]?.string { lines.append("conflict             \(conflict)") }
        for reason in answer["reasons"]?.array ?? [] { lines.append("  - \(reason["zh-CN"]?.string ?? "")") }
        return lines.joined(separator: "\n")
    }

    /// Notices, one a line.
    static func messages(_ answer: JSONValue) -> String {
        let lines = (answer["items"]?.array ?? []).map { one in
            "\(padded(one["kind"], 30))\(one["person"]?.string ?? "")  "
                + (one["notice"]?.string ?? one["failure"]?.string ?? "waits")
        }
        return lines.isEmpty ? "no notices" : lines.joined(separator: "\n")
    }

    /// The acts of an item, one a line, and whether the chain is whole.
    static func history(_ answer: JSONValue) -> String {
        var lines = (answer["steps"]?.array ?? []).map { step in
            "\(step["at"]?.string ?? "")  \(padded(step["event"], 26))\(step["commitment"]?.string?.prefix(16) ?? "")  "
                + "after \(step["previous"]?.string?.prefix(16) ?? "-")"
        }
        let breaks = answer["breaks"]?.array ?? []
        lines.append(breaks.isEmpty ? "the chain is whole" : "THE CHAIN IS BROKEN")
        lines += breaks.compactMap(\.string)
        return lines.joined(separator: "\n")
    }

    private static func padded(_ value: JSONValue?, _ width: Int) -> String {
        let text = value?.string ?? "-"
        return text + String(repeating: " ", count: max(1, width - text.count))
    }
}
