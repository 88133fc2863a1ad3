import SQL

extension Migrations {
    /// Entries are guarded as before, and placing one in the log no longer compares the whole of it with itself.
    ///
    /// SQLite runs a trigger `OF` columns only for statements that set one of them, so the columns that never change need no
    /// comparison: to name one is refused. The rowid has other names than its column's; the second trigger compares it.
    static let entryTriggers = Migration(
        name: "006-entry-triggers",
        sqlite: [
            "DROP TRIGGER evidence_entries_fixed",
            """
            CREATE TRIGGER evidence_entries_fixed BEFORE UPDATE OF id, event, notice, recipient, delivery, attempt, learnt_at,
                key_owner, body, signature, key_id, commitment ON evidence_entries
            BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END
            """,
            """
            CREATE TRIGGER evidence_entries_placed BEFORE UPDATE ON evidence_entries
            WHEN OLD.leaf_index IS NOT NULL OR NEW.leaf_index IS NULL OR NEW.position IS NOT OLD.position
            BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END
            """,
        ],
        postgres: [])
}
