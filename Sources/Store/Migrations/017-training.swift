import SQL

extension Migrations {
    /// Policies with their versions, and who was trained in them.
    ///
    /// A version is one row that is never changed. Questions, answers and statements of a person are sealed under their key.
    static let training = Migration(
        name: "017-training",
        portable: [
            """
            CREATE TABLE policies (
                policy TEXT NOT NULL,
                version INTEGER NOT NULL CHECK (version > 0),
                title TEXT NOT NULL,
                text TEXT NOT NULL,
                effective_on INTEGER NOT NULL,
                procedure TEXT NOT NULL,
                course TEXT NOT NULL,
                exam TEXT NOT NULL,
                published_at INTEGER NOT NULL,
                PRIMARY KEY (policy, version)
            ) STRICT
            """,
            """
            CREATE TABLE viewings (
                person TEXT NOT NULL REFERENCES people (id),
                policy TEXT NOT NULL,
                version INTEGER NOT NULL,
                watched INTEGER NOT NULL CHECK (watched >= 0),
                last_report_at INTEGER NOT NULL,
                skips INTEGER NOT NULL,
                completed_at INTEGER,
                PRIMARY KEY (person, policy, version),
                FOREIGN KEY (policy, version) REFERENCES policies (policy, version)
            ) STRICT
            """,
            """
            CREATE TABLE exams (
                id TEXT NOT NULL PRIMARY KEY,
                person TEXT NOT NULL REFERENCES people (id),
                policy TEXT NOT NULL,
                version INTEGER NOT NULL,
                questions BLOB NOT NULL,
                pass_mark INTEGER NOT NULL,
                started_at INTEGER NOT NULL,
                closes_at INTEGER NOT NULL,
                answers BLOB,
                score INTEGER CHECK (score BETWEEN 0 AND 100),
                submitted_at INTEGER,
                CHECK ((answers IS NULL) = (submitted_at IS NULL)),
                CHECK ((score IS NULL) = (submitted_at IS NULL)),
                FOREIGN KEY (policy, version) REFERENCES policies (policy, version)
            ) STRICT
            """,
            "CREATE INDEX exams_person ON exams (person, policy, started_at)",
            """
            CREATE TABLE policy_statements (
                person TEXT NOT NULL REFERENCES people (id),
                policy TEXT NOT NULL,
                version INTEGER NOT NULL,
                exam TEXT NOT NULL REFERENCES exams (id),
                signed_at INTEGER NOT NULL,
                content BLOB NOT NULL,
                signature BLOB NOT NULL,
                document BLOB NOT NULL,
                document_hash BLOB NOT NULL CHECK (length(document_hash) = 32),
                seal BLOB NOT NULL,
                certificate TEXT NOT NULL,
                sealed_at INTEGER NOT NULL,
                PRIMARY KEY (person, policy, version),
                FOREIGN KEY (policy, version) REFERENCES policies (policy, version)
            ) STRICT
            """,
        ])
}
