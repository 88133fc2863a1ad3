import SQL

extension Migrations {
    /// What operators do and what rests on claims: paused routes, releases, rungs brought forward, reports in parts, and
    /// reports that wait for their provider's word.
    ///
    /// A receipt with `part` reports the arrival of one part of a longer message and has no `state` of its own. A receipt
    /// with `claims` came without a signature; `ask_at` says when its provider is asked about it next, NULL once it has
    /// answered or cannot be asked.
    static let operation = Migration(
        name: "004-operation",
        portable: [
            """
            CREATE TABLE route_pauses (
                route TEXT NOT NULL PRIMARY KEY,
                version INTEGER NOT NULL,
                is_paused INTEGER NOT NULL CHECK (is_paused IN (0, 1)),
                principal TEXT NOT NULL,
                reason TEXT NOT NULL,
                changed_at INTEGER NOT NULL
            ) STRICT
            """,
            "ALTER TABLE notices ADD COLUMN stopped_at INTEGER",
            "ALTER TABLE deliveries ADD COLUMN stopped_at INTEGER",
            "CREATE INDEX deliveries_stopped ON deliveries (id) WHERE stopped_reason IS NOT NULL",
            "ALTER TABLE rungs ADD COLUMN planned_at INTEGER",
            "ALTER TABLE rungs ADD COLUMN brought_by TEXT",
            "ALTER TABLE attempts ADD COLUMN parts INTEGER",
            "ALTER TABLE receipts ADD COLUMN part TEXT",
            "ALTER TABLE receipts ADD COLUMN claims TEXT",
            "ALTER TABLE receipts ADD COLUMN ask_at INTEGER",
            "ALTER TABLE receipts ADD COLUMN asked INTEGER NOT NULL DEFAULT 0",
            "CREATE INDEX receipts_ask ON receipts (ask_at) WHERE ask_at IS NOT NULL",
        ])
}
