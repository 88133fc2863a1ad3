import Notices

/// One input of a form, with what was typed and what is wrong with it.
struct FormField: Sendable {
    let id: String
    let name: String
    let label: String
    let value: String
    let help: String
    let isHelped: Bool
    /// The type of an input of one line; empty for a selection or a text of several lines.
    let line: String
    let isLine: Bool
    let isArea: Bool
    let isSelect: Bool
    let isRequired: Bool
    let maximum: Int
    let options: [NoticePages.Choice]
    let faults: [String]
    let isWrong: Bool

    /// What kind of input it is.
    enum Kind: Sendable {
        /// One line, with the type of HTML and the most characters.
        case line(String, Int)
        /// Several lines.
        case area(Int)
        /// One of these.
        case select([(value: String, label: String)])
    }

    init(
        _ name: String, _ label: String, _ kind: Kind, typed: [String: String], faults: [NoticeError.Fault] = [],
        help: String = "", isRequired: Bool = false, _ phrases: Phrasebook
    ) {
        id = "f-\(name)"
        self.name = name
        self.label = label
        let value = typed[name] ?? ""
        self.value = value
        self.help = help
        isHelped = !help.isEmpty
        self.isRequired = isRequired
        self.faults = faults.filter { $0.field == name }.map { phrases.fault($0) }
        isWrong = !self.faults.isEmpty
        switch kind {
        case .line(let type, let most):
            (line, isLine, isArea, isSelect, maximum, options) = (type, true, false, false, most, [])
        case .area(let most):
            (line, isLine, isArea, isSelect, maximum, options) = ("", false, true, false, most, [])
        case .select(let choices):
            (line, isLine, isArea, isSelect, maximum) = ("", false, false, true, 0)
            options = choices.map { .init(value: $0.value, label: $0.label, isSelected: $0.value == value) }
        }
    }
}

/// Fields that belong together, with a legend.
struct FieldGroup: Sendable {
    let legend: String
    let note: String
    let hasNote: Bool
    let fields: [FormField]

    init(_ legend: String, note: String = "", _ fields: [FormField]) {
        self.legend = legend
        self.note = note
        hasNote = !note.isEmpty
        self.fields = fields
    }
}

/// Faults of a form as its fields name them, and those that belong to none of them.
struct FormFaults: Sendable {
    private(set) var all: [NoticeError.Fault] = []

    /// Says what is wrong with a field, in a text that pages have.
    mutating func add(_ field: String, _ words: String, _ values: [String: String] = [:]) {
        all.append(NoticeError.Fault(field: field, message: .said(words), words: .init(words, values)))
    }

    var isEmpty: Bool { all.isEmpty }
}
