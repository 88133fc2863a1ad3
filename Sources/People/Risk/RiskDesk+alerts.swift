import Evidence
import Notices

extension RiskDesk {
    // MARK: Reading

    /// Alerts the actor may see, the newest first.
    public func alerts(
        states: Set<Alert.State>? = nil, person: PersonID? = nil, before cursor: AlertID? = nil, limit: Int = 50,
        by actor: Actor
    ) async throws -> [Alert] {
        let reach = try AccessPolicy.require(anyReach: .viewAlerts, actor)
        let filter = AlertFilter(
            states: states, units: reach == .all ? nil : actor.managedUnits, person: person, hiding: actor.person)
        return try await store.alerts(filter, before: cursor, limit: limit)
    }

    /// One alert with its signals, windows, thresholds and rule versions (S-2).
    public func alert(_ id: AlertID, by actor: Actor) async throws -> Alert {
        try await require(id, .viewAlerts, actor)
    }

    /// What was done on account of an alert.
    public func interventions(for id: AlertID, by actor: Actor) async throws -> [Intervention] {
        _ = try await require(id, .viewAlerts, actor)
        return try await store.interventions(for: id)
    }

    /// The words around the keywords, for those who may see them only; reading is on record (S-5).
    public func snippets(for id: AlertID, by actor: Actor) async throws -> [Snippet] {
        let alert = try await require(id, .viewSnippets, actor)
        let act = try acts.act(
            .snippetsViewed, by: actor, about: [.employee(alert.person), Subject(.alert, id)])
        try await store.record([act])
        let rules = try await book.rules()
        let windows = alert.raises.filter { raise in
            // What was said is shown for what was said; a rule that is no longer known may have been one of keywords.
            guard let rule = rules.rule(raise.rule) else { return true }
            return rule.measure.consent == .conversations
        }.map(\.window)
        guard let from = windows.map(\.lowerBound).min(), let to = windows.map(\.upperBound).max() else { return [] }
        return try await store.snippets(of: alert.person, from: from, to: to)
    }

    func require(_ id: AlertID, _ permission: Permission, _ actor: Actor) async throws -> Alert {
        guard let alert = try await store.alert(id), let employee = try await store.employee(alert.person) else {
            throw PeopleError(.notFound, "there is no alert \"\(id.rawValue.prefix(60))\"")
        }
        try AccessPolicy.require(permission, actor, owner: nil, unit: employee.unit)
        guard actor.person != alert.person else {
            throw PeopleError(.notFound, "there is no alert \"\(id.rawValue.prefix(60))\"")
        }
        return alert
    }

    // MARK: Doing something

    /// Takes an alert, or gives it to somebody (S-6); accepting it is assigning it to oneself.
    public func assign(_ id: AlertID, to assignee: PersonID?, by actor: Actor) async throws -> Alert {
        let alert = try await require(id, .handleAlerts, actor)
        guard alert.state == .open || alert.state == .assigned else { throw isOver(alert) }
        guard assignee != alert.person else {
            throw PeopleError(.invalid, "assignee: nobody deals with an alert about themselves; choose another")
        }
        if let assignee { _ = try await store.require(assignee) }
        let name = assignee?.rawValue ?? actor.person?.rawValue ?? actor.principal.id
        let act = try acts.act(
            .alertAssigned, by: actor, about: [.employee(alert.person), Subject(.alert, id)],
            ["from": alert.assignee.map { .string($0) } ?? .null, "to": .string(name)])
        guard try await store.assign(id, from: alert.assignee, to: name, acts: [act]) else { throw movedOn(id) }
        return try await require(id, .handleAlerts, actor)
    }

