import Evidence
import Notices

extension GatewayDescription {
    static func answer(_ node: DescriptionNode) throws(SMSError) -> [ResponseRule] {
        guard case .sequence(let sequence) = node.node else {
            throw node.fault("must be a list of rules, first match wins")
        }
        var rules: [ResponseRule] = []
        for (index, element) in sequence.enumerated() {
            let node = DescriptionNode(node: element, file: node.file, path: "response[\(index)]")
            let members = try node.members([
                "status", "where", "equals", "result", "reference", "code", "text", "parts", "reason", "after",
                "blamesRoute",
            ])
            guard let result = members["result"] else { throw node.fault("lacks result") }
            let isPattern = try members["where"]?.isPattern ?? false
            guard isPattern || (members["where"] == nil) == (members["equals"] == nil) else {
                throw node.fault("needs where together with equals, or where with ~pattern")
            }
            rules.append(
                ResponseRule(
                    statuses: try members["status"].map(statuses) ?? 200...299,
                    place: try members["where"].map { node throws(SMSError) in try node.place(.json) },
                    equals: Set(try members["equals"]?.texts() ?? []),
                    result: try result.choice(ResponseRule.Result.self, ResponseRule.Result.allCases),
                    reference: try members["reference"].map { node throws(SMSError) in try node.place(.json) },
                    code: try members["code"].map { node throws(SMSError) in try node.place(.json) },
                    text: try members["text"].map { node throws(SMSError) in try node.place(.json) },
                    parts: try members["parts"].map { node throws(SMSError) in try node.place(.json) },
                    reason: try members["reason"].map { node throws(SMSError) in
                        try node.choice(
                            DeliveryOutcome.ReasonCode.self,
                            [.addressInvalid, .policy, .rateLimited, .connection, .other])
                    } ?? .other,
                    after: try members["after"].map { node throws(SMSError) in try node.integer(0...86_400) },
                    blamesRoute: try members["blamesRoute"]?.flag() ?? false))
            if rules[index].result == .accepted, rules[index].reference == nil {
                throw node.fault("accepts without reference; say where the message id stands, or reference: client")
            }
        }
        return rules
    }

    private static func statuses(_ node: DescriptionNode) throws(SMSError) -> ClosedRange<Int> {
        let ends = try node.text().split(separator: "-").map { Int($0) }
        guard ends.count == 1 || ends.count == 2, let low = ends[0], let high = ends.last ?? nil, low <= high,
            low >= 100, high <= 599
        else { throw node.fault("must be a status or a range such as 200-299") }
        return low...high
    }

    static func callback(
        _ node: DescriptionNode
    ) throws(SMSError) -> (report: Report, signature: MessageSignature?, reply: Reply) {
        let members = try node.members(reportKeys.union(["authentication", "reply"]))
        var signature: MessageSignature?
        if let node = members["authentication"] {
            let inner = try node.members(["kind", "key", "over", "header", "prefix", "encoding"])
            switch try inner["kind"]?.text() {
            case "none": break
            case "hmac-sha256":
                let made = try Self.signature(node, inner)
                for name in made.key.names + made.over.names where PlaceholderText.known.contains(name) {
                    throw node.fault("uses {{\(name)}}, which a call-back does not have; use method, url, body")
                }
                signature = made
            default: throw node.fault("needs kind: none or hmac-sha256")
            }
        }
        var reply = Reply()
        if let node = members["reply"] {
            let inner = try node.members(["status", "contentType", "body"])
            reply.status = try inner["status"]?.integer(200...299) ?? 200
            reply.contentType = try inner["contentType"]?.text() ?? "text/plain"
            reply.body = try inner["body"]?.text() ?? ""
        }
        return (try report(node, members), signature, reply)
    }

    static func query(_ node: DescriptionNode) throws(SMSError) -> StatusQuery {
        let members = try node.members(reportKeys.union(["request", "days"]))
        guard let request = members["request"] else { throw node.fault("lacks request") }
        return StatusQuery(
            request: try Self.request(request), days: try members["days"]?.integer(1...3_650) ?? 30,
            report: try report(node, members))
    }

    private static let reportKeys: Set<String> = [
        "format", "items", "id", "reference", "phone", "code", "text", "time", "states", "part",
    ]

