import Evidence
import Notices

/// Runs the rules, tells HR, and keeps what was done about it.
///
/// Start at ``run()``: it looks only at people with new data and at absences that fell due since the last run, so that a
/// company of a million costs no more than its changes.
public struct RiskDesk: Sendable {
    let store: any RiskStore & AttendanceStore & PerformanceStore & RosterReader & ActReader
    /// The rules in force.
    public let book: RuleBook
    let attendance: AttendanceDesk
    let sender: NoticeSender
    let clients: ClientDesk
    let acts: ActRecorder
    let clock: any WallClock

    /// What a run did; everything that stood in its way is said.
    public struct RunReport: Sendable, Hashable {
        /// People whose data were looked at.
        public internal(set) var examined = 0
        /// Alerts that were made or raised.
        public internal(set) var raised = 0
        /// Alerts that were taken back because their records turned out otherwise.
        public internal(set) var retracted = 0
        /// Notices to HR and questions to staff.
        public internal(set) var notices = 0
        /// Alerts that nobody confirmed in time.
        public internal(set) var escalated = 0
        /// Sentences about what could not be done, and why.
        public internal(set) var warnings: [String] = []

        mutating func warn(_ sentence: String) {
            if !warnings.contains(sentence), warnings.count < 100 { warnings.append(sentence) }
        }
    }

    /// How many people are looked at in one transaction.
    static let batch = 500
    /// How far back punches are read, so that a row of absences is counted in full.
    static let lookBackDays = 40

    /// Looks at whoever has new data or is absent, raises alerts, asks and tells; safe to repeat at any time.
    ///
    /// - Parameter patiently: lets an import that may still be under way end first; somebody who asks by hand is answered
    ///   at once.
    public func run(patiently: Bool = false) async throws -> RunReport {
        var report = RunReport()
        let rules = try await book.rules()
        if let rejection = await book.rejection() { report.warn(rejection) }
        try await examineDirty(rules, &report)
        try await examineAbsences(rules, patiently: patiently, &report)
        try await tell(rules, &report)
        return report
    }

    /// What the timer calls; returns what could not be done.
    public func runDue() async throws -> [String] { try await run(patiently: true).warnings }

    // MARK: Who is looked at

    private func examineDirty(_ rules: RiskRules, _ report: inout RunReport) async throws {
        var cursor: PersonID?
        while true {
            let marks = try await store.dirty(after: cursor, limit: Self.batch)
            guard let last = marks.last else { return }
            try await examine(marks.map(\.person), looked: marks, on: rules.hours.workday(clock.now), rules, &report)
            cursor = last.person
        }
    }

    // MARK: What is found

    /// One batch: everything is read at once, judged in memory, and written in one transaction.
    func examine(
        _ people: [PersonID], looked: [DirtyMark], on day: CivilDate, _ rules: RiskRules, _ report: inout RunReport
    ) async throws {
        let now = clock.now
        let histories = try await histories(of: people, from: day, to: day, rules)
        let known = try await store.raised(about: people)
        let open = try await store.openAlerts(of: people)
        var raises: [NewRaise] = []
        for person in people {
            guard let history = histories[person], history.employee.state != .left else { continue }
            let standing = try await retractMistaken(history, open[person] ?? [], rules, at: now, &report)
            raises += try newRaises(history, standing, known[person] ?? [], on: day, at: now, rules)
            if case .unknown(let year) = history.judge.verdict(on: day, at: now) {
                report.warn(Self.missing(year))
            }
        }
        if !raises.isEmpty || !looked.isEmpty {
            report.raised += try await store.raise(raises, looked: looked).count
        }
        report.examined += people.count
    }

