import Evidence

/// What `songda handover` prints for people.
enum HandoverText {
    /// A case: its dates, its stages and steps, its items.
    static func record(_ answer: JSONValue) -> String {
        func text(_ name: String) -> String { word(answer[name]) }
        var lines = ["handover   \(text("id"))"]
        lines.append("leaver     \(text("person")) (\(text("kind")), notice \(text("noticeOn")))")
        lines.append("last day   \(text("statutoryLastDay"))  earliest by law \(text("earliestLastDay"))")
        if let warning = answer["warning"]?["zh-CN"]?.string { lines.append("warning    \(warning)") }
        lines.append("officer    \(text("officer"))")
        lines.append("successor  \(text("successor"))")
        lines.append("reviewer   \(text("reviewer"))")
        for one in answer["stages"]?.array ?? [] { lines.append(stage(one)) }
        for step in answer["steps"]?.array ?? [] {
            lines.append("step       \(padded(step["step"], 12))\(word(step["name"]))  \(word(step["passedAt"]))")
        }
        if let closure = answer["accessClosure"], let seconds = closure["seconds"]?.integer {
            lines.append("access     closed \(word(closure["closedAt"]))  \(seconds) s after it was due")
        }
        for one in answer["items"]?.array ?? [] { lines.append(item(one)) }
        return lines.joined(separator: "\n")
    }

    private static func stage(_ stage: JSONValue) -> String {
        var state = "-"
        if stage["startedAt"]?.string != nil { state = "open" }
        if let closed = stage["closedAt"]?.string { state = "closed \(closed)" }
        return "stage      \(padded(stage["stage"], 11))due \(word(stage["dueOn"]))  \(word(stage["owner"]))  \(state)"
    }

    /// Handovers, one a line.
    static func list(_ answer: JSONValue) -> String {
        var lines: [String] = []
        for one in answer["items"]?.array ?? [] {
            let (id, person) = (word(one["id"]), word(one["person"]))
            lines.append("\(id)  \(person)  last day \(word(one["statutoryLastDay"]))  stage \(word(one["stage"]))")
        }
        return lines.isEmpty ? "no handovers" : lines.joined(separator: "\n")
    }

    /// One item, with what the leaver's statement and the stored data do not agree on.
    static func item(_ item: JSONValue) -> String {
        let key = item["isKey"]?.bool == true ? "*" : " "
        var line = "\(key) \(padded(item["state"], 10))\(padded(item["kind"], 16))due \(word(item["dueOn"]))  "
        line += "\(word(item["id"]))  \(word(item["title"]))"
        if let amount = item["amount"]?.string { line += "  \(amount)" }
        var lines = [line]
        for difference in item["submission"]?["differences"]?.array ?? [] {
            let (kind, ref) = (word(difference["kind"]), word(difference["ref"]))
            let (stated, stored) = (word(difference["stated"]), word(difference["stored"]))
            lines.append("    \(kind) \(ref) \(word(difference["field"])): stated \(stated), stored \(stored)")
        }
        return lines.joined(separator: "\n")
    }

    /// Both dates, what is missing, and the conflict.
    static func clearance(_ answer: JSONValue) -> String {
        let (state, due) = (word(answer["state"]), word(answer["dueOn"]))
        var lines = ["internal clearance   \(state)  due \(due)  cleared \(word(answer["clearedAt"]))"]
        lines.append("end of employment    \(word(answer["statutoryLastDay"]))  (not moved by the clearance)")
        lines.append("file transfer by     \(word(answer["fileTransferBy"]))")
        if let conflict = answer["conflict"]?["zh-CN"]?.string { lines.append("conflict             \(conflict)") }
        for reason in answer["reasons"]?.array ?? [] { lines.append("  - \(word(reason["zh-CN"]))") }
        return lines.joined(separator: "\n")
    }

    /// Notices, one a line.
    static func messages(_ answer: JSONValue) -> String {
        var lines: [String] = []
        for one in answer["items"]?.array ?? [] {
            let outcome = one["notice"]?.string ?? one["failure"]?.string ?? "waits"
            lines.append("\(padded(one["kind"], 30))\(word(one["person"]))  \(outcome)")
        }
        return lines.isEmpty ? "no notices" : lines.joined(separator: "\n")
    }

    /// The acts of an item, one a line, and whether the chain is whole.
    static func history(_ answer: JSONValue) -> String {
        var lines: [String] = []
        for step in answer["steps"]?.array ?? [] {
            let (own, before) = (word(step["commitment"]).prefix(16), word(step["previous"]).prefix(16))
            lines.append("\(word(step["at"]))  \(padded(step["event"], 26))\(own)  after \(before)")
        }
        let breaks = answer["breaks"]?.array ?? []
        lines.append(breaks.isEmpty ? "the chain is whole" : "THE CHAIN IS BROKEN")
        lines += breaks.compactMap(\.string)
        return lines.joined(separator: "\n")
    }

    private static func word(_ value: JSONValue?) -> String { value?.string ?? "-" }

    private static func padded(_ value: JSONValue?, _ width: Int) -> String {
        let text = word(value)
        return text + String(repeating: " ", count: max(1, width - text.count))
    }
}
