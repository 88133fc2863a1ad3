import Evidence
import Notices

/// Leads a departure from the notice to the internal clearance: list, material, review, steps, access (S-58 to S-79).
///
/// Start here. ``record(_:by:)`` records the notice with ``RosterDesk`` and opens a ``HandoverCase`` whose list comes from
/// live data. The leaver submits, the successor takes over, a reviewer accepts; ``Clearance`` says what is missing. The end
/// of the employment follows from law and roster alone: nothing here moves it.
///
/// Every verb looks at the case as it is, writes state and acts in one transaction that fails when somebody else was
/// faster, and then looks again; so of two who do the same thing one is told that it is done.
public struct HandoverDesk: Sendable {
    let store: any PeopleStores
    let roster: RosterDesk
    let access: AccessDesk
    let clients: ClientDesk
    let sender: NoticeSender
    let notices: any NoticeReader
    let directory: any RecipientStore
    let law: ServiceLaw
    let rules: RuleFile<HandoverRules>
    let acts: ActRecorder
    let clock: any WallClock

    /// The day it is in China.
    var today: CivilDate { CivilDate(inChina: clock.now) }

    // MARK: Reading

    /// One handover, for those whom it concerns; the clients on its list are noted as read (S-37).
    public func handover(_ id: HandoverID, by actor: Actor) async throws -> HandoverRecord {
        let record = try await visible(id, actor)
        try await clients.noteReading(
            record.items.filter { $0.kind == .client }.compactMap(\.client), as: .list, actor,
            detail: "handover \(id)")
        return record
    }

    private func visible(_ id: HandoverID, _ actor: Actor) async throws -> HandoverRecord {
        let record = try await require(id)
        try await requireSight(of: record.handover, actor)
        return record
    }

    /// A page of handovers, the newest first, as far as the actor's permission reaches.
    public func handovers(
        onlyOpen: Bool = false, before cursor: HandoverID? = nil, limit: Int = 50, by actor: Actor
    ) async throws -> [HandoverCase] {
        let reach = try AccessPolicy.require(anyReach: .reviewHandover, actor)
        return try await store.handovers(
            of: reach == .all ? nil : actor.managedUnits, onlyOpen: onlyOpen, before: cursor, limit: limit)
    }

    /// Where the internal clearance stands, beside the end of the employment.
    public func clearance(of id: HandoverID, by actor: Actor) async throws -> Clearance {
        Clearance(of: try await visible(id, actor), on: today, law: law)
    }

    /// How far a handover is, without what is on its list.
    public func standing(
        of id: HandoverID, by actor: Actor
    ) async throws -> (progress: HandoverProgress, clearance: Clearance) {
        let record = try await visible(id, actor)
        return (record.progress, Clearance(of: record, on: today, law: law))
    }

    /// A file that was handed in, with its bytes.
    public func file(
        _ id: HandoverFileID, of handover: HandoverID, by actor: Actor
    ) async throws -> (file: HandoverFile, bytes: [UInt8]) {
        _ = try await self.handover(handover, by: actor)
        guard let found = try await store.handoverFile(id, of: handover) else {
            throw PeopleError(.notFound, "the handover has no file \"\(id.rawValue.prefix(60))\"")
        }
        return (found.0, found.1)
    }

    /// The notices that the handover has led to.
    public func messages(of id: HandoverID, by actor: Actor) async throws -> [HandoverMessage] {
        _ = try await visible(id, actor)
        return try await store.messages(of: id)
    }

    // MARK: Parts

    func require(_ id: HandoverID) async throws -> HandoverRecord {
        guard let record = try await store.handover(id) else {
            throw PeopleError(.notFound, "there is no handover \"\(id.rawValue.prefix(60))\"; list them to find it")
        }
        return record
    }

    /// The leaver, whoever takes over, reviewers of the leaver's unit, HR and legal.
    func requireSight(of handover: HandoverCase, _ actor: Actor) async throws {
        if let person = actor.person {
            if person == handover.person {
                try AccessPolicy.require(.submitHandover, actor, owner: person)
                return
            }
            if person == handover.successor {
                try AccessPolicy.require(anyReach: .finishWork, actor)
                return
            }
        }
        if AccessPolicy.reach(of: actor, for: .viewDossier) == .all {
            try AccessPolicy.require(.viewDossier, actor)
            return
        }
        let employee = try await store.require(handover.person)
        try AccessPolicy.require(.reviewHandover, actor, unit: employee.unit)
    }

    /// Changes a case: looks, decides, writes, and does so again when somebody else was faster.
    func change<Result>(
        _ id: HandoverID, _ decide: (HandoverRecord) async throws -> (HandoverChange, Result)
    ) async throws -> Result {
        for _ in 0..<8 {
            let (change, result) = try await decide(try await require(id))
            guard try await store.record(change) else { continue }
            await sendSoon(change.messages)
            return result
        }
        throw PeopleError(.conflict, "the handover \(id) is being changed by several at once; try again")
    }

    /// Signs an act about an item and makes it the head of the item's chain (S-79).
    ///
    /// Each act names the commitment of the one before, so that nobody can leave one out of an item's history or put one in.
    func act(
        _ event: EvidenceEvent, on item: inout HandoverItem, of handover: HandoverCase, by actor: Actor,
        _ facts: [String: JSONValue] = [:]
    ) throws -> Act {
        var all = facts
        all["previous"] = item.head.map { .string($0.hex) } ?? .null
        all["kind"] = .string(item.kind.rawValue)
        all["state"] = .string(item.state.rawValue)
        all["round"] = .integer(Int64(item.round))
        all["contentHash"] = .string(item.contentHash.hex)
        var subjects = [
            Subject.employee(handover.person), Subject(.handover, handover.id), Subject(.handoverItem, item.id),
        ]
        if let client = item.client { subjects.append(.client(client)) }
        let act = try acts.act(event, by: actor, about: subjects, all)
        item.head = act.entry.commitment
        return act
    }

    /// Signs an act about a case.
    func act(
        _ event: EvidenceEvent, on record: HandoverRecord, by actor: Actor, _ facts: [String: JSONValue]
    ) throws -> Act {
        var all = facts
        all["progress"] = HandoverProgress?.some(record.progress).facts
        return try acts.act(
            event, by: actor, about: [.employee(record.handover.person), Subject(.handover, record.handover.id)], all)
    }

    /// An item of a case as it stands.
    func item(_ id: HandoverItemID, in record: HandoverRecord) throws -> HandoverItem {
        guard let item = record.items.first(where: { $0.id == id }) else {
            throw PeopleError(
                .notFound, "handover \(record.handover.id) has no item \"\(id.rawValue.prefix(60))\"; look at its list")
        }
        return item
    }

    /// How confirmations name whoever acts.
    static func name(_ actor: Actor) -> String { actor.person?.rawValue ?? actor.principal.id }
}

extension HandoverItem {
    /// The client it is about, for a client's own item.
    public var client: ClientID? {
        guard let origin, origin.hasPrefix("client:") else { return nil }
        return ClientID(String(origin.dropFirst("client:".count)))
    }
}
