import SQL

extension Migrations {
    /// Accounts of the console and their sessions; secrets are hashes, or sealed under the organisation's key.
    static let accounts = Migration(
        name: "020-accounts",
        portable: [
            """
            CREATE TABLE accounts (
                id TEXT NOT NULL PRIMARY KEY,
                login TEXT NOT NULL UNIQUE,
                name BLOB NOT NULL,
                person TEXT REFERENCES people (id),
                scopes TEXT NOT NULL,
                password_hash TEXT NOT NULL,
                authenticator BLOB,
                last_step INTEGER NOT NULL DEFAULT 0,
                failures INTEGER NOT NULL DEFAULT 0,
                failed_at INTEGER,
                disabled_at INTEGER
            ) STRICT
            """,
            """
            CREATE TABLE recovery_codes (
                account TEXT NOT NULL REFERENCES accounts (id),
                hash BLOB NOT NULL CHECK (length(hash) = 32),
                used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
                PRIMARY KEY (account, hash)
            ) STRICT
            """,
            """
            CREATE TABLE sessions (
                hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
                account TEXT NOT NULL REFERENCES accounts (id),
                method TEXT NOT NULL,
                started_at INTEGER NOT NULL,
                used_at INTEGER NOT NULL
            ) STRICT
            """,
            "CREATE INDEX sessions_account ON sessions (account)",
        ])
}
