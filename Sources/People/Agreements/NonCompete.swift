import Evidence
import Notices

/// The clock of one signed non-compete after its person has left.
public struct NonCompete: Sendable, Hashable {
    /// How far it is.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case running, released, ended
    }

    /// The agreement.
    public let agreement: AgreementID
    /// Its number.
    public let number: String
    /// Who is bound.
    public let person: PersonID
    /// The last day of the employment.
    public let startsOn: CivilDate
    /// The last day of the term: the end date and the agreed months, at most what the law allows.
    public let endsOn: CivilDate
    /// How far it is.
    public let state: State
    /// The months for which compensation was paid.
    public let paidMonths: Set<Int>

    /// Describes a clock.
    public init(
        agreement: AgreementID, number: String, person: PersonID, startsOn: CivilDate, endsOn: CivilDate, state: State,
        paidMonths: Set<Int> = []
    ) {
        self.agreement = agreement
        self.number = number
        self.person = person
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.state = state
        self.paidMonths = paidMonths
    }

    /// The complete months of the term by a day, counted from 1, for which no payment is recorded.
    ///
    /// The first month ends on the corresponding day of the month after the end date.
    public func unpaidMonths(on day: CivilDate) -> [Int] {
        guard state == .running else { return [] }
        var unpaid: [Int] = []
        var month = 1
        while true {
            let end = startsOn.addingMonths(month)
            guard end < day, end <= endsOn else { return unpaid }
            if !paidMonths.contains(month) { unpaid.append(month) }
            month += 1
        }
    }
}

/// Something HR has to look into after somebody left, with its outcome.
public struct CheckTask: Sendable, Hashable {
    /// What was found.
    public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        /// Nothing speaks for a breach.
        case clear
        /// Something speaks for a breach; evidence is to be gathered.
        case suspicious
        /// A breach is documented.
        case breach
        /// What was missing has been done, for example a payment.
        case settled
        /// It could not be found out.
        case unknown
    }

    /// Names it.
    public let id: String
    /// The agreement it is about.
    public let agreement: AgreementID
    /// Who left.
    public let person: PersonID
    /// What to do: a check of the rules, or `compensation`.
    public let check: String
    /// The occasion, for example `90` days before the end; one task an occasion.
    public let occasion: String
    /// The day since which it is due.
    public let dueOn: CivilDate
    /// What to do, in words.
    public let text: BilingualText
    /// What was found; nil while it is open.
    public let outcome: Outcome?
    /// What was found, in words.
    public let note: String?

    /// Describes a task.
    public init(
        id: String, agreement: AgreementID, person: PersonID, check: String, occasion: String, dueOn: CivilDate,
        text: BilingualText, outcome: Outcome? = nil, note: String? = nil
    ) {
        self.id = id
        self.agreement = agreement
        self.person = person
        self.check = check
        self.occasion = occasion
        self.dueOn = dueOn
        self.text = text
        self.outcome = outcome
        self.note = note
    }
}

extension CivilDate {
    /// The corresponding day so many months later, or the last day of that month where there is none (民法典 第二百零二条).
    public func addingMonths(_ months: Int) -> CivilDate {
        let (year, month, day) = parts
        let index = year * 12 + month - 1 + months
        let (y, m) = (index / 12, index % 12 + 1)
        for last in [day, 30, 29, 28] where last <= day {
            if let found = CivilDate(year: y, month: m, day: last) { return found }
        }
        preconditionFailure("every month has a 28th")
    }
}
