import Evidence
import Foundation
import Notices
import SQL

/// Reads deliveries out of rows.
enum DeliveryRows {
    /// The columns of a delivery, under the alias `d`.
    static let columns: Query = """
        d.id AS d_id, d.notice AS d_notice, d.person, d.channel, d.address, d.rung, d.state AS d_state, d.state_reason,
        d.state_at, d.state_clock, d.attempts, d.due_at AS d_due_at, d.created_at AS d_created_at
        """

    /// A delivery; after erasure its address is empty.
    static func delivery(_ row: Row, keys: [String: DataKey]) throws -> Delivery {
        let id: String = try row.get("d_id")
        let person: String = try row.get("person")
        guard
            let channel = ChannelKind(rawValue: try row.get("channel")),
            let state = DeliveryState(rawValue: try row.get("d_state"))
        else { throw SQLError(.decoding, "delivery \(id) has a channel or state we do not know") }
        var address = ServiceAddress(channel: channel, value: "")
        if let key = keys[person] {
            let bytes = try key.open(
                SealedBytes(bytes: try row.get("address")), place: NoticeRows.place("address", id))
            address = try JSONDecoder().decode(ServiceAddress.self, from: Data(bytes))
        }
        return Delivery(
            id: DeliveryID(id), notice: NoticeID(try row.get("d_notice")), person: PersonID(person), address: address,
            rung: try row.get("rung"), state: state, stateReason: try row.get("state_reason"),
            stateAt: ObservedTime(at: try row.get("state_at"), clock: try row.get("state_clock")),
            attempts: try row.get("attempts"), dueAt: try row.get("d_due_at"), createdAt: try row.get("d_created_at"))
    }
}

extension SQLNoticeStore {
    /// Deliveries out of their rows, addresses opened.
    func deliveries(_ rows: [Row]) async throws -> [Delivery] {
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        return try rows.map { try DeliveryRows.delivery($0, keys: keys) }
    }
}
