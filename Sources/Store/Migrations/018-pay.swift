import SQL

extension Migrations {
    /// Pay sheets and the text of the rules that made them.
    ///
    /// What a sheet says is one text, sealed under the person's key.
    static let pay = Migration(
        name: "018-pay",
        portable: [
            """
            CREATE TABLE pay_rules (
                id TEXT NOT NULL,
                version INTEGER NOT NULL CHECK (version > 0),
                hash BLOB NOT NULL CHECK (length(hash) = 32),
                text TEXT NOT NULL,
                PRIMARY KEY (id, version)
            ) STRICT
            """,
            """
            CREATE TABLE pay_sheets (
                id TEXT NOT NULL PRIMARY KEY,
                person TEXT NOT NULL REFERENCES people (id),
                month INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('draft', 'final', 'withdrawn')),
                rules TEXT NOT NULL,
                rules_version INTEGER NOT NULL,
                content BLOB NOT NULL,
                created_at INTEGER NOT NULL,
                FOREIGN KEY (rules, rules_version) REFERENCES pay_rules (id, version)
            ) STRICT
            """,
            "CREATE UNIQUE INDEX pay_sheets_final ON pay_sheets (person, month) WHERE state = 'final'",
            "CREATE INDEX pay_sheets_person ON pay_sheets (person, month, created_at)",
        ])
}
