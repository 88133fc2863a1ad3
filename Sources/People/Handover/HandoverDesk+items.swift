import Evidence
import Notices

/// An item that somebody adds to a handover by hand (S-66, S-69).
public struct FreeItem: Sendable, Hashable {
    /// A visit, a fee, a promise or something else.
    public var kind: HandoverItem.Kind
    /// What people call it.
    public var title: String
    /// The sum at stake, where there is one.
    public var amount: Amount?
    /// The last day for it; nil for that of the submission.
    public var dueOn: CivilDate?

    /// Describes an item.
    public init(kind: HandoverItem.Kind, title: String, amount: Amount? = nil, dueOn: CivilDate? = nil) {
        self.kind = kind
        self.title = title
        self.amount = amount
        self.dueOn = dueOn
    }
}

extension HandoverDesk {
    /// Puts an item on the list by hand.
    public func add(_ new: FreeItem, to id: HandoverID, by actor: Actor) async throws -> HandoverItem {
        try await requireSight(of: try await require(id).handover, actor)
        return try await change(id) { record in
            guard record.handover.clearedAt == nil else {
                throw PeopleError(.conflict, "the handover is cleared; nothing is added any more")
            }
            var faults: [PeopleError.Fault] = []
            if !new.kind.isFree {
                let kinds = HandoverItem.Kind.allCases.filter(\.isFree).map(\.rawValue).joined(separator: ", ")
                faults.append(
                    .init(field: "kind", message: "a \(new.kind.rawValue) comes from live data; add one of \(kinds)"))
            }
            if let fault = Wording.lineFault(new.title) { faults.append(.init(field: "title", message: fault)) }
            if new.kind == .fee, new.amount == nil {
                faults.append(.init(field: "amount", message: "is missing; a fee has a sum, for example 1200.00"))
            }
            if let day = new.dueOn, day < record.handover.noticeOn {
                faults.append(
                    .init(field: "dueOn", message: "\(day) is before the notice of \(record.handover.noticeOn)"))
            }
            try PeopleError.check(faults, "the item was not added")
            var item = HandoverItem(
                id: HandoverItemID(SecureRandom.uuid(at: clock.now)), kind: new.kind, origin: nil,
                content: .object([
                    "title": .string(new.title), "amount": new.amount.map { .string($0.description) } ?? .null,
                    "addedBy": .string(Self.name(actor)),
                ]),
                amount: new.amount, isKey: rules.current.keyItems.contains(new.kind),
                dueOn: new.dueOn ?? record.handover.record(of: .submission)?.dueOn ?? record.handover.lastDay.day)
            var change = HandoverChange(record.handover)
            change.acts = [
                try act(
                    .handoverItemListed, on: &item, of: record.handover, by: actor,
                    ["title": .string(item.title), "amount": new.amount.map { .string($0.description) } ?? .null])
            ]
            change.items = [item]
            return (change, item)
        }
    }

    /// Hands in a file for an item; its bytes are sealed under the leaver's key, its hash is evidence.
    ///
    /// Material comes from the leaver while the item is owed; a client's letter or sheet may come from anybody who takes
    /// part, until the item is closed. The same bytes twice are one file.
    ///
    /// - Parameter onBehalf: whether HR hands material in for the leaver; the submission says why.
    public func add(
        _ new: HandedInFile, to itemID: HandoverItemID, of id: HandoverID, onBehalf: Bool = false,
        by actor: Actor
    ) async throws -> HandoverFile {
        let seen = try await require(id)
        try await requireSight(of: seen.handover, actor)
        var behalf: [String: JSONValue] = [:]
        if new.purpose == .material { behalf = try requireGiver(of: seen.handover, onBehalf: onBehalf, actor) }
        try new.check(rules.current)
        let hash = SHA256.hash(new.bytes)
        return try await change(id) { record in
            var item = try item(itemID, in: record)
            if let known = item.files.first(where: { $0.hash == hash && $0.purpose == new.purpose }) {
                return (HandoverChange(record.handover), known)
            }
            guard !item.isClosed else { throw Self.closed(item) }
            guard new.purpose != .material || item.isOwed else {
                throw PeopleError(.conflict, "\(item.title) was handed in; a reviewer returns it before it is changed")
            }
            if new.purpose == .clientLetter, item.kind != .client {
                throw PeopleError(
                    .invalid, "a client's letter belongs to a client's item, not to a \(item.kind.rawValue)")
            }
            if new.purpose == .visitSheet, item.kind != .visit {
                throw PeopleError(.invalid, "a visit's sheet belongs to a visit, not to a \(item.kind.rawValue)")
            }
            let file = HandoverFile(
                id: HandoverFileID(SecureRandom.uuid(at: clock.now)), name: new.name, type: new.type,
                purpose: new.purpose, size: new.bytes.count, hash: hash, by: Self.name(actor), at: clock.now)
            item.files.append(file)
            var change = HandoverChange(record.handover)
            let facts: [String: JSONValue] = [
                "file": .string(file.id.rawValue), "name": .string(file.name), "type": .string(file.type),
                "purpose": .string(file.purpose.rawValue), "sha256": .string(hash.hex),
                "size": .integer(Int64(file.size)),
            ]
            change.acts = [
                try act(
                    .handoverFileAdded, on: &item, of: record.handover, by: actor, facts.merging(behalf) { $1 })
            ]
            if new.purpose == .clientLetter {
                change.confirmations = [
                    (
                        item.id,
                        ItemConfirmation(
                            party: .client, by: "client-letter", at: clock.now, contentHash: item.contentHash,
                            statement: ["file": .string(file.id.rawValue), "sha256": .string(hash.hex)])
                    )
                ]
            }
            change.items = [item]
            change.files = [(item.id, file, new.bytes)]
            return (change, file)
        }
    }

