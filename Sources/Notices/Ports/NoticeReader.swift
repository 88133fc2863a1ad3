import Evidence

/// Reads for people and programs; nothing here changes anything.
public protocol NoticeReader: BatchReader {
    /// One notice.
    func notice(_ id: NoticeID) async throws -> Notice?
    /// The notice with this number.
    func notice(number: String) async throws -> Notice?
    /// Notices, the newest first.
    func notices(_ filter: NoticeFilter, before cursor: NoticeID?, limit: Int) async throws -> [Notice]
    /// Notices whose content or sealed document has this hash, the newest first; those that wait are looked through one by one,
    /// and are left out where only what was sealed is asked for.
    func notices(withHash hash: Digest, isSealed: Bool, limit: Int) async throws -> [Notice]
    /// The rendered content as stored; nil after erasure.
    func content(of notice: NoticeID) async throws -> [UInt8]?
    /// The sealed document; nil before sealing and after erasure.
    func document(of notice: NoticeID) async throws -> SealedNotice?
    /// The deliveries of a notice, in the order they were started.
    func deliveries(of notice: NoticeID) async throws -> [Delivery]
    /// One delivery.
    func delivery(_ id: DeliveryID) async throws -> Delivery?
    /// The approvals given for the present content.
    func approvals(of notice: NoticeID) async throws -> [Approval]
    /// What people call these keys and accounts, those no longer in force too; an id without a name is absent.
    func names(of principals: Set<String>) async throws -> [String: String]
    /// Every evidence entry of a notice, in log order, staged ones last.
    func entries(of notice: NoticeID) async throws -> [RecordedEntry]
    /// How many notices are in each state, and deliveries by channel and state; for metrics.
    func counts() async throws -> FlowCounts
}

/// Which notices are wanted.
public struct NoticeFilter: Sendable, Hashable {
    /// Only this state.
    public var state: NoticeState?
    /// Only this kind.
    public var kind: String?
    /// Only those given to this person.
    public var person: PersonID?
    /// Only this batch.
    public var batch: String?

    /// Wants all, unless told otherwise.
    public init(state: NoticeState? = nil, kind: String? = nil, person: PersonID? = nil, batch: String? = nil) {
        self.state = state
        self.kind = kind
        self.person = person
        self.batch = batch
    }
}

/// An evidence entry as it lies in the store.
public struct RecordedEntry: Sendable, Hashable {
    /// The entry; nil body means that the person's key was destroyed.
    public let id: String
    /// What happened.
    public let event: EvidenceEvent
    /// The canonical JSON; nil after erasure.
    public let body: [UInt8]?
    /// The entry's signature.
    public let signature: [UInt8]
    /// Which key signed it.
    public let keyID: String
    /// What the log holds.
    public let commitment: Digest
    /// Its place in the log; nil while staged.
    public let leafIndex: Int64?

    /// Gathers it.
    public init(
        id: String, event: EvidenceEvent, body: [UInt8]?, signature: [UInt8], keyID: String, commitment: Digest,
        leafIndex: Int64?
    ) {
        self.id = id
        self.event = event
        self.body = body
        self.signature = signature
        self.keyID = keyID
        self.commitment = commitment
        self.leafIndex = leafIndex
    }
}

/// How much of what there is.
public struct FlowCounts: Sendable, Hashable {
    /// Notices by state.
    public let notices: [NoticeState: Int]
    /// Deliveries by channel and state.
    public let deliveries: [ChannelKind: [DeliveryState: Int]]
    /// Entries that have no place in the log yet.
    public let stagedEntries: Int
    /// When the oldest delivery that is due became due.
    public let oldestDue: Timestamp?

    /// Gathers counts.
    public init(
        notices: [NoticeState: Int], deliveries: [ChannelKind: [DeliveryState: Int]], stagedEntries: Int,
        oldestDue: Timestamp?
    ) {
        self.notices = notices
        self.deliveries = deliveries
        self.stagedEntries = stagedEntries
        self.oldestDue = oldestDue
    }
}
