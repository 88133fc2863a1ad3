import Notices
import People

/// What desks refuse, in the reader's language.
extension Phrasebook {
    /// What is wrong at one place; the message itself where the words have no text for it.
    func fault(_ fault: NoticeError.Fault) -> String { fault.words.flatMap { text($0) } ?? fault.message }

    /// A fault with the name that people know its field by: the label of a form's field, not its place in a request.
    func sentence(_ fault: NoticeError.Fault, in template: NoticeTemplate?) -> String {
        let name = fault.field.hasPrefix("fields.") ? String(fault.field.dropFirst("fields.".count)) : fault.field
        guard !name.isEmpty else { return self.fault(fault) }
        let known = template?.fields.first { $0.name == name }.map { text($0.label) }
        let label = known ?? (word(name) == name ? name : word(name))
        return "\(label): \(self.fault(fault))"
    }

    /// A refusal of the HR core in one line: its own text, else the kind of refusal with the detail behind it.
    ///
    /// A Chinese page that has no text for the detail says what kind of refusal it is and quotes the detail as it stands.
    func refusal(_ error: PeopleError) -> String {
        if let said = error.words.flatMap({ text($0) }) { return said }
        let known = error.faults.compactMap { $0.words.flatMap { text($0) } }
        if !known.isEmpty, known.count == error.faults.count {
            return known.joined(separator: word("report_semicolon"))
        }
        let isReadable = language == .english || error.sentence.unicodeScalars.contains { $0.properties.isIdeographic }
        return isReadable
            ? error.sentence : word("refused_\(error.code.rawValue)", ["detail": error.sentence])
    }

    /// A refusal of the gateway in one line, likewise.
    func refusal(_ error: NoticeError) -> String {
        let isReadable = language == .english || error.reason.unicodeScalars.contains { $0.properties.isIdeographic }
        return isReadable ? error.reason : word("refused_\(error.code.rawValue)", ["detail": error.reason])
    }

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

    private func text(_ words: NoticeError.Words) -> String? {
        let name = "fault_\(words.name)"
        let text = word(name, words.values)
        return text == name ? nil : text
    }
}
