import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

struct RuleBookTests {
    private static func shipped() throws -> String {
        try String(contentsOfFile: TestResources.root + "/config/rules/risk.yaml", encoding: .utf8)
    }

    /// The shipped rules with something replaced.
    private static func changed(_ old: String, _ new: String) throws -> String {
        let text = try shipped()
        try #require(text.contains(old), "\(old) is not in the shipped rules")
        return text.replacingOccurrences(of: old, with: new)
    }

    @Test(arguments: Backend.allCases)
    func `S-22 thresholds change without a restart, each alert keeps its version, a bad file changes nothing`(
        backend: Backend
    ) async throws {
        let rules = try RuleFolder()
        defer { rules.remove() }
        func save(_ text: String) throws { try rules.write(text, to: "risk.yaml") }
        var options = TestGateway.Options()
        options.rules = rules.path
        try await TestGateway.with(backend, options) { gateway in
            let (first, second) = (try await gateway.employee(), try await gateway.employee("李四", id: "p-lisi"))
            let risk = gateway.people.risk
            _ = try await gateway.hrPerson()
            for person in [first, second] { try await gateway.completion(person, ["2026-09": 75, "2026-10": 75]) }
            _ = try await risk.run()
            #expect(try await gateway.alerts(first).isEmpty)
            // A mistake leaves the old version in force, and the report names key and line.
            try save(
                try Self.changed(
                    "completion: {below-percent: 70, months: 2}", "completion: {below-percent: 0, months: 2}"))
            let report = try await risk.run()
            #expect(report.warnings.contains { $0.contains("below-percent") && $0.contains("stays") })
            #expect(try await risk.book.rules().version == 2)
            // The same version with other words is none.
            let higher = try Self.changed(
                "completion: {below-percent: 70, months: 2}", "completion: {below-percent: 80, months: 2}")
            try save(higher)
            #expect(try await risk.run().warnings.contains { $0.contains("not above 2") })
            try save(higher.replacingOccurrences(of: "\nversion: 2\n", with: "\nversion: 3\n"))
            try await gateway.completion(first, ["2026-10": 75])
            #expect(try await risk.run().warnings == [])
            #expect(try await gateway.alerts(first).flatMap(\.raises).map(\.ruleVersion) == [3])
            // HR may also hand the text in; nobody else.
            let third = higher.replacingOccurrences(of: "\nversion: 2\n", with: "\nversion: 4\n")
            await #expect(throws: PeopleError(.forbidden, "")) {
                try await risk.book.apply(third, by: try await gateway.actor(second))
            }
            #expect(try await risk.book.apply(third, by: .hr).version == 4)
            try await gateway.completion(second, ["2026-10": 74])
            _ = try await risk.run()
            #expect(try await gateway.alerts(second).flatMap(\.raises).map(\.ruleVersion) == [4])
            #expect(try await gateway.alerts(first).flatMap(\.raises).map(\.ruleVersion) == [3])
            let events = try await gateway.eventsOfTheHouse()
            #expect(events.filter { $0 == "RiskRulesApplied" }.count == 3)
            #expect(events.filter { $0 == "RiskRulesRefused" }.count == 2)
        }
    }

    @Test(arguments: [
        ("lateness: {more-than: 5}", "lateness: {more-then: 5}", "more-then"),
        ("lateness: {more-than: 5}", "lateness: {more-than: -1}", "more-than"),
        (
            "leave-surge: {factor: 3, baseline-months: 3}", "leave-surge: {factor: 3, baseline-months: 0}",
            "baseline-months"
        ),
        ("leave-surge: {factor: 3, baseline-months: 3}", "leave-surge: {factor: 0, baseline-months: 3}", "factor"),
        ("days: 14, baseline-days: 60", "days: 61, baseline-days: 60", "baseline-days"),
        ("score-trend: {at-least-percent: 20, months: 3}", "score-trend: {at-least-percent: 20, months: 99}", "months"),
        ("absence: {days: 1}", "absence: {days: 0}", "days"),
        ("  - id: lateness\n", "  - id: leave-surge\n", "leave-surge"),
        ("{name}本月迟到{count}次", "{name}本月迟到{times}次", "times"),
        ("end: \"18:00\"", "end: \"08:00\"", "end"),
        ("level: 3", "level: 4", "level"),
        ("\nversion: 2\n", "\nversion: 2\nsurprise: 1\n", "surprise"),
    ])
    func `a rule that cannot be is refused with its key and its line`(old: String, new: String, key: String) throws {
        let text = try Self.changed(old, new)
        let fault = #expect(throws: SourceFault.self) { try RiskRules(yaml: text, file: "risk.yaml") }
        let description = try #require(fault?.description)
        #expect(description.hasPrefix("risk.yaml:") && description.contains(key), "\(description)")
        #expect((fault?.line ?? 0) > 1)
    }
}
