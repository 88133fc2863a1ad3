import Notices
import People

/// What desks refuse, in the reader's language.
extension Phrasebook {
    /// What is wrong at one place; the message itself where the words have no text for it.
    func fault(_ fault: NoticeError.Fault) -> String { text(fault.words) ?? fault.message }

    /// A fault with the name that people know its field by: the label of a form's field, not its place in a request.
    func sentence(_ fault: NoticeError.Fault, in template: NoticeTemplate?) -> String {
        let name = fault.field.hasPrefix("fields.") ? String(fault.field.dropFirst("fields.".count)) : fault.field
        guard !name.isEmpty else { return self.fault(fault) }
        let known = template?.fields.first { $0.name == name }.map { text($0.label) }
        let place = language == .chinese && word(name) == name ? self.place(name) : ""
        guard known == nil, !place.isEmpty else { return "\(known ?? word(name)): \(self.fault(fault))" }
        return place + self.fault(fault)
    }

    /// A refusal of the HR core in one line, with every place that is wrong.
    func refusal(_ error: PeopleError) -> String {
        let reason = text(error.words)
        let isSaid = !error.faults.isEmpty && error.faults.allSatisfy { text($0.words) != nil }
        if language == .english {
            return reason ?? (isSaid ? list(error.faults.map(fault)) : error.sentence)
        }
        // A demand that is the reason itself stands there once.
        let places = error.faults.filter { fault($0) != reason }.map { place($0.field) + fault($0) }
        guard let reason else { return isSaid ? list(places) : general(error.code.rawValue, error.sentence) }
        return places.isEmpty ? reason : "\(reason)：\(list(places))"
    }

    /// A refusal of the gateway in one line.
    func refusal(_ error: NoticeError) -> String {
        text(error.words) ?? (language == .english ? error.reason : general(error.code.rawValue, error.reason))
    }

    /// The text for some words, with their values in it; nil where the words have none.
    ///
    /// Chinese is found under the English pattern; English needs no finding.
    func text(_ words: NoticeError.Words) -> String? {
        let name = "fault_\(words.name)"
        if word(name) != name { return word(name, words.values) }
        guard language == .chinese, let pattern = self.words.refusal(words.name) else { return nil }
        return Self.fill(pattern) { value($0, of: words) }
    }

    /// A value where a pattern wants it: `0` as it stands or in its own words, `0|role_` by the name of a code or of several.
    private func value(_ place: Substring, of words: NoticeError.Words) -> String? {
        let parts = place.split(separator: "|", maxSplits: 1).map(String.init)
        guard let name = parts.first, let value = words.values[name] else { return nil }
        if let said = words.sentences[name].flatMap({ text($0) }) { return said }
        guard parts.count == 2 else { return value }
        return value.replacing(" or ", with: ", ").split(separator: ", ").map { code in
            let name = parts[1] + code
            return word(name) == name ? String(code) : word(name)
        }.joined(separator: "、")
    }

    /// What kind of refusal it is, with the detail as it stands; a detail in Chinese says all by itself.
    private func general(_ code: String, _ detail: String) -> String {
        detail.isChinese ? detail : word("refused_\(code)", ["detail": detail])
    }

    /// What people call a place in a request, such as `rows[2].amount`; nothing where the words have no name for it.
    private func place(_ field: String) -> String {
        var (name, row) = (field, "")
        if let open = field.firstIndex(of: "["), let close = field[open...].firstIndex(of: "]"),
            let index = Int(field[open..<close].dropFirst())
        {
            name = String(field[..<open] + field[close...].dropFirst())
            row = word("at_row", ["n": String(index + 1)])
        }
        let label = word("at_\(name)")
        let known = row + (label == "at_\(name)" ? "" : label)
        return known.isEmpty ? "" : known + "："
    }

    private func list(_ texts: [String]) -> String { texts.joined(separator: word("report_semicolon")) }

    /// A limit as alerts have stored it, in the reader's language: its figures stay, the words around them are looked up.
    func limit(_ stored: String) -> String {
        var (name, figures, run) = ("", [String](), "")
        for character in stored + "\0" {
            if character.isASCII, character.isNumber {
                run.append(character)
                continue
            }
            if !run.isEmpty {
                figures.append(run)
                name += "#"
                run = ""
            }
            if character != "\0" { name.append(character) }
        }
        let words = word("limit_\(name)")
        guard words != "limit_\(name)" else { return stored }
        return figures.enumerated().reduce(words) { $0.replacing("{\($1.offset)}", with: $1.element) }
    }
}

extension String {
    /// Whether there is Chinese in it, so that a Chinese page shows it as it stands.
    var isChinese: Bool { unicodeScalars.contains { $0.properties.isIdeographic } }
}
