import Evidence
import Notices
import People

/// What may be missing, as the API shows it.
private func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

extension ClientSync {
    /// The outcome as the API shows it.
    var json: JSONValue {
        .object([
            "client": .string(client.rawValue), "new": .bool(isNew),
            "applied": .array(applied.map { .string($0) }), "stale": .array(stale.map { .string($0) }),
        ])
    }
}

extension Client {
    /// The client as lists show it.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "externalID": .string(externalID), "name": .string(name),
            "owner": optional(owner?.rawValue), "unit": optional(unit?.rawValue),
            "createdAt": .string(createdAt.rfc3339), "lastOrderAt": optional(lastOrderAt?.rfc3339),
        ])
    }
}

extension ClientField {
    /// The fact with its source and times.
    var json: JSONValue {
        .object([
            "field": .string(name), "value": .string(value), "source": .string(source),
            "changedAt": .string(changedAt.rfc3339), "learntAt": .string(learntAt.rfc3339),
        ])
    }
}

extension ReplacedField {
    /// The old value, and who replaced it when.
    var json: JSONValue {
        var members = field.json.object ?? [:]
        members["replacedAt"] = .string(replacedAt.rfc3339)
        members["replacedBy"] = .string(replacedBy)
        return .object(members)
    }
}

extension ClientFile {
    /// The whole page.
    var json: JSONValue {
        var members = client.json.object ?? [:]
        members["fields"] = .array(fields.map(\.json))
        members["contacts"] = .array(
            contacts.map { contact in
                .object([
                    "person": .string(contact.person.rawValue), "name": .string(contact.name),
                    "position": .string(contact.position), "source": .string(contact.source),
                    "changedAt": .string(contact.changedAt.rfc3339),
                    "addresses": .array(
                        contact.addresses.map {
                            .object(["channel": .string($0.channel.rawValue), "value": .string($0.value)])
                        }),
                ])
            })
        members["openOrders"] = .array(openOrders.map(\.json))
        members["receivables"] = .array(receivables.map(\.json))
        members["openFollowUps"] = .array(
            openFollowUps.map {
                .object([
                    "id": .string($0.id.rawValue), "text": .string($0.text), "loggedBy": .string($0.loggedBy),
                    "loggedAt": .string($0.loggedAt.rfc3339), "dueOn": optional($0.dueOn?.description),
                ])
            })
        members["assignments"] = .array(assignments.map(\.json))
        members["notices"] = .array(notices.map(\.json))
        members["clause"] =
            clause.map {
                .object([
                    "employee": .string($0.employee.rawValue), "agreement": .string($0.agreement),
                    "text": .string($0.text), "signedAt": .string($0.signedAt.rfc3339),
                    "documentHash": .string($0.documentHash.hex),
                ])
            } ?? .null
        return .object(members)
    }
}

extension ClientOrder {
    /// The order with what is paid and owed.
    var json: JSONValue {
        .object([
            "client": .string(client.rawValue), "source": .string(source), "externalID": .string(externalID),
            "state": .string(state.rawValue), "amount": .string(amount.description), "currency": .string(currency),
            "paid": .string(paid.description), "receivable": .string(receivable.description),
            "placedAt": .string(placedAt.rfc3339), "changedAt": .string(changedAt.rfc3339),
            "creditedTo": optional(creditedTo?.rawValue), "handledBy": optional(handledBy?.rawValue),
        ])
    }
}

extension ClientAssignment {
    /// The span and its reason.
    var json: JSONValue {
        .object([
            "employee": .string(employee.rawValue), "from": .string(from.rfc3339), "until": optional(until?.rfc3339),
            "predecessor": optional(predecessor?.rawValue), "reason": .string(reason),
        ])
    }
}

extension ContactNotice {
    /// What a contact was told, and whether they confirmed it.
    var json: JSONValue {
        .object([
            "person": .string(person.rawValue), "notice": optional(notice?.rawValue), "reason": optional(reason),
            "opened": .bool(isOpened), "acknowledged": .bool(isAcknowledged),
            "deliveries": .object(
                Dictionary(uniqueKeysWithValues: deliveries.map { ($0.key.rawValue, .string($0.value.rawValue)) })),
        ])
    }
}

extension HeldClient {
    /// The client, with the span in which it was held.
    var json: JSONValue {
        var members = client.json.object ?? [:]
        members["held"] = held.json
        return .object(members)
    }
}

extension TransferReport {
    /// What was moved.
    var json: JSONValue {
        .object([
            "at": .string(at.rfc3339), "orders": .integer(Int64(orders)), "notices": .integer(Int64(notices)),
            "clients": .object(
                Dictionary(uniqueKeysWithValues: clients.map { ($0.key.rawValue, .integer(Int64($0.value))) })),
        ])
    }
}

extension ShadowAssignment {
    /// Who learns whose clients, and from when to when.
    var json: JSONValue {
        .object([
            "employee": .string(employee.rawValue), "successor": .string(successor.rawValue),
            "from": .string(from.description), "plannedLastDay": .string(plannedLastDay.description),
            "occasion": .string(occasion),
        ])
    }
}

extension ConcentrationReport {
    /// The shares, the largest first.
    var json: JSONValue {
        .object([
            "since": .string(since.rfc3339),
            "shares": .array(
                shares.map { share in
                    .object([
                        "owner": optional(share.owner?.rawValue), "clients": .integer(Int64(share.clients)),
                        "clientSharePercent": optional(share.clientShare?.description),
                        "revenue": .array(
                            share.revenue.map {
                                .object([
                                    "currency": .string($0.revenue.currency),
                                    "amount": .string($0.revenue.amount.description),
                                    "sharePercent": optional($0.share?.description),
                                ])
                            }),
                    ])
                }),
        ])
    }
}

extension ClientOperation {
    /// Who did what when.
    var json: JSONValue {
        .object([
            "id": .string(id), "at": .string(at.rfc3339), "actor": .string(actor), "person": optional(person?.rawValue),
            "client": optional(client?.rawValue), "operation": .string(kind.rawValue), "refused": .bool(isRefused),
            "detail": optional(detail),
        ])
    }
}

extension ClientAlert {
    /// What was found, by which rule.
    var json: JSONValue {
        .object([
            "id": .string(id), "kind": .string(kind.rawValue), "subject": .string(subject),
            "person": optional(person?.rawValue), "at": .string(at.rfc3339), "since": .string(since.rfc3339),
            "count": .integer(Int64(count)), "rule": .string(rule), "notices": .integer(Int64(notices)),
            "reason": optional(reason),
        ])
    }
}

extension ClientEvent {
    /// One entry of the time line.
    var json: JSONValue {
        .object([
            "kind": .string(kind.rawValue), "happenedAt": .string(happenedAt.rfc3339),
            "learntAt": .string(learntAt.rfc3339), "source": .string(source), "reference": .string(reference),
            "actor": .string(actor), "person": optional(person?.rawValue), "details": details,
        ])
    }

    /// Where the page after this entry begins.
    var cursorText: String { "\(happenedAt.microseconds).\(id)" }
}

extension ClientEvent.Cursor {
    /// Reads what ``ClientEvent/cursorText`` wrote.
    init(text: String) throws(Problem) {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let microseconds = Int64(parts[0]) else {
            throw .malformed("cursor \"\(shortened(text))\" is not one we gave; start without it")
        }
        self.init(happenedAt: Timestamp(microseconds: microseconds), id: String(parts[1]))
    }
}
