import Evidence

/// Reads what was issued together.
public protocol BatchReader: Sendable {
    /// Batches, the one begun last first; a batch begins with its first notice.
    func batches(before cursor: NoticeID?, limit: Int) async throws -> [NoticeBatch]
    /// How many of a batch stand where; nil if no notice belongs to it.
    func standing(ofBatch name: String) async throws -> BatchStanding?
    /// A page of the delivery matrix of a batch, in the order of its notices.
    func rows(ofBatch name: String, _ wanted: BatchPart, after: NoticeID?, limit: Int) async throws -> [BatchRow]
}

/// Notices that were issued together.
public struct NoticeBatch: Sendable, Hashable {
    /// What it is called.
    public let name: String
    /// Its first notice.
    public let first: NoticeID
    /// The kind of the first one.
    public let kind: String
    /// When the first one was issued.
    public let begunAt: Timestamp
    /// How many there are.
    public let count: Int

    /// Describes a batch.
    public init(name: String, first: NoticeID, kind: String, begunAt: Timestamp, count: Int) {
        self.name = name
        self.first = first
        self.kind = kind
        self.begunAt = begunAt
        self.count = count
    }
}

/// Which notices of a batch are wanted.
public enum BatchPart: String, Sendable, Hashable, CaseIterable {
    /// All of them.
    case all
    /// Those of which nobody has confirmed receipt, neither at the inbox nor through a link.
    case unconfirmed
    /// Those set aside, and those with a way that was refused, failed, expired or has an unknown outcome.
    case troubled
}

/// How many of a batch stand where.
public struct BatchStanding: Sendable, Hashable {
    /// The batch.
    public let batch: NoticeBatch
    /// Notices by state.
    public let notices: [NoticeState: Int]
    /// Deliveries by channel and state.
    public let deliveries: [ChannelKind: [DeliveryState: Int]]
    /// How many notices nobody has confirmed; withdrawn ones are not counted.
    public let unconfirmed: Int

    /// Gathers the counts.
    public init(
        batch: NoticeBatch, notices: [NoticeState: Int], deliveries: [ChannelKind: [DeliveryState: Int]],
        unconfirmed: Int
    ) {
        self.batch = batch
        self.notices = notices
        self.deliveries = deliveries
        self.unconfirmed = unconfirmed
    }
}

/// One notice of a batch with everything its row of the matrix shows.
public struct BatchRow: Sendable, Hashable {
    /// What a recipient did that is no state of a delivery: a link checks nobody's identity, and an objection is heard.
    public struct Answer: Sendable, Hashable {
        /// Who was addressed.
        public let person: PersonID?
        /// What was done.
        public let event: EvidenceEvent
        /// When we learnt of it.
        public let learntAt: Timestamp

        /// States an answer.
        public init(person: PersonID?, event: EvidenceEvent, learntAt: Timestamp) {
            self.person = person
            self.event = event
            self.learntAt = learntAt
        }
    }

    /// The notice.
    public let notice: Notice
    /// Its deliveries, in the order they were started.
    public let deliveries: [Delivery]
    /// What its recipients answered, the oldest first.
    public let answers: [Answer]
    /// When the next step of the plan begins for whom, unless it is not needed by then.
    public let nextSteps: [PersonID: Timestamp]

    /// Gathers a row.
    public init(notice: Notice, deliveries: [Delivery], answers: [Answer], nextSteps: [PersonID: Timestamp]) {
        self.notice = notice
        self.deliveries = deliveries
        self.answers = answers
        self.nextSteps = nextSteps
    }
}
