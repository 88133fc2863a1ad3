import Evidence

extension EvidenceEvent {
    /// Somebody registered an address that is told of events.
    public static let webhookAdded = EvidenceEvent(rawValue: "WebhookAdded")
    /// A web hook was given a new secret.
    public static let webhookRotated = EvidenceEvent(rawValue: "WebhookRotated")
    /// A web hook is told nothing more: an administrator or its receiver said so.
    public static let webhookDisabled = EvidenceEvent(rawValue: "WebhookDisabled")
    /// A web hook is told again.
    public static let webhookEnabled = EvidenceEvent(rawValue: "WebhookEnabled")
    /// Somebody had a message sent again, or a trial message sent.
    public static let webhookResent = EvidenceEvent(rawValue: "WebhookResent")
}

/// What a web hook may be told of, by subject; whoever registers one names subjects or single events.
///
/// Each module adds its own. What stands in none is told nobody: our own keys, sign-ins and readings, and the web hooks
/// themselves, of which a failing one would otherwise never come to rest.
public struct WebhookEvents: Sendable {
    /// The events of each subject.
    public let subjects: [String: [EvidenceEvent]]
    private let subjectOf: [String: String]

    /// Gathers the subjects.
    public init(_ subjects: [String: [EvidenceEvent]]) {
        self.subjects = subjects
        var subjectOf: [String: String] = [:]
        for (subject, events) in subjects { for event in events { subjectOf[event.rawValue] = subject } }
        self.subjectOf = subjectOf
    }

    /// The subjects of both.
    public func merging(_ other: WebhookEvents) -> WebhookEvents {
        WebhookEvents(subjects.merging(other.subjects) { $0 + $1 })
    }

    /// The subject of an event; nil when nobody is told of it.
    public func subject(of event: EvidenceEvent) -> String? { subjectOf[event.rawValue] }

    /// What stands against a name in a list of events; nil for an event or a subject that is told.
    public func fault(in name: String) -> String? {
        guard subjects[name] == nil, subjectOf[name] == nil else { return nil }
        return "\"\(name.prefix(60))\" is neither a subject (\(subjects.keys.sorted().joined(separator: ", "))) nor an "
            + "event that is told; GET /v1/webhook-events lists them"
    }

    /// Whether a list of subjects and events covers this one.
    public func covers(_ names: Set<String>, _ event: EvidenceEvent) -> Bool {
        guard let subject = subjectOf[event.rawValue] else { return false }
        return names.contains(subject) || names.contains(event.rawValue)
    }

    /// What the gateway tells.
    public static let gateway = WebhookEvents([
        "notices": [
            .noticeIssued, .approvalGiven, .approvalVoided, .preflightOverridden, .documentSealed, .noticeCancelled,
            .escalated,
        ],
        "deliveries": [
            .attemptAccepted, .attemptRefused, .attemptDeferred, .outcomeUnknown, .deliveryExpired, .placedInInbox,
            .addressMissing, .expectedEventMissing, .postalHandedOver, .postalReturned, .proxySigned, .signedInPerson,
            .leftOnSite, .publicNoticePosted,
        ],
        "receipts": [
            .receiptDelivered, .receiptPartDelivered, .receiptFailed, .receiptRelayed, .receiptDelayed,
            .receiptDisplayed, .receiptClaimed, .receiptContradicted, .mailSystemReported, .mailProgramReported,
            .automaticReplyReceived, .replyReceived,
        ],
        "reading": [
            .contentOpened, .acknowledged, .refusedByRecipient, .objectionReceived, .linkOpened, .linkAcknowledged,
            .statedNewContactKnown, .statedOldContactCalls, .statedOpenMatter,
        ],
        "addresses": [.addressConfirmed, .addressRevoked, .addressesSaved, .issuerSaved],
        "operation": [
            .quarantined, .quarantineReleased, .breakerOpened, .breakerClosed, .routePaused, .routeResumed,
            .timestampFailed, .outageAttested, .clockAnomaly, .serviceStarted, .unmatchedReceipt,
            .forgedReceiptRefused,
        ],
        "retention": [.erasureRun, .legalHoldSet, .legalHoldLifted],
    ])
}