    private static func report(
        _ node: DescriptionNode, _ members: [String: DescriptionNode]
    ) throws(SMSError) -> Report {
        guard let code = members["code"], let states = members["states"] else {
            throw node.fault("lacks code or states")
        }
        let format = try members["format"]?.choice(Report.Format.self, Report.Format.allCases) ?? .json
        func place(_ key: String) throws(SMSError) -> Place? {
            try members[key].map { node throws(SMSError) in try node.place(format) }
        }
        guard members["id"] != nil || members["reference"] != nil else {
            throw node.fault("needs id or reference: a receipt must name its message")
        }
        var map: [String: SMSReceipt.State] = [:]
        for (key, value) in try states.entries() {
            map[key] = try value.choice(SMSReceipt.State.self, [.delivered, .failed, .pending, .unknown])
        }
        var items: JSONPointer?
        if let node = members["items"] {
            guard format == .json, let pointer = JSONPointer(try node.text()) else {
                throw node.fault("must be a JSON pointer, and format must be json")
            }
            items = pointer
        }
        let time = try members["time"]?.members(["at", "form", "zone"])
        let part = try members["part"].map { node throws(SMSError) in try Self.part(node, format) }
        return Report(
            format: format, items: items, id: try place("id"), reference: try place("reference"),
            phone: try place("phone"), code: try code.place(format), text: try place("text"),
            time: try time?["at"].map { node throws(SMSError) in try node.place(format) },
            timeForm: try providerTime(form: time?["form"], zone: time?["zone"]), states: map, part: part)
    }

    private static func part(
        _ node: DescriptionNode, _ format: Report.Format
    ) throws(SMSError) -> PartPlaces {
        let members = try node.members(["sequence", "total", "name"])
        switch (members["sequence"], members["total"], members["name"]) {
        case (let sequence?, let total?, nil):
            return .counted(sequence: try sequence.place(format), total: try total.place(format))
        case (nil, nil, let name?): return .named(try name.place(format))
        default: throw node.fault("needs either sequence and total, or name")
        }
    }

    private static func providerTime(
        form: DescriptionNode?, zone: DescriptionNode?
    ) throws(SMSError) -> ProviderTime {
        let notation: ProviderTime.Form =
            switch try form?.text() {
            case nil, "rfc3339": .rfc3339
            case "rfc2822": .rfc2822
            case "epoch": .epochSeconds
            case "epoch-milliseconds": .epochMilliseconds
            case .some(let pattern): .pattern(pattern)
            }
        guard let zone else {
            if case .pattern = notation, let form {
                throw form.fault("is a wall clock and needs a zone such as +08:00")
            }
            return ProviderTime(notation, offsetMinutes: 0)
        }
        let text = try zone.text()
        let digits = text.dropFirst().split(separator: ":").map { Int($0) }
        guard text.hasPrefix("+") || text.hasPrefix("-"), digits.count == 2, let hours = digits[0],
            let minutes = digits[1], (0...14).contains(hours), (0...59).contains(minutes)
        else { throw zone.fault("\(SMSError.quoted(text)) is not a zone; write +08:00") }
        return ProviderTime(notation, offsetMinutes: (text.hasPrefix("-") ? -1 : 1) * (hours * 60 + minutes))
    }
}

extension DescriptionNode {
    fileprivate var isPattern: Bool {
        get throws(SMSError) { try text().hasPrefix("~") }
    }

    /// A place: `/pointer` in JSON, `~pattern` in any text, a field name in forms, `client` for our reference.
    fileprivate func place(_ format: GatewayDescription.Report.Format) throws(SMSError) -> GatewayDescription.Place {
        let text = try text()
        if text == "client" { return .reference }
        if text.hasPrefix("~") {
            let pattern = String(text.dropFirst())
            guard (try? Regex(pattern)) != nil else {  // what is wrong with it, Regex does not say usefully
                throw fault("\(SMSError.quoted(pattern)) is not a regular expression")
            }
            return .pattern(pattern)
        }
        guard format == .json else { return .field(text) }
        guard let pointer = JSONPointer(text) else {
            throw fault("\(SMSError.quoted(text)) is neither a JSON pointer /a/b nor ~pattern")
        }
        return .pointer(pointer)
    }
}
