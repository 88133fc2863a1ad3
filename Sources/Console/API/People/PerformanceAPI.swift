import Evidence
import Hummingbird
import Notices
import People

/// Goals, progress, reviews.
struct PerformanceAPI: Sendable {
    let services: ConsoleServices
    private var desk: PerformanceDesk { services.people.performance }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.goal, .people, answer: goal),
            Endpoint(.put, Site.goal, .people, answer: setGoal),
            Endpoint(.post, Site.goalSignatures, .people, answer: signGoal),
            Endpoint(.post, Site.goalWithdrawal, .people, answer: withdrawGoal),
            Endpoint(.get, Site.goalsOf, .people, answer: goals),
            Endpoint(.post, Site.goalProgress, .people, answer: progress),
            Endpoint(.post, Site.completions, .people, answer: completions),
            Endpoint(.get, Site.belowTarget, .people, answer: belowTarget),
            Endpoint(.get, Site.reviewsOf, .people, answer: reviews),
            Endpoint(.post, Site.reviews, .people, answer: score),
            Endpoint(.get, Site.review, .people, answer: review),
            Endpoint(.post, Site.reviewConfirmation, .people, answer: confirm),
            Endpoint(.post, Site.reviewAppeal, .people, answer: appeal),
            Endpoint(.post, Site.reviewDecision, .people, answer: decide),
            Endpoint(.post, Site.reviewApproval, .people, answer: approve),
            Endpoint(.post, Site.reviewSignature, .people, answer: sign),
        ]
    }

    // MARK: Goals

    private func goalID(_ call: Call) throws -> GoalID { GoalID(try call.parameter("goal")) }

    private func goal(_ call: Call) async throws -> Reply {
        .json(try await desk.goal(try goalID(call), by: try await services.actor(call)).json)
    }

    private func setGoal(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let person = reader.line("employee")
        let period = reader.line("period", maximum: 40)
        let title = reader.line("title", maximum: 1_000)
        let weight = reader.wholeNumber("weight")
        let from = reader.calendarDay("startsOn")
        let due = reader.calendarDay("dueOn")
        try reader.finish()
        guard let person, let period, let title, let weight, let from, let due else { throw reader.refusal }
        let goal = Goal(
            id: try goalID(call), person: try await services.person(person), period: period, title: title,
            weight: weight, startsOn: from,
            dueOn: due)
        return .json(try await desk.set(goal, by: try await services.actor(call)).json)
    }

    private func signGoal(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let hash = reader.digest("contentHash")
        try reader.finish()
        guard let hash else { throw reader.refusal }
        return .json(try await desk.sign(try goalID(call), hash: hash, by: try await services.actor(call)).json)
    }

    private func withdrawGoal(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let reason = reader.text("reason", maximum: 1_000)
        try reader.finish()
        guard let reason else { throw reader.refusal }
        let actor = try await services.actor(call)
        try await desk.withdraw(try goalID(call), reason: reason, by: actor)
        return .json(try await desk.goal(try goalID(call), by: actor).json)
    }

    private func goals(_ call: Call) async throws -> Reply {
        let period = try call.query(["period"])["period"]
        let found = try await desk.goals(
            of: try await services.person(try call.parameter("person")), period: period,
            by: try await services.actor(call))
        return .json([
            "items": .array(found.goals.map(\.json)),
            "progress": found.progress?.json ?? .null,
        ])
    }

    private func progress(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let lines = reader.nestedList("progress", maximum: 5_000, isRequired: true) { line -> ProgressLine? in
            let goal = line.line("goal", maximum: 60)
            let percent = line.figure("percent")
            let source = line.line("source", maximum: 60)
            let at = line.instant("at")
            guard let goal, let percent, let source, let at else { return nil }
            return ProgressLine(
                goal: GoalID(goal), progress: Goal.Progress(percent: percent, source: source, at: at))
        }
        try reader.finish()
        let added = try await desk.record(lines, by: try await services.actor(call))
        return .json(["added": .integer(Int64(added)), "repeated": .integer(Int64(lines.count - added))])
    }

    private func completions(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let source = reader.line("source", maximum: 60)
        let lines = reader.nestedList("completions", maximum: 5_000, isRequired: true) {
            line -> (person: PersonID, month: Month, percent: Hundredths)? in
            let person = line.employee()
            let month = line.calendarMonth("month")
            let percent = line.figure("percent")
            guard let person, let month, let percent else { return nil }
            return (person, month, percent)
        }
        try reader.finish()
        guard let source else { throw reader.refusal }
        let known = try await services.people(in: lines.map(\.person))
        let named = lines.map { (person: known[$0.person] ?? $0.person, month: $0.month, percent: $0.percent) }
        try await desk.record(completions: named, source: source, by: try await services.actor(call))
        return .json(["recorded": .integer(Int64(lines.count))])
    }

    private func belowTarget(_ call: Call) async throws -> Reply {
        let query = try call.query(["unit", "month", "percent"])
        guard let unit = query["unit"] else { throw Problem.malformed("unit is missing; name the unit") }
        guard let month = Month(query["month"] ?? "") else {
            throw Problem.malformed("month \"\(shortened(query["month"] ?? ""))\" is not a month like 2026-11")
        }
        guard let percent = Hundredths(query["percent"] ?? "70") else {
            throw Problem.malformed("percent \"\(shortened(query["percent"] ?? ""))\" is not a figure like 70 or 69.5")
        }
        let list = try await desk.belowTarget(
            percent, in: month, unit: UnitID(unit), by: try await services.actor(call))
        return .json([
            "items": .array(
                list.people.map {
                    [
                        "employee": .string($0.employee.id.rawValue), "number": .string($0.employee.number),
                        "name": .string($0.employee.name), "completion": .string($0.completion.description),
                    ]
                }), "sentence": list.sentence.json,
        ])
    }

    // MARK: Reviews

    private func reviewID(_ call: Call) throws -> ReviewID { ReviewID(try call.parameter("review")) }

    private func reviews(_ call: Call) async throws -> Reply {
        _ = try call.query([])
        let found = try await desk.reviews(
            of: try await services.person(try call.parameter("person")), by: try await services.actor(call))
        return .json(["items": .array(found.map(\.json))])
    }

    private func review(_ call: Call) async throws -> Reply {
        .json(try await desk.review(try reviewID(call), by: try await services.actor(call)).json)
    }

    private func line(_ line: inout ObjectReader) -> ScoreLine? {
        let dimension = line.line("dimension")
        let weight = line.wholeNumber("weight")
        let deduction = line.figure("deduction")
        let reason = line.optionalLine("reason", maximum: 2_000)
        guard let dimension, let weight, let deduction else { return nil }
        guard (1...100).contains(weight) else {
            line.fault("weight", "\(weight) is not 1 to 100")
            return nil
        }
        return ScoreLine(dimension: dimension, weight: weight, deduction: deduction, reason: reason)
    }

    private func score(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let person = reader.line("employee")
        let month = reader.calendarMonth("month")
        let lines = reader.nestedList("lines", maximum: 50, isRequired: true, line)
        let factor = reader.optionalFigure("payFactor")
        try reader.finish()
        guard let person, let month else { throw reader.refusal }
        let actor = try await services.actor(call)
        return .json(
            try await desk.score(
                try await services.person(person), month: month, lines: lines, payFactor: factor, by: actor
            ).json, status: 201)
    }

    private func version(_ call: Call) throws -> Int {
        var reader = ObjectReader(body: try call.json())
        let version = reader.wholeNumber("version")
        try reader.finish()
        guard let version else { throw reader.refusal }
        return version
    }

    private func confirm(_ call: Call) async throws -> Reply {
        let version = try version(call)
        return .json(
            try await desk.confirm(try reviewID(call), version: version, by: try await services.actor(call)).json)
    }

    private func approve(_ call: Call) async throws -> Reply {
        let version = try version(call)
        return .json(
            try await desk.approve(try reviewID(call), version: version, by: try await services.actor(call)).json)
    }

    private func appeal(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let version = reader.wholeNumber("version")
        let reason = reader.text("reason", maximum: 2_000)
        try reader.finish()
        guard let version, let reason else { throw reader.refusal }
        let actor = try await services.actor(call)
        return .json(try await desk.appeal(try reviewID(call), version: version, reason: reason, by: actor).json)
    }

    private func decide(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let decision = reader.text("decision", maximum: 2_000)
        let isUpheld = reader.bool("upheld")
        let lines = reader.nestedList("lines", maximum: 50, isRequired: isUpheld == true, line)
        let factor = reader.optionalFigure("payFactor")
        if isUpheld == false, !lines.isEmpty || factor != nil {
            reader.fault("lines", "an appeal that is rejected changes no scores")
        }
        try reader.finish()
        guard let decision, let isUpheld else { throw reader.refusal }
        let actor = try await services.actor(call)
        return .json(
            try await desk.decide(
                try reviewID(call), decision: decision, lines: isUpheld ? lines : nil, payFactor: factor, by: actor
            ).json)
    }

    private func sign(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let version = reader.wholeNumber("version")
        let hash = reader.digest("versionHash")
        let statement = reader.text("statement", maximum: 2_000)
        try reader.finish()
        guard let version, let hash, let statement else { throw reader.refusal }
        let actor = try await services.actor(call)
        return .json(
            try await desk.sign(try reviewID(call), version: version, hash: hash, statement: statement, by: actor).json)
    }
}

