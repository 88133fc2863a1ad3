import Evidence
import Notices
import People

/// Setting goals and entering scores; bad input is answered in place, with everything that was typed.
extension PerformancePages {
    /// Writes a goal down; the form carries its id, so that pressed twice it is one goal.
    func setGoal(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let person = try await services.people.roster.person(try call.parameter("employee"))
        guard let key = call.typed("key"), key.utf8.count <= 60, key.utf8.allSatisfy(\.isNameByte) else {
            throw Problem.malformed("key is missing or no plain name; open the page again")
        }
        let id = GoalID(key)
        var faults = FormFaults()
        guard let goal = PerformanceReading.goal(call, of: person, id: id, &faults) else {
            return try await show(call, refused: .init(form: "goal", faults: faults.all), status: 422)
        }
        do { _ = try await desk.set(goal, by: actor) } catch let refusal as PeopleError where refusal.isCurable {
            return try await show(
                call, error: refusal.faults.isEmpty ? refusal : nil,
                refused: .init(form: "goal", faults: refusal.faults),
                status: Problem(refusal).status)
        }
        return .seeOther(try page(call))
    }

    /// Ends a goal before its time.
    func withdrawGoal(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        do {
            try await desk.withdraw(
                GoalID(try call.parameter("goal")), reason: call.typed("reason")?.trimmed ?? "", by: actor)
        } catch let refusal as PeopleError where refusal.isCurable {
            return try await show(call, error: refusal, status: Problem(refusal).status)
        }
        return .seeOther(try page(call))
    }

    /// Scores a month.
    func score(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let person = try await services.people.roster.person(try call.parameter("employee"))
        var faults = FormFaults()
        let month = Month(call.typed("month") ?? "")
        if month == nil { faults.add("month", "month", ["value": shortened(call.form["month"] ?? "")]) }
        let factor = call.typed("payFactor").map { Hundredths($0.trimmed) }
        if case .some(.none) = factor {
            faults.add("payFactor", "figure", ["value": shortened(call.form["payFactor"] ?? "")])
        }
        let lines = PerformanceReading.lines(call, &faults)
        guard let month, faults.isEmpty else {
            return try await show(call, refused: .init(form: "score", faults: faults.all), status: 422)
        }
        do {
            _ = try await desk.score(
                person, month: month, lines: lines.map(\.line), payFactor: factor ?? nil, by: actor)
        } catch let refusal as PeopleError where refusal.isCurable {
            return try await show(
                call, error: refusal.faults.isEmpty ? refusal : nil,
                refused: .init(form: "score", faults: PerformanceReading.placed(refusal.faults, lines)),
                status: Problem(refusal).status)
        }
        return .seeOther(try page(call))
    }
}

extension PeopleError {
    /// Whether whoever filled in a form can do something about it there and then.
    var isCurable: Bool { code != .forbidden && code != .notFound && code != .unavailable }
}

extension Site {
    /// A new goal of a member of staff.
    public static let performanceGoals = "/performance/{employee}/goals"
    /// The end of a goal before its time.
    public static let performanceGoalEnd = "/performance/{employee}/goals/{goal}/withdrawal"
    /// A new review.
    public static let performanceReviews = "/performance/{employee}/reviews"
}
