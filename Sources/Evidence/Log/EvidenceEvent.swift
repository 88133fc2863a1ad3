/// The name of something that was observed or done, in our own vocabulary.
///
/// An ETSI EN 319 522 name is attached only where our event means exactly what the standard's does. Ours are broader
/// or narrower in many places (plain SMTP is not a registered service), and a false equation is worse than none.
public struct EvidenceEvent: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The name, as written into entries.
    public let rawValue: String

    /// Wraps a name; the vocabulary below is what the product writes, and a test holds it to that.
    ///
    /// That service is deemed is a rule's conclusion, drawn anew whenever somebody asks, and so is no event; nor is a refused
    /// request, which leaves nothing behind.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The name.
    public var description: String { rawValue }

    /// The event in our own namespace.
    public var urn: String { "urn:songda:event:\(rawValue)" }

    /// The URI of the ETSI EN 319 522 event that means the same, or nil where none does.
    public var etsiURI: String? {
        Self.etsiNames[rawValue].map { "http://uri.etsi.org/19522/Event/\($0)" }
    }

    // What is absent here is absent on purpose. A plain mail server or SMS gateway is no registered service, so its
    // "accepted" is RelayToNonERDS and never RelayAcceptance; a mail program's "displayed" is no ContentHandover.
    private static let etsiNames: [String: String] = [
        noticeIssued.rawValue: "SubmissionAcceptance",
        attemptAccepted.rawValue: "RelayToNonERDS",
        attemptRefused.rawValue: "RelayToNonERDSFailure",
        deliveryExpired.rawValue: "RelayToNonERDSFailure",
        receiptRelayed.rawValue: "RelayToNonERDS",
        receiptDelivered.rawValue: "ContentConsignment",
        receiptFailed.rawValue: "ContentConsignmentFailure",
        placedInInbox.rawValue: "ContentConsignment",
        contentOpened.rawValue: "ContentHandover",
        acknowledged.rawValue: "ContentAccessTracking",
        refusedByRecipient.rawValue: "ConsignmentRejection",
    ]
}

// MARK: - Notice

extension EvidenceEvent {
    /// A notice was issued: its number exists and its content hash is fixed.
    public static let noticeIssued = EvidenceEvent(rawValue: "NoticeIssued")
    /// What the author stated when issuing, about the person: articles relied on, protected states, listed evidence.
    public static let groundsStated = EvidenceEvent(rawValue: "GroundsStated")
    /// A person approved exactly this content.
    public static let approvalGiven = EvidenceEvent(rawValue: "ApprovalGiven")
    /// An approval lost its force because the content changed or the approver lost the role.
    public static let approvalVoided = EvidenceEvent(rawValue: "ApprovalVoided")
    /// A pre-flight finding was overridden by two people with a reason.
    public static let preflightOverridden = EvidenceEvent(rawValue: "PreflightOverridden")
    /// The document was rendered, signed and fixed.
    public static let documentSealed = EvidenceEvent(rawValue: "DocumentSealed")
    /// A notice was cancelled or withdrawn.
    public static let noticeCancelled = EvidenceEvent(rawValue: "NoticeCancelled")
    /// A notice was set aside because processing it crashed repeatedly.
    public static let quarantined = EvidenceEvent(rawValue: "Quarantined")
    /// An operator released a notice from quarantine.
    public static let quarantineReleased = EvidenceEvent(rawValue: "QuarantineReleased")
    /// Evidence or a proof bundle was read or exported by someone.
    public static let evidenceRead = EvidenceEvent(rawValue: "EvidenceRead")
}

// MARK: - Attempts

extension EvidenceEvent {
    /// An attempt is about to begin; durable before its first byte leaves.
    public static let attemptStarted = EvidenceEvent(rawValue: "AttemptStarted")
    /// The next hop (mail server, gateway) took the message.
    public static let attemptAccepted = EvidenceEvent(rawValue: "AttemptAccepted")
    /// The next hop refused the message for good.
    public static let attemptRefused = EvidenceEvent(rawValue: "AttemptRefused")
    /// The next hop refused for now, or was not reached; the attempt will be repeated.
    public static let attemptDeferred = EvidenceEvent(rawValue: "AttemptDeferred")
    /// A worker found that its lease had passed to another before it could record the outcome.
    public static let attemptFenced = EvidenceEvent(rawValue: "AttemptFenced")
    /// The attempt ended without an answer; the message may have been accepted.
    public static let outcomeUnknown = EvidenceEvent(rawValue: "OutcomeUnknown")
    /// The message could not be handed over before the delivery's time limit.
    public static let deliveryExpired = EvidenceEvent(rawValue: "DeliveryExpired")
    /// A route was stopped after repeated failures.
    public static let breakerOpened = EvidenceEvent(rawValue: "BreakerOpened")
    /// A stopped route works again.
    public static let breakerClosed = EvidenceEvent(rawValue: "BreakerClosed")
    /// An operator stopped using a route.
    public static let routePaused = EvidenceEvent(rawValue: "RoutePaused")
    /// An operator took a route into use again.
    public static let routeResumed = EvidenceEvent(rawValue: "RouteResumed")
}

// MARK: - Receipts and reading

