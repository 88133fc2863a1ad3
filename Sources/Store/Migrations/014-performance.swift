import SQL

extension Migrations {
    /// Goals with two signatures, progress, monthly figures, reviews with versions and appeals.
    ///
    /// What people wrote about a person is sealed; figures, days and states stay clear because rules and lists ask for them.
    static let performance = Migration(
        name: "014-performance",
        portable: [
            """
            CREATE TABLE goals (
                id TEXT NOT NULL PRIMARY KEY,
                person TEXT NOT NULL REFERENCES employees (person),
                period TEXT NOT NULL,
                title BLOB NOT NULL,
                content_hash TEXT NOT NULL,
                weight INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 100),
                starts_on INTEGER NOT NULL,
                due_on INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'withdrawn')),
                manager_signed_by TEXT,
                manager_signed_at INTEGER,
                employee_signed_at INTEGER,
                percent INTEGER,
                progress_source TEXT,
                progress_at INTEGER,
                CHECK (starts_on <= due_on),
                CHECK (state <> 'active' OR (manager_signed_at IS NOT NULL AND employee_signed_at IS NOT NULL))
            ) STRICT
            """,
            "CREATE INDEX goals_person ON goals (person, period)",
            """
            CREATE TABLE goal_progress (
                goal TEXT NOT NULL REFERENCES goals (id),
                at INTEGER NOT NULL,
                source TEXT NOT NULL,
                percent INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 100000),
                received_at INTEGER NOT NULL,
                PRIMARY KEY (goal, at, source)
            ) STRICT
            """,
            """
            CREATE TABLE performance_months (
                person TEXT NOT NULL REFERENCES employees (person),
                month INTEGER NOT NULL,
                completion INTEGER CHECK (completion BETWEEN 0 AND 100000),
                score INTEGER CHECK (score BETWEEN 0 AND 100000),
                source TEXT NOT NULL,
                recorded_at INTEGER NOT NULL,
                PRIMARY KEY (person, month),
                CHECK (completion IS NOT NULL OR score IS NOT NULL)
            ) STRICT
            """,
            "CREATE INDEX performance_months_month ON performance_months (month, completion)",
            """
            CREATE TABLE reviews (
                id TEXT NOT NULL PRIMARY KEY,
                person TEXT NOT NULL REFERENCES employees (person),
                month INTEGER NOT NULL,
                version INTEGER NOT NULL CHECK (version > 0),
                state TEXT NOT NULL CHECK (state IN ('scored', 'appealed', 'confirmed', 'approved', 'signed')),
                scored_by TEXT NOT NULL,
                approved_by TEXT,
                signed_version INTEGER,
                signed_hash TEXT,
                signed_at INTEGER,
                statement BLOB,
                UNIQUE (person, month),
                CHECK (state <> 'signed' OR (signed_version = version AND signed_hash IS NOT NULL))
            ) STRICT
            """,
            """
            CREATE TABLE review_versions (
                review TEXT NOT NULL REFERENCES reviews (id),
                version INTEGER NOT NULL,
                total INTEGER NOT NULL CHECK (total BETWEEN 0 AND 10000),
                pay_factor INTEGER CHECK (pay_factor BETWEEN 0 AND 1000),
                content_hash TEXT NOT NULL,
                made_at INTEGER NOT NULL,
                made_by TEXT NOT NULL,
                PRIMARY KEY (review, version)
            ) STRICT
            """,
            """
            CREATE TABLE review_lines (
                review TEXT NOT NULL,
                version INTEGER NOT NULL,
                line INTEGER NOT NULL,
                dimension TEXT NOT NULL,
                weight INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 100),
                deduction INTEGER NOT NULL CHECK (deduction BETWEEN 0 AND 10000),
                reason BLOB,
                PRIMARY KEY (review, version, line),
                FOREIGN KEY (review, version) REFERENCES review_versions (review, version),
                CHECK (deduction = 0 OR reason IS NOT NULL)
            ) STRICT
            """,
            """
            CREATE TABLE review_appeals (
                id TEXT NOT NULL PRIMARY KEY,
                review TEXT NOT NULL REFERENCES reviews (id),
                version INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'rejected')),
                reason BLOB NOT NULL,
                decision BLOB,
                made_at INTEGER NOT NULL,
                decided_at INTEGER,
                CHECK ((state = 'open') = (decided_at IS NULL))
            ) STRICT
            """,
            "CREATE INDEX review_appeals_review ON review_appeals (review, made_at)",
        ])
}
