import SQL

extension Migrations {
    /// The evidence log: entries, tiles, checkpoints.
    ///
    /// Append-only by triggers in both databases, so that neither a mistake of ours nor a hand on the console changes
    /// history without first dropping a trigger.
    static let evidence = Migration(
        name: "001-evidence",
        sqlite: [
            """
            CREATE TABLE evidence_entries (
                position INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                event TEXT NOT NULL,
                notice TEXT, recipient TEXT, delivery TEXT, attempt INTEGER,
                learnt_at INTEGER NOT NULL,
                key_owner TEXT NOT NULL,
                body BLOB NOT NULL,
                signature BLOB NOT NULL,
                key_id TEXT NOT NULL,
                commitment BLOB NOT NULL CHECK (length(commitment) = 32),
                leaf_index INTEGER CHECK (leaf_index >= 0)
            ) STRICT
            """,
            // Partial, both of them: whoever looks for entries without a leaf must not be led through a great many NULLs.
            "CREATE UNIQUE INDEX evidence_entries_leaf ON evidence_entries (leaf_index) WHERE leaf_index IS NOT NULL",
            "CREATE INDEX evidence_entries_staged ON evidence_entries (position) WHERE leaf_index IS NULL",
            "CREATE INDEX evidence_entries_notice ON evidence_entries (notice, position) WHERE notice IS NOT NULL",
            """
            CREATE TABLE merkle_tiles (
                level INTEGER NOT NULL CHECK (level >= 0),
                position INTEGER NOT NULL CHECK (position >= 0),
                hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
                PRIMARY KEY (level, position)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE checkpoints (
                size INTEGER NOT NULL PRIMARY KEY CHECK (size > 0),
                root BLOB NOT NULL CHECK (length(root) = 32),
                note BLOB NOT NULL,
                signed_at INTEGER NOT NULL,
                token BLOB
            ) STRICT
            """,
            "CREATE INDEX checkpoints_stamped ON checkpoints (size) WHERE token IS NOT NULL",
            """
            CREATE TABLE leases (
                name TEXT NOT NULL PRIMARY KEY,
                owner TEXT NOT NULL,
                fence INTEGER NOT NULL,
                held_until INTEGER NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE timestamp_outages (
                id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
                since INTEGER NOT NULL,
                last_failure_at INTEGER NOT NULL,
                failures INTEGER NOT NULL,
                reason TEXT NOT NULL
            ) STRICT
            """,
            """
            CREATE TRIGGER evidence_entries_keep BEFORE DELETE ON evidence_entries
            BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END
            """,
            """
            CREATE TRIGGER evidence_entries_fixed BEFORE UPDATE ON evidence_entries
            WHEN OLD.leaf_index IS NOT NULL OR NEW.leaf_index IS NULL
                OR NEW.position IS NOT OLD.position OR NEW.id IS NOT OLD.id OR NEW.event IS NOT OLD.event
                OR NEW.notice IS NOT OLD.notice OR NEW.recipient IS NOT OLD.recipient
                OR NEW.delivery IS NOT OLD.delivery OR NEW.attempt IS NOT OLD.attempt
                OR NEW.learnt_at IS NOT OLD.learnt_at OR NEW.key_owner IS NOT OLD.key_owner
                OR NEW.body IS NOT OLD.body OR NEW.signature IS NOT OLD.signature
                OR NEW.key_id IS NOT OLD.key_id OR NEW.commitment IS NOT OLD.commitment
            BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END
            """,
            """
            CREATE TRIGGER merkle_tiles_keep BEFORE DELETE ON merkle_tiles
            BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END
            """,
            """
            CREATE TRIGGER merkle_tiles_grow BEFORE UPDATE ON merkle_tiles
            WHEN NEW.level IS NOT OLD.level OR NEW.position IS NOT OLD.position
                OR substr(NEW.hashes, 1, length(OLD.hashes)) IS NOT OLD.hashes
            BEGIN SELECT RAISE(ABORT, 'a tile only grows'); END
            """,
            """
            CREATE TRIGGER checkpoints_keep BEFORE DELETE ON checkpoints
            BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END
            """,
            """
            CREATE TRIGGER checkpoints_fixed BEFORE UPDATE ON checkpoints
            WHEN OLD.token IS NOT NULL OR NEW.size IS NOT OLD.size OR NEW.root IS NOT OLD.root
                OR NEW.note IS NOT OLD.note OR NEW.signed_at IS NOT OLD.signed_at
            BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END
            """,
        ],
        postgres: [
            """
            CREATE TABLE evidence_entries (
                position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                event TEXT NOT NULL,
                notice TEXT, recipient TEXT, delivery TEXT, attempt BIGINT,
                learnt_at BIGINT NOT NULL,
                key_owner TEXT NOT NULL,
                body BYTEA NOT NULL,
                signature BYTEA NOT NULL,
                key_id TEXT NOT NULL,
                commitment BYTEA NOT NULL CHECK (length(commitment) = 32),
                leaf_index BIGINT CHECK (leaf_index >= 0)
            )
            """,
            // Partial, both of them: whoever looks for entries without a leaf must not be led through a great many NULLs.
            "CREATE UNIQUE INDEX evidence_entries_leaf ON evidence_entries (leaf_index) WHERE leaf_index IS NOT NULL",
            "CREATE INDEX evidence_entries_staged ON evidence_entries (position) WHERE leaf_index IS NULL",
            "CREATE INDEX evidence_entries_notice ON evidence_entries (notice, position) WHERE notice IS NOT NULL",
            """
            CREATE TABLE merkle_tiles (
                level BIGINT NOT NULL CHECK (level >= 0),
                position BIGINT NOT NULL CHECK (position >= 0),
                hashes BYTEA NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
                PRIMARY KEY (level, position)
            )
            """,
            """
            CREATE TABLE checkpoints (
                size BIGINT NOT NULL PRIMARY KEY CHECK (size > 0),
                root BYTEA NOT NULL CHECK (length(root) = 32),
                note BYTEA NOT NULL,
                signed_at BIGINT NOT NULL,
                token BYTEA
            )
            """,
            "CREATE INDEX checkpoints_stamped ON checkpoints (size) WHERE token IS NOT NULL",
            """
            CREATE TABLE leases (
                name TEXT NOT NULL PRIMARY KEY,
                owner TEXT NOT NULL,
                fence BIGINT NOT NULL,
                held_until BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE timestamp_outages (
                id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
                since BIGINT NOT NULL,
                last_failure_at BIGINT NOT NULL,
                failures BIGINT NOT NULL,
                reason TEXT NOT NULL
            )
            """,
            """
            CREATE FUNCTION songda_keep() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'evidence is never deleted' USING ERRCODE = 'restrict_violation'; END $$
            """,
            """
            CREATE FUNCTION songda_entry_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE expected evidence_entries%ROWTYPE;
            BEGIN
                expected := OLD;
                expected.leaf_index := NEW.leaf_index;
                IF OLD.leaf_index IS NOT NULL OR NEW.leaf_index IS NULL OR NEW IS DISTINCT FROM expected THEN
                    RAISE EXCEPTION 'evidence is never changed' USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END $$
            """,
            """
            CREATE FUNCTION songda_tile_grow() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.level <> OLD.level OR NEW.position <> OLD.position
                    OR substr(NEW.hashes, 1, length(OLD.hashes)) IS DISTINCT FROM OLD.hashes THEN
                    RAISE EXCEPTION 'a tile only grows' USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END $$
            """,
            """
            CREATE FUNCTION songda_checkpoint_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF OLD.token IS NOT NULL OR NEW.size <> OLD.size OR NEW.root IS DISTINCT FROM OLD.root
                    OR NEW.note IS DISTINCT FROM OLD.note OR NEW.signed_at <> OLD.signed_at THEN
                    RAISE EXCEPTION 'evidence is never changed' USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END $$
            """,
            """
            CREATE TRIGGER evidence_entries_keep BEFORE DELETE ON evidence_entries
            FOR EACH ROW EXECUTE FUNCTION songda_keep()
            """,
            """
            CREATE TRIGGER evidence_entries_fixed BEFORE UPDATE ON evidence_entries
            FOR EACH ROW EXECUTE FUNCTION songda_entry_fixed()
            """,
            """
            CREATE TRIGGER merkle_tiles_keep BEFORE DELETE ON merkle_tiles
            FOR EACH ROW EXECUTE FUNCTION songda_keep()
            """,
            """
            CREATE TRIGGER merkle_tiles_grow BEFORE UPDATE ON merkle_tiles
            FOR EACH ROW EXECUTE FUNCTION songda_tile_grow()
            """,
            """
            CREATE TRIGGER checkpoints_keep BEFORE DELETE ON checkpoints
            FOR EACH ROW EXECUTE FUNCTION songda_keep()
            """,
            """
            CREATE TRIGGER checkpoints_fixed BEFORE UPDATE ON checkpoints
            FOR EACH ROW EXECUTE FUNCTION songda_checkpoint_fixed()
            """,
            """
            CREATE TRIGGER evidence_entries_whole BEFORE TRUNCATE ON evidence_entries
            FOR EACH STATEMENT EXECUTE FUNCTION songda_keep()
            """,
            """
            CREATE TRIGGER merkle_tiles_whole BEFORE TRUNCATE ON merkle_tiles
            FOR EACH STATEMENT EXECUTE FUNCTION songda_keep()
            """,
            """
            CREATE TRIGGER checkpoints_whole BEFORE TRUNCATE ON checkpoints
            FOR EACH STATEMENT EXECUTE FUNCTION songda_keep()
            """,
        ])
}
