import SQL

extension Migrations {
    /// The roster, and the index from things to the acts about them.
    ///
    /// Names stay in `people`, sealed. `act_subjects` only finds entries: each entry names its subjects itself, signed.
    static let roster = Migration(
        name: "003-people",
        portable: [
            """
            CREATE TABLE org_units (
                id TEXT NOT NULL PRIMARY KEY,
                parent TEXT REFERENCES org_units (id),
                name TEXT NOT NULL,
                manager TEXT REFERENCES people (id),
                currency TEXT NOT NULL CHECK (length(currency) = 3),
                CHECK (parent IS NULL OR parent <> id)
            ) STRICT
            """,
            "CREATE INDEX org_units_manager ON org_units (manager) WHERE manager IS NOT NULL",
            """
            CREATE TABLE employees (
                person TEXT NOT NULL PRIMARY KEY REFERENCES people (id),
                number TEXT NOT NULL UNIQUE,
                unit TEXT NOT NULL REFERENCES org_units (id),
                position TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN
                    ('onboarding', 'active', 'suspended', 'resigned', 'handover', 'left')),
                state_since INTEGER NOT NULL,
                hired_on INTEGER NOT NULL,
                last_day INTEGER,
                freeze_reason TEXT
            ) STRICT
            """,
            "CREATE INDEX employees_unit ON employees (unit, number)",
            "CREATE INDEX employees_state ON employees (state, number)",
            """
            CREATE TABLE employment_steps (
                person TEXT NOT NULL REFERENCES employees (person),
                position_in_line INTEGER NOT NULL,
                state TEXT NOT NULL,
                effective_on INTEGER NOT NULL,
                unit TEXT NOT NULL REFERENCES org_units (id),
                position TEXT NOT NULL,
                last_day INTEGER,
                reason BLOB NOT NULL,
                PRIMARY KEY (person, position_in_line)
            ) STRICT
            """,
            """
            CREATE TABLE role_grants (
                person TEXT NOT NULL REFERENCES people (id),
                role TEXT NOT NULL,
                PRIMARY KEY (person, role)
            ) STRICT
            """,
            "CREATE INDEX role_grants_role ON role_grants (role, person)",
            """
            CREATE TABLE act_subjects (
                kind TEXT NOT NULL,
                id TEXT NOT NULL,
                entry TEXT NOT NULL REFERENCES evidence_entries (id),
                PRIMARY KEY (kind, id, entry)
            ) STRICT
            """,
            "CREATE INDEX act_subjects_entry ON act_subjects (entry)",
        ])
}
