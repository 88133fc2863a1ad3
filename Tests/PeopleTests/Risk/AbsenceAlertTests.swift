import Evidence
import Notices
import People
import TestSupport
import Testing

struct AbsenceAlertTests {
    /// Three people of whom two punch every morning; 张三 does not.
    private func staff(_ gateway: TestGateway) async throws -> (absent: PersonID, present: [PersonID]) {
        let absent = try await gateway.employee()
        return (absent, [try await gateway.employee("李四", id: "p-lisi"), try await gateway.hrPerson()])
    }

    @Test(arguments: Backend.allCases)
    func `S-10 two scheduled workdays without punch and leave make exactly one alert with that text`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend, .at("2026-11-19T04:00:00Z")) { gateway in
            let (zhang, others) = try await staff(gateway)
            for day in ["2026-11-18", "2026-11-19"] { try await gateway.punch(others, day) }
            _ = try await gateway.people.risk.run()
            _ = try await gateway.people.risk.run()
            let alerts = try await gateway.alerts(zhang)
            #expect(alerts.map(\.text?.zh) == ["张三连续2天未打卡,请及时联系"])
            #expect(alerts.first?.level == 2)
            for other in others { #expect(try await gateway.alerts(other).isEmpty) }
            let told = try await gateway.store.notices(
                NoticeFilter(kind: "risk-alert"), before: nil, limit: 10)
            #expect(told.count == 1)
            let content = try #require(try await gateway.store.content(of: told[0].id))
            #expect(String(decoding: content, as: UTF8.self).contains("张三连续2天未打卡,请及时联系"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-10 approved leave excuses a day, and a weekend between two days does not part them`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend, .at("2026-11-23T04:00:00Z")) { gateway in
            let (zhang, others) = try await staff(gateway)
            let wang = try await gateway.employee("王五", id: "p-wangwu")
            for day in ["2026-11-20", "2026-11-23"] { try await gateway.punch(others, day) }
            try await gateway.leave(wang, on: "2026-11-20")
            _ = try await gateway.people.risk.run()
            #expect(try await gateway.alerts(zhang).first?.text?.zh == "张三连续2天未打卡,请及时联系")
            #expect(try await gateway.alerts(wang).first?.level == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-11 on the first day HR is alerted and the person is asked, the same day and once`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend, .at("2026-11-18T01:30:00Z")) { gateway in
            let (zhang, others) = try await staff(gateway)
            try await gateway.punch(others, "2026-11-18")
            _ = try await gateway.people.risk.run()
            #expect(try await gateway.alerts(zhang).isEmpty, "at half past nine nobody is absent yet")
            gateway.pass(.seconds(3_600))
            _ = try await gateway.people.risk.run()
            _ = try await gateway.people.risk.run()
            let alert = try #require(try await gateway.alerts(zhang).first)
            #expect(alert.level == 1 && alert.notice != nil)
            #expect(alert.text?.zh == "张三今天未打卡,请及时联系")
            let asked = try await gateway.store.notices(
                NoticeFilter(kind: "attendance-question", person: zhang), before: nil, limit: 10)
            #expect(asked.map(\.id) == [alert.raises.first?.question])
            let content = try #require(try await gateway.store.content(of: asked[0].id))
            #expect(String(decoding: content, as: UTF8.self).contains("您2026年11月18日未打卡，是否有特殊情况？"))
            while try await gateway.pipeline.seal.runOnce() > 0 {}
            let channels = Set(try await gateway.store.deliveries(of: asked[0].id).map(\.address.channel))
            #expect(channels == [.inbox, .sms, .email])
        }
    }

    @Test(arguments: Backend.allCases)
    func `an absence that is learnt of later names its day and does not say today`(backend: Backend) async throws {
        // Friday's punches come on Saturday.
        try await TestGateway.with(backend, .at("2026-11-21T04:00:00Z")) { gateway in
            let (zhang, others) = try await staff(gateway)
            try await gateway.punch(others, "2026-11-20")
            try await gateway.punch([zhang], "2026-11-19")
            _ = try await gateway.people.risk.run()
            let raise = try #require(try await gateway.alerts(zhang).first?.raises.first)
            #expect(raise.content.text.zh == "张三2026年11月20日未打卡,请及时联系")
            #expect(raise.content.text.en.contains("has not clocked in on 20 November 2026;"))
            #expect(raise.question == nil, "nobody is asked about yesterday as if it were today")
        }
    }

    @Test(arguments: Backend.allCases)
    func `a day whose punches come in a file the next morning is judged once the file has settled`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend, .at("2026-11-18T04:00:00Z")) { gateway in
            let (zhang, others) = try await staff(gateway)
            let wang = try await gateway.employee("王五", id: "p-wangwu")
            let desk = gateway.people.risk
            #expect(try await desk.runDue().contains { $0.contains("2026-11-18") && $0.contains("feed") })
            gateway.pass(.seconds(21 * 3_600))
            #expect(try await desk.runDue().isEmpty, "the silence of a day is said once")
            try await gateway.punch(others, "2026-11-18")
            for wait in [0, 600] {
                gateway.pass(.seconds(wait))
                _ = try await desk.runDue()
                #expect(try await gateway.alerts(zhang).isEmpty, "the import may still be under way")
            }
            try await gateway.punch([wang], "2026-11-18")
            gateway.pass(.seconds(300))
            _ = try await desk.runDue()
            let raise = try #require(try await gateway.alerts(zhang).first?.raises.first)
            #expect(raise.content.text.zh == "张三2026年11月18日未打卡,请及时联系")
            #expect(try await gateway.alerts(wang).isEmpty)
            gateway.pass(.seconds(60))
            #expect(try await desk.run().examined == 0, "a day is looked through once")
        }
    }

    @Test(arguments: Backend.allCases, [(7, 1), (8, 0)])
    func `a week of days on which nobody has punched does not hide the absence before them`(
        backend: Backend, silence: (days: Int, alerts: Int)
    ) async throws {
        // A Thursday at noon, and nobody's punches of today are there; somebody saves a plan, and people are looked at.
        try await TestGateway.with(backend, .at("2026-11-19T04:00:00Z")) { gateway in
            let (zhang, others) = try await staff(gateway)
            let today = try #require(CivilDate("2026-11-19"))
            try await gateway.punch(others, "\(today.adding(days: -silence.days))")
            try await gateway.completion(zhang, ["2026-10": 100])
            _ = try await gateway.people.risk.run()
            #expect(try await gateway.alerts(zhang).count == silence.alerts)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-12 a third day raises the level of the alert there is`(backend: Backend) async throws {
        try await TestGateway.with(backend, .at("2026-11-18T04:00:00Z")) { gateway in
            let (zhang, others) = try await staff(gateway)
            var ids: Set<AlertID> = []
            for (day, level) in [("2026-11-18", 1), ("2026-11-19", 2), ("2026-11-20", 3)] {
                try await gateway.punch(others, day)
                _ = try await gateway.people.risk.run()
                let alerts = try await gateway.alerts(zhang)
                #expect(alerts.map(\.level) == [level])
                ids.formUnion(alerts.map(\.id))
                gateway.pass(.seconds(86_400))
            }
            #expect(ids.count == 1)
            let alert = try #require(try await gateway.alerts(zhang).first)
            #expect(alert.raises.map(\.rule) == ["absence-first-day", "absence-two-days", "absence-three-days"])
            #expect(alert.text?.zh == "张三连续3天未打卡,可能存在离职倾向,请及时联系")
        }
    }

    @Test(arguments: Backend.allCases)
    func `a punch that comes late takes the alert back, and closed facts are not raised again`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend, .at("2026-11-18T04:00:00Z")) { gateway in
            let (zhang, others) = try await staff(gateway)
            try await gateway.punch(others, "2026-11-18")
            _ = try await gateway.people.risk.run()
            let alert = try #require(try await gateway.alerts(zhang).first)
            try await gateway.punch([zhang], "2026-11-18", "09:02")
            let report = try await gateway.people.risk.run()
            #expect(report.retracted == 1)
            #expect(try await gateway.people.risk.alert(alert.id, by: .hr).state == .retracted)
            let acts = try await gateway.people.acts.acts(about: Subject(.alert, alert.id))
            #expect(acts.map(\.entry.event).contains(.alertRetracted))
        }
        try await TestGateway.with(backend, .at("2026-11-18T04:00:00Z")) { gateway in
            let (zhang, others) = try await staff(gateway)
            try await gateway.punch(others, "2026-11-18")
            _ = try await gateway.people.risk.run()
            let alert = try #require(try await gateway.alerts(zhang).first)
            _ = try await gateway.people.risk.assign(alert.id, to: nil, by: .hr)
            _ = try await gateway.people.risk.close(alert.id, outcome: .stayed, reason: "出差未登记", by: .hr)
            try await gateway.completion(zhang, ["2026-10": 100])
            _ = try await gateway.people.risk.run()
            #expect(try await gateway.alerts(zhang).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-57 an alert is a notice with receipts, and escalates when nobody confirms it in time`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend, .at("2026-11-18T04:00:00Z")) { gateway in
            let head = try await gateway.employee("李经理", id: "p-head", unit: "hq")
            try await gateway.unit("hq", manager: head)
            try await gateway.unit("sales", parent: "hq")
            let (zhang, others) = try await staff(gateway)
            let wang = try await gateway.employee("王五", id: "p-wangwu")
            try await gateway.punch(others + [head], "2026-11-18")
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            _ = try await gateway.people.risk.run()
            try await gateway.settle()
            func inbox(_ person: PersonID) async throws -> Delivery {
                let alert = try #require(try await gateway.alerts(person).first)
                let notice = try #require(alert.notice)
                return try #require(try await gateway.deliveries(of: notice, .inbox).first)
            }
            #expect(try await inbox(zhang).state == .available)
            let confirmed = try await inbox(wang)
            let hr = PersonID("p-hr")
            let read = gateway.pipeline.read
            let shown = try await read.open(confirmed.id, person: hr, by: .account, source: .inbox)
            _ = try await read.answer(
                .acknowledge(shown.document.hash), to: confirmed.id, person: hr, by: .account, source: .inbox)
            gateway.pass(.seconds(25 * 3_600))
            let report = try await gateway.people.risk.run()
            #expect(report.escalated == 1)
            #expect(try await gateway.alerts(zhang).first?.escalatedAt != nil)
            #expect(try await gateway.alerts(wang).first?.escalatedAt == nil, "somebody has confirmed it")
            let told = try await gateway.store.notices(
                NoticeFilter(kind: "risk-alert", person: head), before: nil, limit: 10)
            #expect(told.count == 1)
            #expect(try await gateway.people.risk.run().escalated == 0)
        }
    }
}
