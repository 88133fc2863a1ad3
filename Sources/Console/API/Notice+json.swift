import Evidence
import Notices

extension Notice {
    /// The notice as the API shows it; the content itself is the document.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "number": .string(number), "state": .string(state.rawValue),
            "kind": .string(kind), "templateVersion": .integer(Int64(templateVersion)),
            "templateHash": .string(templateHash.hex), "language": .string(language),
            "priority": .string(priority.name), "approvalsNeeded": .integer(Int64(approvalsNeeded)),
            "issuer": .object([
                "id": .string(issuer.id.rawValue), "fullName": .string(issuer.fullName),
                "creditCode": .string(issuer.creditCode),
            ]),
            "author": author.facts, "createdAt": .string(createdAt.rfc3339),
            "sealedAt": sealedAt.map { .string($0.rfc3339) } ?? .null, "contentHash": .string(contentHash.hex),
            "documentHash": documentHash.map { .string($0.hex) } ?? .null,
            "recipients": .array(
                recipients.map {
                    .object(["person": .string($0.person.rawValue), "name": .string($0.name)])
                }),
            "plan": plan.json, "legalBasis": .array(legalBasis.map { .string($0) }),
            "batch": batch.map { .string($0) } ?? .null, "rehearsal": .bool(isRehearsal),
        ])
    }
}

extension DeliveryPlan {
    /// The steps in order.
    var json: JSONValue {
        .array(
            rungs.map {
                .object([
                    "afterSeconds": .integer(Int64($0.afterSeconds)), "condition": .string($0.condition.rawValue),
                    "channels": .array($0.channels.map { .string($0.rawValue) }),
                ])
            })
    }
}

extension BilingualText {
    /// Both texts.
    var json: JSONValue { .object(["zh-CN": .string(zh), "en": .string(en)]) }
}

extension IssueDesk.Preview {
    /// What the notice would say, on every channel, and what stands against it.
    var json: JSONValue {
        .object([
            "kind": .string(rendered.template.kind), "version": .integer(Int64(rendered.template.version)),
            "language": .string(rendered.language.rawValue), "contentHash": .string(rendered.contentHash.hex),
            "subject": .string(rendered.subject), "document": .string(rendered.markdown),
            "email": .string(rendered.emailText), "sms": .string(rendered.smsText),
            "inbox": .string(rendered.inboxTitle), "approvalsNeeded": .integer(Int64(settings.approvals)),
            "plan": settings.plan.json,
            "legalBasis": .array(rendered.legalBasis.map { .string("\($0.law) \($0.article)") }),
            "deadlines": .array(
                rendered.deadlines.map {
                    .object([
                        "id": .string($0.id), "label": $0.label.json, "due": .string($0.due.description),
                        "basis": $0.basis.map { .string("\($0.law) \($0.article)") } ?? .null,
                    ])
                }),
            "findings": .array(
                findings.map {
                    .object([
                        "id": .string($0.id), "basis": .string($0.basis),
                        "text": BilingualText(zh: $0.zh, en: $0.en).json,
                    ])
                }),
            "warnings": .array(warnings.map(\.json)),
        ])
    }
}

extension ProofDesk.Standing {
    /// What happened, what the rules conclude from it, and how strong the evidence is.
    var json: JSONValue {
        .object([
            "notice": .object([
                "id": .string(notice.id.rawValue), "number": .string(notice.number),
                "state": .string(notice.state.rawValue), "rehearsal": .bool(notice.isRehearsal),
            ]),
            "timeline": timeline.json, "deliveries": .array(deliveries.map(\.json)),
            "deemedService": deemedFacts,
            "strength": .object([
                "level": .integer(Int64(strength.level)), "reason": strength.reason.json,
                "advice": strength.advice.json,
            ]),
        ])
    }
}

extension FieldFault {
    /// The sentence in both languages, and the field that it is about.
    var json: JSONValue { .object(["field": .string(field), "text": message.json]) }
}
