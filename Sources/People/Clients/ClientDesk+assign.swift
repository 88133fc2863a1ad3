import Evidence
import Notices

extension ClientDesk {
    /// Puts somebody in charge of a client of nobody, or records who was in charge in the past.
    ///
    /// A span that overlaps another one of the client is refused; from one person to another a client goes by
    /// ``transfer(_:to:reason:by:)``, which tells the contacts.
    public func assign(
        _ id: ClientID, to employee: PersonID, from: Timestamp? = nil, until: Timestamp? = nil, reason: String,
        by actor: Actor
    ) async throws {
        let client = try await store.require(id)
        try await require(.assignClients, actor, client, as: .assign)
        let taker = try await store.require(employee)
        try AccessPolicy.require(.assignClients, actor, unit: taker.unit)
        let now = clock.now
        let from = from ?? now
        var checks = ClientChecks(now: now)
        checks.text("reason", reason, maximum: 500)
        if from > now {
            checks.fault("from", "\(from.rfc3339) is in the future; a successor learns by a shadow assignment")
        }
        if let until, until <= from || until > now {
            checks.fault(
                "until", "\(until.rfc3339) is not after from and not later than now; leave it out if it goes on")
        }
        if until == nil, taker.state != .active {
            checks.fault("employee", "\(taker.name) is \(taker.state.rawValue); name somebody who is active")
        }
        try PeopleError.check(checks.faults, "nobody was put in charge")
        let act = try acts.act(
            .clientAssigned, by: actor, about: [.employee(employee), .client(id)],
            [
                "from": .string(from.rfc3339), "until": until.map { .string($0.rfc3339) } ?? .null,
                "reason": .string(reason),
            ])
        try await store.assign(
            id, to: employee, from: from, until: until, reason: reason,
            log: ClientOperation(.assign, id, by: actor, at: now, detail: "to \(employee)"), acts: [act])
    }

    /// Moves one client, with its unfinished orders, to another member of staff; its contacts are told.
    public func transfer(
        _ id: ClientID, to successor: PersonID, reason: String, by actor: Actor
    ) async throws -> TransferReport {
        let client = try await store.require(id)
        guard let owner = client.owner else {
            throw PeopleError(.conflict, "nobody is in charge of \(client.name); put somebody in charge instead")
        }
        try await require(.assignClients, actor, client, as: .assign)
        return try await transfer(
            from: owner, SuccessionPlan(successor: successor), only: id, reason: reason, by: actor)
    }

    /// Moves every client of a leaver to the successors, so that none is left without anybody (S-39, S-85).
    ///
    /// It may be called again: what has moved stays where it is. Orders that arrive afterwards go to the successor, and
    /// each contact gets one notice that names them.
    public func transferAll(
        of leaver: PersonID, to plan: SuccessionPlan, reason: String, by actor: Actor
    ) async throws -> TransferReport {
        let person = try await store.require(leaver)
        try AccessPolicy.require(.assignClients, actor, owner: nil, unit: person.unit)
        return try await transfer(from: leaver, plan, only: nil, reason: reason, by: actor)
    }

    private func transfer(
        from leaver: PersonID, _ plan: SuccessionPlan, only: ClientID?, reason: String, by actor: Actor
    ) async throws -> TransferReport {
        try check(reason: reason)
        try await check(plan, from: leaver, by: actor)
        // The set may change between our look and the write; the store notices, and we look again.
        for _ in 0..<5 {
            let now = clock.now
            let moves = try await moves(of: leaver, plan, only)
            guard !moves.isEmpty else { return TransferReport(clients: [:], orders: 0, notices: 0, at: now) }
            let transfer = ClientTransfer(
                leaver: leaver, moves: moves, isWhole: only == nil, at: now, reason: reason)
            let log = ClientOperation(.assign, nil, by: actor, at: now, detail: "from \(leaver)")
            if let report = try await store.transfer(transfer, log: log, acts: try acts(of: transfer, by: actor)) {
                return report
            }
        }
        throw PeopleError(.conflict, "the clients of \(leaver) are being moved by somebody else; look again")
    }

    private func moves(
        of leaver: PersonID, _ plan: SuccessionPlan, _ only: ClientID?
    ) async throws -> [ClientID: PersonID] {
        if let only {
            guard try await store.client(only)?.owner == leaver else {
                throw PeopleError(.conflict, "client \(only) went to somebody else meanwhile; look again")
            }
            return [only: plan.successor]
        }
        var moves: [ClientID: PersonID] = [:]
        var after: ClientID?
        while true {
            let page = try await store.clients(ownedBy: leaver, after: after, limit: 500)
            for client in page { moves[client.id] = plan.exceptions[client.id] ?? plan.successor }
            guard let last = page.last else { break }
            after = last.id
        }
        let strangers = plan.exceptions.keys.filter { moves[$0] == nil }.map(\.rawValue).sorted()
        guard strangers.isEmpty || moves.isEmpty else {
            throw PeopleError(
                .invalid, "the plan names clients that \(leaver) is not in charge of",
                faults: strangers.map { .init(field: "exceptions.\($0)", message: "is not among them; leave it out") })
        }
        return moves
    }

