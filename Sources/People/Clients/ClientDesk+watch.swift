import Evidence
import Notices

extension ClientDesk {
    /// What one run of the watch did.
    public struct WatchRun: Sendable, Hashable {
        /// Alerts that were raised.
        public var alerts = 0
        /// Notices that were issued to contacts.
        public var contactNotices = 0
        /// Notices that were issued about alerts.
        public var alertNotices = 0
    }

    /// Does whatever is due: tells contacts of a change of hands, looks for bulk access, for silent clients and
    /// for what contacts have replied, serves alerts.
    ///
    /// It may be called at any time and as often as one likes: each occasion makes one notice, each finding one alert.
    @discardableResult
    public func runDue() async throws -> WatchRun {
        var run = WatchRun()
        let (now, rules) = (clock.now, rules.current)
        // First those who wait for it: nothing that goes wrong below keeps a client from being told.
        run.contactNotices = try await tellContacts(now)
        for reader in try await store.bulkReaders(since: bulkWindow(rules, now), atLeast: rules.bulkRecords)
        where try await watchBulk(reader.actor, reader.person, now: now) { run.alerts += 1 }
        run.alerts += try await watchSilence(rules, now)
        run.alerts += try await watchReplies(rules, now)
        run.alertNotices = try await serveAlerts(now)
        return run
    }

    /// How many rows one run takes at a time.
    private static let portion = 200

    // MARK: Bulk access

    private func bulkWindow(_ rules: ClientRules, _ now: Timestamp) -> Timestamp {
        now.adding(.seconds(-Int64(rules.bulkMinutes) * 60))
    }

    /// Raises an alarm when an actor has looked at too many different clients (S-38); one a window.
    @discardableResult
    func watchBulk(_ principal: String, _ person: PersonID?, now: Timestamp) async throws -> Bool {
        let rules = rules.current
        let since = bulkWindow(rules, now)
        let count = try await store.clientsRead(by: principal, since: since)
        guard count >= rules.bulkRecords else { return false }
        let alert = ClientAlert(
            id: SecureRandom.uuid(at: now), kind: .bulkAccess, subject: principal, person: person, at: now,
            since: since, count: count, rule: "\(ClientRules.id) \(rules.version)")
        let act = try acts.act(
            .clientBulkAccess, by: .songda, about: person.map { [.employee($0)] } ?? [],
            [
                "actor": .string(principal), "clients": .integer(Int64(count)),
                "minutes": .integer(Int64(rules.bulkMinutes)), "limit": .integer(Int64(rules.bulkRecords)),
                "rule": .string(alert.rule), "alert": .string(alert.id),
            ])
        return try await store.raise(alert, quietSince: since, notifies: rules.notifies, acts: [act])
    }

    // MARK: Silent clients

    /// Raises one alert for each client that was handed over and has ordered nothing for so many months (S-96).
    private func watchSilence(_ rules: ClientRules, _ now: Timestamp) async throws -> Int {
        // The same time of day so many months ago, counted in China.
        let today = CivilDate(inChina: now)
        let ofDay = now.since(today.startInChina)
        let limit = today.adding(months: -rules.lostMonths).startInChina.adding(ofDay)
        var raised = 0
        while true {
            let silent = try await store.silentClients(since: limit, limit: Self.portion)
            for one in silent {
                let alert = ClientAlert(
                    id: SecureRandom.uuid(at: now), kind: .lostClient, subject: one.client.rawValue,
                    person: one.predecessor, at: now, since: one.since, count: rules.lostMonths,
                    rule: "\(ClientRules.id) \(rules.version)")
                let act = try acts.act(
                    .clientLost, by: .songda,
                    about: (one.predecessor.map { [.employee($0)] } ?? []) + [.client(one.client)],
                    [
                        "silentSince": .string(one.since.rfc3339), "months": .integer(Int64(rules.lostMonths)),
                        "rule": .string(alert.rule), "alert": .string(alert.id),
                    ])
                if try await store.raise(alert, lost: one, notifies: rules.notifies, acts: [act]) { raised += 1 }
            }
            guard silent.count == Self.portion else { return raised }
        }
    }

    // MARK: Notices

    /// Issues one notice for each contact of a client that changed hands (S-46).
    private func tellContacts(_ now: Timestamp) async throws -> Int {
        var issued = 0
        while true {
            let due = try await store.dueContactNotices(now: now, limit: Self.portion)
            guard !due.isEmpty else { return issued }
            let people = try await directory.recipients(Array(Set(due.map(\.successor))))
            for one in due {
                do {
                    let notice = try await tell(one, people[one.successor])
                    try await store.settle(one, notice: notice, at: clock.now)
                    issued += 1
                } catch let error where error.isAboutOneThing {
                    try await store.postpone(one, reason: "\(error)", until: now.adding(.seconds(3600)))
                }
            }
        }
    }

