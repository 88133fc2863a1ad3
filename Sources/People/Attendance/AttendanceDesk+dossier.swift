import Evidence
import Notices

extension AttendanceDesk: DossierSource {
    /// How many days back a dossier shows attendance.
    private static let dossierDays = 92

    /// The last three months day by day: what was due, what the clocks say (S-10).
    public func materials(about subject: Subject, for actor: Actor) async throws -> [DossierMaterial] {
        guard subject.kind == .employee, let employee = try await store.employee(PersonID(subject.id)) else {
            return []
        }
        let now = clock.now
        let today = try await book.rules().hours.workday(now)
        let last = min(today, employee.employedDays.upperBound)
        let first = max(last.adding(days: 1 - Self.dossierDays), employee.hiredOn)
        guard first <= last, let judge = try await judges([employee], from: first, to: last)[employee.id] else {
            return []
        }
        let rows = (first.dayNumber...last.dayNumber).map(CivilDate.init(dayNumber:)).compactMap { day -> [String]? in
            let verdict = judge.verdict(on: day, at: now)
            // Days off and days of which nothing is known say nothing about the person.
            if verdict == .off || verdict == .noFeed { return nil }
            let punch = judge.punches[day]
            return ["\(day)", verdict.name, punch?.first.rfc3339 ?? "", punch?.last.rfc3339 ?? ""]
        }
        return [
            DossierTable(
                file: "attendance.csv", name: BilingualText(zh: "考勤记录", en: "attendance"), source: "考勤",
                proves: BilingualText(
                    zh: "各排班工作日的出勤、迟到早退、请假和缺勤", en: "each scheduled day: present, late, on leave or absent"),
                phase: .before, header: ["日期", "状态", "首次打卡", "末次打卡"], rows: rows
            ).material(at: now)
        ].compactMap { $0 }
    }
}
