import SQL

extension Migrations {
    /// Agreements with members of staff, the clocks of non-competes, and what HR has to look into.
    ///
    /// Documents, field values, signatures and notes are sealed under the person's key.
    static let agreements = Migration(
        name: "016-agreements",
        portable: [
            """
            CREATE TABLE agreements (
                id TEXT NOT NULL PRIMARY KEY,
                number TEXT NOT NULL UNIQUE,
                person TEXT NOT NULL REFERENCES people (id),
                issuer TEXT NOT NULL,
                kind TEXT NOT NULL,
                version INTEGER NOT NULL,
                template_hash BLOB NOT NULL CHECK (length(template_hash) = 32),
                language TEXT NOT NULL,
                title TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('offered', 'signed', 'withdrawn')),
                is_mandatory INTEGER NOT NULL,
                sign_by INTEGER NOT NULL,
                clauses TEXT NOT NULL,
                document_hash BLOB NOT NULL CHECK (length(document_hash) = 32),
                offered_at INTEGER NOT NULL,
                signed_at INTEGER,
                served_by TEXT,
                field_values BLOB NOT NULL,
                document BLOB NOT NULL,
                seal BLOB,
                certificate TEXT,
                sealed_at INTEGER,
                signature BLOB,
                CHECK ((state = 'signed') = (signed_at IS NOT NULL)),
                CHECK ((state = 'signed') = (seal IS NOT NULL AND signature IS NOT NULL))
            ) STRICT
            """,
            "CREATE UNIQUE INDEX agreements_once ON agreements (person, kind, version) WHERE state <> 'withdrawn'",
            "CREATE INDEX agreements_person ON agreements (person, offered_at)",
            "CREATE INDEX agreements_unserved ON agreements (offered_at) WHERE served_by IS NULL AND state = 'offered'",
            "CREATE INDEX agreements_signed ON agreements (kind, person) WHERE state = 'signed'",
            """
            CREATE TABLE non_competes (
                agreement TEXT NOT NULL PRIMARY KEY REFERENCES agreements (id),
                starts_on INTEGER NOT NULL,
                ends_on INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('running', 'released', 'ended')),
                CHECK (ends_on > starts_on)
            ) STRICT
            """,
            "CREATE INDEX non_competes_running ON non_competes (ends_on) WHERE state = 'running'",
            """
            CREATE TABLE non_compete_payments (
                agreement TEXT NOT NULL REFERENCES non_competes (agreement),
                month INTEGER NOT NULL CHECK (month > 0),
                fen INTEGER NOT NULL CHECK (fen > 0),
                paid_on INTEGER NOT NULL,
                PRIMARY KEY (agreement, month)
            ) STRICT
            """,
            """
            CREATE TABLE check_tasks (
                id TEXT NOT NULL PRIMARY KEY,
                agreement TEXT NOT NULL REFERENCES agreements (id),
                person TEXT NOT NULL REFERENCES people (id),
                check_name TEXT NOT NULL,
                occasion TEXT NOT NULL,
                due_on INTEGER NOT NULL,
                zh TEXT NOT NULL,
                en TEXT NOT NULL,
                outcome TEXT CHECK (outcome IN ('clear', 'suspicious', 'breach', 'settled', 'unknown')),
                note BLOB,
                UNIQUE (agreement, check_name, occasion),
                CHECK ((outcome IS NULL) = (note IS NULL))
            ) STRICT
            """,
            "CREATE INDEX check_tasks_open ON check_tasks (due_on) WHERE outcome IS NULL",
            "CREATE INDEX check_tasks_person ON check_tasks (person)",
        ])
}
