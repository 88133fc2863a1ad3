import Evidence
import Notices

/// Goals that two have signed, progress from other systems, and lists of who is behind.
public struct PerformanceDesk: Sendable {
    let store: any PerformanceStore & RosterReader
    let acts: ActRecorder
    let clock: any WallClock

    // MARK: Goals

    /// Writes a goal down, or changes one that both have not signed yet; signatures given before are void.
    public func set(_ goal: Goal, by actor: Actor) async throws -> Goal {
        let employee = try await store.require(goal.person)
        try AccessPolicy.require(.setGoals, actor, owner: employee.id, unit: employee.unit)
        var faults: [PeopleError.Fault] = []
        func fault(_ field: String, _ message: Sentence, _ words: String, _ values: [String: String] = [:]) {
            faults.append(.init(field: field, message: message, words: .init(words, values)))
        }
        if goal.id.rawValue.isEmpty || goal.id.rawValue.utf8.count > 60 {
            fault("id", "give 1 to 60 bytes", "length", ["most": "60"])
        }
        if goal.title.isEmpty || goal.title.utf8.count > 1_000 {
            fault("title", "give 1 to 1000 bytes", "length", ["most": "1000"])
        }
        if goal.period.isEmpty || goal.period.utf8.count > 40 {
            fault("period", "give 1 to 40 bytes, like 2026-Q4", "period")
        }
        if !(1...100).contains(goal.weight) {
            fault(
                "weight", "\(goal.weight) is not 1 to 100", "range",
                ["value": "\(goal.weight)", "from": "1", "to": "100"])
        }
        if goal.dueOn < goal.startsOn {
            fault(
                "dueOn", "\(goal.dueOn) is before the start, \(goal.startsOn)", "beforeStart",
                ["value": "\(goal.dueOn)", "start": "\(goal.startsOn)"])
        }
        try PeopleError.check(faults, "the goal was not set")
        let draft = Goal(
            id: goal.id, person: goal.person, period: goal.period, title: goal.title, weight: goal.weight,
            startsOn: goal.startsOn, dueOn: goal.dueOn)
        let act = try acts.act(
            .goalSet, by: actor, about: [.employee(goal.person), Subject(.goal, goal.id)],
            ["contentHash": .string(draft.contentHash.hex), "title": .string(goal.title)])
        guard try await store.save(draft, acts: [act]) else {
            throw PeopleError(
                .conflict,
                "goal \(goal.id) was signed by both or belongs to somebody else; withdraw it and set another",
                words: .init("goalFixed"))
        }
        return draft
    }

    /// Signs exactly the words whose hash is given; a goal is active once both sides have signed (S-98).
    ///
    /// The member of staff signs for themselves; anybody else who may set goals signs as the manager.
    public func sign(_ id: GoalID, hash: Digest, by actor: Actor) async throws -> Goal {
        let goal = try await require(id)
        let isOwner = actor.person == goal.person
        let employee = try await store.require(goal.person)
        try AccessPolicy.require(
            isOwner ? .confirmGoals : .setGoals, actor, owner: goal.person, unit: employee.unit)
        guard goal.state == .draft else {
            throw PeopleError(.conflict, "goal \(id) is \(goal.state.rawValue); only a draft is signed")
        }
        guard goal.contentHash == hash else {
            throw PeopleError(
                .conflict, "goal \(id) was changed since you read it; read it again before you sign",
                words: .init("changedMeanwhile"))
        }
        let act = try acts.act(
            .goalSigned, by: actor, about: [.employee(goal.person), Subject(.goal, id)],
            ["contentHash": .string(hash.hex), "side": .string(isOwner ? "employee" : "manager")])
        guard
            try await store.sign(
                id, hash: hash, asManager: !isOwner, by: actor.principal.id, at: clock.now, acts: [act])
        else {
            throw PeopleError(.conflict, "goal \(id) was signed from this side, or changed, meanwhile; read it again")
        }
        return try await require(id)
    }

    /// Ends a goal before its time.
    public func withdraw(_ id: GoalID, reason: String, by actor: Actor) async throws {
        let goal = try await require(id)
        let employee = try await store.require(goal.person)
        try AccessPolicy.require(.setGoals, actor, owner: goal.person, unit: employee.unit)
        guard actor.person != goal.person else {
            throw PeopleError(.forbidden, "nobody withdraws their own goal; ask your manager")
        }
        guard !reason.isEmpty, reason.utf8.count <= 1_000 else {
            throw PeopleError(
                .invalid, "reason: say in 1 to 1000 bytes why", words: .init("reason", ["most": "1000"]))
        }
        let act = try acts.act(
            .goalWithdrawn, by: actor, about: [.employee(goal.person), Subject(.goal, id)],
            ["reason": .string(reason)])
        guard goal.state != .withdrawn, try await store.withdraw(id, from: goal.state, acts: [act]) else {
            throw PeopleError(.conflict, "goal \(id) has moved on meanwhile; look at it again")
        }
    }

    /// One goal, for those who may see it.
    public func goal(_ id: GoalID, by actor: Actor) async throws -> Goal {
        let goal = try await require(id)
        try await requireView(goal.person, actor)
        return goal
    }

    /// The goals of a person with the sentence of their progress (S-27).
    public func goals(
        of person: PersonID, period: String?, by actor: Actor
    ) async throws -> (goals: [Goal], progress: GoalProgress?) {
        let employee = try await requireView(person, actor)
        let goals = try await store.goals(of: person, period: period)
        return (goals, GoalProgress(name: employee.name, goals: goals, today: CivilDate(inChina: clock.now)))
    }

