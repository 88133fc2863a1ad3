import SQL

extension Migrations {
    /// Issuing entities of units, terms of contracts, the employee file, and imports that can be undone.
    ///
    /// What a file says about a person is sealed; its hash, date and amount stay clear. Faults of imports are sealed under
    /// the organisation's key: they quote rows of people who are not on record.
    static let rosterFile = Migration(
        name: "010-roster",
        portable: [
            "ALTER TABLE org_units ADD COLUMN issuer TEXT REFERENCES issuers (id)",
            "ALTER TABLE employees ADD COLUMN probation_until INTEGER",
            "ALTER TABLE employees ADD COLUMN contract_until INTEGER",
            "CREATE INDEX employees_last_day ON employees (last_day) WHERE last_day IS NOT NULL AND state <> 'left'",
            "CREATE INDEX employees_contract ON employees (contract_until) WHERE contract_until IS NOT NULL",
            """
            CREATE TABLE employee_file (
                id TEXT NOT NULL PRIMARY KEY,
                person TEXT NOT NULL REFERENCES employees (person),
                kind TEXT NOT NULL CHECK (kind IN ('document', 'reward', 'punishment')),
                dated INTEGER NOT NULL,
                amount INTEGER CHECK (amount >= 0),
                currency TEXT CHECK (length(currency) = 3),
                hash BLOB CHECK (length(hash) = 32),
                source TEXT NOT NULL,
                external_id TEXT NOT NULL,
                words BLOB NOT NULL,
                entry TEXT NOT NULL REFERENCES evidence_entries (id),
                UNIQUE (person, source, external_id)
            ) STRICT
            """,
            """
            CREATE TABLE roster_imports (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                mode TEXT NOT NULL CHECK (mode IN ('dry-run', 'all-or-nothing', 'each-row')),
                state TEXT NOT NULL CHECK (state IN
                    ('checking', 'refused', 'checked', 'applying', 'done', 'undoing', 'undone')),
                began_at INTEGER NOT NULL,
                touched_at INTEGER NOT NULL,
                layout TEXT NOT NULL,
                next_part INTEGER NOT NULL,
                lines INTEGER NOT NULL,
                read INTEGER NOT NULL,
                added INTEGER NOT NULL,
                changed INTEGER NOT NULL,
                unchanged INTEGER NOT NULL,
                faulty INTEGER NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE roster_import_parts (
                import TEXT NOT NULL REFERENCES roster_imports (id),
                part INTEGER NOT NULL,
                hash BLOB NOT NULL,
                PRIMARY KEY (import, part)
            ) STRICT
            """,
            """
            CREATE TABLE roster_import_numbers (
                import TEXT NOT NULL REFERENCES roster_imports (id),
                number TEXT NOT NULL,
                line INTEGER NOT NULL,
                PRIMARY KEY (import, number)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE roster_import_faults (
                import TEXT NOT NULL REFERENCES roster_imports (id),
                line INTEGER NOT NULL,
                position INTEGER NOT NULL,
                words BLOB NOT NULL,
                PRIMARY KEY (import, line, position)
            ) STRICT
            """,
            """
            CREATE TABLE roster_import_changes (
                import TEXT NOT NULL REFERENCES roster_imports (id),
                person TEXT NOT NULL REFERENCES people (id),
                before BLOB NOT NULL,
                PRIMARY KEY (import, person)
            ) STRICT
            """,
        ])
}
