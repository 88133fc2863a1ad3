import Evidence

/// What operators do to the flow: release what was set aside, rest routes and take them into use again.
///
/// Each decision needs a reason and is durable, with its evidence, before it takes effect. A pause is read back from the
/// store, so that it outlives a restart and reaches every process on the same database.
public struct OperationDesk: Sendable {
    /// How often a process looks for decisions made in another.
    public static let refreshInterval = Duration.seconds(2)

    private let store: any OperationStore
    private let reader: any NoticeReader
    private let recorder: EvidenceRecorder
    private let clock: any WallClock
    private let tables: [RouteTable]
    /// Woken when something was released or a route came back.
    private let wakes: [Poke]

    /// Makes a desk for these routes that wakes these workers.
    public init(
        store: any OperationStore, reader: any NoticeReader, recorder: EvidenceRecorder, clock: any WallClock,
        tables: [RouteTable], wakes: [Poke]
    ) {
        self.store = store
        self.reader = reader
        self.recorder = recorder
        self.clock = clock
        self.tables = tables
        self.wakes = wakes
    }

    // MARK: Quarantine

    /// Notices set aside before they were sealed, in the order of their ids.
    public func quarantinedNotices(after: NoticeID? = nil, limit: Int) async throws -> [QuarantinedNotice] {
        try await store.quarantinedNotices(after: after, limit: limit)
    }

    /// Deliveries set aside, in the order of their ids.
    public func quarantinedDeliveries(after: DeliveryID? = nil, limit: Int) async throws -> [QuarantinedDelivery] {
        try await store.quarantinedDeliveries(after: after, limit: limit)
    }

    /// Lets a notice go on where it stood; if it crashes its worker three times more, it is set aside again.
    public func release(_ notice: NoticeID, reason: String, by principal: Principal) async throws {
        let reason = try Self.checked(reason, "the notice is released")
        let entry = try recorder.entry(
            .quarantineReleased, notice: notice, at: clock.now, ["by": principal.facts, "reason": .string(reason)])
        try await store.release(notice, evidence: [entry])
        for poke in wakes { poke.poke() }
    }

    /// Lets a delivery go on where it stood; if it crashes its worker three times more, it is set aside again.
    ///
    /// - Returns: the delivery as it stands then.
    public func release(_ id: DeliveryID, reason: String, by principal: Principal) async throws -> Delivery {
        let reason = try Self.checked(reason, "the delivery is released")
        guard let delivery = try await reader.delivery(id) else { throw Self.unknown(id) }
        let entry = try recorder.entry(
            .quarantineReleased, delivery: delivery, at: .ours(clock.now),
            ["by": principal.facts, "reason": .string(reason), "state": .string(delivery.state.rawValue)])
        try await store.release(id, evidence: [entry])
        for poke in wakes { poke.poke() }
        guard let released = try await reader.delivery(id) else { throw Self.unknown(id) }
        return released
    }

    private static func unknown(_ id: DeliveryID) -> NoticeError {
        NoticeError(.notFound, "there is no delivery \"\(id.rawValue.prefix(40))\"")
    }

    // MARK: Routes

    /// Stops using a route, or takes it into use again; in this process at once, in others within seconds.
    public func setPaused(_ isPaused: Bool, route: RouteID, reason: String, by principal: Principal) async throws {
        guard tables.contains(where: { $0.knows(route) }) else {
            throw NoticeError(.notFound, "there is no route \"\(route.rawValue.prefix(40))\"")
        }
        let reason = try Self.checked(reason, isPaused ? "the route is paused" : "the route is used again")
        let now = clock.now
        let entry = try recorder.entry(
            isPaused ? .routePaused : .routeResumed, at: now,
            ["by": principal.facts, "route": .string(route.rawValue), "reason": .string(reason)])
        let stored = try await store.record(
            RoutePause(route: route, isPaused: isPaused, by: principal, reason: reason, at: now), evidence: [entry])
        apply([stored])
    }

    /// Takes over what was decided before a restart or in another process.
    public func refreshRoutes() async throws {
        apply(try await store.routePauses())
    }

    private func apply(_ pauses: [RoutePause]) {
        var isAnyBack = false
        for pause in pauses {
            for table in tables where table.apply(pause) && !pause.isPaused { isAnyBack = true }
        }
        if isAnyBack { for poke in wakes { poke.poke() } }
    }

    private static func checked(_ reason: String, _ what: Sentence) throws -> String {
        guard !reason.isEmpty, reason.utf8.count <= 2000 else {
            throw NoticeError(.invalid, "reason: say in 1 to 2000 bytes why \(what)")
        }
        return reason
    }
}
