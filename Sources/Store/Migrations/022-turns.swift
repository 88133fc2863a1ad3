import SQL

extension Migrations {
    /// Whose turn it is: nothing that waits may stand behind what can never be served.
    ///
    /// `try_at` of a kept receipt and `ask_at` of a delivery say when it is looked at next; looking moves them on, so that
    /// the next one has its turn. A rung carries the priority of its notice, because a dismissal's step must not wait for a
    /// batch. Forged receipts are entries of their own only as far as `forgery_hours` has room; the rest is a number.
    static let turns = Migration(
        name: "022-turns",
        portable: [
            "ALTER TABLE unmatched_receipts ADD COLUMN try_at INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE unmatched_receipts ADD COLUMN tries INTEGER NOT NULL DEFAULT 0",
            "CREATE INDEX unmatched_receipts_turn ON unmatched_receipts (try_at) WHERE settled_at IS NULL",
            "ALTER TABLE deliveries ADD COLUMN ask_at INTEGER",
            "UPDATE deliveries SET ask_at = state_at WHERE channel = 'sms' AND state IN ('accepted', 'unknown')",
            "CREATE INDEX deliveries_ask ON deliveries (ask_at) WHERE ask_at IS NOT NULL",
            "ALTER TABLE rungs ADD COLUMN priority INTEGER NOT NULL DEFAULT 1",
            """
            UPDATE rungs SET priority = (SELECT n.priority FROM notices n WHERE n.id = rungs.notice)
            WHERE settled_at IS NULL
            """,
            "CREATE INDEX rungs_turn ON rungs (priority, due_at) WHERE settled_at IS NULL",
            "DROP INDEX rungs_due",
            """
            CREATE TABLE forged_receipts (
                feed TEXT NOT NULL,
                raw_hash BLOB NOT NULL,
                refused_at INTEGER NOT NULL,
                PRIMARY KEY (feed, raw_hash)
            ) STRICT
            """,
            """
            CREATE TABLE forgery_hours (
                feed TEXT NOT NULL,
                hour INTEGER NOT NULL,
                recorded INTEGER NOT NULL,
                more INTEGER NOT NULL,
                reported_at INTEGER,
                PRIMARY KEY (feed, hour)
            ) STRICT
            """,
            "CREATE INDEX forgery_hours_open ON forgery_hours (hour) WHERE more > 0 AND reported_at IS NULL",
        ])
}
