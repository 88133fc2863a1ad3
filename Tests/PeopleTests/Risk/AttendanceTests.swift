import Evidence
import Notices
import People
import SQL
import TestSupport
import Testing

struct AttendanceTests {
    @Test(arguments: Backend.allCases)
    func `S-24 a punch names its source and counts once, however often it is imported`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let at = try #require(Timestamp(rfc3339: "2026-11-20T08:58:00+08:00"))
            let lines = PunchSource.allCases.filter { $0 != .manual }.map {
                PunchLine(number: "N-p-zhangsan", at: at, source: $0)
            }
            let desk = gateway.people.attendance
            let first = try await desk.record(lines, by: .integration)
            #expect(first == ImportReport(added: 6, repeated: 0, refused: []))
            let again = try await desk.record(lines, by: .integration)
            #expect(again == ImportReport(added: 0, repeated: 6, refused: []))
            let days = try await gateway.peopleStore.punchDays(
                of: [person], from: CivilDate(dayNumber: 0), to: CivilDate(dayNumber: 99_999))
            #expect(days[person]?.values.map(\.punches) == [6])
            let stranger = try await desk.record(
                [PunchLine(number: "N-9", at: at, source: .face)], by: .integration)
            #expect(stranger.added == 0)
            #expect(stranger.refused.first?.field == "punches[0].employee")
            #expect(stranger.refused.first?.message.contains("N-9") == true)
            let late = PunchLine(number: "N-p-zhangsan", at: gateway.clock.now.adding(.seconds(3_600)), source: .face)
            #expect(try await desk.record([late], by: .integration).refused.first?.field == "punches[0].at")
            await #expect(throws: PeopleError(.forbidden, "")) {
                try await desk.record(lines, by: try await gateway.actor(person))
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-24 a file of punches comes in parts, and what is wrong is named by the line of the file`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let desk = gateway.people.attendance
            let number = "N-p-zhangsan"
            let first = Array("\u{FEFF}employee,at,source\r\n\(number),2026-11-20T08:58:00+08:00,card\r\n".utf8)
            let rows = [
                "\(number),2026-11-20T18:01:00+08:00,card", "N-9,2026-11-20T08:00:00+08:00,card",
                "\(number),20 Nov,card", "\(number),2026-11-19T18:01:00+08:00,telex", "\(number),2026-11-19T08:01:00Z",
                "\(number),2031-11-19T08:01:00Z,card",
            ]
            let second = Array(rows.joined(separator: "\n").utf8)
            let one = try await desk.importPart(first, by: .integration)
            #expect(one == ImportReport(added: 1, repeated: 0, refused: []))
            let next = CSVRows.line(after: first, from: 1)
            let two = try await desk.importPart(second, firstLine: next, by: .integration)
            #expect(two.added == 1 && two.repeated == 0)
            #expect(
                Set(two.refused.map(\.field))
                    == ["line 4, employee", "line 5, at", "line 6, source", "line 7, row", "line 8, at"])
            #expect(two.refused.contains { $0.message.contains("\"20 Nov\" is no instant") })
            let days = try await gateway.peopleStore.punchDays(
                of: [person], from: CivilDate(dayNumber: 0), to: CivilDate(dayNumber: 99_999))
            #expect(days[person]?.values.map(\.punches) == [2])
            #expect(try await desk.importPart(first, by: .integration).repeated == 1)
            await #expect(throws: PeopleError(.invalid, "")) { try await desk.importPart(second, by: .integration) }
            await #expect(throws: PeopleError(.forbidden, "")) {
                try await desk.importPart(first, by: try await gateway.actor(person))
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-25 a new punch changes the board at once`(backend: Backend) async throws {
        try await TestGateway.with(backend, .at("2026-11-18T04:00:00Z")) { gateway in
            let zhang = try await gateway.employee()
            let li = try await gateway.employee("李四", id: "p-lisi")
            try await gateway.punch([li], "2026-11-18", "09:10")
            func board() async throws -> [String: String] {
                let board = try await gateway.people.attendance.board(by: .hr)
                return Dictionary(uniqueKeysWithValues: board.lines.map { ($0.employee.id.rawValue, $0.verdict.name) })
            }
            #expect(try await board() == ["p-zhangsan": "absent", "p-lisi": "late"])
            try await gateway.punch([zhang], "2026-11-18", "08:50")
            #expect(try await board() == ["p-zhangsan": "present", "p-lisi": "late"])
            let own = try await gateway.people.attendance.board(by: try await gateway.actor(li))
            #expect(own.lines.map(\.employee.id) == [li], "a member of staff sees their own line alone")
        }
    }

    @Test func `S-25 before the working day begins the board shows the day before, and says so`() async throws {
        // 02:00 in China; the day begins at 04:00.
        try await TestGateway.with(.sqlite, .at("2026-11-18T18:00:00Z")) { gateway in
            let zhang = try await gateway.employee()
            try await gateway.punch([zhang], "2026-11-18", "08:50")
            let board = try await gateway.people.attendance.board(by: .hr)
            #expect("\(board.day)" == "2026-11-18" && board.lines.map(\.verdict.name) == ["present"])
            let day = try #require(CivilDate("2026-11-17"))
            #expect(try await gateway.people.attendance.board(on: day, by: .hr).day == day)
        }
    }

