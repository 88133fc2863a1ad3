import Evidence
import Notices

extension HandoverDesk {
    /// Whoever takes an item over confirms that it is complete, bound to what they saw (S-74 to S-77).
    ///
    /// Devices go back to the company, so HR takes them, and says in which condition; everything else goes to the successor.
    public func take(
        _ itemID: HandoverItemID, of id: HandoverID, contentHash: Digest, condition: String? = nil, by actor: Actor
    ) async throws -> HandoverItem {
        try await change(id) { record in
            var item = try item(itemID, in: record)
            try requireTaker(of: item, record.handover, actor)
            try Self.refuseGiver(of: item, actor)
            guard item.state == .submitted else {
                throw PeopleError(.conflict, "\(item.title) is \(item.state.rawValue); it is confirmed when handed in")
            }
            guard contentHash == item.contentHash else {
                throw PeopleError(
                    .conflict, "\(item.title) has changed since you looked at it; look again and confirm that")
            }
            guard item.confirmation(by: .taker) == nil else {
                throw PeopleError(.conflict, "\(item.title) is confirmed by whoever takes it over already")
            }
            var statement: [String: JSONValue] = [:]
            if item.kind.needsCondition {
                let fault: Sentence? =
                    condition.map { Wording.lineFault($0) } ?? "is missing; say in which condition it came back"
                if let fault {
                    throw PeopleError(
                        .invalid, "\(item.title) was not confirmed",
                        faults: [.init(field: "condition", message: fault)])
                }
                statement["condition"] = condition.map { .string($0) }
            }
            var change = HandoverChange(record.handover)
            change.acts = [try act(.handoverItemTaken, on: &item, of: record.handover, by: actor, statement)]
            let confirmation = confirmation(of: item, .taker, by: actor, .object(statement))
            item.confirmations.append(confirmation)
            change.items = [item]
            change.confirmations = [(item.id, confirmation)]
            return (change, item)
        }
    }

    private func requireTaker(of item: HandoverItem, _ handover: HandoverCase, _ actor: Actor) throws {
        guard actor.person == nil || actor.person != handover.person else {
            throw PeopleError(.forbidden, "whoever hands over does not take over as well; the other side confirms")
        }
        if item.kind.isReturnedToCompany {
            try AccessPolicy.require(.manageDepartures, actor)
            return
        }
        try AccessPolicy.require(anyReach: .finishWork, actor)
        guard let person = actor.person, person == handover.successor else {
            throw PeopleError(.forbidden, "\(item.title) is confirmed by the successor")
        }
    }

    /// Accepts an item, which closes it, or returns it for rework with a reason (S-70).
    ///
    /// Accepted is what three parties have confirmed: the leaver, whoever takes over, and now the reviewer; a client's item
    /// needs the client as well.
    public func review(
        _ itemID: HandoverItemID, of id: HandoverID, accepts: Bool, opinion: String?, by actor: Actor
    ) async throws -> HandoverItem {
        try await requireReviewer(of: try await require(id).handover, actor)
        let fault: Sentence? =
            opinion.map { Wording.reasonFault($0) } ?? (accepts ? nil : "is missing; say what must be done again")
        if let fault {
            throw PeopleError(
                .invalid, "the review was not recorded", faults: [.init(field: "opinion", message: fault)])
        }
        return try await change(id) { record in
            try Self.require(.review, in: record.handover)
            var item = try item(itemID, in: record)
            guard item.state == .submitted else {
                throw PeopleError(
                    .conflict, "\(item.title) is \(item.state.rawValue); only what was handed in is reviewed")
            }
            try Self.refuseGiver(of: item, actor)
            guard accepts else { return (try returned(&item, opinion ?? "", record, by: actor), item) }
            var change = HandoverChange(record.handover)
            if let client = item.client, item.confirmation(by: .client) == nil,
                let found = try await messageAnswer(client, item, record.handover)
            {
                change = try clientConfirmed(found, &item, record.handover, by: actor)
            }
            try Self.requireConfirmed(item)
            item.state = .accepted
            change.acts.append(
                try act(
                    .handoverItemAccepted, on: &item, of: record.handover, by: actor,
                    ["opinion": opinion.map { .string($0) } ?? .null]))
            change.confirmations.append((item.id, confirmation(of: item, .reviewer, by: actor)))
            if item.kind == .device, let origin = item.origin?.dropFirst("device:".count) {
                let condition = item.confirmation(by: .taker)?.statement["condition"]?.string
                change.returned = (String(origin), condition ?? "")
            }
            change.items = [item]
            return (change, item)
        }
    }

    private func returned(
        _ item: inout HandoverItem, _ opinion: String, _ record: HandoverRecord, by actor: Actor
    ) throws -> HandoverChange {
        item.state = .returned
        var change = HandoverChange(record.handover)
        change.acts = [
            try act(
                .handoverItemReturned, on: &item, of: record.handover, by: actor, ["opinion": .string(opinion)])
        ]
        change.items = [item]
        change.messages = [
            HandoverMessage(
                id: "\(item.id)/returned/\(item.round)", handover: record.handover.id, item: item.id,
                kind: "handover-reminder", person: record.handover.person,
                fields: .object([
                    "items": .array([.string("\(item.title.prefix(60))（退回：\(opinion.prefix(80))）")]),
                    "dueDate": .string("\(item.dueOn)"),
                ]))
        ]
        return change
    }

    private static func requireConfirmed(_ item: HandoverItem) throws(PeopleError) {
        let missing: Sentence? =
            if item.confirmation(by: .giver) == nil {
                "the leaver has not confirmed it as it is now"
            } else if item.confirmation(by: .taker) == nil {
                "whoever takes it over has not confirmed it as it is now"
            } else if item.kind == .client, item.confirmation(by: .client) == nil {
                "the client's letter (客户交接确认函) or online confirmation is missing"
            } else if item.kind == .visit, !item.files.contains(where: { $0.purpose == .visitSheet }) {
                "the sheet that the client signed is missing"
            } else {
                nil
            }
        if let missing { throw PeopleError(.locked, "\(item.title) cannot be accepted: \(missing)") }
    }

    /// Gives an item up with a reason; it is closed and stands as not done.
    ///
    /// Key items are never given up.
    public func waive(
        _ itemID: HandoverItemID, of id: HandoverID, reason: String, by actor: Actor
    ) async throws -> HandoverItem {
        try AccessPolicy.require(.manageDepartures, actor)
        if let fault = Wording.reasonFault(reason) {
            throw PeopleError(.invalid, "nothing was given up", faults: [.init(field: "reason", message: fault)])
        }
        return try await change(id) { record in
            var item = try item(itemID, in: record)
            guard !item.isClosed else { throw Self.closed(item) }
            guard !item.isKey else {
                throw PeopleError(.locked, "\(item.title) is key material; it cannot be given up, it must be handed in")
            }
            item.state = .waived
            var change = HandoverChange(record.handover)
            change.acts = [
                try act(.handoverItemWaived, on: &item, of: record.handover, by: actor, ["reason": .string(reason)])
            ]
            change.items = [item]
            return (change, item)
        }
    }
}
