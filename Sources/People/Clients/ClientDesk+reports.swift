import Evidence
import Notices

extension ClientDesk {
    /// How clients and revenue are spread over the staff the actor may see (S-45).
    public func concentration(since: Timestamp, by actor: Actor) async throws -> ConcentrationReport {
        var scope = try await scope(of: actor)
        // Learning a colleague's clients is no reason to see what they turn over.
        if !scope.isAll {
            scope = ClientScope(units: scope.units, owners: actor.person.map { [$0] } ?? [])
        }
        return ConcentrationReport(
            since: since, counts: try await store.clientCounts(in: scope),
            turnover: try await store.turnover(in: scope, since: since))
    }

    /// What a leaver's clients ordered before and after the hand-over (S-43).
    public func loss(of leaver: PersonID, windowDays: Int, by actor: Actor) async throws -> LossReport {
        let person = try await store.require(leaver)
        // Legal reads it too, but nobody learns it of a colleague.
        if AccessPolicy.reach(of: actor, for: .viewClients) == .own {
            throw PeopleError(
                .forbidden, "the report on \(leaver) is for HR, legal and the heads of their unit; ask HR")
        }
        try AccessPolicy.require(.viewClients, actor, unit: person.unit)
        guard (1...731).contains(windowDays) else {
            throw PeopleError(
                .invalid, "windowDays \(windowDays) is not from 1 to 731",
                faults: [.init(field: "windowDays", message: "compare 1 to 731 days on each side")])
        }
        let now = clock.now
        return LossReport(
            leaver: leaver, measuredAt: now, windowDays: windowDays,
            trades: try await store.tradeAround(
                transfersFrom: leaver, window: .seconds(Int64(windowDays) * 86_400), now: now))
    }

    /// Measures the loss and keeps the dated comparison as evidence (S-44).
    ///
    /// - Returns: the report's id, its exact bytes and their hash, which stands in the act.
    public func recordLoss(
        of leaver: PersonID, windowDays: Int, by actor: Actor
    ) async throws -> (id: String, body: [UInt8], hash: Digest) {
        let report = try await loss(of: leaver, windowDays: windowDays, by: actor)
        let body = report.json.canonicalBytes
        let hash = SHA256.hash(body)
        let id = SecureRandom.uuid(at: report.measuredAt)
        let act = try acts.act(
            .clientLossMeasured, by: actor, about: [.employee(leaver)],
            [
                "report": .string(id), "sha256": .string(hash.hex), "windowDays": .integer(Int64(windowDays)),
                "totals": report.json["totals"] ?? .null, "churnPercent": report.json["churnPercent"] ?? .null,
            ])
        try await store.keep(report: id, about: leaver, body: body, at: report.measuredAt, acts: [act])
        return (id, body, hash)
    }

    /// The exact bytes of a comparison that was kept.
    public func report(_ id: String, by actor: Actor) async throws -> [UInt8] {
        guard let (person, body) = try await store.report(id) else {
            throw PeopleError(.notFound, "there is no report \"\(id.prefix(60))\"")
        }
        if AccessPolicy.reach(of: actor, for: .viewClients) == .own {
            throw PeopleError(.forbidden, "reports are for HR, legal and the heads of the unit; ask HR")
        }
        try AccessPolicy.require(.viewClients, actor, unit: try await store.employee(person)?.unit)
        return body
    }
}
