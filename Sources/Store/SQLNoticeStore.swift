import Evidence
import Foundation
import Notices
import SQL

/// Everything the gateway keeps, in SQL: the conformer of the ports of `Notices`.
///
/// One file a room; each verb is one transaction.
public struct SQLNoticeStore: Sendable {
    let database: any SQLDatabase
    let keys: KeyRing
    let entryRows: EntryRows
    let clock: any WallClock
    let detailsTexts = DetailsTexts()

    /// The stores of one database, sharing its data keys.
    public static func stores(
        in database: any SQLDatabase, vault: Vault, clock: any WallClock
    ) -> (notices: SQLNoticeStore, log: SQLEvidenceLogStore) {
        let keys = KeyRing(database: database, vault: vault, clock: clock)
        return (
            SQLNoticeStore(
                database: database, keys: keys, entryRows: EntryRows(keys: keys), clock: clock),
            SQLEvidenceLogStore(database: database, keys: keys)
        )
    }

    /// The key of one owner, made if there is none.
    func key(for owner: String) async throws -> DataKey {
        guard let key = try await keys.keys(for: [owner])[owner] else {
            throw EvidenceError(.erased, "the key of \(owner) is not there")
        }
        return key
    }

    /// Notices out of their rows, recipients opened.
    func notices(_ rows: [Row]) async throws -> [Notice] {
        let ids: [String] = try rows.map { try $0.get("n_id") }
        let recipients = try await recipients(of: Array(Set(ids)))
        return try zip(rows, ids).map { row, id in
            try NoticeRows.notice(row, recipients: recipients[id] ?? [], details: detailsTexts.details)
        }
    }

    /// The recipients of notices, in order.
    func recipients(of notices: [String]) async throws -> [String: [NoticeRecipient]] {
        var sealed: [SealedRecipient] = []
        for part in notices.chunks(of: 500) {
            sealed += try await database.read { tx in
                try tx.query(
                    """
                    SELECT notice, position, person, snapshot FROM notice_recipients WHERE notice IN \(list: part)
                    ORDER BY notice, position
                    """
                ).map { try SealedRecipient($0) }
            }
        }
        let keys = try await keys.existingKeys(for: Set(sealed.map(\.person)))
        var opened: [String: [NoticeRecipient]] = [:]
        for one in sealed { opened[one.notice, default: []].append(try one.open(keys)) }
        return opened
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<T: Decodable>(_ type: T.Type, from text: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
