import Evidence
import Notices

extension RiskRule {
    /// What the rule finds in a history, seen on a day at an instant; nil when it does not fire.
    ///
    /// Pure, and without division: figures are multiplied out, so that a baseline of nothing fires nothing.
    public func finding(in history: EmployeeHistory, on today: CivilDate, at now: Timestamp) -> Finding? {
        if let consent = measure.consent, !history.consents.contains(consent) { return nil }
        switch measure {
        case .absence(let days): return absence(history, days, today, now)
        case .lateness(let most):
            let counts = history.judge.counts(in: Month(today), at: now)
            guard counts.late > most else { return nil }
            return month(
                today, ["count": String(counts.late)], zh: "迟到\(counts.late)次", en: "late \(counts.late) times")
        case .leaveCount(let most):
            let count = Self.requests(history, Month(today))
            guard count > most else { return nil }
            return month(today, ["count": String(count)], zh: "请假\(count)次", en: "\(count) leave requests")
        case .leaveSurge(let factor, let months): return leaveSurge(history, factor, months, today)
        case .scoreDrop(let percent):
            guard let (last, before) = Self.scores(history, today), let previous = before.max(by: { $0.0 < $1.0 }),
                (previous.1.value - last.1.value) * 100 > percent * previous.1.value
            else { return nil }
            return fall(previous, last, nil)
        case .scoreTrend(let percent, let months):
            guard let (last, all) = Self.scores(history, today) else { return nil }
            let window = all.filter { $0.0 >= last.0.adding(-months) }
            guard let oldest = window.min(by: { $0.0 < $1.0 }), oldest.1.value > 0,
                (oldest.1.value - last.1.value) * 100 >= percent * oldest.1.value
            else { return nil }
            return fall(oldest, last, months)
        case .completion(let percent, let months): return completion(history, percent, months, today)
        case .keywords(let words, let least, let days): return keywords(history, words, least, days, today)
        case .siteVisits(let most, let days):
            let window = today.adding(days: 1 - days)...today
            let count = history.series.siteVisits.filter { window.contains($0.key) }.reduce(0) { $0 + $1.value }
            guard count > most else { return nil }
            return Finding(
                occurrence: Month(today).description, window: window,
                values: ["count": String(count), "days": String(days)],
                signals: [
                    BilingualText(zh: "近\(days)天访问招聘网站\(count)次", en: "\(count) visits to job sites in \(days) days")
                ])
        case .messagesDrop(let percent, let days, let baseline):
            return messagesDrop(history, percent, days, baseline, today)
        }
    }

    private func month(_ day: CivilDate, _ values: [String: String], zh: String, en: String) -> Finding {
        let month = Month(day)
        return Finding(
            occurrence: month.description, window: month.first...month.last, values: values,
            signals: [
                BilingualText(
                    zh: "\(month.formatted(.chinese)):\(zh)", en: "\(month.formatted(.english)): \(en)")
            ])
    }

    private func absence(_ history: EmployeeHistory, _ days: Int, _ today: CivilDate, _ now: Timestamp) -> Finding? {
        let absences = history.judge.absences(upTo: today, at: now)
        guard absences.count >= days, let first = absences.first, let last = absences.last else { return nil }
        return Finding(
            occurrence: first.description, window: first...last, values: ["count": String(absences.count)],
            signals: absences.map {
                BilingualText(
                    zh: "\($0.formatted(.chinese))排班工作日无打卡,无已批准的请假",
                    en: "\($0.formatted(.english)): scheduled, no punch, no approved leave")
            }, day: Self.words(of: last, seenOn: history.judge.hours.workday(now)), absentDays: absences)
    }

    /// A record that came late is not of today, and no sentence says so.
    private static func words(of day: CivilDate, seenOn today: CivilDate) -> BilingualText {
        day == today
            ? BilingualText(zh: "今天", en: "today")
            : BilingualText(zh: day.formatted(.chinese), en: "on \(day.formatted(.english))")
    }

    private static func requests(_ history: EmployeeHistory, _ month: Month) -> Int {
        history.judge.leaves.filter { Month($0.requestedOn) == month && $0.state != .withdrawn }.count
    }

    private func leaveSurge(_ history: EmployeeHistory, _ factor: Int, _ months: Int, _ today: CivilDate) -> Finding? {
        let current = Month(today)
        // Months before the hire say nothing about a person's habits.
        let past = (1...months).map { current.adding(-$0) }.filter { $0.first >= history.employee.hiredOn }
        let before = past.reduce(0) { $0 + Self.requests(history, $1) }
        let count = Self.requests(history, current)
        guard before > 0, count * past.count >= factor * before else { return nil }
        let baseline = Hundredths(value: (before * 100 + past.count / 2) / past.count).description
        return month(
            today, ["count": String(count), "baseline": baseline, "factor": String(factor)],
            zh: "请假\(count)次,此前\(past.count)个月每月\(baseline)次",
            en: "\(count) leave requests against \(baseline) a month in the \(past.count) months before")
    }