    /// Everything the rules may know of some people in a span, with as much of the time before as they ask for.
    func histories(
        of people: [PersonID], from: CivilDate, to: CivilDate, _ rules: RiskRules
    ) async throws -> [PersonID: EmployeeHistory] {
        let employees = try await store.employees(people)
        let punchesFrom = min(from.adding(days: -Self.lookBackDays), Month(from).first)
        let judges = try await attendance.judges(
            Array(employees.values), from: punchesFrom, to: to, leavesFrom: from.adding(months: -13))
        let months = try await store.performance(of: people, from: Month(from).adding(-24), to: Month(to))
        let series = try await store.series(of: people, from: from.adding(days: -rules.seriesDays), to: to)
        let consents = try await store.consents(of: people)
        return employees.compactMapValues { one in
            judges[one.id].map { judge in
                EmployeeHistory(
                    employee: one, judge: judge, punchesFrom: punchesFrom, performance: months[one.id] ?? [:],
                    series: series[one.id] ?? PersonSeries(),
                    consents: Set(
                        (consents[one.id] ?? [:]).filter { rules.consentHash($0.key)?.hex == $0.value }.keys))
            }
        }
    }

    private func newRaises(
        _ history: EmployeeHistory, _ open: [OpenAlert], _ known: Set<String>, on day: CivilDate, at now: Timestamp,
        _ rules: RiskRules
    ) throws -> [NewRaise] {
        var raises: [NewRaise] = []
        var alerts = Dictionary(open.map { ($0.topic, $0.id) }, uniquingKeysWith: { first, _ in first })
        let employee = history.employee
        for rule in rules.rules.filter(\.isEnabled).sorted(by: { $0.level < $1.level }) {
            guard let finding = rule.finding(in: history, on: day, at: now),
                !known.contains("\(rule.id) \(finding.occurrence)")
            else { continue }
            let isNew = alerts[rule.topic] == nil
            let id = alerts[rule.topic] ?? AlertID(SecureRandom.uuid(at: now))
            alerts[rule.topic] = id
            let content = AlertRaise.Content(
                text: rule.sentence(employee.name, finding), suggestion: rule.suggestion, signals: finding.signals)
            let raise = AlertRaise(
                rule: rule.id, ruleVersion: rules.version, level: rule.level, occurrence: finding.occurrence,
                window: finding.window, threshold: rule.measure.threshold, content: content, raisedAt: now,
                question: nil)
            let act = try acts.act(
                .alertRaised, by: .songda, about: [.employee(employee.id), Subject(.alert, id)],
                [
                    "topic": .string(rule.topic), "rule": .string(rule.id),
                    "ruleVersion": .integer(Int64(rules.version)), "level": .integer(Int64(rule.level)),
                    "threshold": .string(raise.threshold), "from": .string(finding.window.lowerBound.description),
                    "to": .string(finding.window.upperBound.description), "content": content.json,
                ])
            raises.append(
                NewRaise(
                    alert: id, isNew: isNew, person: employee.id, topic: rule.topic, raise: raise,
                    questionDay: rule.asksEmployee && finding.absentDays.last == rules.hours.workday(now) ? day : nil,
                    acts: [act]))
        }
        return raises
    }

    /// Takes an alert back whose absences have been filled by a late punch or leave: nobody is wronged by a slow import.
    ///
    /// Returns the alerts that stand.
    private func retractMistaken(
        _ history: EmployeeHistory, _ open: [OpenAlert], _ rules: RiskRules, at now: Timestamp,
        _ report: inout RunReport
    ) async throws -> [OpenAlert] {
        var standing: [OpenAlert] = []
        for alert in open {
            let needed: [(Int, ClosedRange<CivilDate>)?] = alert.raises.map { raise in
                guard case .absence(let days)? = rules.rule(raise.rule)?.measure else { return nil }
                return (days, raise.window)
            }
            let isMistaken = needed.allSatisfy { one in
                guard let (days, window) = one, window.lowerBound >= history.punchesFrom else { return false }
                let absent = (window.lowerBound.dayNumber...window.upperBound.dayNumber).filter {
                    history.judge.verdict(on: CivilDate(dayNumber: $0), at: now) == .absent
                }
                return absent.count < days
            }
            guard isMistaken, !needed.isEmpty else {
                standing.append(alert)
                continue
            }
            let act = try acts.act(
                .alertRetracted, by: .songda, about: [.employee(history.employee.id), Subject(.alert, alert.id)],
                ["reason": "punches or approved leave for these days arrived later"])
            if try await store.retract(alert.id, acts: [act]) { report.retracted += 1 }
        }
        return standing
    }
}