    /// The leaver hands an item in and confirms it; HR and the successor are told (S-59).
    ///
    /// - Parameter reason: why HR hands it in for the leaver, who has vanished for example; nil from the leaver.
    public func submit(
        _ new: Submission, for itemID: HandoverItemID, of id: HandoverID, onBehalf reason: String? = nil,
        by actor: Actor
    ) async throws -> HandoverItem {
        let seen = try await require(id)
        let behalf = try requireGiver(of: seen.handover, because: reason, actor)
        let leaver = try await store.require(seen.handover.person)
        try await requireConsent(for: new, of: leaver.id)
        return try await change(id) { record in
            // A returned item is handed in again while the review goes on.
            if record.handover.stage != .review { try Self.require(.submission, in: record.handover) }
            var item = try item(itemID, in: record)
            guard item.isOwed else {
                throw PeopleError(.conflict, "\(item.title) is \(item.state.rawValue); there is nothing to hand in")
            }
            guard !item.isUnimported else {
                throw PeopleError(.locked, "\(item.obstacle.zh)；ask HR to import it first")
            }
            try PeopleError.check(new.faults(for: item, now: clock.now), "\(item.title) was not taken")
            item.round += 1
            item.submission = try new.json(for: item, round: item.round)
            item.state = .submitted
            var change = HandoverChange(record.handover)
            let facts: [String: JSONValue] = [
                "differences": .integer(Int64(item.submission?["differences"]?.array?.count ?? 0)),
                "files": .array(item.files.map { .string($0.hash.hex) }),
            ]
            change.acts = [
                try act(
                    .handoverItemSubmitted, on: &item, of: record.handover, by: actor, facts.merging(behalf) { $1 })
            ]
            change.items = [item]
            change.confirmations = [(item.id, confirmation(of: item, .giver, by: actor, .object(behalf)))]
            // A notice says who handed in; the leaver did not.
            let giver = reason == nil ? leaver.name : "人事部门代\(leaver.name)"
            change.messages = submissionMessages(item, record.handover, leaver: giver)
            return (change, item)
        }
    }

    func confirmation(
        of item: HandoverItem, _ party: ItemConfirmation.Party, by actor: Actor, _ statement: JSONValue = .object([:])
    ) -> ItemConfirmation {
        ItemConfirmation(
            party: party, by: Self.name(actor), at: clock.now, contentHash: item.contentHash, statement: statement)
    }

    static func closed(_ item: HandoverItem) -> PeopleError {
        PeopleError(.conflict, "\(item.title) is \(item.state.rawValue); nothing about it changes any more")
    }

    /// One for HR and one for the successor, each a notice of its own.
    private func submissionMessages(
        _ item: HandoverItem, _ handover: HandoverCase, leaver: String
    ) -> [HandoverMessage] {
        [handover.officer, handover.successor].compactMap { $0 }.map { person in
            HandoverMessage(
                id: "\(item.id)/submitted/\(item.round)/\(person)", handover: handover.id, item: item.id,
                kind: "handover-submitted", person: person,
                fields: .object([
                    "leaver": .string(leaver), "item": .string(String(item.title.prefix(100))),
                    "round": .integer(Int64(item.round)),
                    "dueDate": .string("\(handover.record(of: .review)?.dueOn ?? item.dueOn)"),
                ]))
        }
    }

    /// A place is written down only with the leaver's own recorded consent (个人信息保护法第二十九条).
    private func requireConsent(for new: Submission, of person: PersonID) async throws {
        guard new.visit?.place != nil, try await store.visitConsent(of: person) == nil else { return }
        throw PeopleError(
            .invalid, "the visit was not taken",
            faults: [
                .init(
                    field: "visit.place",
                    message: "there is no recorded consent to keep places; leave it out, or record the consent first")
            ])
    }
}