    /// Whoever takes over is at work, is somebody else, and can be reached by the client.
    private func check(_ plan: SuccessionPlan, from leaver: PersonID, by actor: Actor) async throws {
        let takers = Set(plan.exceptions.values).union([plan.successor])
        let staff = try await store.employees(Array(takers))
        let people = try await directory.recipients(Array(takers))
        var checks = ClientChecks(now: clock.now)
        for id in takers.sorted(by: { $0.rawValue < $1.rawValue }) {
            let field = id == plan.successor ? "successor" : "exceptions"
            guard let taker = staff[id] else {
                checks.fault(field, "there is no employee \"\(id.rawValue.prefix(60))\"; look them up by number")
                continue
            }
            try AccessPolicy.require(.assignClients, actor, unit: taker.unit)
            if id == leaver { checks.fault(field, "\(taker.name) is the one who hands over; name somebody else") }
            if taker.state != .active || taker.freezeReason != nil {
                let state = taker.freezeReason == nil ? taker.state.rawValue : "frozen"
                checks.fault(field, "\(taker.name) is \(state); name somebody who is active")
            }
            for channel in [ChannelKind.sms, .email] where people[id]?.address(for: channel) == nil {
                let thing = channel == .sms ? "telephone" : "mailbox"
                checks.fault(field, "\(taker.name) has no \(thing) that clients could be told; add one to the person")
            }
        }
        try PeopleError.check(checks.faults, "no client was moved")
    }

    /// One act for every five hundred clients: an entry has an end.
    private func acts(of transfer: ClientTransfer, by actor: Actor) throws -> [Act] {
        let bySuccessor = Dictionary(grouping: transfer.moves.keys, by: { transfer.moves[$0] ?? transfer.leaver })
        return try bySuccessor.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { successor, clients in
            let ids = clients.map(\.rawValue).sorted()
            return try stride(from: 0, to: ids.count, by: 500).map { start in
                let part = ids[start..<min(start + 500, ids.count)]
                return try acts.act(
                    .clientsTransferred, by: actor,
                    about: [.employee(transfer.leaver), .employee(successor)]
                        + part.map { Subject.client(ClientID($0)) },
                    [
                        "from": .string(transfer.leaver.rawValue), "to": .string(successor.rawValue),
                        "at": .string(transfer.at.rfc3339), "clients": .integer(Int64(part.count)),
                        "reason": .string(transfer.reason),
                    ])
            }
        }
    }

    /// Lets a successor learn a colleague's clients at least thirty days before the planned last day (S-7).
    ///
    /// - Parameters:
    ///   - occasion: what it follows from, for example the id of a risk alert.
    ///   - subjects: what else it is on record for.
    public func shadow(
        _ employee: PersonID, by successor: PersonID, from: CivilDate, plannedLastDay: CivilDate, occasion: String,
        about subjects: [Subject] = [], actor: Actor
    ) async throws -> ShadowAssignment {
        let (giver, taker) = (try await store.require(employee), try await store.require(successor))
        try AccessPolicy.require(.assignClients, actor, owner: nil, unit: giver.unit)
        let now = clock.now
        var checks = ClientChecks(now: now)
        let latest = plannedLastDay.adding(days: -ShadowAssignment.leastDays)
        if from > latest {
            checks.fault(
                "from",
                "\(from) is fewer than \(ShadowAssignment.leastDays) days before \(plannedLastDay); begin on \(latest) or earlier"
            )
        }
        if plannedLastDay <= CivilDate(inChina: now) {
            checks.fault("plannedLastDay", "\(plannedLastDay) is not in the future; correct it")
        }
        if employee == successor { checks.fault("successor", "is the same person; name somebody else") }
        if taker.state != .active {
            checks.fault("successor", "\(taker.name) is \(taker.state.rawValue); name somebody who is active")
        }
        checks.line("occasion", occasion)
        try PeopleError.check(checks.faults, "no shadow assignment was opened")
        let shadow = ShadowAssignment(
            employee: employee, successor: successor, from: from, plannedLastDay: plannedLastDay, occasion: occasion)
        let act = try acts.act(
            .clientsShadowed, by: actor, about: [.employee(employee), .employee(successor)] + subjects,
            [
                "from": .string(from.description), "plannedLastDay": .string(plannedLastDay.description),
                "occasion": .string(occasion),
            ])
        try await store.shadow(
            shadow, log: ClientOperation(.assign, nil, by: actor, at: now, detail: "shadow of \(employee)"),
            acts: [act])
        return shadow
    }
}
