import Evidence
import Notices

extension HandoverDesk {
    /// Records a resignation or a dismissal and opens its handover, with the list made from live data (S-62, S-123).
    ///
    /// The roster moves the employment first, with the evidence of what that closes. Should we crash before the case is
    /// open, ``runDue()`` opens it within a minute. A member of staff records their own resignation: the notice is of today,
    /// and who takes part is for HR to say.
    public func record(_ departure: Departure, by actor: Actor) async throws -> HandoverRecord {
        let isOwn = actor.person == departure.person && AccessPolicy.reach(of: actor, for: .manageDepartures) == nil
        try AccessPolicy.require(isOwn ? .resign : .manageDepartures, actor, owner: isOwn ? departure.person : nil)
        let employee = try await store.require(departure.person)
        let lastDay = try LastDay(of: departure, law: law)
        var faults =
            Wording.reasonFault(departure.reason).map {
                [PeopleError.Fault(field: "reason", message: $0)]
            } ?? []
        if lastDay.day < departure.noticeOn {
            faults.append(
                .init(
                    field: "lastDay",
                    message: "\(lastDay.day) is before the notice of \(departure.noticeOn); give a later day"))
        }
        if isOwn { faults += ownFaults(departure, lastDay) }
        faults += try await partyFaults(in: departure, of: employee)
        try PeopleError.check(faults, "the departure of \(employee.number) was not recorded")
        let move = EmploymentMove(
            to: .resigned, on: departure.noticeOn, reason: departure.reason, lastDay: lastDay.day)
        _ = try await roster.depart(employee, move, by: actor)
        return try await open(departure, employee, lastDay, by: actor)
    }

    /// What a member of staff does not say alone: another day of notice, an earlier end, who takes part.
    private func ownFaults(_ departure: Departure, _ lastDay: LastDay) -> [PeopleError.Fault] {
        var faults: [PeopleError.Fault] = []
        func note(_ field: String, _ message: Sentence) { faults.append(.init(field: field, message: message)) }
        if !departure.kind.isByEmployee {
            note("kind", "\(departure.kind.rawValue) is the company's step; you give a resignation")
        }
        if departure.noticeOn != today { note("noticeOn", "\(departure.noticeOn) is not today; you give notice now") }
        if let warning = lastDay.warning {
            note("lastDay", "\(warning.zh)；\(warning.en); agree on an earlier day with HR")
        }
        if departure.officer != nil || departure.successor != nil || departure.issuer != nil {
            note("successor", "who takes part is for HR to say; leave successor, officer and issuer out")
        }
        return faults
    }

    private func partyFaults(in departure: Departure, of employee: Employee) async throws -> [PeopleError.Fault] {
        var faults: [PeopleError.Fault] = []
        func check(_ field: String, _ person: PersonID?) async throws {
            guard let person else { return }
            if let message = try await unfit(person, toTakeFrom: employee.id) {
                faults.append(.init(field: field, message: message))
            }
        }
        try await check("successor", departure.successor)
        try await check("officer", departure.officer)
        if departure.officer == nil, try await officer(besides: employee.id) == nil {
            faults.append(
                .init(field: "officer", message: "nobody holds the role hr; give it to somebody, or name one"))
        }
        if let issuer = departure.issuer, try await directory.issuer(issuer) == nil {
            faults.append(
                .init(field: "issuer", message: "there is no issuing entity \"\(issuer.rawValue.prefix(40))\""))
        }
        return faults
    }

    /// Why somebody cannot take part in another's handover; nil when they can.
    func unfit(_ person: PersonID, toTakeFrom leaver: PersonID) async throws -> Sentence? {
        let name = person.rawValue.prefix(40)
        guard person != leaver else { return "\"\(name)\" is the leaver; name somebody else" }
        guard let found = try await store.employee(person) else {
            return "there is no employee \"\(name)\"; put them on the roster first"
        }
        guard found.state == .active else { return "\"\(name)\" is \(found.state.rawValue); name somebody at work" }
        return nil
    }

    private func officer(besides leaver: PersonID) async throws -> PersonID? {
        for holder in try await store.holders(of: .hr) where try await unfit(holder, toTakeFrom: leaver) == nil {
            return holder
        }
        return nil
    }