    @discardableResult
    func requireView(_ person: PersonID, _ actor: Actor) async throws -> Employee {
        let employee = try await store.require(person)
        if actor.person == person {
            try AccessPolicy.require(.viewFile, actor, owner: person)
        } else {
            try AccessPolicy.require(.scorePerformance, actor, owner: person, unit: employee.unit)
        }
        return employee
    }

    private func require(_ id: GoalID) async throws -> Goal {
        guard let goal = try await store.goal(id) else {
            throw PeopleError(.notFound, "there is no goal \"\(id.rawValue.prefix(60))\"")
        }
        return goal
    }

    // MARK: Figures

    /// Takes in how far goals have come, as a project system says, with its name and its time (S-99); all or none.
    public func record(_ lines: [ProgressLine], by actor: Actor) async throws -> Int {
        try AccessPolicy.require(.recordProgress, actor)
        let now = clock.now
        var faults: [PeopleError.Fault] = []
        var subjects: [Subject] = []
        if lines.isEmpty || lines.count > 5_000 {
            faults.append(.init(field: "progress", message: "\(lines.count) rows; send 1 to 5000 at once"))
        }
        for (row, line) in lines.enumerated() {
            let place = "progress[\(row)]"
            guard let goal = try await store.goal(line.goal) else {
                faults.append(.init(field: "\(place).goal", message: "there is no goal \"\(line.goal)\""))
                continue
            }
            if goal.state != .active {
                faults.append(
                    .init(
                        field: "\(place).goal",
                        message: "goal \(goal.id) is \(goal.state.rawValue); progress counts once both have signed"))
            }
            if line.progress.percent.value > 100_000 {
                faults.append(
                    .init(field: "\(place).percent", message: "\(line.progress.percent) is over 1000 per cent"))
            }
            if line.progress.at > now.adding(.seconds(300)) {
                faults.append(
                    .init(field: "\(place).at", message: "\(line.progress.at.rfc3339) is in the future"))
            }
            if line.progress.source.isEmpty || line.progress.source.utf8.count > 60 {
                faults.append(.init(field: "\(place).source", message: "name the system in 1 to 60 bytes"))
            }
            subjects += [.employee(goal.person), Subject(.goal, goal.id)]
        }
        try PeopleError.check(faults, "no progress was recorded")
        let act = try acts.act(
            .progressImported, by: actor, about: subjects.unique,
            [
                "rows": .integer(Int64(lines.count)),
                "sources": .array(Set(lines.map(\.progress.source)).sorted().map { .string($0) }),
            ])
        return try await store.record(lines, receivedAt: now, acts: [act])
    }

    /// Takes in how much of a month's target was reached; all or none.
    public func record(
        completions: [(person: PersonID, month: Month, percent: Hundredths)], source: String, by actor: Actor
    ) async throws {
        try AccessPolicy.require(.recordProgress, actor)
        let (now, known) = (clock.now, try await store.employees(completions.map(\.person)))
        var faults: [PeopleError.Fault] = []
        if source.isEmpty || source.utf8.count > 60 {
            faults.append(.init(field: "source", message: "name the system in 1 to 60 bytes"))
        }
        for (row, line) in completions.enumerated() {
            let place = "completions[\(row)]"
            if known[line.person] == nil {
                faults.append(.init(field: "\(place).employee", message: "\(line.person) is not on the roster"))
            }
            if line.month > Month(CivilDate(inChina: now)) {
                faults.append(.init(field: "\(place).month", message: "\(line.month) has not begun"))
            }
            if line.percent.value > 100_000 {
                faults.append(.init(field: "\(place).percent", message: "\(line.percent) is over 1000 per cent"))
            }
        }
        try PeopleError.check(faults, "no completion was recorded")
        var months: [PersonID: [PerformanceMonth]] = [:]
        for line in completions {
            months[line.person, default: []].append(
                PerformanceMonth(
                    month: line.month, completion: line.percent, score: nil, source: source, recordedAt: now))
        }
        let act = try acts.act(
            .progressImported, by: actor, about: [],
            ["rows": .integer(Int64(completions.count)), "source": .string(source)])
        try await store.record(months, acts: [act])
    }

    /// Who is below a completion in a month, with the sentence (S-28).
    public struct BelowTarget: Sendable {
        /// Who, with what they reached.
        public let people: [(employee: Employee, completion: Hundredths)]
        /// For example `开发部门有3名员工绩效完成率低于70%`.
        public let sentence: BilingualText
    }

    /// Lists who in a unit and below it reached less than so many per cent in a month.
    public func belowTarget(
        _ percent: Hundredths, in month: Month, unit: UnitID, by actor: Actor
    ) async throws -> BelowTarget {
        try AccessPolicy.require(.scorePerformance, actor, unit: unit)
        let units = try await store.units()
        guard let named = units.first(where: { $0.id == unit }) else {
            throw PeopleError(.notFound, "there is no unit \"\(unit.rawValue.prefix(60))\"")
        }
        let below = AccessDesk.unitsBelow([unit], units)
        var found: [(employee: Employee, completion: Hundredths)] = []
        repeat {
            let page = try await store.belowTarget(
                percent, in: month, units: below, after: found.last?.employee.number, limit: 500)
            found += page
            if page.count < 500 { break }
        } while true
        return BelowTarget(
            people: found,
            sentence: BilingualText(
                zh: "\(named.name)有\(found.count)名员工绩效完成率低于\(percent)%",
                en: "\(found.count) of \(named.name) were below \(percent)% of target"))
    }
}

extension Array where Element: Hashable {
    /// Each element once, in the order of its first place.
    var unique: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
