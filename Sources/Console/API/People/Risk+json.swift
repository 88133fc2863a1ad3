import Evidence
import Notices
import People

extension Alert {
    /// As the API shows it.
    var json: JSONValue {
        [
            "id": .string(id.rawValue), "employee": .string(person.rawValue), "topic": .string(topic),
            "state": .string(state.rawValue), "level": .integer(Int64(level)), "text": text?.json ?? .null,
            "openedAt": .string(openedAt.rfc3339), "assignee": .orNull(assignee),
            "notice": .orNull(notice?.rawValue),
            "answerDue": .orNull(answerDue),
            "escalatedAt": .orNull(escalatedAt),
            "outcome": .orNull(outcome?.rawValue),
            "closedReason": .orNull(closedReason), "raises": .array(raises.map(\.json)),
        ]
    }
}

extension AlertRaise {
    /// As the API shows it.
    var json: JSONValue {
        [
            "rule": .string(rule), "ruleVersion": .integer(Int64(ruleVersion)), "level": .integer(Int64(level)),
            "from": .string(window.lowerBound.description), "to": .string(window.upperBound.description),
            "threshold": .string(threshold), "text": content.text.json,
            "suggestion": content.suggestion?.json ?? .null, "signals": .array(content.signals.map(\.json)),
            "raisedAt": .string(raisedAt.rfc3339),
            "question": .orNull(question?.rawValue),
        ]
    }
}

extension Intervention {
    /// As the API shows it.
    var json: JSONValue {
        [
            "id": .string(id), "kind": .string(kind.rawValue), "on": .string(on.description),
            "record": .string(record), "result": .orNull(result),
            "recordedBy": .string(recordedBy),
        ]
    }
}

extension ProfileSeries {
    /// As the API shows it.
    var json: JSONValue {
        [
            "name": .string(name), "source": .orNull(source),
            "updatedAt": .orNull(updatedAt), "note": .orNull(note),
            "points": .array(
                points.map { ["at": .string($0.at), "what": .string($0.what), "value": .string($0.value)] }),
        ]
    }
}

extension CaseView {
    /// As the API shows it: each act with its entry and its place in the log.
    var json: JSONValue {
        let acts = acts.map { stage, act in Self.json(stage, act) }
        let alerts = alerts.map { Self.json($0.alert, $0.interventions, $0.shadow) }
        let steps = steps.map { step -> JSONValue in
            [
                "state": .string(step.state.rawValue), "on": .string(step.effectiveOn.description),
                "reason": .string(step.reason),
            ]
        }
        return [
            "employee": .string(employee.id.rawValue), "state": .string(employee.state.rawValue),
            "lastDay": .orNull(employee.lastDay?.description), "alerts": .array(alerts), "steps": .array(steps),
            "acts": .array(acts),
        ]
    }

    private static func json(
        _ alert: Alert, _ interventions: [Intervention], _ shadow: ShadowAssignment?
    ) -> JSONValue {
        guard case .object(var members) = alert.json else { return .null }
        members["interventions"] = .array(interventions.map(\.json))
        members["successor"] = .orNull(shadow?.successor.rawValue)
        return .object(members)
    }

    private static func json(_ stage: Stage, _ act: RecordedAct) -> JSONValue {
        [
            "stage": .string(stage.rawValue), "event": .string(act.entry.event.rawValue),
            "entry": .string(act.entry.id), "learntAt": .string(act.learntAt.rfc3339),
            "commitment": .string(act.entry.commitment.hex), "leafIndex": .orNull(act.entry.leafIndex.map { Int($0) }),
            "about": .array(act.subjects.map { .string($0.description) }),
        ]
    }
}

extension RuleQuality {
    /// As the API shows it.
    var json: JSONValue {
        let leads = leadDays.map { JSONValue.orNull($0) }
        return [
            "rule": .string(rule), "truePositives": .orNull(truePositives), "falsePositives": .orNull(falsePositives),
            "falseNegatives": .orNull(falseNegatives), "trueNegatives": .orNull(trueNegatives),
            "precision": .orNull(precision?.description), "recall": .orNull(recall?.description),
            "accuracy": .orNull(accuracy?.description), "baselineAccuracy": .orNull(baselineAccuracy?.description),
            "meetsTarget": .orNull(meetsTarget), "leadDays": .array(leads), "medianLeadDays": .orNull(medianLeadDays),
            "gainDays": .orNull(gainDays), "meetsGain": .orNull(meetsGain),
        ]
    }
}

extension RiskDesk.RunReport {
    /// As the API shows it.
    var json: JSONValue {
        [
            "examined": .integer(Int64(examined)), "raised": .integer(Int64(raised)),
            "retracted": .integer(Int64(retracted)), "notices": .integer(Int64(notices)),
            "escalated": .integer(Int64(escalated)), "warnings": .array(warnings.map { .string($0) }),
        ]
    }
}