extension EvidenceEvent {
    /// The mail system or carrier reported arrival at the address.
    public static let receiptDelivered = EvidenceEvent(rawValue: "ReceiptDelivered")
    /// The carrier reported arrival of one part of a longer text message; the message has not arrived by that.
    public static let receiptPartDelivered = EvidenceEvent(rawValue: "ReceiptPartDelivered")
    /// An unsigned report claims something of a message; its provider has yet to confirm it.
    public static let receiptClaimed = EvidenceEvent(rawValue: "ReceiptClaimed")
    /// The provider's own answer and an unsigned report contradict each other.
    public static let receiptContradicted = EvidenceEvent(rawValue: "ReceiptContradicted")
    /// The mail system or carrier reported that the message could not be delivered.
    public static let receiptFailed = EvidenceEvent(rawValue: "ReceiptFailed")
    /// The mail system reported that it passed the message on to a system without receipts.
    public static let receiptRelayed = EvidenceEvent(rawValue: "ReceiptRelayed")
    /// The mail system reported a delay.
    public static let receiptDelayed = EvidenceEvent(rawValue: "ReceiptDelayed")
    /// The mail program reported that it displayed the message.
    public static let receiptDisplayed = EvidenceEvent(rawValue: "ReceiptDisplayed")
    /// The mail system reported something that is none of arrival, failure, relay or delay.
    public static let mailSystemReported = EvidenceEvent(rawValue: "MailSystemReported")
    /// The mail program reported something other than "displayed".
    public static let mailProgramReported = EvidenceEvent(rawValue: "MailProgramReported")
    /// A program answered for the recipient; it says nothing about the recipient.
    public static let automaticReplyReceived = EvidenceEvent(rawValue: "AutomaticReplyReceived")
    /// Somebody answered the message; who, is for a person to judge.
    public static let replyReceived = EvidenceEvent(rawValue: "ReplyReceived")
    /// A receipt whose authenticity check failed was set aside.
    public static let forgedReceiptRefused = EvidenceEvent(rawValue: "ForgedReceiptRefused")
    /// A receipt came for which no delivery is known.
    public static let unmatchedReceipt = EvidenceEvent(rawValue: "UnmatchedReceipt")
    /// The recipient explicitly refused to take the notice.
    public static let refusedByRecipient = EvidenceEvent(rawValue: "RefusedByRecipient")
    /// The notice was written to the recipient's inbox.
    public static let placedInInbox = EvidenceEvent(rawValue: "PlacedInInbox")
    /// An identified person was shown the full content.
    public static let contentOpened = EvidenceEvent(rawValue: "ContentOpened")
    /// An identified person confirmed receipt by an explicit act.
    public static let acknowledged = EvidenceEvent(rawValue: "Acknowledged")
    /// The recipient objected to the notice.
    public static let objectionReceived = EvidenceEvent(rawValue: "ObjectionReceived")
    /// The plan names a channel for which the recipient has no address, so nothing was sent there.
    public static let addressMissing = EvidenceEvent(rawValue: "AddressMissing")
    /// Something that should have come back by now did not.
    public static let expectedEventMissing = EvidenceEvent(rawValue: "ExpectedEventMissing")
    /// The delivery plan moved on to its next step.
    public static let escalated = EvidenceEvent(rawValue: "Escalated")
}

// MARK: - Service by people and by rule

extension EvidenceEvent {
    /// A person confirmed a service address and its ownership was proved.
    public static let addressConfirmed = EvidenceEvent(rawValue: "AddressConfirmed")
    /// A confirmation of a service address ended.
    public static let addressRevoked = EvidenceEvent(rawValue: "AddressRevoked")
    /// A postal item was handed to a carrier.
    public static let postalHandedOver = EvidenceEvent(rawValue: "PostalHandedOver")
    /// The recipient signed for the item in person.
    public static let signedInPerson = EvidenceEvent(rawValue: "SignedInPerson")
    /// Someone else signed for the recipient.
    public static let proxySigned = EvidenceEvent(rawValue: "ProxySigned")
    /// The item came back.
    public static let postalReturned = EvidenceEvent(rawValue: "PostalReturned")
    /// The document was left at the place of service before witnesses.
    public static let leftOnSite = EvidenceEvent(rawValue: "LeftOnSite")
    /// A public notice was posted.
    public static let publicNoticePosted = EvidenceEvent(rawValue: "PublicNoticePosted")
}

// MARK: - The service itself

extension EvidenceEvent {
    /// The clock jumped or stood before the last checkpoint.
    public static let clockAnomaly = EvidenceEvent(rawValue: "ClockAnomaly")
    /// Timestamp requests began to fail; written once an outage.
    public static let timestampFailed = EvidenceEvent(rawValue: "TimestampFailed")
    /// An API key was made: by whom, for what, and for an inbox key in whose name; the entry's identifier is the key's.
    public static let apiKeyIssued = EvidenceEvent(rawValue: "APIKeyIssued")
    /// An API key was revoked.
    public static let apiKeyRevoked = EvidenceEvent(rawValue: "APIKeyRevoked")
    /// A retention run destroyed keys of erased content.
    public static let erasureRun = EvidenceEvent(rawValue: "ErasureRun")
    /// A legal hold was set; it beats erasure.
    public static let legalHoldSet = EvidenceEvent(rawValue: "LegalHoldSet")
    /// A legal hold was lifted.
    public static let legalHoldLifted = EvidenceEvent(rawValue: "LegalHoldLifted")
    /// The service started.
    public static let serviceStarted = EvidenceEvent(rawValue: "ServiceStarted")
    /// The service could not work for a while.
    public static let outageAttested = EvidenceEvent(rawValue: "OutageAttested")
    /// An operator put back an older copy of the log and accepted that newer entries are gone.
    public static let logLossAccepted = EvidenceEvent(rawValue: "LogLossAccepted")
    /// A signing key was replaced by another.
    public static let keyRotated = EvidenceEvent(rawValue: "KeyRotated")
    /// The keys of all persons were wrapped again under another master key.
    public static let dataKeysRewrapped = EvidenceEvent(rawValue: "DataKeysRewrapped")
}
