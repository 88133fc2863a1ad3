import Evidence
import Notices

extension HandoverDesk {
    /// Takes over the whole list of what a person holds from the system that keeps it (S-65, S-74).
    ///
    /// A handover that is under way follows: its lists and items are brought up to date as far as the leaver still owes
    /// them, and what is new is added.
    public func importHoldings(
        _ holdings: [Holding], _ list: Holding.List, of person: PersonID, by actor: Actor
    ) async throws -> HoldingImport {
        try AccessPolicy.require(.recordProgress, actor)
        let employee = try await store.require(person)
        try PeopleError.check(Self.faults(of: holdings), "the \(list.rawValue) of \(employee.number) were not imported")
        let summary = HoldingImport(person: person, list: list, count: holdings.count, at: clock.now)
        let rows: JSONValue = .array(holdings.map(\.row))
        let act = try acts.act(
            .holdingsImported, by: actor, about: [.employee(person)],
            [
                "list": .string(list.rawValue), "count": .integer(Int64(holdings.count)),
                "sha256": .string(SHA256.hash(rows.canonicalBytes).hex),
            ])
        try await store.replaceHoldings(holdings, as: summary, acts: [act])
        if let id = try await store.handover(of: person) { try await renew(id, by: actor) }
        return summary
    }

    /// What a person holds, with when each list was imported.
    public func holdings(
        of person: PersonID, _ list: Holding.List, by actor: Actor
    ) async throws -> (holdings: [Holding], imported: HoldingImport?) {
        let employee = try await store.require(person)
        try AccessPolicy.require(.viewFile, actor, owner: person, unit: employee.unit)
        return (
            try await store.holdings(of: person, list), try await store.holdingImports(of: person)[list]
        )
    }

    private static func faults(of holdings: [Holding]) -> [PeopleError.Fault] {
        var faults: [PeopleError.Fault] = []
        if holdings.count > 5000 {
            faults.append(.init(field: "items", message: "are \(holdings.count); at most 5000 are taken at once"))
        }
        var seen: Set<String> = []
        for (index, holding) in holdings.enumerated() {
            func note(_ field: String, _ message: Sentence?) {
                if let message { faults.append(.init(field: "items[\(index)].\(field)", message: message)) }
            }
            note("id", Wording.lineFault(holding.id))
            note("kind", Wording.lineFault(holding.kind, maximum: 60))
            note("title", Wording.lineFault(holding.title))
            note("status", holding.status.flatMap { Wording.lineFault($0) })
            if !seen.insert(holding.id).inserted { note("id", "\"\(holding.id.prefix(60))\" stands twice; keep one") }
        }
        return Array(faults.prefix(200))
    }

    /// Brings what comes from other systems up to date, as far as it is not handed in.
    private func renew(_ id: HandoverID, by actor: Actor) async throws {
        try await change(id) { record in
            var change = HandoverChange(record.handover)
            guard record.handover.clearedAt == nil, !record.handover.isClosed else { return (change, ()) }
            let fresh = try await Checklist.gather(
                for: record.handover.person, dueOn: record.handover.record(of: .submission)?.dueOn ?? today,
                rules: rules.current, clients: store, store: store
            ).items { HandoverItemID(SecureRandom.uuid(at: clock.now)) }
            let known = Dictionary(
                record.items.compactMap { item in item.origin.map { ($0, item) } },
                uniquingKeysWith: { first, _ in first })
            // Clients may have gone to the successor meanwhile; their items stay as they were listed.
            for var item in fresh where item.kind.comesFromHoldings {
                guard let origin = item.origin else { continue }
                if var old = known[origin] {
                    guard old.isOwed, old.content != item.content else { continue }
                    old.content = item.content
                    change.acts.append(try act(.handoverItemRenewed, on: &old, of: record.handover, by: actor))
                    change.items.append(old)
                } else {
                    change.acts.append(
                        try act(
                            .handoverItemListed, on: &item, of: record.handover, by: actor, ["origin": .string(origin)])
                    )
                    change.items.append(item)
                }
            }
            return (change, ())
        }
    }
}

extension HandoverDesk {
    /// Somebody lets us keep where they were at visits to clients, or no longer does (个人信息保护法第二十九条、第十五条).
    ///
    /// - Parameter textHash: SHA-256 of the text that they were shown.
    public func setVisitConsent(_ isGiven: Bool, textHash: Digest, by actor: Actor) async throws {
        guard let person = actor.person else {
            throw PeopleError(.forbidden, "consent is given by the person themselves; sign in as them")
        }
        try AccessPolicy.require(.consent, actor, owner: person)
        let act = try acts.act(
            isGiven ? .visitConsentGiven : .visitConsentWithdrawn, by: actor, about: [.employee(person)],
            ["text": .string(textHash.hex)])
        try await store.setVisitConsent(of: person, since: isGiven ? clock.now : nil, acts: [act])
    }
}

extension HandoverItem.Kind {
    /// Whether it is made from what other systems list.
    var comesFromHoldings: Bool { self == .documentList || self == .deviceList || self == .device || self == .project }
}
