import Evidence
import Notices
import People
import SQL

/// The rows of people who come on record, table by table, so that one statement inserts many of them.
struct NewcomerRows: Sendable {
    private var keys = ValueRows(width: 3)
    private var people = ValueRows(width: 5)
    private var addresses = ValueRows(width: 6)
    private var employees = ValueRows(width: 10)
    private var steps = ValueRows(width: 8)

    /// Seals what an entry says.
    ///
    /// - Parameter known: the person's key if it is on record already; otherwise it is made, and stored with them.
    mutating func append(
        _ entry: RosterEntry, _ known: DataKey?, _ index: BlindIndex, _ ring: KeyRing, _ now: Timestamp
    ) throws {
        let key: DataKey
        if let known {
            key = known
        } else {
            let fresh = try ring.fresh(for: entry.person.id.rawValue, at: now)
            keys.append(fresh.row)
            key = fresh.key
        }
        let (person, places) = try SQLNoticeStore.values(of: entry.person, key, index)
        people.append(person)
        for place in places { addresses.append(place) }
        employees.append(SQLPeopleStore.values(of: entry.employee))
        if let step = entry.step { steps.append(try SQLPeopleStore.values(ofFirst: step, key)) }
    }

    /// In the order in which the tables refer to each other.
    ///
    /// Nothing is updated in passing: whoever has one of these numbers or ids already makes the transaction fail.
    var statements: [Query] {
        keys.statements { "INSERT INTO data_keys (owner, wrapped, created_at) VALUES \(rows: $0)" }
            + people.statements {
                "INSERT INTO people (id, external_id, language, name, name_hash) VALUES \(rows: $0)"
            }
            + addresses.statements { rows in
                """
                INSERT INTO addresses (person, channel, value_hash, position, value, confirmation)
                VALUES \(rows: rows)
                """
            }
            + employees.statements(SQLPeopleStore.insert)
            + steps.statements { rows in
                """
                INSERT INTO employment_steps (person, position_in_line, state, effective_on, unit, position, last_day,
                    reason) VALUES \(rows: rows)
                """
            }
    }
}

extension RosterEntry {
    /// Whether neither the roster nor the gateway knows the person.
    var isNewcomer: Bool { before == nil && personBefore == nil }
}
