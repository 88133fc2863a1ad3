import Evidence
import Notices
import People
import TestSupport
import Testing

extension TestGateway.Options {
    /// Begins at an instant of a working day; the usual start is a Saturday evening.
    static func at(_ instant: String) throws -> TestGateway.Options {
        var options = TestGateway.Options()
        options.start = try #require(Timestamp(rfc3339: instant))
        return options
    }
}

extension TestGateway {
    /// The clocks report one punch a person at a time of a day in China.
    @discardableResult
    func punch(
        _ people: [PersonID], _ day: String, _ time: String = "08:55", _ source: PunchSource = .face
    ) async throws -> ImportReport {
        let at = try #require(Timestamp(rfc3339: "\(day)T\(time):00+08:00"))
        return try await self.people.attendance.record(
            people.map { PunchLine(number: "N-\($0)", at: at, source: source) }, by: .integration)
    }

    /// The office system reports requests for leave, all made and approved on the same day.
    func leave(_ person: PersonID, on day: String, count: Int = 1) async throws {
        let date = try #require(CivilDate(day))
        try await people.attendance.record(
            (0..<count).map {
                Leave(
                    id: "\(person)-\(day)-\($0)", person: person, from: date, to: date, requestedOn: date,
                    state: .approved, kind: "事假", source: "oa")
            }, by: .integration)
    }

    /// Another system reports how much of a month's target was reached.
    func completion(_ person: PersonID, _ figures: [String: Int]) async throws {
        try await people.performance.record(
            completions: try figures.map {
                (person: person, month: try #require(Month($0.key)), percent: Hundredths($0.value))
            }, source: "dingtalk-projects", by: .integration)
    }

    /// A score of a month, with everything that leads to it.
    @discardableResult
    func score(_ person: PersonID, _ month: String, _ points: Int) async throws -> ReviewID {
        try await score(person, month, Hundredths(points))
    }

    /// The same with decimals, and with what it does to the pay.
    @discardableResult
    func score(
        _ person: PersonID, _ month: String, _ points: Hundredths, payFactor: Hundredths? = nil
    ) async throws -> ReviewID {
        let deduction = Hundredths(value: 10_000 - points.value)
        let lines = [
            ScoreLine(
                dimension: "业绩", weight: 100, deduction: deduction, reason: deduction.value == 0 ? nil : "未达成")
        ]
        let desk = people.performance
        let review = try await desk.score(
            person, month: try #require(Month(month)), lines: lines, payFactor: payFactor, by: .hr)
        _ = try await desk.confirm(review.id, version: 1, by: try await actor(person))
        _ = try await desk.approve(review.id, version: 1, by: .secondHR)
        return review.id
    }

    /// The person signs the result of a review.
    func sign(_ review: ReviewID, _ statement: String) async throws {
        let read = try await people.performance.review(review, by: .hr)
        _ = try await people.performance.sign(
            review, version: read.current.number, hash: read.current.hash(of: review), statement: statement,
            by: try await actor(read.person))
    }

    /// The open alerts about a person.
    func alerts(_ person: PersonID) async throws -> [Alert] {
        try await people.risk.alerts(states: [.open, .assigned], person: person, by: .hr)
    }

    /// Somebody of HR on the roster, who is told of alerts.
    func hrPerson() async throws -> PersonID { try await employee("王女士", id: "p-hr", unit: "hr", roles: [.hr]) }

    /// A person agrees to a kind of signal.
    func consent(_ person: PersonID, _ kind: ConsentKind) async throws {
        let hash = try #require(try await people.risk.book.rules().consentHash(kind))
        try await people.risk.give(kind, hash: hash, by: try await actor(person))
    }
}

extension Actor {
    /// Another of the HR department.
    static let secondHR = Actor(principal: Principal(id: "key-hr-2", kind: .apiKey, method: "api-key"), roles: [.hr])
}