    /// Records a talk or a remedy with its day, words and result; the dossier finds it by alert and person (S-6, S-21).
    public func intervene(
        _ id: AlertID, kind: Intervention.Kind, on day: CivilDate, record: String, result: String?, by actor: Actor
    ) async throws -> Intervention {
        let alert = try await require(id, .handleAlerts, actor)
        var faults: [PeopleError.Fault] = []
        if record.isEmpty || record.utf8.count > 10_000 {
            faults.append(.init(field: "record", message: "say in 1 to 10000 bytes what was said or agreed"))
        }
        if let result, result.isEmpty || result.utf8.count > 10_000 {
            faults.append(.init(field: "result", message: "say it in 1 to 10000 bytes or leave it out"))
        }
        let today = CivilDate(inChina: clock.now)
        if day > today || day < today.adding(days: -366) {
            faults.append(.init(field: "on", message: "\(day) is in the future or over a year ago"))
        }
        try PeopleError.check(faults, "nothing was recorded")
        guard alert.state == .open || alert.state == .assigned else { throw isOver(alert) }
        let intervention = Intervention(
            id: SecureRandom.uuid(at: clock.now), alert: id, kind: kind, on: day, record: record, result: result,
            recordedBy: actor.principal.id)
        let act = try acts.act(
            .interventionRecorded, by: actor, about: [.employee(alert.person), Subject(.alert, id)],
            [
                "intervention": .string(intervention.id), "kind": .string(kind.rawValue),
                "on": .string(day.description), "record": .string(record),
                "result": result.map { .string($0) } ?? .null,
            ])
        guard try await store.add(intervention, about: alert.person, at: clock.now, acts: [act]) else {
            throw movedOn(id)
        }
        return intervention
    }

    /// Closes an alert that somebody has taken, with its outcome and a reason.
    public func close(_ id: AlertID, outcome: Alert.Outcome, reason: String, by actor: Actor) async throws -> Alert {
        let alert = try await require(id, .handleAlerts, actor)
        guard !reason.isEmpty, reason.utf8.count <= 2_000 else {
            throw PeopleError(.invalid, "reason: say in 1 to 2000 bytes why the alert is closed")
        }
        guard alert.state == .assigned else {
            if alert.state == .open {
                throw PeopleError(.conflict, "alert \(id) has nobody who deals with it; assign it first")
            }
            throw isOver(alert)
        }
        let act = try acts.act(
            .alertClosed, by: actor, about: [.employee(alert.person), Subject(.alert, id)],
            ["outcome": .string(outcome.rawValue), "reason": .string(reason)])
        guard
            try await store.close(
                id, about: alert.person, outcome: outcome, reason: reason, at: clock.now, acts: [act])
        else { throw movedOn(id) }
        return try await require(id, .handleAlerts, actor)
    }

    /// Lets a successor begin to learn the clients, at least thirty days before the planned last day (S-7).
    public func openShadow(
        _ id: AlertID, successor: PersonID, from: CivilDate, plannedLastDay: CivilDate, by actor: Actor
    ) async throws -> ShadowAssignment {
        let alert = try await require(id, .handleAlerts, actor)
        guard alert.state == .assigned else {
            throw PeopleError(.conflict, "alert \(id) is \(alert.state.rawValue); accept it before a successor begins")
        }
        if try await store.shadow(for: alert.person, occasion: id.rawValue) != nil {
            throw PeopleError(.conflict, "alert \(id) has a successor who learns the clients already")
        }
        guard from >= CivilDate(inChina: clock.now) else {
            throw PeopleError(
                .invalid, "no shadow assignment was opened",
                faults: [.init(field: "from", message: "\(from) is over; begin today or later")])
        }
        return try await clients.shadow(
            alert.person, by: successor, from: from, plannedLastDay: plannedLastDay, occasion: id.rawValue,
            about: [Subject(.alert, id)], actor: actor)
    }

    private func isOver(_ alert: Alert) -> PeopleError {
        PeopleError(.conflict, "alert \(alert.id) is \(alert.state.rawValue); new facts make a new alert")
    }

    private func movedOn(_ id: AlertID) -> PeopleError {
        PeopleError(.conflict, "alert \(id) was changed by somebody else meanwhile; look at it again")
    }
}
