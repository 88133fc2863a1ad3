import SQL

extension Migrations {
    /// What a twin has destroyed is found by a glance, and a row of evidence is not replaced either.
    ///
    /// `INSERT OR REPLACE` and `UPDATE OR REPLACE` of SQLite take away the rows in their way without running a trigger for
    /// it. Tiles may be inserted over by what extends them, since that is how they grow. An entry that comes twice, as after
    /// a commit whose answer was lost, is left as it is.
    static let guards = Migration(
        name: "021-guards",
        sqlite: [
            "CREATE INDEX data_keys_destroyed ON data_keys (owner) WHERE wrapped IS NULL",
            // Settling a stray report empties it; those settled before kept their bytes.
            "UPDATE unmatched_receipts SET raw = x'' WHERE settled_at IS NOT NULL",
            """
            CREATE TRIGGER evidence_entries_once BEFORE INSERT ON evidence_entries
            WHEN NEW.leaf_index IS NOT NULL OR EXISTS (SELECT 1 FROM evidence_entries WHERE id = NEW.id)
                OR EXISTS (SELECT 1 FROM evidence_entries WHERE position = NEW.position)
            BEGIN
                SELECT CASE WHEN EXISTS (SELECT 1 FROM evidence_entries WHERE id = NEW.id AND commitment = NEW.commitment)
                    THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'evidence is never replaced') END;
            END
            """,
            """
            CREATE TRIGGER evidence_entries_alone BEFORE UPDATE OF leaf_index ON evidence_entries
            WHEN EXISTS (SELECT 1 FROM evidence_entries WHERE leaf_index = NEW.leaf_index)
            BEGIN SELECT RAISE(ABORT, 'evidence is never replaced'); END
            """,
            """
            CREATE TRIGGER merkle_tiles_once BEFORE INSERT ON merkle_tiles
            WHEN EXISTS (SELECT 1 FROM merkle_tiles WHERE level = NEW.level AND position = NEW.position
                AND substr(NEW.hashes, 1, length(hashes)) IS NOT hashes)
            BEGIN SELECT RAISE(ABORT, 'a tile only grows'); END
            """,
            """
            CREATE TRIGGER checkpoints_once BEFORE INSERT ON checkpoints
            WHEN EXISTS (SELECT 1 FROM checkpoints WHERE size = NEW.size)
            BEGIN SELECT RAISE(ABORT, 'evidence is never replaced'); END
            """,
        ],
        postgres: [
            "CREATE INDEX data_keys_destroyed ON data_keys (owner) WHERE wrapped IS NULL",
            "UPDATE unmatched_receipts SET raw = '' WHERE settled_at IS NOT NULL",
        ])
}
