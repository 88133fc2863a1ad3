import Evidence
import Notices

/// Sums that reports are made of.
public protocol ClientReports: Sendable {
    /// How many clients each member of staff in scope is in charge of; under nil, those of nobody.
    func clientCounts(in scope: ClientScope) async throws -> [PersonID?: Int]
    /// What each member of staff in scope has turned over since an instant, by currency.
    func turnover(in scope: ClientScope, since: Timestamp) async throws -> [(owner: PersonID?, revenue: Revenue)]
    /// Orders of the clients somebody has handed over, before and after, in spans of equal length up to `window`.
    func tradeAround(
        transfersFrom leaver: PersonID, window: Duration, now: Timestamp
    ) async throws -> [TransferredTrade]
    /// Keeps the exact bytes of a report as evidence.
    func keep(report: String, about person: PersonID, body: [UInt8], at: Timestamp, acts: [Act]) async throws
    /// The bytes of a report that was kept; nil when there is none, or after erasure.
    func report(_ id: String) async throws -> (person: PersonID, body: [UInt8])?
}

/// Money in one currency.
public struct Revenue: Sendable, Hashable {
    /// ISO 4217.
    public let currency: String
    /// In hundredths.
    public let amount: Amount

    /// States a sum.
    public init(currency: String, amount: Amount) {
        self.currency = currency
        self.amount = amount
    }
}

/// What one client ordered around the day it was handed over, in one currency.
public struct TransferredTrade: Sendable, Hashable {
    /// Which client.
    public let client: ClientID
    /// When it was handed over.
    public let at: Timestamp
    /// To whom.
    public let successor: PersonID?
    /// How long each of the two spans is.
    public let span: Duration
    /// Nil when there were no orders in either span.
    public let currency: String?
    /// The worth of the orders in the span before.
    public let before: Amount
    /// The worth of the orders in the span after.
    public let after: Amount

    /// Gathers it.
    public init(
        client: ClientID, at: Timestamp, successor: PersonID?, span: Duration, currency: String?, before: Amount,
        after: Amount
    ) {
        self.client = client
        self.at = at
        self.successor = successor
        self.span = span
        self.currency = currency
        self.before = before
        self.after = after
    }
}

/// A share or change in hundredths of a per cent, so that nothing is rounded twice.
public struct BasisPoints: Sendable, Hashable, CustomStringConvertible {
    /// 10 000 are the whole.
    public let value: Int

    /// States a share.
    public init(_ value: Int) { self.value = value }

    /// `part` of `whole`, rounded half away from zero; nil of nothing.
    public static func of(_ part: Int64, _ whole: Int64) -> BasisPoints? {
        guard whole > 0 else { return nil }
        let (product, overflow) = part.multipliedReportingOverflow(by: 20_000)
        // Sums beyond 4.6 · 10^14 hundredths lose nothing that two decimals of a per cent could show.
        guard !overflow else { return BasisPoints(Int((Double(part) / Double(whole) * 10_000).rounded())) }
        let doubled = product / whole
        return BasisPoints(Int((doubled + (doubled < 0 ? -1 : 1)) / 2))
    }

