import Evidence
import Synchronization

/// The routes of one channel: which to use next, and which are resting.
///
/// Routes are used in proportion to their weights. When all breakers are open nothing is moved from one to the other: the
/// deliveries wait, and no attempt is counted. A route that has just come back gets a little at first and more with each
/// answer, so that a backlog does not knock it down again.
public final class RouteTable: Sendable {
    /// One configured route.
    public struct Route: Sendable {
        /// The channel that serves it.
        public let channel: any Channel
        /// Its share; 0 means only when the others rest.
        public let weight: Int
        /// Names a route.
        public init(channel: any Channel, weight: Int) {
            self.channel = channel
            self.weight = weight
        }
    }

    /// What the table answers.
    public enum Choice: Sendable {
        /// Use this one.
        case use(any Channel)
        /// All rest or are paused; ask again then.
        case wait(until: Timestamp, reason: String)
    }

    /// What people see of a route.
    public struct Status: Sendable, Hashable {
        /// Its name.
        public let route: RouteID
        /// The breaker.
        public let breaker: CircuitBreaker.State
        /// Why the breaker opened last.
        public let reason: String
        /// What an operator decided last; nil if nobody ever did.
        public let pause: RoutePause?
        /// Whether an operator paused it.
        public var isPaused: Bool { pause?.isPaused ?? false }
    }

    private struct Condition {
        var breaker = CircuitBreaker()
        var pause: RoutePause?
        var credit = 0
        var pace = RoutePace()

        var isPaused: Bool { pause?.isPaused ?? false }
    }

    /// The routes in configured order.
    public let routes: [Route]
    private let conditions: Mutex<[Condition]>

    /// Makes a table of the routes of one channel.
    public init(_ routes: [Route]) {
        self.routes = routes
        conditions = Mutex(routes.map { _ in Condition() })
    }

    /// Whether it has a route of this name.
    public func knows(_ route: RouteID) -> Bool { index(of: route) != nil }

    private func index(of route: RouteID) -> Int? { routes.firstIndex { $0.channel.route == route } }

    /// Chooses the route for the next parcel by smooth weighted round robin among those that admit one.
    public func choose(at now: Timestamp) -> Choice {
        conditions.withLock { conditions in
            var usable = routes.indices.filter { index in
                guard !conditions[index].isPaused else { return false }
                if case .open(let until) = conditions[index].breaker.state { return now >= until }
                return conditions[index].breaker.state == .closed && conditions[index].pace.hasRoom
            }
            if usable.contains(where: { routes[$0].weight > 0 }) { usable.removeAll { routes[$0].weight == 0 } }
            let total = usable.reduce(0) { $0 + max(1, routes[$1].weight) }
            for index in usable { conditions[index].credit += max(1, routes[index].weight) }
            guard let best = usable.max(by: { conditions[$0].credit < conditions[$1].credit }) else {
                return Self.wait(conditions, now: now)
            }
            conditions[best].credit -= total
            conditions[best].pace.begin()
            _ = conditions[best].breaker.admits(at: now)
            return .use(routes[best].channel)
        }
    }

    private static func wait(_ conditions: [Condition], now: Timestamp) -> Choice {
        var earliest = now.adding(.seconds(60))
        var reasons: [String] = []
        for condition in conditions {
            if condition.isPaused {
                reasons.append("paused by an operator")
            } else if case .open(let until) = condition.breaker.state {
                earliest = min(earliest, until)
                reasons.append(condition.breaker.reason)
            } else {
                // Half open: the probe is under way and will settle it soon. Or coming back: its answers make room.
                earliest = min(earliest, now.adding(.seconds(2)))
            }
        }
        let reason =
            reasons.isEmpty
            ? conditions.isEmpty ? "no route is configured" : "the route is coming back"
            : reasons.joined(separator: "; ")
        return .wait(until: max(earliest, now.adding(.milliseconds(500))), reason: reason)
    }

    /// How many parcels may be begun now where every usable route is still coming back; nil where there is no such limit.
    ///
    /// Routes that rest set no limit here: what is claimed for them is told why it waits.
    public func headroom(at now: Timestamp) -> Int? {
        conditions.withLock { conditions in
            let usable = conditions.filter { !$0.isPaused && $0.breaker.state == .closed }
            let rooms = usable.map(\.pace.room)
            guard !rooms.isEmpty, !rooms.contains(nil) else { return nil }
            return rooms.reduce(0) { $0 + ($1 ?? 0) }
        }
    }

    /// Tells the route's breaker what happened; returns the event to record when that opened or closed it.
    public func report(_ outcome: DeliveryOutcome, on route: RouteID, at now: Timestamp) -> EvidenceEvent? {
        guard let index = index(of: route) else { return nil }
        return conditions.withLock { conditions in
            if outcome.blamesRoute {
                conditions[index].pace.end(isSuccess: false)
                let reason =
                    switch outcome.result {
                    case .deferred(let reason, _), .refused(let reason), .unknown(let reason): reason
                    case .accepted: ""
                    }
                return conditions[index].breaker.recordFailure(reason, at: now) ? .breakerOpened : nil
            }
            conditions[index].pace.end(isSuccess: true)
            guard conditions[index].breaker.recordSuccess() else { return nil }
            conditions[index].pace.startSlowly()
            return .breakerClosed
        }
    }

    /// Takes back a choice that was not used, so that a probe that never went does not keep its route waiting.
    public func giveBack(_ route: RouteID, at now: Timestamp) {
        guard let index = index(of: route) else { return }
        conditions.withLock {
            $0[index].pace.giveBack()
            $0[index].breaker.abandonProbe(at: now)
        }
    }

    /// Takes over what an operator decided, unless a newer decision is known; true if that changed the route's use.
    public func apply(_ pause: RoutePause) -> Bool {
        guard let index = index(of: pause.route) else { return false }
        return conditions.withLock { conditions in
            if let known = conditions[index].pause, known.version >= pause.version { return false }
            let isChange = conditions[index].isPaused != pause.isPaused
            conditions[index].pause = pause
            if isChange, !pause.isPaused { conditions[index].pace.startSlowly() }
            return isChange
        }
    }

    /// The routes as they stand.
    public var status: [Status] {
        conditions.withLock { conditions in
            routes.indices.map { index in
                Status(
                    route: routes[index].channel.route, breaker: conditions[index].breaker.state,
                    reason: conditions[index].breaker.reason, pause: conditions[index].pause)
            }
        }
    }
}
