/// Where things stand in a bundle; writer, verifier and shell check agree on these names.
enum BundleLayout {
    static let mimetypeName = "mimetype"
    static let mimetype = "application/vnd.etsi.asic-e+zip"
    static let index = "bundle.json"
    /// What the bundle is about, as data.
    static func data(_ about: BundleSubject) -> String {
        switch about {
        case .notice: "notice.json"
        case .thing: "dossier.json"
        }
    }

    static let timeline = "timeline.json"
    static let completeness = "completeness.json"
    static let logKeys = "keys/log.vkey"
    static let roots = "certificates/roots.pem"
    static let script = "verify.sh"
    static let readmes = ["README.zh-CN.md", "README.en.md"]
    static let documents = "documents/"
    static let entries = "entries/"
    static let related = "related/"

    /// The stem of an entry's files: its place among the notice's entries, and what happened.
    static func entry(_ place: Int, _ event: EvidenceEvent?) -> String { stem(entries, place, event) }

    /// The stem of the files of an entry that one of the notice's rests on.
    static func related(_ place: Int, _ event: EvidenceEvent?) -> String { stem(related, place, event) }

    private static func stem(_ folder: String, _ place: Int, _ event: EvidenceEvent?) -> String {
        let number = String(place + 1)
        return folder + String(repeating: "0", count: max(0, 4 - number.utf8.count)) + number
            + "-" + (event?.rawValue ?? "erased")
    }

    static func checkpoint(_ size: Int) -> String { "log/\(size).checkpoint" }
    static func token(_ size: Int) -> String { "log/\(size).tst" }
    static func growth(_ old: Int, _ new: Int) -> String { "log/\(old)-\(new).consistency" }
    static func key(_ id: String) -> String { "keys/entry-\(id).pem" }
    static func certificate(_ keyID: String) -> String { "certificates/entry-\(keyID).pem" }
    static func logKey(_ key: NoteKey) -> String { "keys/log-\(Hex.encode(SignedNote.bigEndian(key.keyHash))).pem" }

    static func mediaType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "json": "application/json"
        case "md": "text/markdown"
        case "sh": "application/x-sh"
        case "pem": "application/x-pem-file"
        case "tst": "application/vnd.etsi.timestamp-token"
        case "sig": "application/octet-stream"
        default: "text/plain"
        }
    }

    /// The timeline that follows from the entries alone, so that a reader can make it again and compare.
    static func timeline(_ entries: [(leaf: Int, body: EntryBody?)]) -> JSONValue {
        .array(
            entries.map { leaf, body in
                guard let body else { return ["leaf": .integer(Int64(leaf)), "erased": true] }
                var line: [String: JSONValue] = [
                    "leaf": .integer(Int64(leaf)), "entry": .string(body.id), "event": .string(body.event.rawValue),
                    "happenedAt": .string(body.happenedAt.at.rfc3339),
                    "happenedClock": .string(body.happenedAt.clock), "learntAt": .string(body.learntAt.rfc3339),
                ]
                line["recipient"] = body.subject.recipient.map(JSONValue.string)
                line["delivery"] = body.subject.delivery.map(JSONValue.string)
                line["attempt"] = body.subject.attempt.map { .integer(Int64($0)) }
                return .object(line)
            })
    }

    /// How many entries the log holds about it, and where; signed through the manifest.
    static func completeness(origin: String, about: BundleSubject, size: Int, leaves: [Int]) -> JSONValue {
        .object([
            "v": 1, "origin": .string(origin), about.member: .string(about.name), "checkpoint": .integer(Int64(size)),
            "entries": .integer(Int64(leaves.count)), "leaves": .array(leaves.map { .integer(Int64($0)) }),
        ])
    }
}