    /// The newest score that is not older than a quarter, and those before it.
    private static func scores(
        _ history: EmployeeHistory, _ today: CivilDate
    ) -> (last: (Month, Hundredths), before: [(Month, Hundredths)])? {
        let scored = history.performance.values.compactMap { one in one.score.map { (one.month, $0) } }
            .filter { $0.0 <= Month(today) }.sorted { $0.0 < $1.0 }
        guard let last = scored.last, last.0 >= Month(today).adding(-3) else { return nil }
        return (last, scored.dropLast())
    }

    private func fall(_ from: (Month, Hundredths), _ to: (Month, Hundredths), _ months: Int?) -> Finding {
        let percent = Hundredths(value: (from.1.value - to.1.value) * 10_000 / max(1, from.1.value))
        var values = ["previous": from.1.description, "current": to.1.description, "percent": percent.description]
        values["months"] = months.map(String.init)
        return Finding(
            occurrence: to.0.description, window: from.0.first...to.0.last, values: values,
            signals: [from, to].map { month, score in
                BilingualText(
                    zh: "\(month.formatted(.chinese))绩效得分\(score)", en: "\(month.formatted(.english)): score \(score)")
            })
    }

    private func completion(_ history: EmployeeHistory, _ percent: Int, _ months: Int, _ today: CivilDate) -> Finding? {
        // The month that runs is not finished: its figure would be low for everybody.
        let finished = history.performance.values.filter { $0.completion != nil && $0.month < Month(today) }
        guard let newest = finished.map(\.month).max(), newest >= Month(today).adding(-3) else { return nil }
        var below: [(Month, Hundredths)] = []
        for back in 0..<24 {
            let month = newest.adding(-back)
            guard let figure = history.performance[month]?.completion, figure < Hundredths(percent) else { break }
            below.insert((month, figure), at: 0)
        }
        guard below.count >= months, let first = below.first else { return nil }
        return Finding(
            occurrence: first.0.description, window: first.0.first...newest.last,
            values: ["count": String(below.count), "threshold": String(percent)],
            signals: below.map { month, figure in
                BilingualText(
                    zh: "\(month.formatted(.chinese))绩效完成率\(figure)%",
                    en: "\(month.formatted(.english)): \(figure)% of target")
            })
    }

    private func keywords(
        _ history: EmployeeHistory, _ words: [String], _ least: Int, _ days: Int, _ today: CivilDate
    ) -> Finding? {
        let window = today.adding(days: 1 - days)...today
        let hits = history.series.hits.filter { window.contains($0.day) && words.contains($0.keyword) }
        guard hits.count >= least else { return nil }
        let counts = Dictionary(grouping: hits, by: \.keyword).mapValues(\.count).sorted { $0.key < $1.key }
        return Finding(
            occurrence: Month(today).description, window: window,
            values: ["count": String(hits.count), "days": String(days)],
            signals: counts.map { word, count in
                BilingualText(
                    zh: "近\(days)天客户沟通中“\(word)”\(count)次",
                    en: "\"\(word)\" \(count) times in client conversations within \(days) days")
            })
    }

    private func messagesDrop(
        _ history: EmployeeHistory, _ percent: Int, _ days: Int, _ baselineDays: Int, _ today: CivilDate
    ) -> Finding? {
        // Today is not over; its count would be low for everybody.
        let window = today.adding(days: -days)...today.adding(days: -1)
        let base = today.adding(days: -days - baselineDays)...today.adding(days: -days - 1)
        let messages = history.series.messages
        let now = messages.filter { window.contains($0.key) }
        let before = messages.filter { base.contains($0.key) }
        let (sum, baseline) = (now.values.reduce(0, +), before.values.reduce(0, +))
        // Nothing reported is no drop, it is a feed that stands still.
        guard !now.isEmpty, baseline > 0, sum * before.count * 100 < percent * baseline * now.count else { return nil }
        let share = sum * before.count * 100 / (baseline * now.count)
        return Finding(
            occurrence: Month(today).description, window: base.lowerBound...window.upperBound,
            values: ["percent": String(share), "days": String(days)],
            signals: [
                BilingualText(
                    zh: "近\(days)天消息\(sum)条(\(now.count)天有记录),此前\(baselineDays)天\(baseline)条(\(before.count)天有记录)",
                    en: "\(sum) messages on \(now.count) recorded days of \(days), \(baseline) on \(before.count) of "
                        + "\(baselineDays) before")
            ])
    }

    /// The rule's sentences with the real figures.
    func sentence(_ name: String, _ finding: Finding) -> BilingualText {
        func fill(_ text: String, _ language: NoticeLanguage) -> String {
            var result = ""
            for (index, part) in text.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
                guard index > 0, let end = part.firstIndex(of: "}") else {
                    result += part
                    continue
                }
                let key = String(part[..<end])
                let day = key == "day" ? finding.day?.text(language) : nil
                result += key == "name" ? name : day ?? finding.values[key] ?? ""
                result += part[part.index(after: end)...]
            }
            return result
        }
        return BilingualText(zh: fill(text.zh, .chinese), en: fill(text.en, .english))
    }
}
