import Evidence
import Notices
import People

extension TestGateway {
    /// Puts a client on record as the CRM does, with one contact, and somebody in charge where one is named.
    @discardableResult
    public func client(
        _ name: String = "上海示例贸易有限公司", number: String = "C-1", owner: PersonID? = nil,
        fields: [String: String] = [:], contacts: [ContactUpdate]? = nil
    ) async throws -> ClientID {
        // Ids begin with the millisecond, so that clients are listed as they came.
        pass(.milliseconds(1))
        let contact = ContactUpdate(
            externalID: "k-\(number)", name: "王采购", position: "采购经理",
            addresses: [(.email, "\(number.lowercased())@client.example"), (.sms, "+86139\(Self.digits(of: number))")])
        let outcome = try await people.clients.sync(
            ClientUpdate(
                externalID: number, source: "crm", changedAt: clock.now.adding(.seconds(-60)),
                fields: fields.merging(["name": name]) { given, _ in given }, contacts: contacts ?? [contact]),
            by: .integration)
        if let owner {
            try await people.clients.assign(
                outcome.client, to: owner, from: clock.now.adding(.seconds(-86_400)), reason: "分配", by: .hr)
        }
        return outcome.client
    }

    /// Eight digits that a number stands for, so that no two clients share a telephone.
    private static func digits(of number: String) -> String {
        let sum = number.utf8.reduce(0) { ($0 * 31 + Int($1)) % 100_000_000 }
        return String(String(100_000_000 + sum).dropFirst())
    }

    /// Tells of an order as the order system does.
    @discardableResult
    public func order(
        _ number: String = "O-1", of client: String = "C-1", yuan: Int64 = 1000, state: OrderState = .placed,
        placed: Timestamp? = nil, changed: Timestamp? = nil
    ) async throws -> Bool {
        let placedAt = placed ?? clock.now
        return try await people.clients.record(
            ClientEventUpdate(
                client: client, source: "erp", externalID: number, changedAt: changed ?? placedAt,
                content: .order(
                    state: state, amount: Amount(fen: yuan * 100), currency: "CNY", placedAt: placedAt)),
            by: .integration)
    }
}
