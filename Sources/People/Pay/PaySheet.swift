import Evidence
import Notices

/// Names one pay sheet.
public struct PaySheetID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name a pay sheet.
    public init(rawValue: String) { self.rawValue = rawValue }
}

extension Subject.Kind {
    /// A pay sheet.
    public static let paySheet = Subject.Kind(rawValue: "pay-sheet")
}

/// A calendar month.
public struct PayMonth: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The first day.
    public let firstDay: CivilDate

    /// Reads `2026-11`, or gives nil.
    public init?(_ text: String) {
        guard text.utf8.count == 7, let day = CivilDate(text + "-01") else { return nil }
        firstDay = day
    }

    /// The month in which a day lies.
    public init(of day: CivilDate) { firstDay = day.adding(days: 1 - day.parts.day) }

    /// The last day.
    public var lastDay: CivilDate { next.firstDay.adding(days: -1) }
    /// The month after.
    public var next: PayMonth { PayMonth(of: firstDay.adding(days: 31)) }
    /// `2026-11`.
    public var description: String { String(firstDay.description.prefix(7)) }
    /// Orders by time.
    public static func < (a: PayMonth, b: PayMonth) -> Bool { a.firstDay < b.firstDay }
}

/// A figure of a month with the record that states it.
public struct PayFact: Sendable, Hashable, Codable {
    /// The name of the fact in the rules.
    public let name: String
    /// The figure.
    public let value: ExactNumber
    /// The kind of record, for example `contract`; `rules` for a default.
    public let source: String
    /// Which record.
    public let reference: String
    /// The currency, where the caller states one.
    public let currency: String?

    /// States a figure.
    public init(name: String, value: ExactNumber, source: String, reference: String, currency: String? = nil) {
        self.name = name
        self.value = value
        self.source = source
        self.reference = reference
        self.currency = currency
    }
}

/// One value that went into a line, with where it comes from.
public struct PayTerm: Sendable, Hashable, Codable {
    /// The name in the formula.
    public let name: String
    /// The value.
    public let value: ExactNumber
    /// The record, the policy, the article or the line above.
    public let source: String
}

/// One line of a pay sheet.
public struct PayLine: Sendable, Hashable, Codable {
    /// Its name in the rules.
    public let id: String
    /// Where it belongs.
    public let group: PayRules.Group
    /// In Chinese.
    public let zh: String
    /// In English.
    public let en: String
    /// How it was worked out.
    public let formula: String
    /// What went in.
    public let terms: [PayTerm]
    /// What came out, rounded; deductions and insurance are positive.
    public let amount: ExactNumber
    /// ISO 4217.
    public let currency: String
    /// What was on record for it, where the rules ask for something.
    public let proofs: [String]
}

/// A sentence that whoever reads the pay must see, in both languages.
public struct PayWarning: Sendable, Hashable, Codable {
    /// In Chinese.
    public let zh: String
    /// In English.
    public let en: String
}

/// What the rules make of a month's facts.
public struct PayResult: Sendable, Hashable, Codable {
    /// The lines, in the order of the rules.
    public let lines: [PayLine]
    /// Wage and bonus less deductions (应发工资).
    public let due: ExactNumber
    /// What is due less insurance (实发), before income tax.
    public let net: ExactNumber
    /// ISO 4217.
    public let currency: String
    /// What a reader must be told of the figures, for example that nobody has compared one with its source.
    public let warnings: [PayWarning]

    init(
        lines: [PayLine], due: ExactNumber, net: ExactNumber, currency: String, warnings: [PayWarning]
    ) {
        self.lines = lines
        self.due = due
        self.net = net
        self.currency = currency
        self.warnings = warnings
    }

    /// Reads a result as it was kept; those of before there were warnings have none.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        lines = try values.decode([PayLine].self, forKey: .lines)
        due = try values.decode(ExactNumber.self, forKey: .due)
        net = try values.decode(ExactNumber.self, forKey: .net)
        currency = try values.decode(String.self, forKey: .currency)
        warnings = try values.decodeIfPresent([PayWarning].self, forKey: .warnings) ?? []
    }
}

/// A pay sheet: one person, one month, with everything that it was worked out from.
public struct PaySheet: Sendable, Hashable {
    /// How far it is.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// Worked out, not in force.
        case draft
        /// In force; one a person and month.
        case final
        /// Taken back with a reason.
        case withdrawn
    }

    /// Names it.
    public let id: PaySheetID
    /// Whose pay.
    public let person: PersonID
    /// Of which month.
    public let month: PayMonth
    /// How far it is.
    public let state: State
    /// What it says.
    public let content: Content
    /// When it was worked out.
    public let createdAt: Timestamp

    /// What a sheet says; kept as one sealed text.
    public struct Content: Sendable, Hashable, Codable {
        /// The region whose minimum wage holds.
        public let region: String
        /// The rules' name.
        public let rules: String
        /// Their version.
        public let rulesVersion: Int
        /// The hash of their text.
        public let rulesHash: Digest
        /// What was known.
        public let facts: [PayFact]
        /// What came out.
        public let result: PayResult
    }

    /// Gathers a sheet.
    public init(
        id: PaySheetID, person: PersonID, month: PayMonth, state: State, content: Content, createdAt: Timestamp
    ) {
        self.id = id
        self.person = person
        self.month = month
        self.state = state
        self.content = content
        self.createdAt = createdAt
    }
}
