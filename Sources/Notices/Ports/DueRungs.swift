import Evidence

/// Rungs whose time has come, as many as were asked for.
public struct RungPage: Sendable {
    /// Those that can be settled.
    public let due: [DueRung]
    /// Those whose notice cannot be read.
    public let damaged: [DamagedRung]
    /// How many there are of both.
    public var count: Int { due.count + damaged.count }

    /// Gathers a page.
    public init(due: [DueRung], damaged: [DamagedRung]) {
        self.due = due
        self.damaged = damaged
    }
}

/// A rung whose notice or deliveries cannot be read.
public struct DamagedRung: Sendable, Hashable {
    /// The plan's row.
    public let rung: PlannedRung
    /// What is wrong.
    public let why: String

    /// Names one.
    public init(rung: PlannedRung, why: String) {
        self.rung = rung
        self.why = why
    }
}

/// What becomes of one rung.
public struct RungStep: Sendable {
    /// Which one.
    public let rung: PlannedRung
    /// What is started; nothing where it is not wanted any more.
    public let deliveries: [NewDelivery]
    /// Its entries.
    public let evidence: [SignedEntry]

    /// Gathers a step.
    public init(rung: PlannedRung, deliveries: [NewDelivery], evidence: [SignedEntry]) {
        self.rung = rung
        self.deliveries = deliveries
        self.evidence = evidence
    }
}

/// A step of a plan whose time has come.
public struct DueRung: Sendable {
    /// The plan's row.
    public let rung: PlannedRung
    /// The notice.
    public let notice: Notice
    /// The states of the person's deliveries so far.
    public let states: [DeliveryState]
    /// What brought it forward; nil when it has waited its time.
    public let cause: Cause?

    /// A delivery of the step before that ended without success.
    public struct Cause: Sendable, Hashable {
        /// Which one.
        public let delivery: DeliveryID
        /// Over which channel.
        public let channel: ChannelKind
        /// How it ended.
        public let state: DeliveryState
        /// When the step was to begin.
        public let plannedAt: Timestamp
        /// Names a cause.
        public init(delivery: DeliveryID, channel: ChannelKind, state: DeliveryState, plannedAt: Timestamp) {
            self.delivery = delivery
            self.channel = channel
            self.state = state
            self.plannedAt = plannedAt
        }
    }

    /// Gathers it.
    public init(rung: PlannedRung, notice: Notice, states: [DeliveryState], cause: Cause? = nil) {
        self.rung = rung
        self.notice = notice
        self.states = states
        self.cause = cause
    }
}
