import Evidence
import Notices

extension ClientDesk: DossierSource {
    /// How far back and forward the trade of clients that changed hands is compared.
    private static let windowDays = 90
    /// A dossier holds the orders of so many clients; the numbers of all stand in the acts of their assignment.
    private static let mostClients = 2_000

    /// The orders of every client that the person was ever in charge of, and what became of them afterwards (S-44, S-97).
    public func materials(about subject: Subject, for actor: Actor) async throws -> [DossierMaterial] {
        guard subject.kind == .employee else { return [] }
        let person = PersonID(subject.id)
        var held: [HeldClient] = []
        while held.count < Self.mostClients {
            let page = try await store.clients(heldBy: person, ever: true, after: held.last?.client.id, limit: 500)
            held += page
            if page.count < 500 { break }
        }
        // Names and orders leave the house with the dossier, like any other bulk of them.
        try await noteReading(held.map(\.client.id), as: .export, actor, detail: "dossier of \(person)")
        let orders = try await store.orders(of: held.map(\.client.id))
        let now = clock.now
        var found = [table(held, orders)].compactMap { $0.material(at: now) }
        let trades = try await store.tradeAround(
            transfersFrom: person, window: .seconds(Int64(Self.windowDays) * 86_400), now: now)
        if !trades.isEmpty {
            let report = LossReport(leaver: person, measuredAt: now, windowDays: Self.windowDays, trades: trades)
            found.append(
                DossierMaterial(
                    name: BilingualText(zh: "客户移交前后订单对比", en: "orders before and after the clients changed hands"),
                    source: "客户与订单记录",
                    proves: BilingualText(
                        zh: "移交前后同等天数内的订单金额变化", en: "how the orders changed over spans of equal length"),
                    phase: .after, happenedAt: .ours(now), file: "client-loss.json", mediaType: "application/json",
                    bytes: report.json.canonicalBytes))
        }
        return found
    }

    private func table(_ held: [HeldClient], _ orders: [ClientID: [ClientOrder]]) -> DossierTable {
        DossierTable(
            file: "client-orders.csv",
            name: BilingualText(zh: "负责过的客户及其订单记录", en: "clients once in charge of, and orders"),
            source: "CRM 与订单系统",
            proves: BilingualText(
                zh: "客户由其负责的期间和客户的历次订单", en: "since when and until when each client was theirs, and its orders"),
            phase: .during,
            header: ["客户编号", "客户", "负责起", "负责止", "订单", "来源", "状态", "金额", "币种", "已回款", "下单时间", "下单时负责人"],
            rows: held.flatMap { one -> [[String]] in
                let client = [
                    one.client.externalID, one.client.name, one.held.from.rfc3339, one.held.until?.rfc3339 ?? "",
                ]
                let placed = orders[one.client.id] ?? []
                guard !placed.isEmpty else { return [client + Array(repeating: "", count: 8)] }
                return placed.map { order in
                    client + [
                        order.externalID, order.source, order.state.rawValue, "\(order.amount)", order.currency,
                        "\(order.paid)", order.placedAt.rfc3339, order.creditedTo?.rawValue ?? "",
                    ]
                }
            })
    }
}