    private func tell(_ due: DueContactNotice, _ successor: Recipient?) async throws -> NoticeID {
        guard let successor, let phone = successor.address(for: .sms)?.value,
            let mailbox = successor.address(for: .email)?.value
        else {
            throw PeopleError(
                .invalid, "\(due.successor) has no telephone and mailbox that clients could be told; add them")
        }
        return try await sender.send(
            NoticeSender.Order(
                kind: "client-contact-change", recipients: [due.person],
                fields: [
                    "newContact": .string(successor.name), "newPhone": .string(phone), "newEmail": .string(mailbox),
                    "effectiveDate": .string(CivilDate(inChina: due.from).description),
                ],
                subjects: [
                    .employee(due.successor), .client(due.client),
                ] + (due.predecessor.map { [.employee($0)] } ?? []),
                occasion: "client-contact-change:\(due.client):\(due.position):\(due.person)",
                issuer: try await issuer(for: due.successor)), by: .songda)
    }

    /// The entity under which the unit of a member of staff writes.
    private func issuer(for person: PersonID) async throws -> IssuerID? {
        guard let unit = try await store.employee(person)?.unit else { return nil }
        return try await store.units().issuer(of: unit)
    }

    /// Serves alerts: bulk access to the administrators, what concerns one client to HR.
    private func serveAlerts(_ now: Timestamp) async throws -> Int {
        var issued = 0
        while true {
            let due = try await store.dueAlerts(now: now, limit: Self.portion)
            guard !due.isEmpty else { return issued }
            for alert in due {
                let role: Role = alert.kind == .bulkAccess ? .administrator : .hr
                let holders = try await store.holders(of: role)
                let staff = try await store.employees(holders)
                // A role outlives an employment until somebody takes it; the alert does not follow it out of the house.
                let recipients = holders.filter { staff[$0].map { $0.state != .left } ?? false }
                var count = 0
                do {
                    guard !recipients.isEmpty else {
                        throw PeopleError(.invalid, "nobody holds the role \(role.rawValue); give it to somebody")
                    }
                    for person in recipients {
                        try await sender.send(try await order(alert, to: person), by: .songda)
                        count += 1
                    }
                    try await store.settle(alert: alert.id, notices: count, reason: nil, dueAt: nil)
                } catch let error where error.isAboutOneThing {
                    try await store.settle(
                        alert: alert.id, notices: count, reason: "\(error)", dueAt: now.adding(.seconds(3600)))
                }
                issued += count
            }
        }
    }

    private func order(_ alert: ClientAlert, to person: PersonID) async throws -> NoticeSender.Order {
        let staff: Employee? =
            if let concerned = alert.person { try await store.employee(concerned) } else { nil }
        var fields: [String: JSONValue] = [
            "pattern": .string(alert.kind.rawValue), "count": .integer(Int64(alert.count)),
            "since": .string(CivilDate(inChina: alert.since).description), "rule": .string(alert.rule),
            "account": .string(alert.subject),
        ]
        fields["employee"] = staff.map { .string($0.name) }
        if alert.kind != .bulkAccess {
            let client = try await store.require(ClientID(alert.subject))
            fields["account"] = nil
            fields["client"] = .string(client.name)
        } else {
            fields["minutes"] = .integer(Int64((alert.at.since(alert.since) / .seconds(60)).rounded()))
        }
        return NoticeSender.Order(
            kind: "client-alert", recipients: [person], fields: .object(fields),
            subjects: alert.person.map { [.employee($0)] } ?? [], occasion: "client-alert:\(alert.id):\(person)",
            issuer: try await issuer(for: person))
    }

    /// Alerts, the newest first; for those who may read the operation log.
    public func alerts(
        kind: ClientAlert.Kind?, before: String?, limit: Int, by actor: Actor
    ) async throws -> [ClientAlert] {
        try AccessPolicy.require(.viewOperations, actor)
        return try await store.alerts(kind: kind, before: before, limit: limit)
    }

    /// The rules in force, and why a newer file is not.
    public func accessRules(by actor: Actor) throws -> (rules: ClientRules, fault: String?) {
        try AccessPolicy.require(.viewOperations, actor)
        let fault = rules.fault
        return (rules.current, fault)
    }
}

extension Error {
    /// Whether only the thing at hand is wrong, so that the next one may go well.
    fileprivate var isAboutOneThing: Bool {
        switch self {
        case let error as PeopleError: error.code != .unavailable
        case let error as NoticeError: error.code != .unavailable
        case let error as EvidenceError: error.code == .erased
        default: false
        }
    }
}
