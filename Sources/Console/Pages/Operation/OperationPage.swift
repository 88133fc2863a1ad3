import Evidence
import Notices

/// The state of the house on one page.
struct OperationPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let isReady: Bool
    let checks: [Check]
    let served: [Served]
    let isWatched: Bool
    let routes: [Route]
    let notices: [Stopped]
    let deliveries: [Stopped]
    let isNothingStopped: Bool
    let logSize: Int
    let logSignedAt: String
    let stampedSize: Int
    let stampedAt: String
    let lag: String
    let waiting: String
    let outage: String?
    let isRehearsal: Bool
    let sandbox: String
    let webhooks = Site.webhookList
    let error: String?

    /// One thing that was looked at, in the reader's language.
    struct Check: Sendable {
        let name: String
        let isOK: Bool
        let reason: String
    }

    /// How much of a span the service was ready.
    struct Served: Sendable {
        let span: String
        let percent: String
        let from: String
    }

    static let limit = 50

    /// What is known of the log.
    struct Log: Sendable {
        let newest: StoredCheckpoint?
        let stamped: StoredCheckpoint?
        let waiting: Int
        let outage: TimestampOutage?
    }

    /// One relay or gateway.
    struct Route: Sendable {
        let name: String
        let channel: String
        let weight: Int
        let breaker: String
        let isOpen: Bool
        let reason: String?
        let isPaused: Bool
        let decision: String?
        let action: String
        let inputID: String
    }

    /// Something that was set aside.
    struct Stopped: Sendable {
        let number: String
        let what: String
        let reason: String
        let since: String
        let action: String
        let inputID: String
    }

    init(
        health: HealthReport, tables: [RouteTable],
        quarantine: (notices: [QuarantinedNotice], deliveries: [QuarantinedDelivery]), log: Log, isRehearsal: Bool,
        deciders: [String: String], now: Timestamp, error: String?, _ make: PageMaker
    ) {
        frame = make.frame(make.word("operation"))
        w = frame.w
        isReady = health.isReady
        checks = health.checks.map {
            Check(
                name: make.phrases.word("health_\($0.name)", or: $0.name), isOK: $0.isOK, reason: make.text($0.reason))
        }
        served = health.served.map {
            Served(
                span: $0.days == 1
                    ? make.word("operation_day") : make.phrases.word("operation_days", ["n": "\($0.days)"]),
                percent: $0.percent ?? "—",
                from: make.time($0.from))
        }
        isWatched = !served.isEmpty
        routes = tables.flatMap { table in zip(table.routes, table.status).map { Route($0, $1, deciders, make) } }
        notices = quarantine.notices.map {
            Stopped(
                number: $0.number, what: make.kind($0.kind),
                reason: make.phrases.reason($0.reason),
                since: $0.since.map { make.time($0) } ?? "—", action: Site.page(Site.operationNotice, $0.notice),
                inputID: "n-\($0.notice.rawValue)")
        }
        deliveries = quarantine.deliveries.map {
            Stopped(
                number: $0.number, what: make.word("channel_\($0.delivery.address.channel.rawValue)"),
                reason: make.phrases.reason($0.reason), since: $0.since.map { make.time($0) } ?? "—",
                action: Site.page(Site.operationDelivery, $0.delivery.id), inputID: "d-\($0.delivery.id.rawValue)")
        }
        isNothingStopped = notices.isEmpty && deliveries.isEmpty
        logSize = log.newest?.size ?? 0
        logSignedAt = log.newest.map { make.time($0.signedAt) } ?? "—"
        stampedSize = log.stamped?.size ?? 0
        stampedAt = log.stamped.map { make.time($0.signedAt) } ?? "—"
        lag = "\(logSize - stampedSize)"
        waiting = log.waiting > 1000 ? "> 1000" : "\(log.waiting)"
        outage = log.outage.map { "\(make.time($0.since))\(make.word("colon"))\($0.reason)" }
        self.isRehearsal = isRehearsal
        sandbox = Site.sandbox
        self.error = error
    }
}

extension OperationPage.Route {
    init(_ route: RouteTable.Route, _ status: RouteTable.Status, _ names: [String: String], _ make: PageMaker) {
        let (word, isOpen): (String, Bool) =
            switch status.breaker {
            case .closed: (make.word("breaker_closed"), false)
            case .open(let until): ("\(make.word("breaker_open")) \(make.time(until))", true)
            default: (make.word("breaker_half_open"), true)
            }
        self.init(
            name: status.route.rawValue, channel: make.word("channel_\(route.channel.kind.rawValue)"),
            weight: route.weight, breaker: word, isOpen: isOpen, reason: status.reason.isEmpty ? nil : status.reason,
            isPaused: status.isPaused,
            decision: status.pause.map {
                "\(make.time($0.at)) \(names[$0.by.id] ?? $0.by.id)\(make.word("colon"))\($0.reason)"
            },
            action: Site.operationRoute.replacing("{route}", with: status.route.rawValue),
            // Two channels may have a route of the same name.
            inputID: "r-\(route.channel.kind.rawValue)-\(status.route.rawValue)")
    }
}
