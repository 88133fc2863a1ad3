import SQL

extension Migrations {
    /// Rule versions, consents, sensitive signals, alerts and what was done about them.
    ///
    /// `alerts.open_key` is set while an alert is open: the unique index is what keeps a second alert about the same person and
    /// topic from being made, whoever runs the rules. `alert_raises` says why each level was reached; its unique occurrence
    /// keeps the same facts from raising twice, also after the alert was closed.
    static let risk = Migration(
        name: "015-risk",
        portable: [
            """
            CREATE TABLE risk_rule_sets (
                version INTEGER NOT NULL PRIMARY KEY,
                hash TEXT NOT NULL,
                text TEXT NOT NULL,
                applied_at INTEGER NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE risk_marks (
                name TEXT NOT NULL PRIMARY KEY,
                at INTEGER NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE consents (
                person TEXT NOT NULL REFERENCES employees (person),
                kind TEXT NOT NULL CHECK (kind IN ('conversations', 'messages', 'site-visits')),
                given_at INTEGER NOT NULL,
                text_hash TEXT NOT NULL,
                PRIMARY KEY (person, kind)
            ) STRICT
            """,
            """
            CREATE TABLE person_series (
                person TEXT NOT NULL REFERENCES employees (person),
                series TEXT NOT NULL CHECK (series IN ('messages', 'site-visits', 'projects')),
                day INTEGER NOT NULL,
                source TEXT NOT NULL,
                value INTEGER NOT NULL CHECK (value >= 0),
                received_at INTEGER NOT NULL,
                PRIMARY KEY (person, series, day, source)
            ) STRICT
            """,
            """
            CREATE TABLE conversation_hits (
                person TEXT NOT NULL REFERENCES employees (person),
                source TEXT NOT NULL,
                message TEXT NOT NULL,
                keyword TEXT NOT NULL,
                day INTEGER NOT NULL,
                snippet BLOB NOT NULL,
                received_at INTEGER NOT NULL,
                PRIMARY KEY (person, source, message, keyword)
            ) STRICT
            """,
            """
            CREATE TABLE alerts (
                id TEXT NOT NULL PRIMARY KEY,
                person TEXT NOT NULL REFERENCES employees (person),
                topic TEXT NOT NULL,
                open_key TEXT UNIQUE,
                state TEXT NOT NULL CHECK (state IN ('open', 'assigned', 'closed', 'retracted')),
                level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
                opened_at INTEGER NOT NULL,
                raised_at INTEGER NOT NULL,
                assignee TEXT,
                notified_level INTEGER NOT NULL,
                notice TEXT,
                answer_due INTEGER,
                escalated_at INTEGER,
                outcome TEXT CHECK (outcome IN ('stayed', 'left', 'false-alarm')),
                closed_at INTEGER,
                closed_reason BLOB,
                CHECK ((open_key IS NULL) = (state IN ('closed', 'retracted'))),
                CHECK (state <> 'closed' OR (outcome IS NOT NULL AND closed_reason IS NOT NULL))
            ) STRICT
            """,
            "CREATE INDEX alerts_person ON alerts (person, opened_at)",
            "CREATE INDEX alerts_state ON alerts (state, id)",
            "CREATE INDEX alerts_due ON alerts (answer_due) WHERE answer_due IS NOT NULL",
            """
            CREATE TABLE alert_raises (
                alert TEXT NOT NULL REFERENCES alerts (id),
                person TEXT NOT NULL,
                rule TEXT NOT NULL,
                occurrence TEXT NOT NULL,
                level INTEGER NOT NULL,
                rule_version INTEGER NOT NULL,
                from_day INTEGER NOT NULL,
                to_day INTEGER NOT NULL,
                threshold TEXT NOT NULL,
                content BLOB NOT NULL,
                raised_at INTEGER NOT NULL,
                question_day INTEGER,
                question_notice TEXT,
                PRIMARY KEY (person, rule, occurrence)
            ) STRICT
            """,
            "CREATE INDEX alert_raises_alert ON alert_raises (alert, raised_at)",
            "CREATE INDEX alert_raises_rule ON alert_raises (rule, raised_at)",
            """
            CREATE INDEX alert_raises_question ON alert_raises (question_day)
                WHERE question_day IS NOT NULL AND question_notice IS NULL
            """,
            """
            CREATE TABLE interventions (
                id TEXT NOT NULL PRIMARY KEY,
                alert TEXT NOT NULL REFERENCES alerts (id),
                person TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN
                    ('talk', 'assistant', 'target-cut', 'resources', 'other')),
                on_day INTEGER NOT NULL,
                record BLOB NOT NULL,
                result BLOB,
                recorded_by TEXT NOT NULL,
                recorded_at INTEGER NOT NULL
            ) STRICT
            """,
            "CREATE INDEX interventions_alert ON interventions (alert, recorded_at)",
        ])
}
