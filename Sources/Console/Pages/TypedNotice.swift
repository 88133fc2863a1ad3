import Evidence
import Notices

/// What somebody typed into the form of a notice, kept until it is issued or given up.
struct TypedNotice: Sendable {
    /// Makes a form that is sent twice one notice.
    let key: String
    var issuer = ""
    var language = ""
    var recipients = ""
    var values: [String: String] = [:]
    var overrides: [PreflightOverride] = []

    init(key: String) { self.key = key }

    init(form: [String: String], fields: [FieldDefinition]) {
        key = form["key"] ?? ""
        issuer = form["issuer"] ?? ""
        language = form["language"] ?? ""
        recipients = form["recipients"] ?? ""
        for field in fields { values[field.name] = form["f.\(field.name)"] }
        for (name, reason) in form.sorted(by: { $0.key < $1.key }) where name.hasPrefix("override.") && !reason.isEmpty
        {
            let finding = String(name.dropFirst("override.".count))
            overrides.append(
                PreflightOverride(finding: finding, reason: reason, confirmedBy: form["confirm.\(finding)"] ?? ""))
        }
    }

    /// Numbers or ids, separated by spaces, commas or lines.
    var recipientNames: [String] {
        recipients.unicodeScalars.split { " ,，、;；\r\n\t".unicodeScalars.contains($0) }.map { String($0) }
    }

    /// The values as a request has them; what was left empty is absent, and what does not fit its type stays text, so that
    /// the check of the kind can say what is wrong with it.
    func json(_ fields: [FieldDefinition]) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for field in fields {
            guard let text = values[field.name], !text.allSatisfy(\.isWhitespace) else { continue }
            switch field.type {
            case .integer: members[field.name] = Int64(text).map { .integer($0) } ?? .string(text)
            case .list:
                members[field.name] = .array(
                    text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map { .string(String($0)) }.filter {
                        $0.string?.allSatisfy(\.isWhitespace) == false
                    })
            case .multiline: members[field.name] = .string(text.replacing("\r\n", with: "\n"))
            default: members[field.name] = .string(text)
            }
        }
        return .object(members)
    }

    /// Everything that makes it this notice and no other.
    var canonical: String {
        ([key, issuer, language, recipients] + values.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
            + overrides.flatMap { [$0.finding, $0.reason, $0.confirmedBy] }).joined(separator: "\u{1F}")
    }

    /// The hidden fields that carry it to the next step.
    func hidden() -> [Hidden] {
        [
            Hidden(name: "key", value: key), Hidden(name: "issuer", value: issuer),
            Hidden(name: "language", value: language), Hidden(name: "recipients", value: recipients),
        ] + values.sorted { $0.key < $1.key }.map { Hidden(name: "f.\($0.key)", value: $0.value) }
    }

    struct Hidden: Sendable {
        let name: String
        let value: String
    }
}
