import Notices

/// An employment that is neither lived nor ended, with how long it has been so (S-80).
///
/// The case behind it: somebody vanished, was neither dismissed nor at work for three months, and nobody noticed the gap.
public struct ContractLimbo: Sendable, Hashable {
    /// Why it hangs.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Suspended, not formally ended (暂停履行、未正式解除).
        case suspended
        /// The fixed term is over, and nobody ended or renewed the contract.
        case termOver = "term-over"
        /// The last day is over, and the roster has not closed the employment.
        case lastDayOver = "last-day-over"
    }

    /// Who.
    public let employee: Employee
    /// Why.
    public let kind: Kind
    /// The first day of the gap.
    public let since: CivilDate
    /// The day up to which it is counted.
    public let until: CivilDate
    /// How many days it has lasted, the first one counted.
    public var days: Int { until.dayNumber - since.dayNumber + 1 }

    /// The gap in words.
    public var words: BilingualText {
        switch kind {
        case .suspended:
            BilingualText(
                zh: "劳动合同自\(since)起暂停履行，未正式解除，已\(days)日",
                en: "suspended since \(since) and not formally ended, for \(days) day(s)")
        case .termOver:
            BilingualText(
                zh: "劳动合同于\(since.adding(days: -1))期满，未终止也未续订，已\(days)日（劳动合同法第八十二条）",
                en: "the term ended on \(since.adding(days: -1)) without end or renewal, \(days) day(s) ago (art. 82)")
        case .lastDayOver:
            BilingualText(
                zh: "最后工作日\(since.adding(days: -1))已过，尚未登记离职，已\(days)日",
                en:
                    "the last day \(since.adding(days: -1)) is over and the employment is not closed, for \(days) day(s)"
            )
        }
    }

    /// The gap of a member of staff on a day; nil when there is none.
    public static func of(_ employee: Employee, on today: CivilDate) -> ContractLimbo? {
        if employee.state == .left { return nil }
        if let last = employee.lastDay, last < today {
            return ContractLimbo(employee: employee, kind: .lastDayOver, since: last.adding(days: 1), until: today)
        }
        if employee.state == .suspended, employee.stateSince <= today {
            return ContractLimbo(employee: employee, kind: .suspended, since: employee.stateSince, until: today)
        }
        if let end = employee.contractUntil, end < today {
            return ContractLimbo(employee: employee, kind: .termOver, since: end.adding(days: 1), until: today)
        }
        return nil
    }
}

extension RosterDesk {
    /// Every employment in limbo that the actor may see, the longest gap first.
    public func limbos(by actor: Actor, limit: Int = 200) async throws -> [ContractLimbo] {
        let reach = try AccessPolicy.require(anyReach: .viewRoster, actor)
        let today = today
        return try await store.employees(inLimboOn: today, limit: limit).compactMap { employee in
            guard reach == .all || actor.managedUnits.contains(employee.unit) else { return nil }
            return ContractLimbo.of(employee, on: today)
        }.sorted { $0.since < $1.since }
    }
}
