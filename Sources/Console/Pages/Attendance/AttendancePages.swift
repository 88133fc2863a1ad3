import Evidence
import Hummingbird
import Notices
import People

/// How a day stands, and a month of one member of staff; everybody sees their own, heads of units theirs, HR all.
struct AttendancePages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: AttendanceDesk { services.people.attendance }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.attendanceBoard, .peoplePages, bodyLimit: 0, style: .page, answer: board),
            Endpoint(.get, Site.attendanceMonth, .peoplePages, bodyLimit: 0, style: .page, answer: month),
        ]
    }

    struct BoardPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let day: String
        let units: [NoticePages.Choice]
        let hasUnits: Bool
        let rows: [Row]
        let isEmpty: Bool
        let next: String?
        let error: String?
    }

    /// One line of the board.
    struct Row: Sendable {
        let href: String
        let name: String
        let number: String
        let unit: String
        let state: String
        let stateClass: String
        let first: String
        let last: String
    }

    private func board(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "day", "unit", "cursor"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        var error: String?
        let day = query["day"].flatMap { CivilDate($0) }
        if let text = query["day"], !text.isEmpty, day == nil { error = make.word("attendance_dayWrong") }
        let units = try await PeoplePages.units(services.people.roster, actor)
        let unit = try call.choice("unit", in: query, among: units.keys.map(\.rawValue).sorted()).map { UnitID($0) }
        let limit = 60
        let board = try await desk.board(
            on: day, units: unit.map { [$0] }, after: try call.cursor(in: query), limit: limit + 1, by: actor)
        let found = board.lines
        let frame = make.frame(make.word("attendance"))
        return make.reply(
            "attendance",
            BoardPage(
                frame: frame, w: frame.w, action: Site.attendanceBoard,
                day: "\(board.day)",
                units: [.init(value: "", label: make.word("people_anyUnit"), isSelected: unit == nil)]
                    + units.sorted { $0.value < $1.value }.map {
                        .init(value: $0.key.rawValue, label: $0.value, isSelected: $0.key == unit)
                    }, hasUnits: !units.isEmpty,
                rows: found.prefix(limit).map { line in
                    Row(
                        href: Site.page(attendance: line.employee.number), name: line.employee.name,
                        number: line.employee.number, unit: units[line.employee.unit] ?? line.employee.unit.rawValue,
                        state: make.verdict(line.verdict), stateClass: Self.mark(line.verdict),
                        first: line.punches.map { make.clock($0.first) } ?? "—",
                        last: line.punches.map { $0.punches > 1 ? make.clock($0.last) : "—" } ?? "—")
                }, isEmpty: found.isEmpty,
                next: PageMaker.next(
                    Site.attendanceBoard, query, cursor: found.count > limit ? found[limit - 1].employee.number : nil),
                error: error), status: error == nil ? 200 : 422)
    }

    private static func mark(_ verdict: DayVerdict) -> String {
        switch verdict {
        case .absent: "negative"
        case .worked(let late, let early): late > 0 || early > 0 ? "negative" : "opened"
        default: ""
        }
    }

    struct MonthPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let month: String
        let facts: [Fact]
        let sentences: [String]
        let chart: BarChart
        let days: [Day]
        let isEmpty: Bool
        let error: String?
    }

    /// One day of the month.
    struct Day: Sendable {
        let day: String
        let state: String
        let stateClass: String
        let first: String
        let last: String
    }

    private func month(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "month"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let person = try await services.people.roster.person(try call.parameter("employee"))
        let wanted = query["month"].flatMap { Month($0) }
        var error: String?
        if let text = query["month"], !text.isEmpty, wanted == nil { error = make.word("attendance_monthWrong") }
        let found: AttendanceMonth
        do { found = try await desk.month(of: person, wanted, by: actor) } catch let refusal as PeopleError
            where refusal.code == .invalid
        {
            error = make.phrases.refusal(refusal)
            found = try await desk.month(of: person, by: actor)
        }
        let counts = Dictionary(grouping: found.days.map { make.verdictKind($0.verdict) }, by: \.self).mapValues(
            \.count)
        let frame = make.frame(make.phrases.title("attendance", of: "\(found.employee.name) \(found.month)"))
        let trend = found.trend
        return make.reply(
            "attendance-month",
            MonthPage(
                frame: frame, w: frame.w, action: Site.page(attendance: found.employee.number),
                month: "\(found.month)",
                facts: counts.sorted { $0.key < $1.key }.map { Fact(label: $0.key, value: String($0.value)) },
                sentences: [make.text(trend.late), make.text(trend.early)],
                chart: BarChart(
                    id: "trend", title: make.word("attendance_trend"),
                    summary: "\(make.text(trend.late)); \(make.text(trend.early))",
                    series: [make.word("verdict_late"), make.word("verdict_early")],
                    groups: trend.months.map {
                        .init(
                            name: "\($0.month)", values: [($0.late, String($0.late)), ($0.early, String($0.early))])
                    }, least: 5),
                days: found.days.map {
                    Day(
                        day: "\($0.day)", state: make.verdict($0.verdict), stateClass: Self.mark($0.verdict),
                        first: $0.punches.map { make.clock($0.first) } ?? "—",
                        last: $0.punches.map { $0.punches > 1 ? make.clock($0.last) : "—" } ?? "—")
                }, isEmpty: found.days.isEmpty, error: error), status: error == nil ? 200 : 422)
    }
}

extension PageMaker {
    /// The kind of a verdict in words.
    func verdictKind(_ verdict: DayVerdict) -> String { word("verdict_\(verdict.name)") }

    /// A verdict in words, with its minutes.
    func verdict(_ verdict: DayVerdict) -> String {
        guard case .worked(let late, let early) = verdict, late > 0 || early > 0 else { return verdictKind(verdict) }
        let parts = [(late, "verdict_late"), (early, "verdict_early")].filter { $0.0 > 0 }
        return parts.map { "\(word($0.1)) \($0.0) \(word("attendance_minutes"))" }.joined(
            separator: word("report_semicolon"))
    }

    /// The hour and minute of an instant in China, with the zone.
    func clock(_ instant: Timestamp) -> String {
        let text = instant.shownInChina
        // 2026-11-21 10:32:05 +08:00
        let parts = text.split(separator: " ")
        return parts.count == 3 ? "\(parts[1]) \(parts[2])" : text
    }
}

extension Site {
    /// How a day stands.
    public static let attendanceBoard = "/attendance"
    /// A month of one member of staff.
    public static let attendanceMonth = "/attendance/{employee}"

    /// The page of a member of staff; numbers are plain segments.
    static func page(attendance number: String) -> String { "/attendance/\(number)" }
}
