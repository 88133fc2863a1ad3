import SQL

extension Migrations {
    /// Departures and their handovers: stages, items, files, confirmations, the notices that follow, and what people hold.
    ///
    /// Whatever says something about a person or a client is sealed under the leaver's key; states, dates, hashes and sums
    /// stay clear. `version` decides between two who change a case at once; the partial unique index between two who open one.
    static let handover = Migration(
        name: "012-handover",
        portable: [
            """
            CREATE TABLE handovers (
                id TEXT NOT NULL PRIMARY KEY,
                person TEXT NOT NULL REFERENCES employees (person),
                kind TEXT NOT NULL CHECK (kind IN
                    ('resignation', 'resignation-in-probation', 'dismissal', 'dismissal-with-notice')),
                notice_on INTEGER NOT NULL,
                last_day INTEGER NOT NULL,
                earliest_last_day INTEGER,
                rule TEXT,
                warning_zh TEXT,
                warning_en TEXT,
                issuer TEXT REFERENCES issuers (id),
                opened_at INTEGER NOT NULL,
                listed_at INTEGER NOT NULL,
                rules TEXT NOT NULL,
                officer TEXT NOT NULL REFERENCES employees (person),
                successor TEXT REFERENCES employees (person),
                reviewer TEXT REFERENCES employees (person),
                state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'withdrawn')),
                clients_passed_at INTEGER,
                data_passed_at INTEGER,
                formalities_passed_at INTEGER,
                frozen_at INTEGER,
                cleared_at INTEGER,
                access_due_at INTEGER,
                access_closed_at INTEGER,
                ended_at INTEGER,
                withdrawn_at INTEGER,
                version INTEGER NOT NULL CHECK (version > 0),
                CHECK ((access_due_at IS NULL) = (access_closed_at IS NULL)),
                CHECK (state <> 'closed' OR cleared_at IS NOT NULL),
                CHECK ((state = 'withdrawn') = (withdrawn_at IS NOT NULL)),
                CHECK (data_passed_at IS NULL OR clients_passed_at IS NOT NULL),
                CHECK (formalities_passed_at IS NULL OR data_passed_at IS NOT NULL)
            ) STRICT
            """,
            "CREATE UNIQUE INDEX handovers_open ON handovers (person) WHERE state = 'open'",
            "CREATE INDEX handovers_person ON handovers (person, id)",
            "CREATE INDEX handovers_running ON handovers (id) WHERE state = 'open' OR (state = 'closed' AND ended_at IS NULL)",
            """
            CREATE TABLE handover_stages (
                handover TEXT NOT NULL REFERENCES handovers (id),
                position INTEGER NOT NULL,
                stage TEXT NOT NULL CHECK (stage IN ('assignment', 'submission', 'review', 'recovery')),
                owner TEXT REFERENCES employees (person),
                due_on INTEGER NOT NULL,
                started_at INTEGER,
                closed_at INTEGER,
                PRIMARY KEY (handover, position),
                UNIQUE (handover, stage),
                CHECK (closed_at IS NULL OR started_at IS NOT NULL)
            ) STRICT
            """,
            """
            CREATE TABLE handover_items (
                id TEXT NOT NULL PRIMARY KEY,
                handover TEXT NOT NULL REFERENCES handovers (id),
                position INTEGER NOT NULL,
                kind TEXT NOT NULL,
                origin TEXT,
                content BLOB NOT NULL,
                submission BLOB,
                amount INTEGER CHECK (amount >= 0),
                is_key INTEGER NOT NULL CHECK (is_key IN (0, 1)),
                due_on INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('open', 'submitted', 'returned', 'accepted', 'waived')),
                round INTEGER NOT NULL,
                head BLOB NOT NULL CHECK (length(head) = 32),
                UNIQUE (handover, position),
                UNIQUE (handover, origin),
                CHECK (state <> 'waived' OR is_key = 0),
                CHECK (state NOT IN ('submitted', 'accepted') OR submission IS NOT NULL)
            ) STRICT
            """,
            """
            CREATE TABLE handover_confirmations (
                item TEXT NOT NULL REFERENCES handover_items (id),
                position INTEGER NOT NULL,
                party TEXT NOT NULL CHECK (party IN ('giver', 'taker', 'reviewer', 'client')),
                given_by TEXT NOT NULL,
                given_at INTEGER NOT NULL,
                content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
                statement BLOB NOT NULL,
                PRIMARY KEY (item, position)
            ) STRICT
            """,
            """
            CREATE TABLE handover_files (
                id TEXT NOT NULL PRIMARY KEY,
                item TEXT NOT NULL REFERENCES handover_items (id),
                name BLOB NOT NULL,
                type TEXT NOT NULL,
                purpose TEXT NOT NULL CHECK (purpose IN ('material', 'client-letter', 'visit-sheet')),
                size INTEGER NOT NULL CHECK (size > 0),
                hash BLOB NOT NULL CHECK (length(hash) = 32),
                added_by TEXT NOT NULL,
                added_at INTEGER NOT NULL,
                bytes BLOB NOT NULL,
                UNIQUE (item, purpose, hash)
            ) STRICT
            """,
            """
            CREATE TABLE handover_messages (
                id TEXT NOT NULL PRIMARY KEY,
                handover TEXT NOT NULL REFERENCES handovers (id),
                item TEXT REFERENCES handover_items (id),
                kind TEXT NOT NULL,
                person TEXT NOT NULL REFERENCES people (id),
                fields BLOB NOT NULL,
                written_at INTEGER NOT NULL,
                notice TEXT REFERENCES notices (id),
                failure TEXT
            ) STRICT
            """,
            "CREATE INDEX handover_messages_handover ON handover_messages (handover, written_at)",
            """
            CREATE INDEX handover_messages_pending ON handover_messages (written_at, id)
            WHERE notice IS NULL AND failure IS NULL
            """,
            """
            CREATE TABLE visit_consents (
                person TEXT NOT NULL PRIMARY KEY REFERENCES employees (person),
                since INTEGER NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE holdings (
                list TEXT NOT NULL CHECK (list IN ('documents', 'devices', 'projects')),
                id TEXT NOT NULL,
                holder TEXT NOT NULL REFERENCES employees (person),
                position INTEGER NOT NULL,
                kind TEXT NOT NULL,
                title BLOB NOT NULL,
                status BLOB,
                returned_as BLOB,
                PRIMARY KEY (list, id)
            ) STRICT
            """,
            "CREATE INDEX holdings_holder ON holdings (holder, list, position)",
            """
            CREATE TABLE holding_imports (
                person TEXT NOT NULL REFERENCES employees (person),
                list TEXT NOT NULL,
                things INTEGER NOT NULL,
                imported_at INTEGER NOT NULL,
                PRIMARY KEY (person, list)
            ) STRICT
            """,
        ])
}
