import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    // MARK: Raising

    /// As `rule occurrence`.
    public func raised(about people: [PersonID]) async throws -> [PersonID: Set<String>] {
        try await database.read { tx in
            var found: [PersonID: Set<String>] = [:]
            for part in people.map(\.rawValue).chunks(of: 500) {
                let rows = try tx.query(
                    "SELECT person, rule, occurrence FROM alert_raises WHERE person IN \(list: part)")
                for row in rows {
                    let key = "\(try row.get("rule", as: String.self)) \(try row.get("occurrence", as: String.self))"
                    found[PersonID(try row.get("person")), default: []].insert(key)
                }
            }
            return found
        }
    }

    /// With the rule and the window of each raise.
    public func openAlerts(of people: [PersonID]) async throws -> [PersonID: [OpenAlert]] {
        try await database.read { tx in
            var found: [PersonID: [OpenAlert]] = [:]
            for part in people.map(\.rawValue).chunks(of: 500) {
                let rows = try tx.query(
                    """
                    SELECT a.id, a.person, a.topic, r.rule, r.from_day, r.to_day FROM alerts a
                    JOIN alert_raises r ON r.alert = a.id
                    WHERE a.person IN \(list: part) AND a.open_key IS NOT NULL ORDER BY a.id
                    """)
                for (id, group) in Dictionary(grouping: rows, by: { (try? $0.get("id", as: String.self)) ?? "" }) {
                    // Every row of the join has an id; the schema says so.
                    guard let first = group.first else { continue }
                    let raises: [(rule: String, window: ClosedRange<CivilDate>)] = try group.map {
                        let window = try $0.get("from_day", as: CivilDate.self)...$0.get("to_day", as: CivilDate.self)
                        return (try $0.get("rule", as: String.self), window)
                    }
                    found[PersonID(try first.get("person")), default: []].append(
                        OpenAlert(id: AlertID(id), topic: try first.get("topic"), raises: raises))
                }
            }
            return found
        }
    }

    /// One transaction for a whole batch.
    ///
    /// A raise whose facts were raised by somebody else meanwhile, or whose alert was
    /// closed, is left out with its acts.
    public func raise(_ raises: [NewRaise], looked: [DirtyMark]) async throws -> Set<AlertID> {
        var prepared: [(NewRaise, [UInt8], [Query])] = []
        for one in raises {
            let content = try await seal(
                one.raise.content.json.canonicalText, about: one.person,
                place: Self.raisePlace(one.person, one.raise.rule, one.raise.occurrence))
            prepared.append((one, content, try await actRows.stage(one.acts)))
        }
        let work = prepared
        return try await database.write { tx in
            var written: Set<AlertID> = []
            for (one, content, rows) in work where try write(one, content, in: tx) {
                written.insert(one.alert)
                try tx.executeBatch(rows)
            }
            try tx.executeBatch(
                looked.map {
                    "DELETE FROM risk_dirty WHERE person = \($0.person.rawValue) AND revision = \($0.revision)"
                })
            return written
        }
    }

    private static func raisePlace(_ person: PersonID, _ rule: String, _ occurrence: String) -> String {
        "raise \(person.rawValue) \(rule) \(occurrence)"
    }

    private func write(_ one: NewRaise, _ content: [UInt8], in tx: any SQLTransaction) throws -> Bool {
        let raise = one.raise
        let known = try tx.first(
            """
            SELECT 1 AS n FROM alert_raises WHERE person = \(one.person.rawValue) AND rule = \(raise.rule)
                AND occurrence = \(raise.occurrence)
            """)
        guard known == nil else { return false }
        if one.isNew {
            try tx.execute(
                """
                INSERT INTO alerts (id, person, topic, open_key, state, level, opened_at, raised_at, notified_level)
                VALUES (\(one.alert.rawValue), \(one.person.rawValue), \(one.topic),
                    \(one.person.rawValue + " " + one.topic), 'open', \(raise.level), \(raise.raisedAt), \(raise.raisedAt), 0)
                ON CONFLICT (open_key) DO NOTHING
                """)
        }
        let raised = try tx.execute(
            """
            UPDATE alerts SET level = CASE WHEN level < \(raise.level) THEN \(raise.level) ELSE level END,
                raised_at = \(raise.raisedAt)
            WHERE id = \(one.alert.rawValue) AND open_key IS NOT NULL
            """)
        guard raised == 1 else { return false }
        try tx.execute(
            """
            INSERT INTO alert_raises (alert, person, rule, occurrence, level, rule_version, from_day, to_day, threshold,
                content, raised_at, question_day)
            VALUES (\(one.alert.rawValue), \(one.person.rawValue), \(raise.rule), \(raise.occurrence), \(raise.level),
                \(raise.ruleVersion), \(raise.window.lowerBound), \(raise.window.upperBound), \(raise.threshold),
                \(content), \(raise.raisedAt), \(one.questionDay))
            """)
        return true
    }

    /// Only while it is open.
    public func retract(_ alert: AlertID, acts: [Act]) async throws -> Bool {
        try await change(
            "UPDATE alerts SET state = 'retracted', open_key = NULL, answer_due = NULL WHERE id = \(alert.rawValue) AND open_key IS NOT NULL",
            acts)
    }

    /// One changed row writes the acts; none writes nothing.
    private func change(_ update: Query, _ acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            guard try tx.execute(update) == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    // MARK: Reading

    /// With raises, opened.
    public func alert(_ id: AlertID) async throws -> Alert? { try await alerts("WHERE a.id = \(id.rawValue)").first }

    /// The newest first.
    public func alerts(_ filter: AlertFilter, before cursor: AlertID?, limit: Int) async throws -> [Alert] {
        var condition: Query = "WHERE true"
        if let cursor { condition = "\(condition) AND a.id < \(cursor.rawValue)" }
        if let states = filter.states {
            condition = "\(condition) AND a.state IN \(list: states.map(\.rawValue).sorted())"
        }
        if let units = filter.units { condition = "\(condition) AND m.unit IN \(list: units.map(\.rawValue).sorted())" }
        if let person = filter.person { condition = "\(condition) AND a.person = \(person.rawValue)" }
        if let hiding = filter.hiding { condition = "\(condition) AND a.person <> \(hiding.rawValue)" }
        return try await alerts("\(condition) ORDER BY a.id DESC LIMIT \(limit)")
    }

    /// By the oldest.
    public func unnotified(limit: Int) async throws -> [Alert] {
        try await alerts("WHERE a.open_key IS NOT NULL AND a.notified_level < a.level ORDER BY a.id LIMIT \(limit)")
    }

    /// An acknowledgement of any of those who were told counts.
    public func unacknowledged(at now: Timestamp, limit: Int) async throws -> [Alert] {
        try await alerts(
            """
            WHERE a.open_key IS NOT NULL AND a.answer_due <= \(now) AND a.escalated_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.notice = a.notice AND d.state = 'acknowledged')
            ORDER BY a.answer_due LIMIT \(limit)
            """)
    }

    private func alerts(_ condition: Query) async throws -> [Alert] {
        let (rows, raises) = try await database.read { tx in
            let rows = try tx.query(
                """
                SELECT a.id, a.person, a.topic, a.state, a.level, a.opened_at, a.assignee, a.notice, a.answer_due,
                    a.escalated_at, a.outcome, a.closed_reason
                FROM alerts a JOIN employees m ON m.person = a.person \(condition)
                """)
            var raises: [Row] = []
            for part in try rows.map({ try $0.get("id", as: String.self) }).chunks(of: 500) {
                raises += try tx.query(
                    """
                    SELECT alert, person, rule, occurrence, level, rule_version, from_day, to_day, threshold, content,
                        raised_at, question_notice
                    FROM alert_raises WHERE alert IN \(list: part) ORDER BY raised_at, level
                    """)
            }
            return (rows, raises)
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        var byAlert: [String: [AlertRaise]] = [:]
        for row in raises {
            let person: String = try row.get("person")
            guard let key = keys[person], let raise = try Self.raise(row, PersonID(person), key) else { continue }
            byAlert[try row.get("alert"), default: []].append(raise)
        }
        return try rows.map { row in
            let (id, person): (String, String) = (try row.get("id"), try row.get("person"))
            var reason: String?
            if let sealed: [UInt8] = try row.get("closed_reason"), let key = keys[person] {
                reason = String(
                    decoding: try key.open(SealedBytes(bytes: sealed), place: "alert \(id)"), as: UTF8.self)
            }
            let outcome: String? = try row.get("outcome")
            return Alert(
                id: AlertID(id), person: PersonID(person), topic: try row.get("topic"),
                state: try Self.known(row, "state"), level: try row.get("level"), openedAt: try row.get("opened_at"),
                assignee: try row.get("assignee"),
                notice: try row.get("notice", as: String?.self).map { NoticeID($0) },
                answerDue: try row.get("answer_due"), escalatedAt: try row.get("escalated_at"),
                outcome: outcome.flatMap(Alert.Outcome.init(rawValue:)), closedReason: reason,
                with: byAlert[id] ?? [])
        }
    }

    private static func raise(_ row: Row, _ person: PersonID, _ key: DataKey) throws -> AlertRaise? {
        let (rule, occurrence): (String, String) = (try row.get("rule"), try row.get("occurrence"))
        let bytes = try key.open(
            SealedBytes(bytes: try row.get("content")), place: raisePlace(person, rule, occurrence))
        guard let content = AlertRaise.Content(json: try JSONValue(parsing: bytes)) else { return nil }
        return AlertRaise(
            rule: rule, ruleVersion: try row.get("rule_version"), level: try row.get("level"), occurrence: occurrence,
            window: try row.get("from_day", as: CivilDate.self)...row.get("to_day", as: CivilDate.self),
            threshold: try row.get("threshold"), content: content, raisedAt: try row.get("raised_at"),
            question: try row.get("question_notice", as: String?.self).map { NoticeID($0) })
    }

    // MARK: Telling and asking

    /// Only upwards: a notice of a lower level that comes late changes nothing.
    public func recordNotice(
        _ notice: NoticeID, for alert: AlertID, level: Int, answerDue: Timestamp
    ) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE alerts SET notified_level = \(level), notice = \(notice.rawValue), answer_due = \(answerDue),
                    escalated_at = NULL
                WHERE id = \(alert.rawValue) AND open_key IS NOT NULL AND notified_level < \(level)
                """)
        }
    }

    /// Once a level.
    public func recordEscalation(of alert: AlertID, at: Timestamp, acts: [Act]) async throws -> Bool {
        try await change(
            "UPDATE alerts SET escalated_at = \(at) WHERE id = \(alert.rawValue) AND escalated_at IS NULL", acts)
    }

    /// Of open alerts only: whoever has come meanwhile is not asked.
    public func unasked(limit: Int) async throws -> [PendingQuestion] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT r.person, r.alert, r.rule, r.occurrence, r.question_day FROM alert_raises r
                JOIN alerts a ON a.id = r.alert
                WHERE r.question_day IS NOT NULL AND r.question_notice IS NULL AND a.open_key IS NOT NULL
                ORDER BY r.question_day, r.person LIMIT \(limit)
                """
            ).map {
                PendingQuestion(
                    person: PersonID(try $0.get("person")), alert: AlertID(try $0.get("alert")),
                    rule: try $0.get("rule"), occurrence: try $0.get("occurrence"), day: try $0.get("question_day"))
            }
        }
    }

    /// By its facts.
    public func recordQuestion(_ question: PendingQuestion, notice: NoticeID) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                UPDATE alert_raises SET question_notice = \(notice.rawValue) WHERE person = \(question.person.rawValue)
                    AND rule = \(question.rule) AND occurrence = \(question.occurrence)
                """)
        }
    }

    // MARK: Dealing with it

    /// The assignee seen decides between two who take it at once.
    public func assign(_ alert: AlertID, from assignee: String?, to: String, acts: [Act]) async throws -> Bool {
        try await change(
            """
            UPDATE alerts SET state = 'assigned', assignee = \(to) WHERE id = \(alert.rawValue) AND open_key IS NOT NULL
                AND COALESCE(assignee, '') = \(assignee ?? "")
            """, acts)
    }

    /// The state decides between two who close it at once.
    public func close(
        _ alert: AlertID, about person: PersonID, outcome: Alert.Outcome, reason: String, at: Timestamp, acts: [Act]
    ) async throws -> Bool {
        let sealed = try await seal(reason, about: person, place: "alert \(alert.rawValue)")
        return try await change(
            """
            UPDATE alerts SET state = 'closed', open_key = NULL, answer_due = NULL, outcome = \(outcome.rawValue),
                closed_at = \(at), closed_reason = \(sealed)
            WHERE id = \(alert.rawValue) AND state = 'assigned'
            """, acts)
    }

    /// Not after the end of the alert.
    public func add(
        _ intervention: Intervention, about person: PersonID, at: Timestamp, acts: [Act]
    ) async throws -> Bool {
        let record = try await seal(intervention.record, about: person, place: "intervention \(intervention.id)")
        var result: [UInt8]?
        if let text = intervention.result {
            result = try await seal(text, about: person, place: "result \(intervention.id)")
        }
        return try await change(
            """
            INSERT INTO interventions (id, alert, person, kind, on_day, record, result, recorded_by, recorded_at)
            SELECT \(intervention.id), a.id, \(person.rawValue), \(intervention.kind.rawValue), \(intervention.on),
                \(record), \(result), \(intervention.recordedBy), \(at)
            FROM alerts a WHERE a.id = \(intervention.alert.rawValue) AND a.open_key IS NOT NULL
            """, acts)
    }

    /// Oldest first, opened.
    public func interventions(for alert: AlertID) async throws -> [Intervention] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, person, kind, on_day, record, result, recorded_by FROM interventions
                WHERE alert = \(alert.rawValue) ORDER BY recorded_at, id
                """)
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        return try rows.compactMap { row in
            let (id, person): (String, String) = (try row.get("id"), try row.get("person"))
            guard let key = keys[person] else { return nil }
            func open(_ bytes: [UInt8], _ part: String) throws -> String {
                String(decoding: try key.open(SealedBytes(bytes: bytes), place: "\(part) \(id)"), as: UTF8.self)
            }
            return Intervention(
                id: id, alert: alert, kind: try Self.known(row, "kind"), on: try row.get("on_day"),
                record: try open(try row.get("record"), "intervention"),
                result: try row.get("result", as: [UInt8]?.self).map { try open($0, "result") },
                recordedBy: try row.get("recorded_by"))
        }
    }
}
