import Evidence
import Notices
import SQL
import Store

extension TestGateway {
    /// Lets time pass as it should: on the wall and beside it.
    public func pass(_ span: Duration) {
        elapsed.pass(span)
        clock.advance(by: span)
    }

    /// Seals, hands over and sequences until nothing is left to do at this instant.
    public func settle() async throws {
        var didSomething = true
        while didSomething {
            didSomething = try await pipeline.seal.runOnce() > 0
            for dispatcher in pipeline.dispatch where try await dispatcher.runOnce() > 0 { didSomething = true }
        }
        try await sequence()
    }

    /// Lets time pass, starts the rungs that are due, and settles.
    public func settle(after span: Duration) async throws {
        pass(span)
        try await pipeline.escalate.runOnce()
        try await settle()
    }

    /// Gives every staged entry its place in the log, and has the newest checkpoint stamped.
    public func sequence() async throws {
        while case .sequenced = try await sequencer.step() {}
        if case .waiting = try await stamper.step() {
            pass(.seconds(1))
            _ = try await stamper.step()
        }
    }

    /// Audits the whole log and holds the attempts to what it says; throws a sentence for every fault.
    ///
    /// Called at the end of every scenario: whatever was done to the gateway, this must hold.
    @discardableResult
    public func check() async throws -> AuditReport {
        try await sequence()
        let report = try await audit()
        var faults = report.findings.map(\.description)
        faults += try await unevidencedAttempts()
        // Confirmations of test people come without the entries that people earn them with.
        faults += try await StateAuditor(store).audit().findings.filter { $0.table != "addresses" }.map(\.description)
        for channel in (options.mail + options.sms).map(\.channel) where channel.unprimed > 0 {
            faults.append("\(channel.route) got \(channel.unprimed) parcels for which the test had told nothing")
        }
        guard faults.isEmpty else { throw TestSupportError(faults.joined(separator: "\n")) }
        return report
    }

    /// Audits the log as `songda audit` would.
    public func audit() async throws -> AuditReport {
        try await Auditor(
            store: log, logKeys: [keys.log.key], entryKeys: [keys.entries.publicKey],
            roots: [keys.issuer.certificate], open: { [log] in try await log.openBody(of: $0) }
        ).audit()
    }

    /// Each attempt stands in the log with its beginning, and with its end if it has one (invariant I2).
    private func unevidencedAttempts() async throws -> [String] {
        try await database.read { tx in
            let rows = try tx.query(
                """
                SELECT a.delivery, a.number, a.state,
                    (SELECT count(*) FROM evidence_entries e WHERE e.delivery = a.delivery AND e.attempt = a.number
                        AND e.event = 'AttemptStarted') AS begun,
                    (SELECT count(*) FROM evidence_entries e WHERE e.delivery = a.delivery AND e.attempt = a.number
                        AND e.event IN ('AttemptAccepted', 'AttemptRefused', 'AttemptDeferred', 'OutcomeUnknown',
                            'DeliveryExpired')) AS ended
                FROM attempts a
                """)
            return try rows.compactMap { row in
                let state: String? = try row.get("state")
                let (begun, ended): (Int, Int) = (try row.get("begun"), try row.get("ended"))
                guard begun == 1, (ended >= 1) == (state != nil) else {
                    let delivery: String = try row.get("delivery")
                    let number: Int = try row.get("number")
                    return "attempt \(number) of \(delivery) (\(state ?? "open")): \(begun) begun, \(ended) ended"
                }
                return nil
            }
        }
    }

    /// The names of everything recorded about a notice, in order.
    public func events(of notice: NoticeID) async throws -> [EvidenceEvent] {
        try await store.entries(of: notice).map(\.event)
    }

    /// What every entry of an event says that has a place in the log, in order; for entries that are about no notice.
    public func facts(_ event: EvidenceEvent) async throws -> [EntryBody] {
        let size = try await log.latestCheckpoint()?.size ?? 0
        var found: [EntryBody] = []
        for entry in try await log.entries(from: 0, limit: size) where entry.event == event {
            if case .clear(let body) = try await log.openBody(of: entry) { found.append(try EntryBody(parsing: body)) }
        }
        return found
    }

    /// What the entries of one kind about a notice say.
    public func facts(_ event: EvidenceEvent, of notice: NoticeID) async throws -> [EntryBody] {
        try await store.entries(of: notice).filter { $0.event == event }.compactMap { entry in
            try entry.body.map { try EntryBody(parsing: $0) }
        }
    }

    /// The names of the entries about no notice.
    public func eventsOfTheHouse() async throws -> [String] {
        try await database.read { tx in
            try tx.query("SELECT event FROM evidence_entries WHERE notice IS NULL ORDER BY position").map {
                try $0.get("event", as: String.self)
            }
        }
    }

    /// The deliveries of a notice over one channel.
    public func deliveries(of notice: NoticeID, _ channel: ChannelKind) async throws -> [Delivery] {
        try await store.deliveries(of: notice).filter { $0.address.channel == channel }
    }
}
