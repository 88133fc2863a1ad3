import Evidence
import Notices
import People
import TestSupport
import Testing

/// The boundary of each rule, through the database and the engine: one person on each side of it.
struct RiskRuleTests {
    private func pair(_ gateway: TestGateway) async throws -> (fires: PersonID, quiet: PersonID) {
        (try await gateway.employee("赵六", id: "p-fires"), try await gateway.employee("钱七", id: "p-quiet"))
    }

    /// Runs the rules; the first person has an alert on the topic, the second none at all.
    private func expect(
        _ gateway: TestGateway, _ people: (fires: PersonID, quiet: PersonID), _ rule: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> AlertRaise {
        _ = try await gateway.people.risk.run()
        #expect(try await gateway.alerts(people.quiet).isEmpty, sourceLocation: sourceLocation)
        let raises = try await gateway.alerts(people.fires).flatMap(\.raises)
        return try #require(raises.first { $0.rule == rule }, sourceLocation: sourceLocation)
    }

    @Test(arguments: Backend.allCases)
    func `S-2 an alert lists the signals, the window and the threshold that fired it`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let people = try await pair(gateway)
            try await gateway.completion(people.fires, ["2026-09": 65, "2026-10": 50])
            let raise = try await expect(gateway, people, "completion-two-months")
            #expect(raise.content.signals.map(\.zh) == ["2026年9月绩效完成率65%", "2026年10月绩效完成率50%"])
            #expect(raise.window == CivilDate("2026-09-01")!...CivilDate("2026-10-31")!)
            #expect(raise.threshold == "completion below 70% for 2 months")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-3 a score of 100 that is 80 within three months fires, 81 does not`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let people = try await pair(gateway)
            for (person, last) in [(people.fires, 80), (people.quiet, 81)] {
                for (month, points) in [("2026-08", 100), ("2026-09", 95), ("2026-10", 90), ("2026-11", last)] {
                    try await gateway.score(person, month, points)
                }
            }
            let raise = try await expect(gateway, people, "score-trend")
            #expect(raise.content.text.zh == "赵六近3个月绩效由100分降至80分,可能存在离职倾向,请及时沟通")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-4 three requests for leave against one a month before fire, two do not`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let people = try await pair(gateway)
            for person in [people.fires, people.quiet] {
                for day in ["2026-08-12", "2026-09-10", "2026-10-14"] { try await gateway.leave(person, on: day) }
            }
            try await gateway.leave(people.fires, on: "2026-11-10", count: 3)
            try await gateway.leave(people.quiet, on: "2026-11-10", count: 2)
            let raise = try await expect(gateway, people, "leave-surge")
            #expect(raise.content.text.en.contains("asked for leave 3 times this month against 1 a month before"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-13 the sixth late arrival of a month fires, the fifth does not`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let people = try await pair(gateway)
            for day in ["03", "04", "05", "06", "09"] {
                try await gateway.punch([people.fires, people.quiet], "2026-11-\(day)", "09:01")
            }
            try await gateway.punch([people.fires], "2026-11-10", "09:01")
            try await gateway.punch([people.quiet], "2026-11-10", "09:00")
            let raise = try await expect(gateway, people, "lateness")
            #expect(raise.content.text.zh == "赵六本月迟到6次,请及时了解情况")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-14 a completion of 69 and 69 per cent fires, 69 and 70 does not`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let people = try await pair(gateway)
            try await gateway.completion(people.fires, ["2026-09": 69, "2026-10": 69])
            try await gateway.completion(people.quiet, ["2026-09": 69, "2026-10": 70])
            #expect(try await expect(gateway, people, "completion-two-months").level == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-15 a score that falls from 90 to 71 fires, to 72 does not`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let people = try await pair(gateway)
            for (person, last) in [(people.fires, 71), (people.quiet, 73)] {
                // The trend of three months starts at 20 per cent exactly and has a test of its own.
                try await gateway.score(person, "2026-10", 90)
                try await gateway.score(person, "2026-11", last)
            }
            let raise = try await expect(gateway, people, "score-drop")
            #expect(raise.content.text.zh == "赵六绩效得分由90分降至71分,可能存在离职倾向,请及时沟通")
            let edge = try await gateway.employee("孙八", id: "p-edge")
            try await gateway.score(edge, "2026-10", 90)
            try await gateway.score(edge, "2026-11", 72)
            _ = try await gateway.people.risk.run()
            let rules = try await gateway.alerts(edge).flatMap(\.raises).map(\.rule)
            #expect(!rules.contains("score-drop"), "20 per cent is not more than 20 per cent")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-16 the third month below target raises the alert above the level of the second`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let people = try await pair(gateway)
            try await gateway.completion(people.fires, ["2026-09": 60, "2026-10": 60])
            #expect(try await expect(gateway, people, "completion-two-months").level == 1)
            let first = try await gateway.alerts(people.fires)
            gateway.pass(.seconds(11 * 86_400))
            try await gateway.completion(people.fires, ["2026-11": 60])
            let raise = try await expect(gateway, people, "completion-three-months")
            #expect(raise.level == 2)
            let alerts = try await gateway.alerts(people.fires)
            #expect(alerts.map(\.id) == first.map(\.id) && alerts.map(\.level) == [2])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-17 the eleventh request for leave in a month fires, the tenth does not`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let people = try await pair(gateway)
            try await gateway.leave(people.fires, on: "2026-11-12", count: 11)
            try await gateway.leave(people.quiet, on: "2026-11-12", count: 10)
            let raise = try await expect(gateway, people, "leave-count")
            #expect(raise.content.text.zh == "赵六本月请假11次,可能存在离职倾向,请及时沟通")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-19 messages below half of the personal baseline fire, half does not`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let people = try await pair(gateway)
            let today = CivilDate(inChina: gateway.clock.now)
            for (person, now) in [(people.fires, 49), (people.quiet, 50)] {
                try await gateway.consent(person, .messages)
                let points = (1...74).map {
                    SeriesPoint(person: person, day: today.adding(days: -$0), value: $0 <= 14 ? now : 100)
                }
                let report = try await gateway.people.risk.record(
                    .messages, source: "oa", points: points, by: .integration)
                #expect(report.added == 74)
            }
            let raise = try await expect(gateway, people, "messages-drop")
            #expect(raise.content.text.zh.contains("近14天办公系统消息量仅为以往的49%"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-20 the report speaks in zh-CN and en with the real numbers`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let people = try await pair(gateway)
            try await gateway.completion(people.fires, ["2026-09": 69, "2026-10": 12])
            let raise = try await expect(gateway, people, "completion-two-months")
            #expect(raise.content.text.zh == "赵六连续2个月绩效完成率低于70%,可能存在离职倾向,请及时沟通")
            #expect(
                raise.content.text.en
                    == "赵六 was below 70% of target for 2 consecutive months and may be about to leave; please talk soon"
            )
        }
    }
}
