import Evidence
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
        var reason: String?
        if let key = keys[person] {
            if let sealed: [UInt8] = try row.get("state_reason") {
                reason = String(
                    decoding: try key.open(SealedBytes(bytes: sealed), place: NoticeRows.place("reason", id)),
                    as: UTF8.self)
            }
            let bytes = try key.open(
                SealedBytes(bytes: try row.get("address")), place: NoticeRows.place("address", id))
            address = try AddressRecords.address(bytes)
        }
        return Delivery(
            id: DeliveryID(id), notice: NoticeID(try row.get("d_notice")), person: PersonID(person), address: address,
            rung: try row.get("rung"), state: state, stateReason: reason,
            stateAt: ObservedTime(at: try row.get("state_at"), clock: try row.get("state_clock")),
            attempts: try row.get("attempts"), dueAt: try row.get("d_due_at"), createdAt: try row.get("d_created_at"))
    }

    /// The words behind a state, sealed: a mail server's refusal quotes the address.
    ///
    /// Nothing without the person's key.
    static func sealed(reason: String?, of delivery: String, _ key: DataKey?) throws -> [UInt8]? {
        guard let reason, let key else { return nil }
        return try key.seal(Array(reason.utf8), place: NoticeRows.place("reason", delivery)).bytes
    }
}

extension SQLNoticeStore {
    /// Deliveries out of their rows, addresses opened.
    func deliveries(_ rows: [Row]) async throws -> [Delivery] {
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        return try rows.map { try DeliveryRows.delivery($0, keys: keys) }
    }

    /// Deliveries for those who must not be stopped by one damaged row.
    ///
    /// The page is opened as a whole; if that fails, row by row. A damaged one comes without its address and with what is
    /// wrong.
    func readable(_ rows: [Row]) async throws -> [(delivery: Delivery, damage: String?)] {
        try await Self.each(of: rows) { rows in
            try await deliveries(rows).map { ($0, nil) }
        } damaged: { row, error in
            (try DeliveryRows.delivery(row, keys: [:]), "\(error)")
        }
    }

    /// Opens rows together, or, where that fails, each alone, so that the sound ones go on.
    ///
    /// A fault of the database itself is thrown: it says nothing about a row.
    static func each<Value>(
        of rows: [Row], open: ([Row]) async throws -> [Value], damaged: (Row, any Error) throws -> Value
    ) async throws -> [Value] {
        do { return try await open(rows) } catch let error as SQLError where error.code != .decoding {
            throw error
        } catch {
            var values: [Value] = []
            for row in rows {
                do { values += try await open([row]) } catch let error as SQLError where error.code != .decoding {
                    throw error
                } catch {
                    values.append(try damaged(row, error))
                }
            }
            return values
        }
    }
}
