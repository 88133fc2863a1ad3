import Evidence
import Notices
import People
import SQL

/// Everything the HR core keeps, in SQL: the conformer of the ports of `People`.
///
/// One file a subject; each verb is one transaction of state and acts.
public struct SQLPeopleStore: Sendable {
    let database: any SQLDatabase
    let keys: KeyRing
    let actRows: ActRows
    let gateway: SQLNoticeStore
    let clock: any WallClock

    /// The HR core's tables beside those of the gateway, under the same data keys.
    public init(beside gateway: SQLNoticeStore) {
        database = gateway.database
        keys = gateway.keys
        actRows = ActRows(entryRows: gateway.entryRows)
        clock = gateway.clock
        self.gateway = gateway
    }

    /// The data key of a person, made if there is none.
    func key(for person: PersonID) async throws -> DataKey { try await gateway.key(for: person.rawValue) }

    /// Seals a text about a person under their key; `place` binds it to its column and row.
    func seal(_ text: String, about person: PersonID, place: String) async throws -> [UInt8] {
        try await key(for: person).seal(Array(text.utf8), place: place).bytes
    }
}

extension SQLPeopleStore: ActStore {
    /// Stages acts.
    public func record(_ acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        try await database.write { tx in try tx.executeBatch(rows) }
    }

    /// Everything recorded about a subject, bodies opened where their key still exists.
    public func acts(about subject: Subject) async throws -> [RecordedAct] {
        let (rows, links) = try await database.read { tx in
            let rows = try tx.query(
                """
                SELECT e.id, e.event, e.key_owner, e.body, e.signature, e.key_id, e.commitment, e.leaf_index, e.learnt_at
                FROM act_subjects s JOIN evidence_entries e ON e.id = s.entry
                WHERE s.kind = \(subject.kind.rawValue) AND s.id = \(subject.id) ORDER BY e.position
                """)
            let ids: [String] = try rows.map { try $0.get("id") }
            var links: [Row] = []
            for part in ids.chunks(of: 500) {
                links += try tx.query("SELECT entry, kind, id FROM act_subjects WHERE entry IN \(list: part)")
            }
            return (rows, links)
        }
        var subjects: [String: [Subject]] = [:]
        for link in links {
            subjects[try link.get("entry"), default: []].append(
                Subject(kind: .init(rawValue: try link.get("kind")), id: try link.get("id")))
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("key_owner") }))
        return try rows.map { row in
            let entry = try EntryRows.recorded(row, keys)
            return RecordedAct(entry: entry, learntAt: try row.get("learnt_at"), subjects: subjects[entry.id] ?? [])
        }
    }
}

extension CivilDate: SQLBindable, SQLDecodable {
    /// Days since 1970-01-01, as stored.
    public var sqlValue: SQLValue { .integer(Int64(dayNumber)) }

    /// Reads stored days.
    public init?(sqlValue: SQLValue) {
        guard case .integer(let days) = sqlValue else { return nil }
        self.init(dayNumber: Int(days))
    }
}
