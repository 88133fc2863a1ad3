import SQL

extension Migrations {
    /// Clients, what happened with them, who was in charge, and who looked.
    ///
    /// Values and free texts are sealed; names of clients are not, because they are searched. Four tables only grow:
    /// replaced values, assignments that have ended, the operation log and the reports that were made evidence.
    static let clients = Migration(
        name: "011-clients", portable: clientTables + clientHistoryTables,
        sqlite: [
            """
            CREATE TRIGGER client_field_history_fixed BEFORE UPDATE ON client_field_history
            BEGIN SELECT RAISE(ABORT, 'a replaced value is never changed'); END
            """,
            """
            CREATE TRIGGER client_field_history_keep BEFORE DELETE ON client_field_history
            BEGIN SELECT RAISE(ABORT, 'a replaced value is never deleted'); END
            """,
            """
            CREATE TRIGGER client_operations_fixed BEFORE UPDATE ON client_operations
            BEGIN SELECT RAISE(ABORT, 'the operation log is never changed'); END
            """,
            """
            CREATE TRIGGER client_operations_keep BEFORE DELETE ON client_operations
            BEGIN SELECT RAISE(ABORT, 'the operation log is never deleted'); END
            """,
            """
            CREATE TRIGGER client_assignments_keep BEFORE DELETE ON client_assignments
            BEGIN SELECT RAISE(ABORT, 'an assignment is never deleted'); END
            """,
            """
            CREATE TRIGGER client_assignments_fixed BEFORE UPDATE ON client_assignments
            WHEN OLD.until_at IS NOT NULL OR NEW.until_at IS NULL
                OR NEW.client IS NOT OLD.client OR NEW.position IS NOT OLD.position
                OR NEW.employee IS NOT OLD.employee OR NEW.from_at IS NOT OLD.from_at
                OR NEW.predecessor IS NOT OLD.predecessor OR NEW.reason IS NOT OLD.reason
                OR NEW.assigned_by IS NOT OLD.assigned_by
            BEGIN SELECT RAISE(ABORT, 'an assignment only ends'); END
            """,
        ],
        postgres: [
            """
            CREATE FUNCTION songda_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '% is never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END
            $$
            """,
            """
            CREATE FUNCTION songda_assignment_ends() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE expected client_assignments%ROWTYPE;
            BEGIN
                expected := OLD;
                expected.until_at := NEW.until_at;
                IF OLD.until_at IS NOT NULL OR NEW.until_at IS NULL OR NEW IS DISTINCT FROM expected THEN
                    RAISE EXCEPTION 'an assignment only ends' USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END $$
            """,
            """
            CREATE TRIGGER client_field_history_fixed BEFORE UPDATE OR DELETE ON client_field_history
            FOR EACH ROW EXECUTE FUNCTION songda_append_only()
            """,
            """
            CREATE TRIGGER client_operations_fixed BEFORE UPDATE OR DELETE ON client_operations
            FOR EACH ROW EXECUTE FUNCTION songda_append_only()
            """,
            """
            CREATE TRIGGER client_assignments_keep BEFORE DELETE ON client_assignments
            FOR EACH ROW EXECUTE FUNCTION songda_append_only()
            """,
            """
            CREATE TRIGGER client_assignments_fixed BEFORE UPDATE ON client_assignments
            FOR EACH ROW EXECUTE FUNCTION songda_assignment_ends()
            """,
            """
            CREATE TRIGGER client_field_history_whole BEFORE TRUNCATE ON client_field_history
            FOR EACH STATEMENT EXECUTE FUNCTION songda_append_only()
            """,
            """
            CREATE TRIGGER client_operations_whole BEFORE TRUNCATE ON client_operations
            FOR EACH STATEMENT EXECUTE FUNCTION songda_append_only()
            """,
        ])

