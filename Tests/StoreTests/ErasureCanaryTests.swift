import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

/// What is about a person is nowhere to be read after their erasure, in no table and under no key that is left (S-119, F45).
@Suite struct ErasureCanaryTests {
    /// Words that stand for the person in every way into the gateway; none may be left.
    static let canaries = [
        "卡纳里", "canary@example.com", "13912345678", "金丝雀", "canary-state", "39(2)", "canary-evidence",
    ]

    /// A dismissal with everything a person can write about it: declarations, an override, receipts, an objection.
    private static func live(_ gateway: TestGateway) async throws {
        gateway.mail.answer(.accepted(reference: "250 queued for canary@example.com"))
        gateway.mail.alwaysAccepts()
        gateway.sms.alwaysAccepts()
        let person = try await gateway.person(
            "卡纳里", email: "canary@example.com", phone: "+8613912345678", postal: "金丝雀路1号", isConfirmed: false)
        var request = gateway.dismissalRequest(fields: ["facts": "金丝雀缺勤。"])
        request.declarations.protectedStates = ["canary-state"]
        request.declarations.evidence = ["canary-evidence.pdf"]
        request.overrides = [PreflightOverride(finding: "address", reason: "金丝雀例外", confirmedBy: "u-wang")]
        let withdrawn = try await gateway.issue(request)
        _ = try await gateway.pipeline.issue.cancel(withdrawn, reason: "金丝雀撤回", by: .author)
        let id = try await gateway.approvedDismissal(request)
        try await gateway.settle()
        let mail = try #require(try await gateway.deliveries(of: id, .email).first)
        let raw = Array("Final-Recipient: rfc822; canary@example.com".utf8)
        try await gateway.store.keepUnmatched(
            UnmatchedReceipt(id: "u-1", feed: "mail", raw: raw, receivedAt: gateway.clock.now))
        _ = try await gateway.store.record(gateway.receipt(mail.id, .delivered), evidence: [])
        try await gateway.store.settleUnmatched(["u-1"], evidence: [])
        let inbox = try #require(try await gateway.deliveries(of: id, .inbox).first)
        _ = try await gateway.pipeline.read.open(inbox.id, person: person, by: .account, source: .inbox)
        _ = try await gateway.pipeline.read.answer(
            .object("金丝雀异议"), to: inbox.id, person: person, by: .account, source: .inbox)
        try await gateway.sequence()
    }

    @Test(arguments: Backend.allCases)
    func `after erasure no word about the person can be read, and the log still verifies`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend, checks: false) { gateway in
            try await Self.live(gateway)
            // Before, the same search finds every one of them: it looks where they are.
            let before = try await Self.readable(gateway)
            for word in Self.canaries { #expect(before.contains { $0.contains(word) }, "\(word) is nowhere") }
            gateway.pass(RetentionTests.elevenYears)
            try await gateway.retention.erase(PersonID("p-zhangsan"), basis: "期满", by: .author)

            for text in try await Self.readable(gateway) {
                for word in Self.canaries { #expect(!text.contains(word), "\(word) in \(text.prefix(300))") }
            }
            _ = try await gateway.sequencer.step()
            let report = try await gateway.audit()
            #expect(report.isSound && report.entriesErased > 0, "\(report.findings)")
            #expect(try await StateAuditor(gateway.store).audit().findings.filter { $0.table != "addresses" }.isEmpty)
        }
    }

    /// Everything a holder of the database and of every key that is left can read: all columns, and all that opens.
    private static func readable(_ gateway: TestGateway) async throws -> [String] {
        let keys = try await gateway.database.read { tx in
            try tx.query("SELECT owner, wrapped FROM data_keys WHERE wrapped IS NOT NULL").map { row in
                let owner: String = try row.get("owner")
                return try gateway.keys.vault.open(
                    WrappedKey(bytes: try row.get("wrapped")), person: owner, purpose: "records")
            }
        }
        var texts: [String] = []
        for table in try await tables(gateway.database) {
            let rows = try await gateway.database.read { tx in
                try tx.query(Query(stringLiteral: "SELECT * FROM \(table)"))
            }
            for row in rows {
                let values = row.columns.compactMap { column in row[column].map { (column, $0) } }
                let ids = values.compactMap { _, value in
                    if case .text(let text) = value { text } else { String?.none }
                }
                for (column, value) in values {
                    texts.append("\(table).\(column): \(value)")
                    guard case .blob(let bytes) = value, let sealed = try? SealedBytes(bytes: bytes) else { continue }
                    texts.append("\(table).\(column): \(String(decoding: bytes, as: UTF8.self))")
                    for key in keys {
                        for place in places(ids) {
                            guard let open = try? key.open(sealed, place: place) else { continue }
                            texts.append("\(table).\(column), opened: \(String(decoding: open, as: UTF8.self))")
                        }
                    }
                }
            }
        }
        return texts
    }

    /// The places that sealed bytes are bound to, made of what their row names.
    private static func places(_ ids: [String]) -> [String] {
        ids.flatMap { id in
            ["entry", "unmatched", "content", "recipient", "document", "reason", "address", "person", "challenge"].map {
                "\($0) \(id)"
            }
        }
    }

    private static func tables(_ database: any SQLDatabase) async throws -> [String] {
        try await database.read { tx in
            let list: Query =
                switch tx.dialect {
                case .sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                case .postgres:
                    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()"
                }
            return try tx.query(list).map { try $0.get("name") }
        }
    }
}
