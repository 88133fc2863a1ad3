import Evidence

/// What a message says: that something happened to what, and where to read on.
///
/// Thin on purpose. Names and times only: what a receiver may know of the people behind them, it asks the API for with its
/// own key, and nothing personal lies in the logs of proxies in between.
enum WebhookPayload {
    /// The type of a message that somebody had sent to try the way.
    static let trial = "WebhookTest"

    /// The payload of an entry.
    static func text(_ entry: ToldEntry, subject: String, isRehearsal: Bool) -> String {
        var data: [String: JSONValue] = ["entry": .string(entry.id), "subject": .string(subject)]
        data["notice"] = entry.subject.notice.map { .string($0) }
        data["person"] = entry.subject.recipient.map { .string($0) }
        data["delivery"] = entry.subject.delivery.map { .string($0) }
        data["attempt"] = entry.subject.attempt.map { .integer(Int64($0)) }
        if !entry.things.isEmpty {
            data["about"] = .array(
                entry.things.map { .object(["kind": .string($0.kind), "id": .string($0.id)]) })
        }
        // Whoever acts on what nobody meant must be able to see that.
        if isRehearsal { data["rehearsal"] = true }
        return text(entry.event.rawValue, at: entry.learntAt, data)
    }

    /// The payload of a message that tells of nothing.
    static func trial(_ id: WebhookID, at now: Timestamp) -> String {
        text(trial, at: now, ["webhook": .string(id.rawValue)])
    }

    private static func text(_ type: String, at moment: Timestamp, _ data: [String: JSONValue]) -> String {
        JSONValue.object([
            "type": .string(type), "timestamp": .string(moment.rfc3339), "data": .object(data),
        ]).canonicalText
    }
}
