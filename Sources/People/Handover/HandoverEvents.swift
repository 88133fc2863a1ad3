import Evidence

extension EvidenceEvent {
    /// A resignation or a dismissal was recorded, with the dates it brings.
    public static let departureRecorded = EvidenceEvent(rawValue: "DepartureRecorded")
    /// A list of what a person holds was imported.
    public static let holdingsImported = EvidenceEvent(rawValue: "HoldingsImported")
    /// A person lets us keep where they were at visits to clients.
    public static let visitConsentGiven = EvidenceEvent(rawValue: "VisitConsentGiven")
    /// A person no longer lets us keep where they were.
    public static let visitConsentWithdrawn = EvidenceEvent(rawValue: "VisitConsentWithdrawn")
    /// An item came on a handover's list.
    public static let handoverItemListed = EvidenceEvent(rawValue: "HandoverItemListed")
    /// What an item is about was brought up to date from live data.
    public static let handoverItemRenewed = EvidenceEvent(rawValue: "HandoverItemRenewed")
    /// A file was handed in.
    public static let handoverFileAdded = EvidenceEvent(rawValue: "HandoverFileAdded")
    /// The leaver handed an item in and confirmed it.
    public static let handoverItemSubmitted = EvidenceEvent(rawValue: "HandoverItemSubmitted")
    /// Whoever takes an item over confirmed it.
    public static let handoverItemTaken = EvidenceEvent(rawValue: "HandoverItemTaken")
    /// The client confirmed the handover, on paper or online.
    public static let handoverClientConfirmed = EvidenceEvent(rawValue: "HandoverClientConfirmed")
    /// A reviewer sent an item back for rework.
    public static let handoverItemReturned = EvidenceEvent(rawValue: "HandoverItemReturned")
    /// A reviewer accepted an item, and with it the item is closed.
    public static let handoverItemAccepted = EvidenceEvent(rawValue: "HandoverItemAccepted")
    /// An item was given up with a reason; it was not done.
    public static let handoverItemWaived = EvidenceEvent(rawValue: "HandoverItemWaived")
    /// Successor, reviewer and officer were named.
    public static let handoverAssigned = EvidenceEvent(rawValue: "HandoverAssigned")
    /// A stage of a handover was closed, and the next began.
    public static let handoverStageClosed = EvidenceEvent(rawValue: "HandoverStageClosed")
    /// A step of the approval flow was passed.
    public static let handoverStepPassed = EvidenceEvent(rawValue: "HandoverStepPassed")
    /// The roster has another last day since both sides agreed on one.
    public static let handoverRedated = EvidenceEvent(rawValue: "HandoverRedated")
    /// The notice was withdrawn, and with it the handover.
    public static let handoverWithdrawn = EvidenceEvent(rawValue: "HandoverWithdrawn")
    /// The internal clearance is complete.
    public static let handoverCleared = EvidenceEvent(rawValue: "HandoverCleared")
    /// A leaver's access was closed, so many seconds after it was due.
    public static let accessClosed = EvidenceEvent(rawValue: "AccessClosed")
}
