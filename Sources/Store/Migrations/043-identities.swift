import SQL

extension Migrations {
    /// Who may come in through an identity provider.
    ///
    /// An identity is found by a keyed hash of issuer and subject: the subject may be a name, and is kept sealed. What was
    /// used once (the nonce of a sign-in, a message that ends sessions) is remembered for a day, longer than any of them is good.
    static let identities = Migration(
        name: "043-identities",
        portable: [
            """
            CREATE TABLE identity_links (
                identity BLOB NOT NULL PRIMARY KEY CHECK (length(identity) = 32),
                account TEXT NOT NULL REFERENCES accounts (id),
                issuer TEXT NOT NULL,
                subject BLOB NOT NULL,
                linked_at INTEGER NOT NULL,
                UNIQUE (account, issuer)
            ) STRICT
            """,
            """
            CREATE TABLE used_vouchers (
                hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
                used_at INTEGER NOT NULL
            ) STRICT
            """,
            "CREATE INDEX used_vouchers_age ON used_vouchers (used_at)",
            "ALTER TABLE sessions ADD COLUMN identity BLOB",
            "ALTER TABLE sessions ADD COLUMN provider_session BLOB",
            "CREATE INDEX sessions_identity ON sessions (identity) WHERE identity IS NOT NULL",
            "CREATE INDEX sessions_provider ON sessions (provider_session) WHERE provider_session IS NOT NULL",
            "CREATE INDEX accounts_person ON accounts (person) WHERE person IS NOT NULL",
        ])
}
