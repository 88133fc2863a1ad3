import SQL

extension Migrations {
    /// Punches, leave, shift plans.
    ///
    /// A punch is a row, not an evidence entry: there are millions. `attendance_days` holds what the rules ask for, one row a
    /// person and day, so that a board or a rule never reads punches. `risk_dirty` names whoever has new data since the rules
    /// last looked at them; it is written with the data.
    static let attendance = Migration(
        name: "013-attendance",
        portable: [
            """
            CREATE TABLE punches (
                person TEXT NOT NULL REFERENCES employees (person),
                at INTEGER NOT NULL,
                source TEXT NOT NULL CHECK (source IN
                    ('fingerprint', 'face', 'card', 'location', 'dingtalk', 'wecom', 'manual')),
                day INTEGER NOT NULL,
                received_at INTEGER NOT NULL,
                PRIMARY KEY (person, at, source)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE attendance_days (
                person TEXT NOT NULL REFERENCES employees (person),
                day INTEGER NOT NULL,
                first_at INTEGER NOT NULL,
                last_at INTEGER NOT NULL,
                punches INTEGER NOT NULL CHECK (punches > 0),
                source TEXT NOT NULL,
                updated_at INTEGER NOT NULL,
                PRIMARY KEY (person, day),
                CHECK (first_at <= last_at)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX attendance_days_day ON attendance_days (day, person)",
            """
            CREATE TABLE leaves (
                id TEXT NOT NULL PRIMARY KEY,
                person TEXT NOT NULL REFERENCES employees (person),
                from_day INTEGER NOT NULL,
                to_day INTEGER NOT NULL,
                requested_on INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'withdrawn')),
                kind TEXT NOT NULL,
                reason BLOB,
                source TEXT NOT NULL,
                updated_at INTEGER NOT NULL,
                CHECK (from_day <= to_day)
            ) STRICT
            """,
            "CREATE INDEX leaves_person ON leaves (person, requested_on)",
            "CREATE INDEX leaves_days ON leaves (person, from_day, to_day)",
            """
            CREATE TABLE shift_plans (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                unit TEXT NOT NULL REFERENCES org_units (id),
                from_day INTEGER NOT NULL,
                to_day INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('draft', 'in_force', 'withdrawn')),
                made_at INTEGER NOT NULL,
                CHECK (from_day <= to_day)
            ) STRICT
            """,
            """
            CREATE TABLE shifts (
                plan TEXT NOT NULL REFERENCES shift_plans (id),
                person TEXT NOT NULL REFERENCES employees (person),
                day INTEGER NOT NULL,
                start_minute INTEGER NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
                end_minute INTEGER NOT NULL,
                hourly_fen INTEGER NOT NULL CHECK (hourly_fen >= 0),
                rate_percent INTEGER NOT NULL CHECK (rate_percent BETWEEN 1 AND 1000),
                PRIMARY KEY (plan, person, day),
                CHECK (end_minute > start_minute AND end_minute <= start_minute + 1440)
            ) STRICT
            """,
            "CREATE INDEX shifts_person ON shifts (person, day)",
            "CREATE INDEX shifts_day ON shifts (day, start_minute)",
            """
            CREATE TABLE risk_dirty (
                person TEXT NOT NULL PRIMARY KEY REFERENCES employees (person),
                revision INTEGER NOT NULL
            ) STRICT
            """,
        ])
}
