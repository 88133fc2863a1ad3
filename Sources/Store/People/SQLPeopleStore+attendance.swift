import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: AttendanceStore {
    private struct DayKey: Hashable {
        let person: String
        let day: CivilDate
    }

    /// By number.
    public func people(numbers: Set<String>) async throws -> [String: PersonID] {
        try await database.read { tx in
            var found: [String: PersonID] = [:]
            for part in numbers.sorted().chunks(of: 500) {
                for row in try tx.query("SELECT number, person FROM employees WHERE number IN \(list: part)") {
                    found[try row.get("number")] = PersonID(try row.get("person"))
                }
            }
            return found
        }
    }

    /// Punches, then the days they fall on as the table of punches now tells them, then marks; a repeated import ends in the
    /// same rows.
    public func record(
        _ punches: [Punch], hours: WorkingHours, receivedAt: Timestamp, acts: [Act]
    ) async throws -> Int {
        let rows = try await actRows.stage(acts)
        let today = hours.workday(receivedAt)
        let firsts = Dictionary(
            punches.map { (DayKey(person: $0.person.rawValue, day: $0.day), $0.at) }, uniquingKeysWith: min)
        var days = ValueRows(width: 6)
        for (key, first) in firsts.sorted(by: { ($0.key.person, $0.key.day) < ($1.key.person, $1.key.day) }) {
            days.append([
                .text(key.person), key.day.sqlValue, key.day.startInChina.sqlValue,
                key.day.adding(days: 2).startInChina.sqlValue, first.sqlValue, hours.lateAfter(key.day).sqlValue,
            ])
        }
        // In the order of the table, so that neighbours are written together however the file is sorted.
        var values = ValueRows(width: 5)
        for one in punches.sorted(by: { ($0.person.rawValue, $0.at) < ($1.person.rawValue, $1.at) }) {
            values.append([
                .text(one.person.rawValue), one.at.sqlValue, .text(one.source.rawValue), one.day.sqlValue,
                receivedAt.sqlValue,
            ])
        }
        let inserts = values.statements { rows in
            """
            INSERT INTO punches (person, at, source, day, received_at) VALUES \(rows: rows)
            ON CONFLICT (person, at, source) DO NOTHING
            """
        }
        let marks = Self.statements(days, today)
        return try await database.write { tx in
            let added = try tx.executeBatch(inserts).reduce(0, +)
            try tx.executeBatch(marks)
            try tx.executeBatch(rows)
            return added
        }
    }

    /// What brings days up to date with their punches, and marks whose days the rules must look at.
    private static func statements(_ days: ValueRows, _ today: CivilDate) -> [Query] {
        let updates = days.statements { rows in
            """
            WITH b (person, day, low, high, first_at, late) AS (VALUES \(rows: rows))
            INSERT INTO attendance_days (person, day, first_at, last_at, punches, source, updated_at)
            SELECT b.person, b.day, min(p.at), max(p.at), count(*), min(p.source), max(p.received_at)
            FROM b JOIN punches p
                ON p.person = b.person AND p.at >= b.low AND p.at < b.high AND p.day = b.day
            WHERE true GROUP BY b.person, b.day
            ON CONFLICT (person, day) DO UPDATE SET first_at = excluded.first_at, last_at = excluded.last_at,
                punches = excluded.punches, source = excluded.source, updated_at = excluded.updated_at
            """
        }
        let marks = days.statements { rows in
            """
            WITH b (person, day, low, high, first_at, late) AS (VALUES \(rows: rows))
            INSERT INTO risk_dirty (person, revision)
            SELECT DISTINCT d.person, 1 FROM b JOIN attendance_days d ON d.person = b.person AND d.day = b.day
            WHERE d.first_at >= b.first_at AND (d.day < \(today) OR d.first_at > b.late
                OR EXISTS (SELECT 1 FROM shifts s WHERE s.person = d.person AND s.day = d.day))
            ON CONFLICT (person) DO UPDATE SET revision = risk_dirty.revision + 1
            """
        }
        return updates + marks
    }

    /// Marks people for the rules, in the transaction of what changed.
    func markDirty(_ people: [PersonID], in tx: any SQLTransaction) throws {
        var rows = ValueRows(width: 2)
        for person in Set(people.map(\.rawValue)).sorted() { rows.append([.text(person), .integer(1)]) }
        try tx.executeBatch(
            rows.statements { rows in
                """
                INSERT INTO risk_dirty (person, revision) VALUES \(rows: rows)
                ON CONFLICT (person) DO UPDATE SET revision = risk_dirty.revision + 1
                """
            })
    }

    /// Replaces what is known of each request.
    public func record(_ leaves: [Leave], receivedAt: Timestamp, acts: [Act]) async throws {
        let rows = try await actRows.stage(acts)
        var statements: [Query] = []
        for leave in leaves {
            var reason: [UInt8]?
            if let text = leave.reason {
                reason = try await seal(text, about: leave.person, place: Self.leavePlace(leave.id))
            }
            statements.append(
                """
                INSERT INTO leaves (id, person, from_day, to_day, requested_on, state, kind, reason, source, updated_at)
                VALUES (\(leave.id), \(leave.person.rawValue), \(leave.from), \(leave.to), \(leave.requestedOn),
                    \(leave.state.rawValue), \(leave.kind), \(reason), \(leave.source), \(receivedAt))
                ON CONFLICT (id) DO UPDATE SET from_day = excluded.from_day, to_day = excluded.to_day,
                    requested_on = excluded.requested_on, state = excluded.state, kind = excluded.kind,
                    reason = excluded.reason, source = excluded.source, updated_at = excluded.updated_at
                WHERE leaves.person = excluded.person
                """)
        }
        let (upserts, people) = (statements, leaves.map(\.person))
        try await database.write { tx in
            for (index, count) in try tx.executeBatch(upserts).enumerated() where count == 0 {
                throw PeopleError(
                    .conflict,
                    "leaves[\(index)].id: this id belongs to a request of somebody else; nothing was recorded")
            }
            try markDirty(people, in: tx)
            try tx.executeBatch(rows)
        }
    }

    // MARK: Reading

    /// By person and day.
    public func punchDays(
        of people: [PersonID], from: CivilDate, to: CivilDate
    ) async throws -> [PersonID: [CivilDate: PunchDay]] {
        try await database.read { tx in
            var found: [PersonID: [CivilDate: PunchDay]] = [:]
            for part in people.map(\.rawValue).chunks(of: 500) {
                let rows = try tx.query(
                    """
                    SELECT person, day, first_at, last_at, punches FROM attendance_days
                    WHERE person IN \(list: part) AND day BETWEEN \(from) AND \(to)
                    """)
                for row in rows {
                    let day: CivilDate = try row.get(1)
                    found[PersonID(try row.get(0)), default: [:]][day] = PunchDay(
                        day: day, first: try row.get(2), last: try row.get(3), punches: try row.get(4))
                }
            }
            return found
        }
    }

    /// Reasons are left sealed.
    public func leaves(of people: [PersonID], from: CivilDate, to: CivilDate) async throws -> [PersonID: [Leave]] {
        try await database.read { tx in
            var found: [PersonID: [Leave]] = [:]
            for part in people.map(\.rawValue).chunks(of: 500) {
                let rows = try tx.query(
                    """
                    SELECT id, person, from_day, to_day, requested_on, state, kind, source FROM leaves
                    WHERE person IN \(list: part) AND (requested_on BETWEEN \(from) AND \(to)
                        OR (from_day <= \(to) AND to_day >= \(from))) ORDER BY requested_on, id
                    """)
                for row in rows {
                    let person = PersonID(try row.get("person"))
                    found[person, default: []].append(
                        Leave(
                            id: try row.get("id"), person: person, from: try row.get("from_day"),
                            to: try row.get("to_day"), requestedOn: try row.get("requested_on"),
                            state: try Self.known(row, "state"), kind: try row.get("kind"),
                            source: try row.get("source")))
                }
            }
            return found
        }
    }

    /// Binds the sealed reason of a request to its row.
    static func leavePlace(_ id: String) -> String { "leave \(id)" }

    /// A word of ours that the schema checks; another one means that somebody else wrote it.
    static func known<T: RawRepresentable>(_ row: Row, _ column: String) throws -> T where T.RawValue == String {
        let text: String = try row.get(column)
        guard let value = T(rawValue: text) else {
            throw PeopleError(
                .unavailable, "\(column) holds the unknown word \"\(text.prefix(40))\"; run `songda audit`")
        }
        return value
    }

    /// Looks at no more rows a day than are asked for, however many there are.
    public func reportedDays(from: CivilDate, to: CivilDate, leastPeople: Int) async throws -> Set<CivilDate> {
        try await database.read { tx in
            var found: Set<CivilDate> = []
            for day in (from.dayNumber...max(from.dayNumber, to.dayNumber)).map(CivilDate.init(dayNumber:)) {
                let seen: Int? = try tx.first(
                    """
                    SELECT count(*) AS n FROM
                        (SELECT 1 AS one FROM attendance_days WHERE day = \(day) LIMIT \(leastPeople)) AS few
                    """)?.get("n")
                if (seen ?? 0) >= leastPeople { found.insert(day) }
            }
            return found
        }
    }

    /// By the primary key, from the end.
    public func newestPunch(
        of person: PersonID
    ) async throws -> (at: Timestamp, source: PunchSource, receivedAt: Timestamp)? {
        try await database.read { tx in
            try tx.first(
                """
                SELECT at, source, received_at FROM punches WHERE person = \(person.rawValue) ORDER BY at DESC LIMIT 1
                """
            ).map { (try $0.get("at"), try Self.known($0, "source"), try $0.get("received_at")) }
        }
    }
}
