import Evidence

/// What operators ask of a database: what was set aside, and which routes rest by their word.
///
/// Each verb is one transaction that writes state and evidence, or nothing.
public protocol OperationStore: Sendable {
    /// Notices set aside before they were sealed, in the order of their ids.
    func quarantinedNotices(after: NoticeID?, limit: Int) async throws -> [QuarantinedNotice]

    /// Deliveries set aside that could still go out, in the order of their ids.
    func quarantinedDeliveries(after: DeliveryID?, limit: Int) async throws -> [QuarantinedDelivery]

    /// Puts a notice back where it stood, its crashes forgotten; throws ``NoticeError/Code/conflict`` if it is not set aside.
    func release(_ notice: NoticeID, evidence: [SignedEntry]) async throws

    /// Puts a delivery back where it stood, its crashes forgotten; throws ``NoticeError/Code/conflict`` if it is not set
    /// aside, or if a receipt or a withdrawal has ended it meanwhile.
    func release(_ delivery: DeliveryID, evidence: [SignedEntry]) async throws

    /// Stores that a route was paused or taken into use again.
    ///
    /// - Returns: what is stored now, with its version.
    func record(_ pause: RoutePause, evidence: [SignedEntry]) async throws -> RoutePause

    /// What was last decided of each route.
    func routePauses() async throws -> [RoutePause]
}

/// A notice that was set aside.
public struct QuarantinedNotice: Sendable, Hashable {
    /// The notice.
    public let notice: NoticeID
    /// The number people read.
    public let number: String
    /// Its kind.
    public let kind: String
    /// Why.
    public let reason: String
    /// Since when; nil for one set aside by a version that did not keep it.
    public let since: Timestamp?

    /// Gathers it.
    public init(notice: NoticeID, number: String, kind: String, reason: String, since: Timestamp?) {
        self.notice = notice
        self.number = number
        self.kind = kind
        self.reason = reason
        self.since = since
    }
}

/// A delivery that was set aside.
public struct QuarantinedDelivery: Sendable, Hashable {
    /// The delivery as it stands.
    public let delivery: Delivery
    /// The number of its notice.
    public let number: String
    /// Why.
    public let reason: String
    /// Since when; nil for one set aside by a version that did not keep it.
    public let since: Timestamp?

    /// Gathers it.
    public init(delivery: Delivery, number: String, reason: String, since: Timestamp?) {
        self.delivery = delivery
        self.number = number
        self.reason = reason
        self.since = since
    }
}

/// What a person has decided about the use of a route.
public struct RoutePause: Sendable, Hashable {
    /// The relay or gateway.
    public let route: RouteID
    /// Whether it rests; false once it was taken into use again.
    public let isPaused: Bool
    /// Who decided.
    public let by: Principal
    /// Why.
    public let reason: String
    /// When.
    public let at: Timestamp
    /// Counts the decisions about this route, so that an older one never replaces a newer one.
    public let version: Int

    /// States a decision; the store gives it its version.
    public init(route: RouteID, isPaused: Bool, by: Principal, reason: String, at: Timestamp, version: Int = 0) {
        self.route = route
        self.isPaused = isPaused
        self.by = by
        self.reason = reason
        self.at = at
        self.version = version
    }
}