    /// `-25.00`, in per cent.
    public var description: String {
        let (whole, rest) = (abs(value) / 100, abs(value) % 100)
        return "\(value < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// What a leaver's clients ordered before and after they were handed over (S-43, S-44).
public struct LossReport: Sendable, Hashable {
    /// One currency's sums.
    public struct Total: Sendable, Hashable {
        /// ISO 4217.
        public let currency: String
        /// In the spans before.
        public let before: Amount
        /// In the spans after.
        public let after: Amount
        /// By how much orders changed; nil when there were none before.
        public var change: BasisPoints? { BasisPoints.of(after.fen - before.fen, before.fen) }
    }

    /// Whose clients.
    public let leaver: PersonID
    /// When it was measured.
    public let measuredAt: Timestamp
    /// The longest span that was compared, in days.
    public let windowDays: Int
    /// Client by client.
    public let trades: [TransferredTrade]

    /// Gathers a report.
    public init(leaver: PersonID, measuredAt: Timestamp, windowDays: Int, trades: [TransferredTrade]) {
        self.leaver = leaver
        self.measuredAt = measuredAt
        self.windowDays = windowDays
        self.trades = trades
    }

    /// The sums, by currency.
    public var totals: [Total] {
        let byCurrency = Dictionary(grouping: trades.filter { $0.currency != nil }, by: { $0.currency ?? "" })
        return byCurrency.keys.sorted().map { currency in
            let own = byCurrency[currency] ?? []
            return Total(
                currency: currency, before: Amount(fen: own.reduce(0) { $0 + $1.before.fen }),
                after: Amount(fen: own.reduce(0) { $0 + $1.after.fen }))
        }
    }

    /// The clients that ordered before.
    public var activeBefore: Set<ClientID> { Set(trades.filter { $0.before.fen > 0 }.map(\.client)) }
    /// Those of them that ordered nothing after.
    public var churned: Set<ClientID> {
        activeBefore.subtracting(trades.filter { $0.after.fen > 0 }.map(\.client))
    }
    /// The share of clients that were lost; nil when none had ordered before.
    public var churn: BasisPoints? { BasisPoints.of(Int64(churned.count), Int64(activeBefore.count)) }

    /// The report as it is shown and kept.
    public var json: JSONValue {
        .object([
            "leaver": .string(leaver.rawValue), "measuredAt": .string(measuredAt.rfc3339),
            "windowDays": .integer(Int64(windowDays)), "clientsBefore": .integer(Int64(activeBefore.count)),
            "clientsLost": .integer(Int64(churned.count)),
            "churnPercent": churn.map { .string($0.description) } ?? .null,
            "totals": .array(
                totals.map { total in
                    .object([
                        "currency": .string(total.currency), "before": .string(total.before.description),
                        "after": .string(total.after.description),
                        "changePercent": total.change.map { .string($0.description) } ?? .null,
                    ])
                }),
            "clients": .array(
                trades.map { trade in
                    .object([
                        "client": .string(trade.client.rawValue), "handedOverAt": .string(trade.at.rfc3339),
                        "successor": trade.successor.map { .string($0.rawValue) } ?? .null,
                        "days": .string((trade.span / .seconds(86_400)).formattedDays),
                        "currency": trade.currency.map { .string($0) } ?? .null,
                        "before": .string(trade.before.description), "after": .string(trade.after.description),
                    ])
                }),
        ])
    }
}

extension Double {
    /// With one decimal, without the help of a locale.
    fileprivate var formattedDays: String {
        let tenths = Int((self * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// How clients and revenue are spread over the staff (S-45).
public struct ConcentrationReport: Sendable, Hashable {
    /// One person's part.
    public struct Share: Sendable, Hashable {
        /// Who; nil for clients of nobody.
        public let owner: PersonID?
        /// How many clients.
        public let clients: Int
        /// Their share of all clients in the report.
        public let clientShare: BasisPoints?
        /// The revenue by currency with its share.
        public let revenue: [Part]
    }

    /// Revenue in one currency.
    public struct Part: Sendable, Hashable {
        /// The sum.
        public let revenue: Revenue
        /// Its share of all revenue in that currency.
        public let share: BasisPoints?
    }

    /// From when on revenue was counted.
    public let since: Timestamp
    /// The shares, the largest first.
    public let shares: [Share]

    init(since: Timestamp, counts: [PersonID?: Int], turnover: [(owner: PersonID?, revenue: Revenue)]) {
        self.since = since
        let total = Int64(counts.values.reduce(0, +))
        var sums: [String: Int64] = [:]
        for (_, revenue) in turnover { sums[revenue.currency, default: 0] += revenue.amount.fen }
        let byOwner = Dictionary(grouping: turnover, by: \.owner)
        shares = Set(counts.keys).union(byOwner.keys).map { owner in
            Share(
                owner: owner, clients: counts[owner] ?? 0,
                clientShare: BasisPoints.of(Int64(counts[owner] ?? 0), total),
                revenue: (byOwner[owner] ?? []).map { _, revenue in
                    Part(
                        revenue: revenue,
                        share: BasisPoints.of(revenue.amount.fen, sums[revenue.currency] ?? 0))
                })
        }.sorted {
            ($0.clients, $1.owner?.rawValue ?? "") > ($1.clients, $0.owner?.rawValue ?? "")
        }
    }
}
