import SQL

extension Migrations {
    /// The gateway: keys, people, issuing entities, notices, deliveries, attempts, receipts, credentials.
    ///
    /// Names, addresses, contents, documents and transcripts are sealed under the person's data key. `due_at` drives every
    /// queue: a claim moves it to the end of the lease, so that a row whose worker died becomes due by itself.
    static let gateway = Migration(
        name: "002-gateway",
        sqlite: [
            """
            CREATE TABLE data_keys (
                owner TEXT NOT NULL PRIMARY KEY,
                wrapped BLOB,
                created_at INTEGER NOT NULL,
                destroyed_at INTEGER,
                CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
            ) STRICT
            """,
            """
            CREATE TABLE issuers (
                id TEXT NOT NULL PRIMARY KEY,
                full_name TEXT NOT NULL,
                credit_code TEXT NOT NULL,
                contact TEXT NOT NULL,
                mailbox TEXT NOT NULL,
                sms_signature TEXT NOT NULL,
                seal_certificate TEXT NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE people (
                id TEXT NOT NULL PRIMARY KEY,
                external_id TEXT UNIQUE,
                language TEXT NOT NULL,
                name BLOB NOT NULL,
                is_held INTEGER NOT NULL DEFAULT 0 CHECK (is_held IN (0, 1))
            ) STRICT
            """,
            """
            CREATE TABLE addresses (
                person TEXT NOT NULL REFERENCES people (id),
                channel TEXT NOT NULL,
                value_hash BLOB NOT NULL,
                position INTEGER NOT NULL,
                value BLOB NOT NULL,
                confirmation TEXT,
                PRIMARY KEY (person, channel, value_hash)
            ) STRICT
            """,
            "CREATE INDEX addresses_value ON addresses (value_hash)",
            """
            CREATE TABLE notices (
                id TEXT NOT NULL PRIMARY KEY,
                number TEXT NOT NULL UNIQUE,
                issuer TEXT NOT NULL REFERENCES issuers (id),
                kind TEXT NOT NULL,
                template_version INTEGER NOT NULL,
                template_hash BLOB NOT NULL,
                language TEXT NOT NULL,
                priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
                state TEXT NOT NULL CHECK (state IN
                    ('awaiting_approval', 'approved', 'dispatching', 'closed', 'cancelled', 'quarantined')),
                approvals_needed INTEGER NOT NULL,
                author TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                sealed_at INTEGER,
                content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
                document_hash BLOB CHECK (length(document_hash) = 32),
                details TEXT NOT NULL,
                batch TEXT,
                key_owner TEXT NOT NULL REFERENCES data_keys (owner),
                content BLOB NOT NULL,
                due_at INTEGER,
                lease_owner TEXT,
                fence INTEGER NOT NULL DEFAULT 0,
                claims INTEGER NOT NULL DEFAULT 0,
                stopped_reason TEXT
            ) STRICT
            """,
            "CREATE INDEX notices_due ON notices (state, priority, due_at) WHERE due_at IS NOT NULL",
            "CREATE INDEX notices_state ON notices (state, id)",
            "CREATE INDEX notices_kind ON notices (kind, id)",
            "CREATE INDEX notices_batch ON notices (batch, id) WHERE batch IS NOT NULL",
            """
            CREATE TABLE notice_recipients (
                notice TEXT NOT NULL REFERENCES notices (id),
                position INTEGER NOT NULL,
                person TEXT NOT NULL REFERENCES people (id),
                snapshot BLOB NOT NULL,
                PRIMARY KEY (notice, position)
            ) STRICT
            """,
            "CREATE INDEX notice_recipients_person ON notice_recipients (person, notice)",
            """
            CREATE TABLE approvals (
                notice TEXT NOT NULL REFERENCES notices (id),
                approver TEXT NOT NULL,
                content_hash BLOB NOT NULL,
                principal TEXT NOT NULL,
                approved_at INTEGER NOT NULL,
                PRIMARY KEY (notice, approver)
            ) STRICT
            """,
            """
            CREATE TABLE idempotency_keys (
                principal TEXT NOT NULL,
                idempotency_key TEXT NOT NULL,
                request_hash BLOB NOT NULL,
                notice TEXT NOT NULL REFERENCES notices (id),
                PRIMARY KEY (principal, idempotency_key)
            ) STRICT
            """,
            """
            CREATE TABLE documents (
                notice TEXT NOT NULL PRIMARY KEY REFERENCES notices (id),
                media_type TEXT NOT NULL,
                bytes BLOB,
                hash BLOB NOT NULL CHECK (length(hash) = 32),
                signature BLOB NOT NULL,
                certificate TEXT NOT NULL,
                sealed_at INTEGER NOT NULL,
                tag BLOB NOT NULL CHECK (length(tag) = 32)
            ) STRICT
            """,
            """
            CREATE TABLE deliveries (
                id TEXT NOT NULL PRIMARY KEY,
                notice TEXT NOT NULL REFERENCES notices (id),
                person TEXT NOT NULL REFERENCES people (id),
                channel TEXT NOT NULL CHECK (channel IN ('inbox', 'email', 'sms', 'ems', 'onSite', 'publicNotice')),
                address BLOB NOT NULL,
                rung INTEGER NOT NULL,
                priority INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN
                    ('queued', 'attempting', 'deferred', 'unknown', 'accepted', 'relayed', 'delivered', 'available', 'opened',
                    'acknowledged', 'refused', 'failed', 'expired', 'cancelled')),
                state_reason BLOB,
                state_at INTEGER NOT NULL,
                state_clock TEXT NOT NULL,
                attempts INTEGER NOT NULL DEFAULT 0,
                unknowns INTEGER NOT NULL DEFAULT 0,
                created_at INTEGER NOT NULL,
                due_at INTEGER,
                lease_owner TEXT,
                fence INTEGER NOT NULL DEFAULT 0,
                claims INTEGER NOT NULL DEFAULT 0,
                stopped_reason TEXT,
                expect_by INTEGER,
                link_hash BLOB UNIQUE,
                link_expires_at INTEGER,
                link_used_at INTEGER
            ) STRICT
            """,
            "CREATE INDEX deliveries_notice ON deliveries (notice)",
            "CREATE INDEX deliveries_due ON deliveries (channel, priority, due_at) WHERE due_at IS NOT NULL",
            "CREATE INDEX deliveries_expected ON deliveries (expect_by) WHERE expect_by IS NOT NULL",
            "CREATE INDEX deliveries_inbox ON deliveries (person, created_at) WHERE channel = 'inbox'",
            """
            CREATE TABLE attempts (
                delivery TEXT NOT NULL REFERENCES deliveries (id),
                number INTEGER NOT NULL,
                route TEXT NOT NULL,
                fence INTEGER NOT NULL,
                started_at INTEGER NOT NULL,
                finished_at INTEGER,
                state TEXT,
                reference TEXT,
                transcript BLOB,
                PRIMARY KEY (delivery, number)
            ) STRICT
            """,
            "CREATE INDEX attempts_open ON attempts (delivery) WHERE finished_at IS NULL",
            "CREATE INDEX attempts_reference ON attempts (route, reference) WHERE reference IS NOT NULL",
            """
            CREATE TABLE receipts (
                delivery TEXT NOT NULL REFERENCES deliveries (id),
                dedupe_key TEXT NOT NULL,
                source TEXT NOT NULL,
                state TEXT,
                reason BLOB NOT NULL,
                happened_at INTEGER NOT NULL,
                happened_clock TEXT NOT NULL,
                recorded_at INTEGER NOT NULL,
                raw BLOB NOT NULL,
                PRIMARY KEY (delivery, dedupe_key)
            ) STRICT
            """,
            """
            CREATE TABLE unmatched_receipts (
                id TEXT NOT NULL PRIMARY KEY,
                feed TEXT NOT NULL,
                received_at INTEGER NOT NULL,
                raw BLOB NOT NULL,
                settled_at INTEGER
            ) STRICT
            """,
            "CREATE INDEX unmatched_receipts_open ON unmatched_receipts (received_at) WHERE settled_at IS NULL",
            """
            CREATE TABLE rungs (
                notice TEXT NOT NULL REFERENCES notices (id),
                person TEXT NOT NULL REFERENCES people (id),
                position INTEGER NOT NULL,
                due_at INTEGER NOT NULL,
                settled_at INTEGER,
                PRIMARY KEY (notice, person, position)
            ) STRICT
            """,
            "CREATE INDEX rungs_due ON rungs (due_at) WHERE settled_at IS NULL",
            """
            CREATE TABLE cursors (
                feed TEXT NOT NULL PRIMARY KEY,
                value TEXT NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE challenges (
                id TEXT NOT NULL PRIMARY KEY,
                person TEXT NOT NULL REFERENCES people (id),
                purpose TEXT NOT NULL,
                code_hash BLOB NOT NULL,
                address BLOB NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                tries INTEGER NOT NULL DEFAULT 0,
                used_at INTEGER
            ) STRICT
            """,
            "CREATE INDEX challenges_person ON challenges (person, created_at)",
            """
            CREATE TABLE api_keys (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                hash BLOB NOT NULL UNIQUE,
                scopes TEXT NOT NULL,
                person TEXT REFERENCES people (id),
                created_at INTEGER NOT NULL,
                revoked_at INTEGER
            ) STRICT
            """,
        ],
        postgres: [
            """
            CREATE TABLE data_keys (
                owner TEXT NOT NULL PRIMARY KEY,
                wrapped BYTEA,
                created_at BIGINT NOT NULL,
                destroyed_at BIGINT,
                CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
            )
            """,
            """
            CREATE TABLE issuers (
                id TEXT NOT NULL PRIMARY KEY,
                full_name TEXT NOT NULL,
                credit_code TEXT NOT NULL,
                contact TEXT NOT NULL,
                mailbox TEXT NOT NULL,
                sms_signature TEXT NOT NULL,
                seal_certificate TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE people (
                id TEXT NOT NULL PRIMARY KEY,
                external_id TEXT UNIQUE,
                language TEXT NOT NULL,
                name BYTEA NOT NULL,
                is_held BIGINT NOT NULL DEFAULT 0 CHECK (is_held IN (0, 1))
            )
            """,
            """
            CREATE TABLE addresses (
                person TEXT NOT NULL REFERENCES people (id),
                channel TEXT NOT NULL,
                value_hash BYTEA NOT NULL,
                position BIGINT NOT NULL,
                value BYTEA NOT NULL,
                confirmation TEXT,
                PRIMARY KEY (person, channel, value_hash)
            )
            """,
            "CREATE INDEX addresses_value ON addresses (value_hash)",
            """
            CREATE TABLE notices (
                id TEXT NOT NULL PRIMARY KEY,
                number TEXT NOT NULL UNIQUE,
                issuer TEXT NOT NULL REFERENCES issuers (id),
                kind TEXT NOT NULL,
                template_version BIGINT NOT NULL,
                template_hash BYTEA NOT NULL,
                language TEXT NOT NULL,
                priority BIGINT NOT NULL CHECK (priority BETWEEN 0 AND 2),
                state TEXT NOT NULL CHECK (state IN
                    ('awaiting_approval', 'approved', 'dispatching', 'closed', 'cancelled', 'quarantined')),
                approvals_needed BIGINT NOT NULL,
                author TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                sealed_at BIGINT,
                content_hash BYTEA NOT NULL CHECK (length(content_hash) = 32),
                document_hash BYTEA CHECK (length(document_hash) = 32),
                details TEXT NOT NULL,
                batch TEXT,
                key_owner TEXT NOT NULL REFERENCES data_keys (owner),
                content BYTEA NOT NULL,
                due_at BIGINT,
                lease_owner TEXT,
                fence BIGINT NOT NULL DEFAULT 0,
                claims BIGINT NOT NULL DEFAULT 0,
                stopped_reason TEXT
            )
            """,
            "CREATE INDEX notices_due ON notices (state, priority, due_at) WHERE due_at IS NOT NULL",
            "CREATE INDEX notices_state ON notices (state, id)",
            "CREATE INDEX notices_kind ON notices (kind, id)",
            "CREATE INDEX notices_batch ON notices (batch, id) WHERE batch IS NOT NULL",
            """
            CREATE TABLE notice_recipients (
                notice TEXT NOT NULL REFERENCES notices (id),
                position BIGINT NOT NULL,
                person TEXT NOT NULL REFERENCES people (id),
                snapshot BYTEA NOT NULL,
                PRIMARY KEY (notice, position)
            )
            """,
            "CREATE INDEX notice_recipients_person ON notice_recipients (person, notice)",
            """
            CREATE TABLE approvals (
                notice TEXT NOT NULL REFERENCES notices (id),
                approver TEXT NOT NULL,
                content_hash BYTEA NOT NULL,
                principal TEXT NOT NULL,
                approved_at BIGINT NOT NULL,
                PRIMARY KEY (notice, approver)
            )
            """,
            """
            CREATE TABLE idempotency_keys (
                principal TEXT NOT NULL,
                idempotency_key TEXT NOT NULL,
                request_hash BYTEA NOT NULL,
                notice TEXT NOT NULL REFERENCES notices (id),
                PRIMARY KEY (principal, idempotency_key)
            )
            """,
            """
            CREATE TABLE documents (
                notice TEXT NOT NULL PRIMARY KEY REFERENCES notices (id),
                media_type TEXT NOT NULL,
                bytes BYTEA,
                hash BYTEA NOT NULL CHECK (length(hash) = 32),
                signature BYTEA NOT NULL,
                certificate TEXT NOT NULL,
                sealed_at BIGINT NOT NULL,
                tag BYTEA NOT NULL CHECK (length(tag) = 32)
            )
            """,
            """
            CREATE TABLE deliveries (
                id TEXT NOT NULL PRIMARY KEY,
                notice TEXT NOT NULL REFERENCES notices (id),
                person TEXT NOT NULL REFERENCES people (id),
                channel TEXT NOT NULL CHECK (channel IN ('inbox', 'email', 'sms', 'ems', 'onSite', 'publicNotice')),
                address BYTEA NOT NULL,
                rung BIGINT NOT NULL,
                priority BIGINT NOT NULL,
                state TEXT NOT NULL CHECK (state IN
                    ('queued', 'attempting', 'deferred', 'unknown', 'accepted', 'relayed', 'delivered', 'available', 'opened',
                    'acknowledged', 'refused', 'failed', 'expired', 'cancelled')),
                state_reason BYTEA,
                state_at BIGINT NOT NULL,
                state_clock TEXT NOT NULL,
                attempts BIGINT NOT NULL DEFAULT 0,
                unknowns BIGINT NOT NULL DEFAULT 0,
                created_at BIGINT NOT NULL,
                due_at BIGINT,
                lease_owner TEXT,
                fence BIGINT NOT NULL DEFAULT 0,
                claims BIGINT NOT NULL DEFAULT 0,
                stopped_reason TEXT,
                expect_by BIGINT,
                link_hash BYTEA UNIQUE,
                link_expires_at BIGINT,
                link_used_at BIGINT
            )
            """,
            "CREATE INDEX deliveries_notice ON deliveries (notice)",
            "CREATE INDEX deliveries_due ON deliveries (channel, priority, due_at) WHERE due_at IS NOT NULL",
            "CREATE INDEX deliveries_expected ON deliveries (expect_by) WHERE expect_by IS NOT NULL",
            "CREATE INDEX deliveries_inbox ON deliveries (person, created_at) WHERE channel = 'inbox'",
            """
            CREATE TABLE attempts (
                delivery TEXT NOT NULL REFERENCES deliveries (id),
                number BIGINT NOT NULL,
                route TEXT NOT NULL,
                fence BIGINT NOT NULL,
                started_at BIGINT NOT NULL,
                finished_at BIGINT,
                state TEXT,
                reference TEXT,
                transcript BYTEA,
                PRIMARY KEY (delivery, number)
            )
            """,
            "CREATE INDEX attempts_open ON attempts (delivery) WHERE finished_at IS NULL",
            "CREATE INDEX attempts_reference ON attempts (route, reference) WHERE reference IS NOT NULL",
            """
            CREATE TABLE receipts (
                delivery TEXT NOT NULL REFERENCES deliveries (id),
                dedupe_key TEXT NOT NULL,
                source TEXT NOT NULL,
                state TEXT,
                reason BYTEA NOT NULL,
                happened_at BIGINT NOT NULL,
                happened_clock TEXT NOT NULL,
                recorded_at BIGINT NOT NULL,
                raw BYTEA NOT NULL,
                PRIMARY KEY (delivery, dedupe_key)
            )
            """,
            """
            CREATE TABLE unmatched_receipts (
                id TEXT NOT NULL PRIMARY KEY,
                feed TEXT NOT NULL,
                received_at BIGINT NOT NULL,
                raw BYTEA NOT NULL,
                settled_at BIGINT
            )
            """,
            "CREATE INDEX unmatched_receipts_open ON unmatched_receipts (received_at) WHERE settled_at IS NULL",
            """
            CREATE TABLE rungs (
                notice TEXT NOT NULL REFERENCES notices (id),
                person TEXT NOT NULL REFERENCES people (id),
                position BIGINT NOT NULL,
                due_at BIGINT NOT NULL,
                settled_at BIGINT,
                PRIMARY KEY (notice, person, position)
            )
            """,
            "CREATE INDEX rungs_due ON rungs (due_at) WHERE settled_at IS NULL",
            """
            CREATE TABLE cursors (
                feed TEXT NOT NULL PRIMARY KEY,
                value TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE challenges (
                id TEXT NOT NULL PRIMARY KEY,
                person TEXT NOT NULL REFERENCES people (id),
                purpose TEXT NOT NULL,
                code_hash BYTEA NOT NULL,
                address BYTEA NOT NULL,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                tries BIGINT NOT NULL DEFAULT 0,
                used_at BIGINT
            )
            """,
            "CREATE INDEX challenges_person ON challenges (person, created_at)",
            """
            CREATE TABLE api_keys (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                hash BYTEA NOT NULL UNIQUE,
                scopes TEXT NOT NULL,
                person TEXT REFERENCES people (id),
                created_at BIGINT NOT NULL,
                revoked_at BIGINT
            )
            """,
        ])
}
