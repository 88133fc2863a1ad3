import Evidence
import Notices

/// How a month's pay is worked out: one version of `config/rules/pay.yaml`.
public struct PayRules: Sendable, Hashable {
    /// Its name.
    public let id: String
    /// Its version, counted from 1.
    public let version: Int
    /// The first day it is meant for.
    public let effectiveFrom: CivilDate
    /// SHA-256 of the file's text.
    public let hash: Digest
    /// The text it was read from, kept with the first sheet it made.
    public let text: String
    /// The part of a month's wage that a deduction for loss may take, and the rule that says so.
    public let deductionShare: Parameter
    /// The minimum wages, by region and first day.
    public let minimumWages: [MinimumWage]
    /// The fixed figures by name.
    public let parameters: [String: Parameter]
    /// What must be known of a month, in the order of the file.
    public let facts: [FactDefinition]
    /// The lines of a sheet, in order.
    public let lines: [LineDefinition]

    /// A fixed figure with the rule it rests on.
    public struct Parameter: Sendable, Hashable {
        /// The name formulas use.
        public let name: String
        /// The figure.
        public let value: ExactNumber
        /// Its name for people.
        public let label: BilingualText
        /// The policy or article.
        public let source: String
    }

    /// The minimum wage of a region from a day on.
    public struct MinimumWage: Sendable, Hashable {
        /// The region, as requests name it.
        public let region: String
        /// Its name for people.
        public let label: BilingualText
        /// The amount of a month.
        public let monthly: ExactNumber
        /// ISO 4217.
        public let currency: String
        /// The first day.
        public let from: CivilDate
        /// The notice that sets it.
        public let source: String
        /// When and by whom the figure was compared with the publication; nil for a figure that nobody has compared.
        public let confirmed: Confirmation?

        /// That a figure was compared with what the authority published.
        public struct Confirmation: Sendable, Hashable {
            /// The day.
            public let on: CivilDate
            /// Who compared it.
            public let by: String
        }

        /// The source as pay sheets name it, with the date from which the figure holds and whether it was compared.
        var standing: String {
            let checked = confirmed.map { "经核对 confirmed \($0.on), \($0.by)" } ?? "未经核对 UNCONFIRMED"
            return "\(source) (\(region), \(from); \(checked))"
        }

        /// What whoever reads the pay must be told of the figure; nil where it was compared.
        var warning: PayWarning? {
            guard confirmed == nil else { return nil }
            return PayWarning(
                zh: "\(label.zh)最低工资 \(monthly) \(currency)（\(from)起）未与官方公布核对，使用前请核对，并在规则中记录核对日期和核对人",
                en: "the minimum wage of \(label.en), \(monthly) \(currency) from \(from), was not compared with the "
                    + "official publication; compare it, and record by whom and when in the rules")
        }
    }

    /// What kind of figure a fact is.
    public enum Unit: String, Sendable, Hashable, CaseIterable {
        /// A sum in the sheet's currency, at most two decimals.
        case money
        /// A whole number.
        case count
        /// Any exact number.
        case number
    }

    /// Something that must be known of a month.
    public struct FactDefinition: Sendable, Hashable {
        /// The name formulas use.
        public let name: String
        /// Its name for people.
        public let label: BilingualText
        /// What kind of figure.
        public let unit: Unit
        /// The kinds of record that may state it.
        public let from: [String]
        /// The value when nothing is stated; nil means that it must be.
        public let standard: ExactNumber?
        /// The largest value.
        public let maximum: ExactNumber?
        /// What a value below one needs.
        public let needsBelowOne: [PayRequirement]
        /// Whether it is a claim against the person, which leaves the wage only under the cap.
        public let isClaim: Bool
    }

    /// Where an amount belongs; deductions and insurance are positive and taken away.
    public enum Group: String, Sendable, Hashable, Codable, CaseIterable {
        case wage, bonus, deduction, insurance
    }

    /// One line of a sheet.
    public struct LineDefinition: Sendable, Hashable {
        /// Its name, which the lines below may use.
        public let id: String
        /// Where it belongs.
        public let group: Group
        /// Its name for people.
        public let label: BilingualText
        /// How it is worked out.
        public let formula: Formula
        /// Whether the cap on deductions for loss lies over it; its formula then states the claim.
        public let isCapped: Bool
        /// What an amount other than zero needs.
        public let needs: [PayRequirement]
    }

    /// The minimum wage of a region on a day.
    public func minimumWage(in region: String, on day: CivilDate) -> MinimumWage? {
        minimumWages.filter { $0.region == region && $0.from <= day }.max { $0.from < $1.from }
    }
}

/// Something that must be on record before a figure may lower anybody's pay.
public enum PayRequirement: Sendable, Hashable, CustomStringConvertible {
    /// The performance result that the fact names, signed.
    case signedResult
    /// The statement of the person that they understood a policy, signed before the month ended.
    case training(PolicyID)
    /// A clause in an agreement that the person signed.
    case clause(String)

    /// Reads `signed-result`, `training <policy>` or `clause <clause>`.
    init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("signed-result", 1): self = .signedResult
        case ("training", 2): self = .training(PolicyID(words[1]))
        case ("clause", 2): self = .clause(words[1])
        default: return nil
        }
    }

    /// As rules write it.
    public var description: String {
        switch self {
        case .signedResult: "signed-result"
        case .training(let policy): "training \(policy)"
        case .clause(let clause): "clause \(clause)"
        }
    }
}
