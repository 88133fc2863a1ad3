import Evidence
import Notices

/// Issues notices on account of something in the HR core, through the gateway's first room like any other caller.
public struct NoticeSender: Sendable {
    let issue: IssueDesk
    let directory: any RecipientStore
    let store: any PeopleStores
    let acts: ActRecorder

    /// What is to be said, to whom, and on account of what.
    public struct Order: Sendable {
        /// The kind of notice, for example `handover-reminder`.
        public var kind: String
        /// To whom.
        public var recipients: [PersonID]
        /// The values of the kind's fields, an object.
        public var fields: JSONValue
        /// What it is about; the act that links the notice to these is recorded with it.
        public var subjects: [Subject]
        /// Names the occasion: the same occasion never makes a second notice.
        public var occasion: String
        /// In whose name; nil for the only entity there is.
        public var issuer: IssuerID?

        /// Orders a notice.
        public init(
            kind: String, recipients: [PersonID], fields: JSONValue, subjects: [Subject], occasion: String,
            issuer: IssuerID? = nil
        ) {
            self.kind = kind
            self.recipients = recipients
            self.fields = fields
            self.subjects = subjects
            self.occasion = occasion
            self.issuer = issuer
        }
    }

    /// Issues the notice, or finds the one that the same occasion made before.
    ///
    /// If we crash between the notice and its act, the next try finds the notice by its occasion and records the act.
    @discardableResult
    public func send(_ order: Order, by actor: Actor) async throws -> NoticeID {
        let request = IssueRequest(
            issuer: try await issuer(order.issuer), kind: order.kind, recipients: order.recipients,
            fields: order.fields)
        let claim = IdempotencyClaim(
            principal: "people", key: order.occasion, requestHash: SHA256.hash(Array(order.occasion.utf8)))
        let id: NoticeID
        switch try await issue.issue(request, by: actor.principal, idempotency: claim) {
        case .accepted(let new): id = new
        case .replayed(let known):
            id = known
            let isLinked = try await store.acts(about: Subject(.notice, id)).contains {
                $0.entry.event == .noticeOrdered
            }
            if isLinked { return id }
        }
        try await store.record([
            try acts.act(
                .noticeOrdered, by: actor, about: order.subjects + [Subject(.notice, id)],
                ["kind": .string(order.kind), "occasion": .string(order.occasion), "notice": .string(id.rawValue)])
        ])
        return id
    }

    /// The issuing entity with this id, or the only one there is.
    func entity(_ wanted: IssuerID?) async throws -> Issuer {
        let id = try await issuer(wanted)
        guard let found = try await directory.issuer(id) else {
            throw PeopleError(.notFound, "there is no issuing entity \"\(id.rawValue.prefix(40))\"; add it first")
        }
        return found
    }

    private func issuer(_ wanted: IssuerID?) async throws -> IssuerID {
        if let wanted { return wanted }
        let known = try await directory.issuers()
        guard let only = known.first, known.count == 1 else {
            throw PeopleError(
                .invalid,
                known.isEmpty
                    ? "there is no issuing entity; add one with PUT /v1/issuers/{issuer}"
                    : "there are \(known.count) issuing entities; say in the unit which one notices go out under")
        }
        return only.id
    }
}

extension Subject.Kind {
    /// A notice of the gateway.
    public static let notice = Subject.Kind(rawValue: "notice")
}
