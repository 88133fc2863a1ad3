import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: RiskStore {
    // MARK: Rules and consents

    /// The highest version.
    public func newestRules() async throws -> (version: Int, hash: String, text: String)? {
        try await database.read { tx in
            try tx.first("SELECT version, hash, text FROM risk_rule_sets ORDER BY version DESC LIMIT 1").map {
                (try $0.get("version"), try $0.get("hash"), try $0.get("text"))
            }
        }
    }

    /// The primary key decides between two who apply the same version at once.
    public func apply(_ rules: RiskRules, at: Timestamp, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            let applied = try tx.execute(
                """
                INSERT INTO risk_rule_sets (version, hash, text, applied_at)
                VALUES (\(rules.version), \(rules.hash.hex), \(rules.text), \(at)) ON CONFLICT (version) DO NOTHING
                """)
            guard applied == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// By person.
    public func consents(of people: [PersonID]) async throws -> [PersonID: [ConsentKind: String]] {
        try await database.read { tx in
            var found: [PersonID: [ConsentKind: String]] = [:]
            for part in people.map(\.rawValue).chunks(of: 500) {
                for row in try tx.query("SELECT person, kind, text_hash FROM consents WHERE person IN \(list: part)") {
                    let kind: ConsentKind = try Self.known(row, "kind")
                    found[PersonID(try row.get("person")), default: [:]][kind] = try row.get("text_hash")
                }
            }
            return found
        }
    }

    /// The newest words count.
    public func give(
        _ consent: ConsentKind, by person: PersonID, hash: Digest, at: Timestamp, acts: [Act]
    ) async throws {
        let rows = try await actRows.stage(acts)
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO consents (person, kind, given_at, text_hash)
                VALUES (\(person.rawValue), \(consent.rawValue), \(at), \(hash.hex))
                ON CONFLICT (person, kind) DO UPDATE SET given_at = excluded.given_at, text_hash = excluded.text_hash
                """)
            try tx.executeBatch(rows)
        }
    }

    /// Consent, signals and the alerts that rest on them go together.
    public func withdraw(
        _ consent: ConsentKind, by person: PersonID, topics: Set<String>, acts: [Act]
    ) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            let gone = try tx.execute(
                "DELETE FROM consents WHERE person = \(person.rawValue) AND kind = \(consent.rawValue)")
            guard gone == 1 else { return false }
            if consent == .conversations {
                try tx.execute("DELETE FROM conversation_hits WHERE person = \(person.rawValue)")
            } else {
                try tx.execute(
                    """
                    DELETE FROM person_series WHERE person = \(person.rawValue) AND series = \(consent.rawValue)
                    """)
            }
            try tx.execute(
                """
                UPDATE alerts SET state = 'retracted', open_key = NULL, answer_due = NULL
                WHERE person = \(person.rawValue) AND open_key IS NOT NULL AND topic IN \(list: topics.sorted())
                """)
            try tx.executeBatch(rows)
            return true
        }
    }

    // MARK: Signals

    /// The consent is asked for in the statement itself: a withdrawal a moment earlier lets nothing through.
    public func record(
        _ points: [SeriesPoint], _ kind: SeriesKind, source: String, consent: Digest?, receivedAt: Timestamp,
        acts: [Act]
    ) async throws -> Int {
        let rows = try await actRows.stage(acts)
        let statements = points.map { one -> Query in
            var condition: Query = "WHERE true"
            if let consent {
                condition = """
                    WHERE EXISTS (SELECT 1 FROM consents c WHERE c.person = \(one.person.rawValue)
                        AND c.kind = \(kind.rawValue) AND c.text_hash = \(consent.hex))
                    """
            }
            return """
                INSERT INTO person_series (person, series, day, source, value, received_at)
                SELECT \(one.person.rawValue), \(kind.rawValue), \(one.day), \(source), \(one.value), \(receivedAt)
                \(condition)
                ON CONFLICT (person, series, day, source) DO UPDATE SET value = excluded.value,
                    received_at = excluded.received_at WHERE person_series.value <> excluded.value
                """
        }
        return try await database.write { tx in
            let counts = try tx.executeBatch(statements)
            try markDirty(points.map(\.person), in: tx)
            try tx.executeBatch(rows)
            return counts.reduce(0, +)
        }
    }

    /// Sealed under the person's key; the same find counts once.
    public func record(
        _ snippets: [Snippet], source: String, consent: Digest, receivedAt: Timestamp, acts: [Act]
    ) async throws -> Int {
        let rows = try await actRows.stage(acts)
        var statements: [Query] = []
        for one in snippets {
            let sealed = try await seal(one.text, about: one.person, place: Self.snippetPlace(one.person, one.message))
            statements.append(
                """
                INSERT INTO conversation_hits (person, source, message, keyword, day, snippet, received_at)
                SELECT \(one.person.rawValue), \(source), \(one.message), \(one.keyword), \(one.day), \(sealed),
                    \(receivedAt)
                WHERE EXISTS (SELECT 1 FROM consents c WHERE c.person = \(one.person.rawValue)
                    AND c.kind = 'conversations' AND c.text_hash = \(consent.hex))
                ON CONFLICT (person, source, message, keyword) DO NOTHING
                """)
        }
        let inserts = statements
        return try await database.write { tx in
            let counts = try tx.executeBatch(inserts)
            try markDirty(snippets.map(\.person), in: tx)
            try tx.executeBatch(rows)
            return counts.reduce(0, +)
        }
    }

    private static func snippetPlace(_ person: PersonID, _ message: String) -> String {
        "snippet \(person.rawValue) \(message)"
    }

    /// By day.
    public func snippets(of person: PersonID, from: CivilDate, to: CivilDate) async throws -> [Snippet] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT message, keyword, day, snippet FROM conversation_hits
                WHERE person = \(person.rawValue) AND day BETWEEN \(from) AND \(to) ORDER BY day, message, keyword
                """)
        }
        guard let key = try await keys.existingKeys(for: [person.rawValue])[person.rawValue] else { return [] }
        return try rows.map { row in
            let message: String = try row.get("message")
            let text = try key.open(
                SealedBytes(bytes: try row.get("snippet")), place: Self.snippetPlace(person, message))
            return Snippet(
                person: person, message: message, keyword: try row.get("keyword"), day: try row.get("day"),
                text: String(decoding: text, as: UTF8.self))
        }
    }

    /// Several sources of one day add up; projects are not for rules.
    public func series(
        of people: [PersonID], from: CivilDate, to: CivilDate
    ) async throws -> [PersonID: PersonSeries] {
        try await database.read { tx in
            var found: [PersonID: PersonSeries] = [:]
            for part in people.map(\.rawValue).chunks(of: 500) {
                let counts = try tx.query(
                    """
                    SELECT person, series, day, value FROM person_series
                    WHERE person IN \(list: part) AND series <> 'projects' AND day BETWEEN \(from) AND \(to)
                    """)
                for row in counts {
                    let (person, day) = (PersonID(try row.get("person")), try row.get("day", as: CivilDate.self))
                    let value: Int = try row.get("value")
                    var series = found[person] ?? PersonSeries()
                    switch try Self.known(row, "series") as SeriesKind {
                    case .messages: series.messages[day, default: 0] += value
                    case .siteVisits: series.siteVisits[day, default: 0] += value
                    case .projects: break
                    }
                    found[person] = series
                }
                let hits = try tx.query(
                    """
                    SELECT person, day, keyword FROM conversation_hits
                    WHERE person IN \(list: part) AND day BETWEEN \(from) AND \(to)
                    """)
                for row in hits {
                    found[PersonID(try row.get("person")), default: PersonSeries()].hits.append(
                        KeywordHit(day: try row.get("day"), keyword: try row.get("keyword")))
                }
            }
            return found
        }
    }

    /// The newest days.
    public func series(
        _ kind: SeriesKind, of person: PersonID, limit: Int
    ) async throws -> [(day: CivilDate, value: Int, source: String, receivedAt: Timestamp)] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT day, value, source, received_at FROM person_series
                WHERE person = \(person.rawValue) AND series = \(kind.rawValue) ORDER BY day DESC, source LIMIT \(limit)
                """
            ).map { (try $0.get("day"), try $0.get("value"), try $0.get("source"), try $0.get("received_at")) }
        }
    }

    // MARK: Whom to look at

    /// By person.
    public func dirty(after person: PersonID?, limit: Int) async throws -> [DirtyMark] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT person, revision FROM risk_dirty WHERE person > \(person?.rawValue ?? "")
                ORDER BY person LIMIT \(limit)
                """
            ).map { DirtyMark(person: PersonID(try $0.get("person")), revision: try $0.get("revision")) }
        }
    }

    /// A walk along the primary key against the days of that date; no row is read twice.
    public func unpunched(
        on day: CivilDate, shiftsFrom minutes: ClosedRange<Int>?, after person: PersonID?, limit: Int
    ) async throws -> [PersonID] {
        var shifts: Query = "NOT EXISTS (SELECT 1 FROM shifts s WHERE s.person = m.person AND s.day = \(day))"
        if let minutes {
            shifts = """
                EXISTS (SELECT 1 FROM shifts s WHERE s.person = m.person AND s.day = \(day)
                    AND s.start_minute BETWEEN \(minutes.lowerBound) AND \(minutes.upperBound))
                """
        }
        let wanted = shifts
        return try await database.read { tx in
            try tx.query(
                """
                SELECT m.person FROM employees m
                WHERE m.person > \(person?.rawValue ?? "")
                    AND m.state IN ('onboarding', 'active', 'resigned', 'handover') AND \(wanted)
                    AND NOT EXISTS (SELECT 1 FROM attendance_days d WHERE d.person = m.person AND d.day = \(day))
                ORDER BY m.person LIMIT \(limit)
                """
            ).map { PersonID(try $0.get("person")) }
        }
    }

    /// Where a look stopped.
    public func mark(_ name: String) async throws -> Timestamp? {
        try await database.read { tx in
            try tx.first("SELECT at FROM risk_marks WHERE name = \(name)")?.get("at")
        }
    }

    /// Never backwards.
    public func setMark(_ name: String, at: Timestamp) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO risk_marks (name, at) VALUES (\(name), \(at))
                ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE risk_marks.at < excluded.at
                """)
        }
    }
}
