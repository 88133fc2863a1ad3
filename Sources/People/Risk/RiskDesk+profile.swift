import Evidence
import Notices

/// What is known of a member of staff, in four series with source and time (S-1).
public struct StaffProfile: Sendable, Hashable {
    /// Who.
    public let employee: Employee
    /// Attendance, performance, communication, collaboration, in this order.
    public let series: [ProfileSeries]
}

/// One series of a profile.
public struct ProfileSeries: Sendable, Hashable {
    /// Every name there is.
    public static let names = ["attendance", "performance", "communication", "collaboration"]

    /// One of ``names``.
    public let name: String
    /// The figures: what each is about and its value, oldest first.
    public let points: [Point]
    /// The system that reported last; nil while there is nothing.
    public let source: String?
    /// When it was last brought up to date.
    public let updatedAt: Timestamp?
    /// Why there is nothing, where there is a reason.
    public let note: String?

    /// One figure.
    public struct Point: Sendable, Hashable {
        /// The day or the month.
        public let at: String
        /// What is counted.
        public let what: String
        /// How much.
        public let value: String
    }
}

/// Before, during, after: the alerts, the handover, and the evidence of both, in one view (S-23).
public struct CaseView: Sendable {
    /// About whom.
    public let employee: Employee
    /// Before: the alerts with what was done about them.
    public let alerts: [(alert: Alert, interventions: [Intervention], shadow: ShadowAssignment?)]
    /// The steps of the employment.
    public let steps: [EmploymentStep]
    /// Everything on record, each in its stage, oldest first; each names its entry in the evidence log.
    public let acts: [(stage: Stage, act: RecordedAct)]

    /// Where in a case an act stands.
    public enum Stage: String, Sendable, Hashable, CaseIterable {
        /// Early warning (事前预警).
        case before
        /// Control while somebody leaves (事中控制).
        case during
        /// Notices, documents, claims (事后追责).
        case after
    }
}

extension RiskDesk {
    /// The four series of a person.
    public func profile(of person: PersonID, by actor: Actor) async throws -> StaffProfile {
        let employee = try await store.require(person)
        try AccessPolicy.require(.viewAlerts, actor, unit: employee.unit)
        guard actor.person != person else {
            throw PeopleError(
                .forbidden, "profiles are for HR and the heads of units; your own records are in your file")
        }
        let today = try await book.rules().hours.workday(clock.now)
        return StaffProfile(
            employee: employee,
            series: [
                try await attendanceSeries(employee, today), try await performanceSeries(person, today),
                try await communicationSeries(person), try await collaborationSeries(person),
            ])
    }

    private func attendanceSeries(_ employee: Employee, _ today: CivilDate) async throws -> ProfileSeries {
        let first = Month(today).adding(-5)
        let judge = try await attendance.judges([employee], from: first.first, to: today)[employee.id]
        let newest = try await store.newestPunch(of: employee.id)
        let points = (0...5).map { first.adding($0) }.compactMap { judge?.counts(in: $0, at: clock.now) }.flatMap {
            [
                ProfileSeries.Point(at: $0.month.description, what: "late", value: String($0.late)),
                ProfileSeries.Point(at: $0.month.description, what: "early", value: String($0.early)),
            ]
        }
        return ProfileSeries(
            name: "attendance", points: newest == nil ? [] : points, source: newest?.source.rawValue,
            updatedAt: newest?.receivedAt, note: newest == nil ? "no punch was imported" : nil)
    }

    private func performanceSeries(_ person: PersonID, _ today: CivilDate) async throws -> ProfileSeries {
        let months = try await store.performance(of: [person], from: Month(today).adding(-11), to: Month(today))
        let figures = (months[person] ?? [:]).values.sorted { $0.month < $1.month }
        let newest = figures.max { $0.recordedAt < $1.recordedAt }
        let points = figures.flatMap { one in
            [("completion", one.completion), ("score", one.score)].compactMap { name, value in
                value.map { ProfileSeries.Point(at: one.month.description, what: name, value: $0.description) }
            }
        }
        return ProfileSeries(
            name: "performance", points: points, source: newest?.source, updatedAt: newest?.recordedAt,
            note: figures.isEmpty ? "no figure was recorded" : nil)
    }

    private func communicationSeries(_ person: PersonID) async throws -> ProfileSeries {
        let rows = try await store.series(.messages, of: person, limit: 31)
        let hasAgreed = try await store.consents(of: [person])[person]?[.messages] != nil
        return Self.series(
            "communication", "messages", rows,
            note: hasAgreed ? "no count was imported" : "the person has not agreed to counting messages")
    }

    private func collaborationSeries(_ person: PersonID) async throws -> ProfileSeries {
        Self.series(
            "collaboration", "projects", try await store.series(.projects, of: person, limit: 31),
            note: "no count of projects was imported")
    }

    private static func series(
        _ name: String, _ what: String,
        _ rows: [(day: CivilDate, value: Int, source: String, receivedAt: Timestamp)], note: String
    ) -> ProfileSeries {
        let newest = rows.max { $0.receivedAt < $1.receivedAt }
        return ProfileSeries(
            name: name,
            points: rows.sorted { $0.day < $1.day }.map {
                .init(at: $0.day.description, what: what, value: String($0.value))
            }, source: newest?.source, updatedAt: newest?.receivedAt, note: rows.isEmpty ? note : nil)
    }

    /// One view of a case: the alerts before, the handover, and the evidence of everything.
    public func caseView(of person: PersonID, by actor: Actor) async throws -> CaseView {
        let employee = try await store.require(person)
        try AccessPolicy.require(.viewAlerts, actor, unit: employee.unit)
        let alerts = try await alerts(person: person, limit: 200, by: actor)
        var before: [(alert: Alert, interventions: [Intervention], shadow: ShadowAssignment?)] = []
        for alert in alerts.reversed() {
            let shadow = try await store.shadow(for: person, occasion: alert.id.rawValue)
            before.append((alert, try await store.interventions(for: alert.id), shadow))
        }
        let acts = try await store.acts(about: .employee(person))
        return CaseView(
            employee: employee, alerts: before, steps: try await store.steps(of: person),
            acts: acts.map { (Self.stage(of: $0), $0) })
    }

    /// As the dossier sorts it, so that no two views of a case disagree.
    private static func stage(of act: RecordedAct) -> CaseView.Stage {
        switch DossierWords(act.entry.event, subjects: act.subjects).phase {
        case .before: .before
        case .during: .during
        case .after: .after
        }
    }
}
