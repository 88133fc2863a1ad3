import Notices
import People

/// The forms by which a manager or HR sets a goal and scores a month, with what was typed and what is wrong with it.
struct PerformanceForms: Sendable {
    /// What came of a form that was refused; nothing for a page that is only looked at.
    struct Refused: Sendable {
        var form = ""
        var faults: [NoticeError.Fault] = []
    }

    let goalAction: String
    let goalIsOpen: Bool
    let goalFields: [FormField]
    let scoreAction: String
    let scoreIsOpen: Bool
    let scoreFields: [FormField]
    let scoreRows: [FieldGroup]
    let scoreFaults: [String]
    let key: String

    /// How many dimensions the form has room for; what stays empty is left out.
    static let rows = 6

    init(number: String, key: String, typed: [String: String], refused: Refused, _ make: PageMaker) {
        let phrases = make.phrases
        self.key = key
        goalAction = Site.page(performance: number) + "/goals"
        scoreAction = Site.page(performance: number) + "/reviews"
        goalIsOpen = refused.form == "goal"
        scoreIsOpen = refused.form == "score"
        let (ofGoal, ofScore) = (goalIsOpen ? typed : [:], scoreIsOpen ? typed : [:])
        let (goalFaults, scoring) = (goalIsOpen ? refused.faults : [], scoreIsOpen ? refused.faults : [])
        func goal(_ name: String, _ label: String, _ kind: FormField.Kind, help: String = "") -> FormField {
            FormField(
                name, make.word(label), kind, typed: ofGoal, faults: goalFaults,
                help: help.isEmpty ? "" : make.word(help), isRequired: true, phrases)
        }
        goalFields = [
            goal("title", "goal_title", .area(300), help: "goal_titleHelp"),
            goal("period", "goal_period", .line("text", 40), help: "goal_periodHelp"),
            goal("weight", "goal_weight", .line("text", 3), help: "goal_weightHelp"),
            goal("startsOn", "goal_startsOn", .line("date", 10)), goal("dueOn", "goal_dueOn", .line("date", 10)),
        ]
        scoreFields = [
            FormField(
                "month", make.word("score_month"), .line("month", 7), typed: ofScore, faults: scoring, isRequired: true,
                phrases),
            FormField(
                "payFactor", make.word("score_payFactor"), .line("text", 5), typed: ofScore, faults: scoring,
                help: make.word("score_payFactorHelp"), phrases),
        ]
        scoreRows = (0..<Self.rows).map { row in
            FieldGroup(
                phrases.word("score_dimension", ["n": "\(row + 1)"]),
                [
                    ("dimension", "performance_dimension", 60), ("weight", "score_weight", 3),
                    ("deduction", "performance_deduction", 6), ("reason", "performance_reason", 600),
                ].map { name, label, most in
                    FormField(
                        "\(name).\(row)", make.word(label), .line("text", most), typed: ofScore, faults: scoring,
                        phrases)
                })
        }
        scoreFaults = scoring.filter { $0.field == "lines" }.map { phrases.fault($0) }
    }
}

/// What the two forms say, read back.
enum PerformanceReading {
    /// The goal that was typed; the faults say at which field something is no figure or no day.
    static func goal(_ call: Call, of person: PersonID, id: GoalID, _ faults: inout FormFaults) -> Goal? {
        let weight = Int(call.typed("weight")?.trimmed ?? "")
        if weight == nil { faults.add("weight", "whole", ["value": shortened(call.form["weight"] ?? "")]) }
        let (from, due) = (day("startsOn", call, &faults), day("dueOn", call, &faults))
        guard let weight, let from, let due else { return nil }
        return Goal(
            id: id, person: person, period: call.typed("period")?.trimmed ?? "",
            title: call.typed("title")?.trimmed ?? "", weight: weight, startsOn: from, dueOn: due)
    }

    private static func day(_ name: String, _ call: Call, _ faults: inout FormFaults) -> CivilDate? {
        guard let day = CivilDate(call.typed(name) ?? "") else {
            faults.add(name, "day", ["value": shortened(call.form[name] ?? "")])
            return nil
        }
        return day
    }

    /// The lines that were typed, each with the row of the form it stands in.
    static func lines(_ call: Call, _ faults: inout FormFaults) -> [(row: Int, line: ScoreLine)] {
        var lines: [(row: Int, line: ScoreLine)] = []
        for row in 0..<PerformanceForms.rows {
            let typed = ["dimension", "weight", "deduction", "reason"].map { call.typed("\($0).\(row)")?.trimmed }
            guard typed.contains(where: { $0 != nil }) else { continue }
            let weight = Int(typed[1] ?? "")
            if weight == nil { faults.add("weight.\(row)", "whole", ["value": shortened(typed[1] ?? "")]) }
            let deduction = Hundredths(typed[2] ?? "0")
            if deduction == nil { faults.add("deduction.\(row)", "figure", ["value": shortened(typed[2] ?? "")]) }
            lines.append(
                (
                    row,
                    ScoreLine(
                        dimension: typed[0] ?? "", weight: weight ?? 0, deduction: deduction ?? Hundredths(0),
                        reason: typed[3])
                ))
        }
        return lines
    }

    /// The faults of the desk, which counts lines, at the rows of the form.
    static func placed(_ faults: [NoticeError.Fault], _ lines: [(row: Int, line: ScoreLine)]) -> [NoticeError.Fault] {
        faults.map { fault in
            guard fault.field.hasPrefix("lines["), let end = fault.field.firstIndex(of: "]"),
                let index = Int(fault.field[fault.field.index(fault.field.startIndex, offsetBy: 6)..<end]),
                lines.indices.contains(index)
            else { return fault }
            let name = fault.field[end...].dropFirst(2)
            return fault.at("\(name).\(lines[index].row)")
        }
    }
}