extension Goal {
    /// As the API shows it; the hash is what is signed.
    var json: JSONValue {
        [
            "id": .string(id.rawValue), "employee": .string(person.rawValue), "period": .string(period),
            "title": .string(title), "weight": .orNull(weight), "startsOn": .string(startsOn.description),
            "dueOn": .string(dueOn.description), "state": .string(state.rawValue),
            "contentHash": .string(contentHash.hex), "managerSignedAt": .orNull(managerSignedAt),
            "employeeSignedAt": .orNull(employeeSignedAt), "progress": progress?.json ?? .null,
        ]
    }
}

extension Goal.Progress {
    /// As the API shows it.
    var json: JSONValue {
        ["percent": .string(percent.description), "source": .string(source), "at": .string(at.rfc3339)]
    }
}

extension GoalProgress {
    /// As the API shows it.
    var json: JSONValue {
        [
            "rate": .string(rate.description), "remainder": .string(remainder.description),
            "dueOn": .string(dueOn.description), "sentence": sentence.json,
        ]
    }
}

extension Review {
    /// As the API shows it; the hash is what is signed.
    var json: JSONValue {
        [
            "id": .string(id.rawValue), "employee": .string(person.rawValue), "month": .string(month.description),
            "state": .string(state.rawValue), "version": .orNull(current.number),
            "versionHash": .string(current.hash(of: id).hex), "total": .string(current.total.description),
            "payFactor": .orNull(current.payFactor?.description),
            "lines": .array(current.lines.map(\.json)), "appeals": .array(appeals.map(\.json)),
            "signature": signature?.json ?? .null,
        ]
    }
}

extension ScoreLine {
    /// As the API shows it.
    var json: JSONValue {
        [
            "dimension": .string(dimension), "weight": .orNull(weight), "deduction": .string(deduction.description),
            "points": .string(points.description), "reason": .orNull(reason),
        ]
    }
}

extension Review.Appeal {
    /// As the API shows it.
    var json: JSONValue {
        [
            "version": .orNull(version), "state": .string(state.rawValue), "reason": .string(reason),
            "decision": .orNull(decision), "madeAt": .string(madeAt.rfc3339),
        ]
    }
}

extension Review.Signature {
    /// As the API shows it.
    var json: JSONValue {
        [
            "version": .orNull(version), "hash": .string(hash.hex), "at": .string(at.rfc3339),
            "statement": .string(statement),
        ]
    }
}
