import Evidence

/// What a field of a notice holds.
public enum FieldType: String, Sendable, Hashable, CaseIterable {
    /// One line.
    case text
    /// Several lines or paragraphs.
    case multiline
    /// A day, `yyyy-MM-dd`.
    case date
    /// Yuan, exact to the fen, given as text: `12345.60`.
    case amount
    /// A whole number.
    case integer
    /// A telephone number.
    case phone
    /// A mail address.
    case email
    /// One of the field's options.
    case choice
    /// The name of a natural person.
    case personName = "person-name"
    /// Several lines of text, each an item of its own.
    case list
}

/// How much a field says about a person; it bounds where the field may appear.
public enum PersonalDataClass: String, Sendable, Hashable, CaseIterable {
    /// Nothing about a person.
    case none
    /// Names and ways to reach a person.
    case personal
    /// What harms the person when others read it, a dismissal reason above all. Only document and mail body may show it.
    case sensitive
}

/// Where a field's value can be seen.
public enum TemplateSurface: String, Sendable, Hashable, CaseIterable {
    /// The sealed document.
    case document
    /// The body of the mail.
    case email
    /// The text message.
    case sms
    /// The subject of the mail: shown on lock screens, kept in the logs of every server on the way.
    case subject
    /// The line in the inbox list, visible before the person has identified themselves for the full text.
    case inbox
}

/// Fields and the values they must have for something to apply; all must match.
public struct FieldCondition: Sendable, Hashable {
    /// The accepted values by field; only choice fields can stand here.
    public let values: [String: Set<String>]

    /// Makes a condition.
    public init(values: [String: Set<String>]) { self.values = values }

    /// Whether every named field has one of the accepted values.
    public func holds(for choices: [String: String]) -> Bool {
        values.allSatisfy { field, accepted in choices[field].map(accepted.contains) ?? false }
    }
}

/// One option of a choice.
public struct ChoiceOption: Sendable, Hashable {
    /// What a request names, for example `39-2`.
    public let id: String
    /// A name that several options share, for example `39`; templates can ask for it.
    public let group: String?
    /// The words the document uses.
    public let label: BilingualText
}

/// A bound on a date, counted from another date of the same notice.
public struct DateRule: Sendable, Hashable {
    /// Whether a breach refuses the notice or is shown to the author.
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        /// The notice is refused.
        case fault
        /// The notice can be issued; the warning stays with it.
        case warning
    }

    /// Whether the date must not be earlier, or must not be later.
    public let isLowerBound: Bool
    /// The date counted from: a date field, or `issueDate`.
    public let origin: String
    /// Days added to the origin; negative for "at least so many days before".
    public let days: Int
    /// When it applies; always, if empty.
    public let when: [FieldCondition]
    /// What a breach means.
    public let severity: Severity
    /// The article or the reason, shown with the fault.
    public let reason: BilingualText
}

/// One field of a notice kind: what it holds, when it is needed, who may see it.
public struct FieldDefinition: Sendable, Hashable {
    /// The name used in requests and templates.
    public let name: String
    /// What it holds.
    public let type: FieldType
    /// Its name for people.
    public let label: BilingualText
    /// What to write, and why it matters.
    public let help: BilingualText
    /// A value that fits, in each language.
    public let example: [NoticeLanguage: JSONValue]
    /// Whether it is needed in every case.
    public let isRequired: Bool
    /// The cases in which it is needed as well; any of them suffices.
    public let requiredWhen: [FieldCondition]
    /// The only cases in which it may be given; any case, if empty.
    public let onlyWhen: [FieldCondition]
    /// How much it says about a person.
    public let personalData: PersonalDataClass
    /// Where it may appear.
    public let appearsIn: Set<TemplateSurface>
    /// The options of a choice, in the order they are offered.
    public let options: [ChoiceOption]
    /// The smallest whole number or amount.
    public let minimum: String?
    /// The largest whole number or amount.
    public let maximum: String?
    /// The most Unicode scalars a text, or one item of a list, may have.
    public let maximumLength: Int
    /// Bounds of a date.
    public let dateRules: [DateRule]

    /// Whether it is needed, given the choices made.
    public func isRequired(for choices: [String: String]) -> Bool {
        isRequired || requiredWhen.contains { $0.holds(for: choices) }
    }

    /// Whether it may be given, given the choices made.
    public func isAllowed(for choices: [String: String]) -> Bool {
        onlyWhen.isEmpty || onlyWhen.contains { $0.holds(for: choices) }
    }
}
