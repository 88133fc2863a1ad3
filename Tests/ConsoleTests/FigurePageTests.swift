import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Attendance and performance in the browser, on the server's side.
@Suite struct FigurePageTests {
    @Test(arguments: Backend.allCases)
    func `S-25 the board and a month are shown to those they concern, with a chart that reads as a table`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            let person = try await server.gateway.employee("张三<b>", id: "p-zhang")
            try await server.gateway.employee("李四", id: "p-li")
            for (number, time) in [("N-p-zhang", "01:20"), ("N-p-zhang", "10:05"), ("N-p-li", "00:40")] {
                let at = try #require(Timestamp(rfc3339: "2026-11-20T\(time):00Z"))
                _ = try await server.gateway.people.attendance.record(
                    [PunchLine(number: number, at: at, source: .card)], by: .integration)
            }
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let board = try await hr.get("/attendance?day=2026-11-20&lang=en")
            #expect(board.text.contains("张三&#60;b&#62;") && board.text.contains("李四"))
            #expect(board.text.contains("late 20 min") && board.text.contains("09:20:00 +08:00"))
            #expect(try await hr.get("/attendance?day=tomorrow").status == 422)
            #expect(
                try await hr.get("/attendance?unit=nowhere").status == 400,
                "a unit that is not there is not all of them")
            #expect(try await hr.get("/attendance?unit=").status == 200)
            let staff = try await Browser.signedIn(server, "zhang", .staff, person: person)
            let own = try await staff.get("/attendance?day=2026-11-20")
            #expect(own.text.contains("张三") && !own.text.contains("李四"))
            #expect(try await staff.get("/attendance/N-p-li").status == 403)
            let month = try await staff.get("/attendance/N-p-zhang?lang=en")
            #expect(month.text.contains("<svg") && month.text.contains("<title id=\"trend-title\">"))
            #expect(month.text.contains("2026-11-20") && month.text.contains("<th scope=\"row\">2026-06</th>"))
            #expect(!month.text.contains("2026-11-22"), "what has not come is not judged")
            for wrong in ["2026-13", "2027-01", "1990-01"] {
                let refused = try await staff.get("/attendance/N-p-zhang?month=\(wrong)")
                #expect(refused.status == 422 && refused.text.contains("role=\"alert\""), "\(wrong)")
            }
        }
    }

    @Test func `S-25 at two in the morning the board names the day it shows`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            try await gateway.employee("张三", id: "p-zhang")
            let midnight = CivilDate(inChina: gateway.clock.now).adding(days: 1).startInChina
            gateway.pass(midnight.adding(.seconds(2 * 3600)).since(gateway.clock.now))
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let board = try await hr.get("/attendance")
            let yesterday = CivilDate(inChina: gateway.clock.now).adding(days: -1)
            #expect(board.text.contains("value=\"\(yesterday)\""), "\(board.text.suffix(900))")
        }
    }

    @Test func `bars stand on the line, keep their order and never leave the picture`() {
        let chart = BarChart(
            id: "c", title: "t", summary: "s", series: ["a", "b"],
            groups: [
                .init(name: "1", values: [(0, "0"), (5, "5")]), .init(name: "2", values: [(50, "50"), nil]),
                .init(name: "3", values: [(-3, "-3"), (25, "25")]),
            ], least: 10)
        #expect(chart.bars.count == 5 && chart.bars.allSatisfy { $0.y + $0.height == chart.baseline && $0.height >= 0 })
        #expect(chart.bars.map(\.height).max() == 140 && chart.bars.map(\.x) == chart.bars.map(\.x).sorted())
        #expect(chart.bars.allSatisfy { $0.x >= 0 && $0.x + $0.width <= chart.width && $0.textY > 0 })
        #expect(chart.rows.map(\.figures) == [["0", "5"], ["50", "—"], ["-3", "25"]])
        let empty = BarChart(id: "c", title: "t", summary: "s", series: ["a"], groups: [], least: 0)
        #expect(empty.bars.isEmpty && empty.width > 0)
    }

    @Test(arguments: Backend.allCases)
    func `S-101 a goal is signed, a review appealed against, decided, confirmed, approved and signed in pages`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            let person = try await server.gateway.employee("张三", id: "p-zhang")
            try await server.gateway.employee("李四", id: "p-li")
            let desk = server.gateway.people.performance
            let day = try #require(CivilDate("2026-10-01"))
            _ = try await desk.set(
                Goal(
                    id: GoalID("g-1"), person: person, period: "2026-Q4", title: "签约<b>十家", weight: 100, startsOn: day,
                    dueOn: day.adding(days: 91)), by: .hr)
            let review = try await desk.score(
                person, month: Month(day),
                lines: [
                    ScoreLine(dimension: "业绩", weight: 60, deduction: Hundredths(40), reason: "未达标"),
                    ScoreLine(dimension: "态度", weight: 40, deduction: Hundredths(0), reason: nil),
                ], payFactor: nil, by: .hr)
            let page = "/performance/N-p-zhang"
            let staff = try await Browser.signedIn(server, "zhang", .staff, person: person)
            #expect(try await staff.get("/performance")["location"] == page)
            let own = try await staff.get(page)
            #expect(own.text.contains("签约&#60;b&#62;十家") && own.text.contains("76") && own.text.contains("<svg"))
            #expect(try await staff.get("/performance/N-p-li").status == 403)
            let goal = try await desk.goal(GoalID("g-1"), by: .hr)
            #expect(
                try await staff.post(page + "/goals/g-1", [("contentHash", String(repeating: "0", count: 64))]).status
                    == 409)
            #expect(
                try await staff.post(page + "/goals/g-1", [("contentHash", goal.contentHash.hex)]).status == 303)

            let step = page + "/reviews/\(review.id.rawValue)"
            func act(_ who: Browser, _ act: String, _ more: [(String, String)] = [], version: Int) async throws
                -> RawAnswer
            {
                _ = try await who.get(page)
                return try await who.post(step, [("act", act), ("version", String(version))] + more)
            }
            let silent = try await act(staff, "appeal", [("words", "")], version: 1)
            #expect(silent.status == 422 && silent.text.contains("role=\"alert\""))
            #expect(try await act(staff, "appeal", [("words", "客户延期非本人原因")], version: 1).status == 303)
            let hr = try await Browser.signedIn(server, "hr", .hr)
            let seen = try await hr.get(page)
            #expect(seen.text.contains("客户延期非本人原因") && seen.text.contains("value=\"uphold\""))
            let decided = try await act(
                hr, "uphold", [("words", "理由成立"), ("d.0", "10"), ("d.1", "0")], version: 1)
            #expect(decided.status == 303, "\(decided.text.suffix(700))")
            #expect(try await act(staff, "confirm", version: 2).status == 303)
            #expect(try await act(hr, "approve", version: 2).status == 303)
            let now = try await desk.review(review.id, by: .hr)
            let signed = try await act(
                staff, "sign", [("versionHash", now.current.hash(of: now.id).hex), ("words", "本人已阅读，签字确认。")],
                version: 2)
            #expect(signed.status == 303, "\(signed.text.suffix(700))")
            #expect(try await desk.review(review.id, by: .hr).state == .signed)
            let list = try await hr.get("/performance?q=N-p-zhang")
            #expect(list["location"] == page)
            #expect(try await hr.get("/performance?unit=sales&month=2026-10&percent=70").status == 200)
        }
    }
}
