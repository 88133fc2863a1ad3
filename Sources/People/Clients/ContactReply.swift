import Evidence
import Notices

/// What a contact of clients replied to a notice in one tap.
public struct ContactReply: Sendable, Hashable {
    /// The evidence entry, which holds the words and says how far the person was identified.
    public let entry: String
    /// The notice that was answered.
    public let notice: NoticeID
    /// Who was addressed.
    public let person: PersonID
    /// What was said.
    public let reply: NoticeReply
    /// When.
    public let at: Timestamp

    /// Gathers a reply.
    public init(entry: String, notice: NoticeID, person: PersonID, reply: NoticeReply, at: Timestamp) {
        self.entry = entry
        self.notice = notice
        self.person = person
        self.reply = reply
        self.at = at
    }
}

/// A client with whom a former contact is said to be in touch.
public struct ClientStillCalled: Sendable, Hashable {
    /// Which.
    public let client: ClientID
    /// From whom the client came last.
    public let predecessor: PersonID?
    /// Since when somebody else is in charge; nil when nobody ever was before.
    public let since: Timestamp?
    /// How often its contacts have said so.
    public let count: Int

    /// Gathers it.
    public init(client: ClientID, predecessor: PersonID?, since: Timestamp?, count: Int) {
        self.client = client
        self.predecessor = predecessor
        self.since = since
        self.count = count
    }
}

/// What contacts reply, for the watch over clients and for whoever hands them over.
public protocol ContactReplyStore: Sendable {
    /// Statements that a former contact still calls which nobody has looked into, the oldest first.
    func unseenReplies(limit: Int) async throws -> [ContactReply]
    /// The clients that such a statement is about: the one the notice told of, or else those of the contact.
    func clients(behind reply: ContactReply) async throws -> [ClientStillCalled]
    /// Raises alerts on account of a reply, each unless there is one about the same client since `quietSince`, and counts
    /// the reply as seen; returns how many were raised, none if it was seen before.
    func raise(
        _ alerts: [(alert: ClientAlert, act: Act)], seen reply: ContactReply, quietSince: Timestamp, notifies: Bool
    ) async throws -> Int
    /// What the contacts of clients have replied, the newest first.
    func replies(ofContactsOf clients: [ClientID]) async throws -> [ClientID: [ContactReply]]
}

extension ClientDesk {
    /// Raises one alert for each client whose contact says that the former contact still gets in touch; one a client
    /// within the quiet hours of the rules.
    ///
    /// Whoever holds the link may have said it: the alert asks somebody to find out, and judges nobody.
    func watchReplies(_ rules: ClientRules, _ now: Timestamp) async throws -> Int {
        var raised = 0
        while true {
            let unseen = try await store.unseenReplies(limit: 100)
            for reply in unseen {
                let alerts = try await store.clients(behind: reply).map { try alert(on: $0, reply, rules, now) }
                let quiet = now.adding(.seconds(-Int64(rules.oldContactQuietHours) * 3600))
                raised += try await store.raise(alerts, seen: reply, quietSince: quiet, notifies: rules.notifies)
            }
            guard unseen.count == 100 else { return raised }
        }
    }

    private func alert(
        on one: ClientStillCalled, _ reply: ContactReply, _ rules: ClientRules, _ now: Timestamp
    ) throws -> (alert: ClientAlert, act: Act) {
        let alert = ClientAlert(
            id: SecureRandom.uuid(at: now), kind: .oldContact, subject: one.client.rawValue, person: one.predecessor,
            at: now, since: one.since ?? reply.at, count: one.count, rule: "\(ClientRules.id) \(rules.version)")
        let act = try acts.act(
            .clientOldContactReported, by: .songda,
            about: (one.predecessor.map { [.employee($0)] } ?? []) + [.client(one.client)],
            [
                "statedIn": .string(reply.entry), "statedAt": .string(reply.at.rfc3339),
                "notice": .string(reply.notice.rawValue), "count": .integer(Int64(one.count)),
                "rule": .string(alert.rule), "alert": .string(alert.id),
            ])
        return (alert, act)
    }

    /// What the contacts of these clients have replied, for those who may see the clients.
    public func replies(ofContactsOf clients: [ClientID], by actor: Actor) async throws -> [ClientID: [ContactReply]] {
        let scope = try await scope(of: actor)
        let seen = try await store.clients(clients).values.filter(scope.contains)
        return try await store.replies(ofContactsOf: seen.map(\.id))
    }
}
