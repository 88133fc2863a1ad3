import SQL

extension Migrations {
    /// What recipients reply in one tap, and the alert that a former contact still gets in touch with a client.
    ///
    /// A check cannot be widened in place on SQLite, so the table of alerts is written again. People are found by a keyed hash
    /// of their name, as by those of their addresses; whoever was on record before gets theirs from the running program.
    static let replies = Migration(
        name: "044-replies",
        portable: [
            "ALTER TABLE people ADD COLUMN name_hash BLOB",
            "CREATE INDEX people_name ON people (name_hash) WHERE name_hash IS NOT NULL",
            "CREATE INDEX people_unnamed ON people (id) WHERE name_hash IS NULL",
            """
            CREATE TABLE notice_replies (
                entry TEXT NOT NULL PRIMARY KEY,
                notice TEXT NOT NULL REFERENCES notices (id),
                delivery TEXT NOT NULL REFERENCES deliveries (id),
                person TEXT NOT NULL REFERENCES people (id),
                reply TEXT NOT NULL CHECK (reply IN ('new-contact-known', 'old-contact-calls', 'open-matter')),
                at INTEGER NOT NULL,
                watch_at INTEGER
            ) STRICT
            """,
            "CREATE INDEX notice_replies_delivery ON notice_replies (delivery)",
            "CREATE INDEX notice_replies_person ON notice_replies (person, at)",
            "CREATE INDEX notice_replies_watch ON notice_replies (watch_at) WHERE watch_at IS NOT NULL",
            """
            CREATE TABLE client_alerts_wider (
                id TEXT NOT NULL PRIMARY KEY,
                kind TEXT NOT NULL CHECK (kind IN ('bulk-access', 'lost-client', 'old-contact')),
                subject TEXT NOT NULL,
                person TEXT,
                at INTEGER NOT NULL,
                since INTEGER NOT NULL,
                count INTEGER NOT NULL,
                rule TEXT NOT NULL,
                due_at INTEGER,
                notices INTEGER NOT NULL,
                reason TEXT
            ) STRICT
            """,
            """
            INSERT INTO client_alerts_wider (id, kind, subject, person, at, since, count, rule, due_at, notices, reason)
            SELECT id, kind, subject, person, at, since, count, rule, due_at, notices, reason FROM client_alerts
            """,
            "DROP TABLE client_alerts",
            "ALTER TABLE client_alerts_wider RENAME TO client_alerts",
            "CREATE INDEX client_alerts_subject ON client_alerts (kind, subject, at)",
            "CREATE INDEX client_alerts_due ON client_alerts (due_at) WHERE due_at IS NOT NULL",
        ])
}