    /// The head of the unit, or of the next one above that is not the leaver.
    private func reviewer(for employee: Employee) async throws -> PersonID? {
        let units = Dictionary(try await store.units().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var unit = units[employee.unit]
        while let here = unit {
            if let head = here.manager, try await unfit(head, toTakeFrom: employee.id) == nil { return head }
            unit = here.parent.flatMap { units[$0] }
        }
        return nil
    }

    /// Opens the case; the employment has moved already.
    private func open(
        _ departure: Departure, _ employee: Employee, _ lastDay: LastDay, by actor: Actor
    ) async throws -> HandoverRecord {
        guard
            let officer = if let named = departure.officer { named } else { try await officer(besides: employee.id) }
        else {
            throw PeopleError(.locked, "nobody holds the role hr who could see to the handover; give it to somebody")
        }
        let (rules, openedAt) = (rules.current, clock.now)
        func due(_ stage: HandoverStage) -> CivilDate {
            rules.dueDay(of: stage, noticeOn: departure.noticeOn, lastDay: lastDay.day)
        }
        let reviewer = try await reviewer(for: employee) ?? officer
        let owners: [HandoverStage: PersonID] = [
            .assignment: officer, .submission: employee.id, .review: reviewer, .recovery: officer,
        ]
        let checklist = try await Checklist.gather(
            for: employee.id, dueOn: due(.submission), rules: rules, clients: store, store: store)
        let items = checklist.items { HandoverItemID(SecureRandom.uuid(at: openedAt)) }
        let stages = HandoverStage.allCases.map { stage in
            StageRecord(
                stage: stage, owner: owners[stage], dueOn: due(stage),
                startedAt: stage == .assignment ? openedAt : nil)
        }
        var change = HandoverChange(
            HandoverCase(
                id: HandoverID(SecureRandom.uuid(at: openedAt)), person: employee.id, kind: departure.kind,
                noticeOn: departure.noticeOn, lastDay: lastDay, issuer: departure.issuer, openedAt: openedAt,
                listedAt: clock.now, rules: rules.name, officer: officer, successor: departure.successor,
                reviewer: reviewer, stages: stages))
        change.acts.append(try departureAct(change.handover, departure, items: items, by: actor))
        change.items = try items.map { item in
            var item = item
            change.acts.append(
                try act(
                    .handoverItemListed, on: &item, of: change.handover, by: actor,
                    ["origin": item.origin.map { .string($0) } ?? .null]))
            return item
        }
        try await store.open(change)
        return try await require(change.handover.id)
    }

    private func departureAct(
        _ handover: HandoverCase, _ departure: Departure, items: [HandoverItem], by actor: Actor
    ) throws -> Act {
        let lastDay = handover.lastDay
        return try act(
            .departureRecorded, on: HandoverRecord(handover: handover, items: items), by: actor,
            [
                "kind": .string(handover.kind.rawValue), "noticeOn": .string("\(handover.noticeOn)"),
                "lastDay": .string("\(lastDay.day)"),
                "earliestLastDay": lastDay.earliest.map { .string("\($0)") } ?? .null,
                "rule": lastDay.rule.map { .string($0) } ?? .null,
                "warning": lastDay.warning.map { .string($0.zh) } ?? .null, "reason": .string(departure.reason),
                "rules": .string(handover.rules), "officer": .string(handover.officer.rawValue),
                "reviewer": handover.reviewer.map { .string($0.rawValue) } ?? .null,
                "successor": handover.successor.map { .string($0.rawValue) } ?? .null,
            ])
    }

    /// Opens the handovers of those whom the roster has let go without one: through its own verbs, or before a crash.
    func openMissing() async throws -> Int {
        var opened = 0
        for person in try await store.leaversWithoutHandover(limit: 200) {
            guard let employee = try await store.employee(person), let day = employee.lastDay else { continue }
            let moved = try await store.acts(about: .employee(person)).last {
                $0.entry.event == .employmentMoved
            }
            let facts = try moved?.entry.body.map { try EntryBody(parsing: $0).facts } ?? .null
            let kind = facts["period"]?.string.flatMap { DepartureKind(rawValue: $0) } ?? .dismissal
            let notice = facts["noticeOn"]?.string.flatMap { CivilDate($0) } ?? employee.stateSince
            let departure = Departure(
                person: person, kind: kind, noticeOn: notice, lastDay: day, reason: facts["reason"]?.string ?? "—")
            do {
                _ = try await open(departure, employee, try LastDay(of: departure, law: law), by: .songda)
                opened += 1
            } catch let error as PeopleError where error.code == .conflict || error.code == .locked {
                // Somebody else was faster, or nobody holds the role hr yet; the next run looks again.
                continue
            }
        }
        return opened
    }
}
