import Evidence
import Notices

/// Makes the list of a handover from live data (S-62): clients, orders, projects, documents, things issued.
struct Checklist: Sendable {
    let rules: HandoverRules
    let dueOn: CivilDate
    let clients: [ClientBrief]
    let holdings: [Holding.List: [Holding]]
    let imports: [Holding.List: HoldingImport]

    /// Reads everything that a person has in hand.
    static func gather(
        for person: PersonID, dueOn: CivilDate, rules: HandoverRules, clients: any ClientReader,
        store: any HandoverReader
    ) async throws -> Checklist {
        var holdings: [Holding.List: [Holding]] = [:]
        for list in Holding.List.allCases {
            holdings[list] = try await store.holdings(of: person, list).filter { $0.returnedAs == nil }
        }
        return Checklist(
            rules: rules, dueOn: dueOn, clients: try await ClientBrief.all(of: person, from: clients),
            holdings: holdings, imports: try await store.holdingImports(of: person))
    }

    /// The items, lists first; the same data make the same items but for their ids.
    func items(id: () -> HandoverItemID) -> [HandoverItem] {
        func item(
            _ kind: HandoverItem.Kind, _ origin: String?, _ content: JSONValue, amount: Amount? = nil
        ) -> HandoverItem {
            HandoverItem(
                id: id(), kind: kind, origin: origin, content: content, amount: amount,
                isKey: rules.keyItems.contains(kind), dueOn: dueOn)
        }
        var items = lists.map { item($0.kind, "list:\($0.kind.rawValue)", $0.content, amount: $0.amount) }
        for brief in clients { items.append(item(.client, "client:\(brief.client.id)", brief.content)) }
        for brief in clients {
            for order in brief.orders {
                items.append(
                    item(
                        .order, "order:\(order.source):\(order.externalID)", Self.orderContent(order, brief.client),
                        amount: order.amount))
            }
        }
        for project in holdings[.projects] ?? [] {
            items.append(item(.project, "project:\(project.id)", Self.holdingContent(project)))
        }
        for device in holdings[.devices] ?? [] {
            items.append(item(.device, "device:\(device.id)", Self.holdingContent(device)))
        }
        return items
    }

    /// The lists: three that both parties confirm (S-74), and those of which the leaver makes a statement (S-67).
    private var lists: [(kind: HandoverItem.Kind, content: JSONValue, amount: Amount?)] {
        let orders = clients.flatMap { brief in brief.orders.map { Self.formRow($0, brief.client, $0.amount) } }
        let owed = clients.flatMap { brief in
            brief.receivables.map { Self.formRow($0, brief.client, $0.receivable) }
        }
        let sum = clients.flatMap(\.receivables).reduce(Int64(0)) { $0 + $1.receivable.fen }
        return [
            (.clientList, Self.list("客户清单", clients.map(\.listRow), importedAt: nil), nil),
            (.orderList, Self.list("未完成订单", orders, importedAt: nil), nil),
            (.receivableList, Self.list("应收款项", owed, importedAt: nil), Amount(fen: sum)),
            (.documentList, list("工作文档清单", .documents), nil),
            (.deviceList, list("办公设备清单", .devices), nil),
        ]
    }

    private func list(_ title: String, _ list: Holding.List) -> JSONValue {
        Self.list(title, (holdings[list] ?? []).map(\.row), importedAt: .some(imports[list]?.at))
    }

    /// A list that comes from another system says when it was imported; null means that it never was.
    private static func list(_ title: String, _ rows: [JSONValue], importedAt: Timestamp??) -> JSONValue {
        var content: [String: JSONValue] = ["title": .string(title), "rows": .array(rows)]
        if let importedAt { content["importedAt"] = importedAt.map { .string($0.rfc3339) } ?? .null }
        return .object(content)
    }

    private static func formRow(_ order: ClientOrder, _ client: Client, _ amount: Amount) -> JSONValue {
        .object([
            "ref": .string(order.externalID), "name": .string(client.name), "amount": .string(amount.description),
            "currency": .string(order.currency),
        ])
    }

    private static func orderContent(_ order: ClientOrder, _ client: Client) -> JSONValue {
        guard case .object(var members) = ClientBrief.order(order) else { return .null }
        members["title"] = .string("订单 \(order.externalID)（\(client.name)）")
        members["client"] = .string(client.externalID)
        return .object(members)
    }

    private static func holdingContent(_ holding: Holding) -> JSONValue {
        guard case .object(var members) = holding.row else { return .null }
        members["title"] = .string(holding.title)
        return .object(members)
    }
}
