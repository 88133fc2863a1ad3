import SQL

extension Migrations {
    /// Web hooks, their outboxes and the attempts at each message.
    ///
    /// There is no table of events: the evidence log is one, and `next_leaf` says from which leaf on a web hook is still to be
    /// told. A key of the API says whether what it issues is meant.
    static let webhooks = Migration(
        name: "042-webhooks",
        portable: [
            """
            CREATE TABLE webhooks (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                url TEXT NOT NULL,
                events TEXT NOT NULL CHECK (events <> ''),
                secret BLOB NOT NULL,
                previous_secret BLOB,
                previous_until INTEGER,
                state TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
                disabled_reason TEXT,
                disabled_at INTEGER,
                created_at INTEGER NOT NULL,
                next_leaf INTEGER NOT NULL CHECK (next_leaf >= 0),
                CHECK ((state = 'disabled') = (disabled_at IS NOT NULL)),
                CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
            ) STRICT
            """,
            """
            CREATE TABLE webhook_messages (
                webhook TEXT NOT NULL REFERENCES webhooks (id),
                id TEXT NOT NULL,
                event TEXT NOT NULL,
                payload TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
                due_at INTEGER,
                attempts INTEGER NOT NULL DEFAULT 0,
                attempts_before INTEGER NOT NULL DEFAULT 0,
                fence INTEGER NOT NULL DEFAULT 0,
                lease_owner TEXT,
                PRIMARY KEY (webhook, id),
                CHECK ((state = 'pending') = (due_at IS NOT NULL))
            ) STRICT
            """,
            "CREATE INDEX webhook_messages_due ON webhook_messages (webhook, due_at) WHERE state = 'pending'",
            "CREATE INDEX webhook_messages_dead ON webhook_messages (webhook, id) WHERE state = 'dead'",
            "CREATE INDEX webhook_messages_old ON webhook_messages (created_at) WHERE state = 'delivered'",
            """
            CREATE TABLE webhook_attempts (
                webhook TEXT NOT NULL,
                message TEXT NOT NULL,
                number INTEGER NOT NULL CHECK (number > 0),
                started_at INTEGER NOT NULL,
                milliseconds INTEGER,
                status INTEGER,
                words TEXT,
                PRIMARY KEY (webhook, message, number),
                FOREIGN KEY (webhook, message) REFERENCES webhook_messages (webhook, id)
            ) STRICT
            """,
            "ALTER TABLE api_keys ADD COLUMN kind TEXT NOT NULL DEFAULT 'live' CHECK (kind IN ('live', 'team', 'test'))",
            """
            CREATE TABLE team_addresses (
                id TEXT NOT NULL PRIMARY KEY,
                channel TEXT NOT NULL,
                value_hash BLOB NOT NULL,
                value BLOB NOT NULL,
                added_at INTEGER NOT NULL,
                UNIQUE (channel, value_hash)
            ) STRICT
            """,
        ])
}
