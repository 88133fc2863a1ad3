import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

/// The database itself refuses to change evidence, and the audit finds what was changed behind its back (F45).
@Suite struct AppendOnlyTests {
    static let forbidden = [
        "DELETE FROM evidence_entries", "DELETE FROM merkle_tiles", "DELETE FROM checkpoints",
        "UPDATE evidence_entries SET body = signature", "UPDATE evidence_entries SET event = 'X'",
        "UPDATE evidence_entries SET learnt_at = learnt_at + 1", "UPDATE evidence_entries SET notice = NULL",
        "UPDATE evidence_entries SET signature = body", "UPDATE evidence_entries SET leaf_index = leaf_index + 1000",
        "UPDATE evidence_entries SET leaf_index = NULL", "UPDATE evidence_entries SET position = position + 1000",
        "UPDATE evidence_entries SET commitment = commitment", "UPDATE checkpoints SET root = root, note = root",
        "UPDATE checkpoints SET signed_at = 0", "UPDATE checkpoints SET token = NULL",
        "UPDATE merkle_tiles SET position = position + 1000",
        "UPDATE merkle_tiles SET hashes = substr(hashes, 1, length(hashes) - 32)",
    ]

    @Test(arguments: Backend.allCases, forbidden)
    func `evidence is neither changed nor deleted while the triggers stand`(_ backend: Backend, _ statement: String)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            await #expect(throws: SQLError.self) {
                try await gateway.database.write { tx in try tx.execute(Query(stringLiteral: statement)) }
            }
        }
    }

    /// SQLite's REPLACE takes the row in its way without running the trigger that forbids to delete it.
    static let replacing = [
        "INSERT OR REPLACE INTO evidence_entries SELECT * FROM evidence_entries WHERE leaf_index = 0",
        "REPLACE INTO evidence_entries (position, \(body)) SELECT 1, \(body) FROM evidence_entries WHERE position = 2",
        "REPLACE INTO evidence_entries (\(body)) SELECT \(body) FROM evidence_entries WHERE position = 1",
        """
        REPLACE INTO evidence_entries (id, event, learnt_at, key_owner, body, signature, key_id, commitment)
        SELECT id, event, learnt_at, key_owner, x'00', x'00', key_id, randomblob(32) FROM evidence_entries
        """,
        """
        REPLACE INTO evidence_entries (id, event, learnt_at, key_owner, body, signature, key_id, commitment, leaf_index)
        SELECT 'x', event, learnt_at, key_owner, body, signature, key_id, commitment, 0 FROM evidence_entries LIMIT 1
        """,
        """
        INSERT INTO evidence_entries (id, event, learnt_at, key_owner, body, signature, key_id, commitment, leaf_index)
        SELECT 'x', event, learnt_at, key_owner, body, signature, key_id, commitment, 5000 FROM evidence_entries LIMIT 1
        """,
        "UPDATE OR REPLACE evidence_entries SET leaf_index = 0 WHERE leaf_index IS NULL",
        "REPLACE INTO checkpoints (size, root, note, signed_at) SELECT size, root, note, 0 FROM checkpoints",
        "REPLACE INTO merkle_tiles (level, position, hashes) SELECT level, position, zeroblob(32) FROM merkle_tiles",
        "REPLACE INTO merkle_tiles SELECT level, position, substr(hashes, 1, length(hashes) - 32) FROM merkle_tiles",
    ]
    private static let body = "id, event, learnt_at, key_owner, body, signature, key_id, commitment"

    @Test(arguments: replacing) func `evidence is not replaced while the triggers stand`(_ statement: String)
        async throws
    {
        try await TestGateway.with(.sqlite) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            try await gateway.log.stage([gateway.recorder.entry(.serviceStarted, at: gateway.clock.now)])
            let before = try await Self.everything(gateway)
            // The same entry once more is no error, and changes nothing.
            _ = try? await gateway.database.write { tx in try tx.execute(Query(stringLiteral: statement)) }
            #expect(try await Self.everything(gateway) == before)
        }
    }

    private static func everything(_ gateway: TestGateway) async throws -> [String] {
        try await gateway.database.read { tx in
            try [
                "SELECT position, id, leaf_index, hex(body) || hex(commitment) AS v FROM evidence_entries ORDER BY position",
                "SELECT level, position, hex(hashes) AS v FROM merkle_tiles ORDER BY level, position",
                "SELECT size, signed_at, hex(root) || hex(note) || hex(token) AS v FROM checkpoints ORDER BY size",
            ].flatMap { try tx.query(Query(stringLiteral: $0)).map { "\($0)" } }
        }
    }

    /// SQLite knows a row's number by three more names than the column's.
    @Test(arguments: ["rowid", "oid", "_rowid_"])
    func `an entry keeps its place by whatever name the place is called`(_ name: String) async throws {
        try await TestGateway.with(.sqlite) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            for change in ["\(name) = \(name) + 1000", "leaf_index = leaf_index, \(name) = \(name) + 1000"] {
                await #expect(throws: SQLError.self, "\(change)") {
                    try await gateway.database.write { tx in
                        try tx.execute(Query(stringLiteral: "UPDATE evidence_entries SET \(change)"))
                    }
                }
            }
        }
    }

    /// Table, key and every column an insider could write to.
    static let columns: [(table: String, key: String, column: String)] =
        [
            "id", "event", "notice", "recipient", "delivery", "attempt", "learnt_at", "body", "signature", "key_id",
            "commitment", "leaf_index",
        ].map { ("evidence_entries", "id", $0) } + ["root", "note", "token"].map { ("checkpoints", "size", $0) } + [
            ("merkle_tiles", "position", "hashes")
        ]

    @Test(arguments: Backend.allCases, columns.indices)
    func `a row edited with the triggers dropped is found by the audit (F45, S-124)`(_ backend: Backend, _ index: Int)
        async throws
    {
        let (table, key, column) = Self.columns[index]
        try await TestGateway.with(backend, checks: false) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let before = try await gateway.audit()
            #expect(before.isSound, "\(before.findings)")

            try await gateway.database.write { tx in
                try tx.dropTriggers()
                let row = try #require(
                    try tx.first(
                        Query(
                            stringLiteral:
                                "SELECT \(key) AS k, \(column) AS v FROM \(table) WHERE \(column) IS NOT NULL "
                                + "ORDER BY \(key) LIMIT 1")))
                var value = try row.get("v", as: SQLValue.self).altered
                // Leaf indexes are dense and unique: the edit that the key allows is to a place that is free.
                if column == "leaf_index" { value = .integer(5000) }
                try tx.set(
                    column, to: value, in: table,
                    where: Query(stringLiteral: "\(key) = ") + "\(try row.get("k", as: SQLValue.self))")
            }
            let report = try await gateway.audit()
            #expect(!report.isSound, "nobody noticed that \(table).\(column) was changed")
        }
    }

    @Test(arguments: Backend.allCases) func `a deleted row, swapped bodies and a rolled-back log are found (F45)`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend, checks: false) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            try await gateway.database.write { tx in
                try tx.dropTriggers()
                let rows = try tx.query("SELECT id, body FROM evidence_entries ORDER BY position LIMIT 2")
                let (a, b) = (rows[0], rows[1])
                try tx.set(
                    "body", to: try b.get("body"), in: "evidence_entries",
                    where: "id = \(try a.get("id", as: String.self))")
                try tx.set(
                    "body", to: try a.get("body"), in: "evidence_entries",
                    where: "id = \(try b.get("id", as: String.self))")
                try tx.execute("DELETE FROM evidence_entries WHERE leaf_index = 3")
            }
            let report = try await gateway.audit()
            #expect(Set(report.findings.compactMap(\.leafIndex)).isSuperset(of: [0, 1, 3]), "\(report.findings)")
        }
    }

    @Test(arguments: Backend.allCases)
    func `every byte of a sealed document's row is checked when it is read or proved (S-124)`(_ backend: Backend)
        async throws
    {
        for column in ["media_type", "bytes", "hash", "signature", "certificate", "sealed_at", "tag"] {
            try await TestGateway.with(backend, checks: false) { gateway in
                gateway.mail.alwaysAccepts()
                gateway.sms.alwaysAccepts()
                try await gateway.person()
                let id = try await gateway.approvedDismissal()
                try await gateway.settle()
                try await gateway.database.write { tx in
                    let row = try #require(
                        try tx.first(Query(stringLiteral: "SELECT \(column) AS v FROM documents LIMIT 1")))
                    try tx.set(column, to: try row.get("v", as: SQLValue.self).altered, in: "documents", where: "1 = 1")
                }
                await #expect(throws: (any Error).self, "nobody noticed that documents.\(column) was changed") {
                    _ = try await gateway.store.document(of: id)
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `every hash and sealed byte of a notice's row is checked when it is read (S-124)`(_ backend: Backend)
        async throws
    {
        for column in ["content", "content_hash", "document_hash", "key_owner"] {
            try await TestGateway.with(backend, checks: false) { gateway in
                gateway.mail.alwaysAccepts()
                gateway.sms.alwaysAccepts()
                let person = try await gateway.person()
                try await gateway.person("李四", id: "p-lisi")
                let id = try await gateway.approvedDismissal()
                try await gateway.settle()
                let inbox = try #require(try await gateway.deliveries(of: id, .inbox).first)
                try await gateway.database.write { tx in
                    let row = try #require(
                        try tx.first(Query(stringLiteral: "SELECT \(column) AS v FROM notices LIMIT 1")))
                    let value: SQLValue =
                        column == "key_owner" ? .text("p-lisi") : try row.get("v", as: SQLValue.self).altered
                    try tx.set(column, to: value, in: "notices", where: "1 = 1")
                }
                await #expect(throws: (any Error).self, "nobody noticed that notices.\(column) was changed") {
                    _ = try await gateway.pipeline.read.open(inbox.id, person: person, by: .account, source: .inbox)
                }
            }
        }
    }
}