    @Test func `S-26 the comparison is computed from real counts, and a previous value of nothing is said`() {
        func late(_ now: Int, _ before: Int) -> BilingualText {
            let month = Month(CivilDate(dayNumber: 20_000))
            return LatenessTrend(
                name: "李四",
                months: [
                    LatenessCounts(month: month.adding(-1), late: before, early: 0),
                    LatenessCounts(month: month, late: now, early: 0),
                ]
            ).late
        }
        #expect(late(5, 2).zh == "李四本月迟到5次,环比上升150%")
        #expect(late(5, 2).en == "李四 was late 5 times this month, +150% against the month before")
        #expect(late(5, 0).zh == "李四本月迟到5次,上月没有,不计环比")
        #expect(late(0, 0).zh == "李四本月迟到0次,上月也没有")
        #expect(late(2, 5).zh == "李四本月迟到2次,环比下降60%")
        #expect(late(3, 3).zh == "李四本月迟到3次,环比持平")
    }

    @Test(arguments: Backend.allCases)
    func `S-26 a trend counts late arrivals and early leaves of each month`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let li = try await gateway.employee("李四", id: "p-lisi")
            for day in ["2026-10-12", "2026-10-13"] { try await gateway.punch([li], day, "09:20") }
            for day in 9...13 { try await gateway.punch([li], "2026-11-\(day < 10 ? "0" : "")\(day)", "09:01") }
            try await gateway.punch([li], "2026-11-16", "08:59")
            try await gateway.punch([li], "2026-11-16", "17:30")
            let trend = try await gateway.people.attendance.trend(of: li, by: .hr)
            #expect(trend.months.suffix(2).map(\.late) == [2, 5])
            #expect(trend.months.last?.early == 1)
            #expect(trend.late.zh == "李四本月迟到5次,环比上升150%")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-29 rules go by a stored shift plan, and two plans are compared by cost`(backend: Backend) async throws {
        try await TestGateway.with(backend, .at("2026-11-21T04:00:00Z")) { gateway in
            let (zhang, li) = (
                try await gateway.employee(), try await gateway.employee("李四", id: "p-lisi", unit: "sales")
            )
            let saturday = try #require(CivilDate("2026-11-21"))
            func plan(_ id: String, _ hours: Int) -> ShiftPlan {
                ShiftPlan(
                    id: ShiftPlanID(id), name: id, unit: UnitID("sales"), from: saturday, to: saturday.adding(days: 6),
                    state: .draft,
                    shifts: [
                        Shift(
                            person: zhang, day: saturday, startMinute: 540, endMinute: 540 + hours * 60,
                            hourlyFen: 3_000)
                    ])
            }
            let desk = gateway.people.attendance
            try await desk.save(plan("present", 10), by: .hr)
            try await desk.save(plan("proposed", 8), by: .hr)
            let comparison = try await desk.compare(ShiftPlanID("present"), with: ShiftPlanID("proposed"), by: .hr)
            #expect(comparison.present.fen == 30_000 && comparison.proposed.fen == 24_000)
            #expect(comparison.changePermille == -200)
            try await gateway.punch([li], "2026-11-21")
            _ = try await gateway.people.risk.run()
            #expect(try await gateway.alerts(zhang).isEmpty, "on a Saturday nobody is absent without a plan")
            try await desk.move(ShiftPlanID("present"), to: .inForce, by: .hr)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.move(ShiftPlanID("proposed"), to: .inForce, by: .hr)
            }
            _ = try await gateway.people.risk.run()
            #expect(try await gateway.alerts(zhang).map(\.topic) == ["absence"])
            #expect(try await gateway.alerts(li).isEmpty)
        }
    }

    @Test func `the calendars of 2025 and 2026 know make-up days, and another year is unknown`() throws {
        let calendars = try WorkCalendars(directory: TestResources.root + "/config/calendars")
        func isWorkday(_ day: String) throws -> Bool? { calendars.isWorkday(try #require(CivilDate(day))) }
        for day in ["2025-01-26", "2025-10-11", "2026-01-04", "2026-02-28", "2026-10-10", "2026-11-20"] {
            #expect(try isWorkday(day) == true, "\(day)")
        }
        for day in ["2025-01-01", "2025-10-08", "2026-02-16", "2026-10-07", "2026-11-21", "2026-11-22"] {
            #expect(try isWorkday(day) == false, "\(day)")
        }
        #expect(try isWorkday("2027-01-04") == nil)
        for (yaml, line) in [
            ("year: 2026\nversion: 1\nsource: x\noff: []\nwork: [\"2025-01-01\"]\n", 5),
            ("year: 2026\nversion: 1\nsource: x\noff: []\nwork: [\"2026-01-01\", \"2026-01-01\"]\n", 5),
            ("year: 2026\nversion: 1\nsource: x\nholidays: []\nwork: []\n", 4),
        ] {
            let fault = #expect(throws: SourceFault.self) { try WorkCalendar(yaml: yaml, file: "cn.yaml") }
            #expect(fault?.line == line)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a year without a calendar and a silent feed make nobody absent, and the report says so`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend, .at("2027-01-06T04:00:00Z")) { gateway in
            let (zhang, li) = (try await gateway.employee(), try await gateway.employee("李四", id: "p-lisi"))
            try await gateway.punch([li], "2027-01-06")
            let report = try await gateway.people.risk.run()
            #expect(try await gateway.alerts(zhang).isEmpty)
            #expect(report.warnings.contains { $0.contains("2027") && $0.contains("cn-2027.yaml") })
        }
        try await TestGateway.with(backend, .at("2026-11-18T04:00:00Z")) { gateway in
            let zhang = try await gateway.employee()
            let report = try await gateway.people.risk.run()
            #expect(try await gateway.alerts(zhang).isEmpty)
            #expect(report.warnings.contains { $0.contains("feed") && $0.contains("2026-11-18") })
        }
    }
}