    private static let clientTables: [String] = [
        """
        CREATE TABLE clients (
            id TEXT NOT NULL PRIMARY KEY,
            external_id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            owner TEXT REFERENCES employees (person),
            created_at INTEGER NOT NULL,
            last_order_at INTEGER,
            transferred_at INTEGER,
            watch_from INTEGER
        ) STRICT
        """,
        "CREATE INDEX clients_owner ON clients (owner, id)",
        "CREATE INDEX clients_watched ON clients (watch_from) WHERE watch_from IS NOT NULL",
        // Each name from each of its characters on, so that any part of a name is found by the beginning of a row.
        """
        CREATE TABLE client_name_parts (
            part BLOB NOT NULL,
            client TEXT NOT NULL REFERENCES clients (id),
            PRIMARY KEY (part, client)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX client_name_parts_client ON client_name_parts (client, part)",
        """
        CREATE TABLE client_fields (
            client TEXT NOT NULL REFERENCES clients (id),
            field TEXT NOT NULL,
            value BLOB NOT NULL,
            value_hash BLOB NOT NULL,
            source TEXT NOT NULL,
            changed_at INTEGER NOT NULL,
            learnt_at INTEGER NOT NULL,
            PRIMARY KEY (client, field)
        ) STRICT
        """,
        """
        CREATE TABLE client_contacts (
            client TEXT NOT NULL REFERENCES clients (id),
            person TEXT NOT NULL REFERENCES people (id),
            position TEXT NOT NULL,
            source TEXT NOT NULL,
            changed_at INTEGER NOT NULL,
            learnt_at INTEGER NOT NULL,
            PRIMARY KEY (client, person)
        ) STRICT
        """,
        "CREATE INDEX client_contacts_person ON client_contacts (person, client)",
        // A client is found by the telephone of a contact; the gateway keeps the keyed hash, we look it up.
        """
        CREATE TABLE client_orders (
            source TEXT NOT NULL,
            external_id TEXT NOT NULL,
            client TEXT NOT NULL REFERENCES clients (id),
            state TEXT NOT NULL CHECK (state IN ('placed', 'shipped', 'completed', 'cancelled')),
            amount INTEGER NOT NULL CHECK (amount >= 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            placed_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            learnt_at INTEGER NOT NULL,
            credited_to TEXT REFERENCES employees (person),
            handled_by TEXT REFERENCES employees (person),
            PRIMARY KEY (source, external_id)
        ) STRICT
        """,
        "CREATE INDEX client_orders_client ON client_orders (client, placed_at)",
        "CREATE INDEX client_orders_open ON client_orders (client, placed_at) WHERE state IN ('placed', 'shipped')",
        "CREATE INDEX client_orders_credit ON client_orders (placed_at, credited_to)",
        """
        CREATE TABLE client_payments (
            source TEXT NOT NULL,
            external_id TEXT NOT NULL,
            client TEXT NOT NULL REFERENCES clients (id),
            order_source TEXT,
            order_id TEXT,
            amount INTEGER NOT NULL CHECK (amount >= 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            paid_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            learnt_at INTEGER NOT NULL,
            PRIMARY KEY (source, external_id),
            CHECK ((order_source IS NULL) = (order_id IS NULL))
        ) STRICT
        """,
        """
        CREATE INDEX client_payments_order ON client_payments (order_source, order_id) WHERE order_id IS NOT NULL
        """,
        """
        CREATE TABLE client_follow_ups (
            id TEXT NOT NULL PRIMARY KEY,
            client TEXT NOT NULL REFERENCES clients (id),
            source TEXT NOT NULL,
            external_id TEXT NOT NULL,
            actor TEXT NOT NULL,
            logged_at INTEGER NOT NULL,
            text BLOB NOT NULL,
            due_on INTEGER,
            done_at INTEGER,
            changed_at INTEGER NOT NULL,
            UNIQUE (source, external_id)
        ) STRICT
        """,
        """
        CREATE INDEX client_follow_ups_open ON client_follow_ups (client, due_on)
        WHERE done_at IS NULL AND due_on IS NOT NULL
        """,
        """
        CREATE TABLE client_events (
            id TEXT NOT NULL PRIMARY KEY,
            client TEXT NOT NULL REFERENCES clients (id),
            kind TEXT NOT NULL,
            source TEXT NOT NULL,
            ref TEXT NOT NULL,
            version INTEGER NOT NULL,
            happened_at INTEGER NOT NULL,
            learnt_at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            person TEXT,
            details BLOB,
            UNIQUE (source, kind, ref, version)
        ) STRICT
        """,
        "CREATE INDEX client_events_client ON client_events (client, happened_at, id)",
        """
        CREATE TABLE client_assignments (
            client TEXT NOT NULL REFERENCES clients (id),
            position INTEGER NOT NULL CHECK (position > 0),
            employee TEXT NOT NULL REFERENCES employees (person),
            from_at INTEGER NOT NULL,
            until_at INTEGER CHECK (until_at >= from_at),
            predecessor TEXT REFERENCES employees (person),
            reason BLOB NOT NULL,
            assigned_by TEXT NOT NULL,
            PRIMARY KEY (client, position)
        ) STRICT
        """,
        "CREATE UNIQUE INDEX client_assignments_open ON client_assignments (client) WHERE until_at IS NULL",
        "CREATE INDEX client_assignments_employee ON client_assignments (employee, client)",
        """
        CREATE TABLE client_shadows (
            employee TEXT NOT NULL REFERENCES employees (person),
            successor TEXT NOT NULL REFERENCES employees (person),
            from_on INTEGER NOT NULL,
            last_day INTEGER NOT NULL,
            occasion TEXT NOT NULL,
            PRIMARY KEY (employee, successor, from_on),
            CHECK (last_day >= from_on + 30), CHECK (employee <> successor)
        ) STRICT
        """,
        "CREATE INDEX client_shadows_successor ON client_shadows (successor, last_day)",
        """
        CREATE TABLE client_notices (
            client TEXT NOT NULL,
            position INTEGER NOT NULL,
            person TEXT NOT NULL REFERENCES people (id),
            due_at INTEGER,
            notice TEXT REFERENCES notices (id),
            reason TEXT,
            PRIMARY KEY (client, position, person),
            FOREIGN KEY (client, position) REFERENCES client_assignments (client, position)
        ) STRICT
        """,
        "CREATE INDEX client_notices_due ON client_notices (due_at) WHERE due_at IS NOT NULL",
    ]

    private static let clientHistoryTables: [String] = [
        """
        CREATE TABLE client_field_history (
            client TEXT NOT NULL REFERENCES clients (id),
            field TEXT NOT NULL,
            changed_at INTEGER NOT NULL,
            value BLOB NOT NULL,
            source TEXT NOT NULL,
            learnt_at INTEGER NOT NULL,
            replaced_at INTEGER NOT NULL,
            replaced_by TEXT NOT NULL,
            PRIMARY KEY (client, field, changed_at)
        ) STRICT
        """,
        """
        CREATE TABLE client_operations (
            id TEXT NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            person TEXT,
            client TEXT,
            operation TEXT NOT NULL,
            is_refused INTEGER NOT NULL CHECK (is_refused IN (0, 1)),
            detail TEXT
        ) STRICT
        """,
        "CREATE INDEX client_operations_client ON client_operations (client, id) WHERE client IS NOT NULL",
        "CREATE INDEX client_operations_actor ON client_operations (actor, id)",
        // What one actor looked at within some minutes, and who has looked at all.
        "CREATE INDEX client_operations_window ON client_operations (actor, at, client)",
        "CREATE INDEX client_operations_recent ON client_operations (at, actor, client)",
        """
        CREATE TABLE client_alerts (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('bulk-access', 'lost-client')),
            subject TEXT NOT NULL,
            person TEXT,
            at INTEGER NOT NULL,
            since INTEGER NOT NULL,
            count INTEGER NOT NULL,
            rule TEXT NOT NULL,
            due_at INTEGER,
            notices INTEGER NOT NULL,
            reason TEXT
        ) STRICT
        """,
        "CREATE INDEX client_alerts_subject ON client_alerts (kind, subject, at)",
        "CREATE INDEX client_alerts_due ON client_alerts (due_at) WHERE due_at IS NOT NULL",
        """
        CREATE TABLE client_reports (
            id TEXT NOT NULL PRIMARY KEY,
            person TEXT NOT NULL REFERENCES people (id),
            at INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT
        """,
    ]
}
