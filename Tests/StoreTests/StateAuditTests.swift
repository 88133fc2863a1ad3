import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

/// Rows that were made, changed or removed by hand are named, whatever the log says of itself (F45, S-124).
@Suite struct StateAuditTests {
    /// An edit at the console of the database, and what the audit must say about it.
    struct Forgery: Sendable {
        let what: String
        let statements: [Query]
        let table: String
        let says: String

        init(_ what: String, _ statements: Query..., table: String, says: String) {
            self.what = what
            self.statements = statements
            self.table = table
            self.says = says
        }
    }

    private static let mail: Query =
        "(SELECT d.id FROM deliveries d JOIN notices n ON n.id = d.notice WHERE d.channel = 'email' AND n.kind = 'dismissal')"

    static let forgeries: [Forgery] = [
        Forgery(
            "an approval made by SQL",
            """
            INSERT INTO approvals (notice, approver, content_hash, principal, approved_at)
            SELECT id, 'u-forged', content_hash, '{}', 1 FROM notices WHERE kind = 'dismissal'
            """, table: "approvals", says: "the row is forged"),
        Forgery(
            "an approval moved to other words",
            "UPDATE approvals SET content_hash = (SELECT content_hash FROM notices WHERE kind = 'risk-alert') WHERE approver = 'u-zhao'",
            table: "approvals", says: "another content"),
        Forgery(
            "an approval removed", "DELETE FROM approvals WHERE approver = 'u-wang'", table: "approvals",
            says: "the row is gone"),
        Forgery(
            "an approval by another", "UPDATE approvals SET principal = '{}' WHERE approver = 'u-zhao'",
            table: "approvals", says: "the row names another person"),
        Forgery(
            "a plan cut short", "UPDATE notices SET state = 'closed' WHERE kind = 'dismissal'", table: "notices",
            says: "it is closed, and"),
        Forgery(
            "a report removed", "DELETE FROM receipts WHERE source = 'dsn'", table: "receipts",
            says: "1 are on record, and 0 rows are there"),
        Forgery(
            "the words of another notice",
            "UPDATE notices SET content = (SELECT content FROM notices WHERE kind = 'risk-alert') WHERE kind = 'dismissal'",
            table: "notices", says: "content is damaged"),
        Forgery(
            "fewer approvals asked for", "UPDATE notices SET approvals_needed = 0 WHERE kind = 'dismissal'",
            table: "notices", says: "issued with 2"),
        Forgery(
            "a stronger state", "UPDATE deliveries SET state = 'acknowledged' WHERE id = \(mail)", table: "deliveries",
            says: "it is acknowledged, the entries say accepted"),
        Forgery(
            "a weaker state", "UPDATE deliveries SET state = 'available' WHERE channel = 'inbox' AND state = 'opened'",
            table: "deliveries", says: "it is available, the entries say opened"),
        Forgery(
            "an attempt removed", "DELETE FROM attempts WHERE delivery = \(mail)", table: "attempts",
            says: "the row is gone"),
        Forgery(
            "a receipt made by SQL",
            """
            INSERT INTO receipts (delivery, dedupe_key, source, state, reason, happened_at, happened_clock, recorded_at, raw)
            SELECT id, 'x', 'dsn', 'delivered', state_reason, 1, 'x', 1, state_reason FROM deliveries WHERE id = \(mail)
            """, table: "receipts", says: "the row is forged"),
        Forgery(
            "a notice called withdrawn", "UPDATE notices SET state = 'cancelled' WHERE kind = 'client-contact-change'",
            table: "notices", says: "no entry says that it was withdrawn"),
        Forgery(
            "another content hash",
            "UPDATE notices SET content_hash = document_hash WHERE kind = 'dismissal'",
            table: "notices", says: "its content hash is"),
        Forgery(
            "a notice called a rehearsal",
            """
            UPDATE notices SET details = replace(details, '{"author"', '{"rehearsal":true,"author"')
            WHERE kind = 'risk-alert'
            """, table: "notices", says: "it was meant, and passes for a rehearsal"),
        Forgery(
            "bodies exchanged",
            """
            UPDATE documents SET bytes = (SELECT content FROM notices WHERE kind = 'risk-alert')
            WHERE notice IN (SELECT id FROM notices WHERE kind = 'dismissal')
            """, table: "documents", says: "its bytes are not the ones that were sealed"),
        Forgery(
            "an API key made by SQL",
            """
            INSERT INTO api_keys (id, name, hash, scopes, created_at)
            SELECT 'key-forged', 'x', content_hash, 'administer', 1 FROM notices WHERE kind = 'risk-alert'
            """, table: "api_keys", says: "the row is forged"),
        Forgery(
            "more scopes for a key", "UPDATE api_keys SET scopes = 'administer read' WHERE name = 'reader'",
            table: "api_keys", says: "its scopes"),
        Forgery(
            "a revoked key in force again", "UPDATE api_keys SET revoked_at = NULL WHERE name = 'leaver'",
            table: "api_keys", says: "it was revoked"),
        Forgery(
            "a hold lifted by SQL", "UPDATE people SET is_held = 0", table: "people",
            says: "the row says there is none"),
        Forgery(
            "an address called confirmed",
            """
            UPDATE addresses SET confirmation = (SELECT confirmation FROM addresses WHERE confirmation IS NOT NULL LIMIT 1)
            WHERE channel = 'email'
            """, table: "addresses", says: "the confirmation is forged"),
        Forgery(
            "a delivery removed", "DELETE FROM receipts", "DELETE FROM attempts",
            "DELETE FROM deliveries WHERE channel = 'email'", table: "deliveries", says: "the row is gone"),
        Forgery(
            "a data key destroyed", "UPDATE data_keys SET wrapped = NULL, destroyed_at = 1 WHERE owner = 'p-lisi'",
            table: "data_keys", says: "no ErasureRun entry"),
        Forgery(
            "a notice removed", "DELETE FROM rungs", "DELETE FROM receipts", "DELETE FROM attempts",
            "DELETE FROM deliveries", "DELETE FROM documents", "DELETE FROM idempotency_keys",
            "DELETE FROM notice_recipients", "DELETE FROM approvals", "DELETE FROM notices WHERE kind = 'risk-alert'",
            table: "notices", says: "it was issued, and the row is gone"),
    ]

    @Test(arguments: Backend.allCases)
    func `F45 every row that was made, changed or removed by hand is named`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, checks: false) { gateway in
            try await Self.live(in: gateway)
            let before = try await StateAuditor(gateway.store).audit()
            #expect(before.isSound, "\(before.findings)")
            #expect(before.notices == 3)
            var seen = Set<StateReport.Finding>()
            for forgery in Self.forgeries {
                try await gateway.database.write { tx in
                    for statement in forgery.statements { try tx.execute(statement) }
                }
                let after = Set(try await StateAuditor(gateway.store).audit().findings)
                #expect(
                    after.subtracting(seen).contains {
                        $0.table == forgery.table && $0.sentence.contains(forgery.says)
                    },
                    "\(forgery.what): \(after.subtracting(seen))")
                seen = after
            }
            // None of it touched the log.
            #expect(try await gateway.audit().isSound)
        }
    }

    @Test(arguments: Backend.allCases) func `an erased person's rows are compared as far as they can be`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            try await Self.live(in: gateway)
            try await gateway.retention.setHold(
                PersonID("p-zhangsan"), held: false, reason: "over", by: .author)
            gateway.pass(.seconds(11 * 366 * 86_400))
            try await gateway.retention.erase(PersonID("p-zhangsan"), basis: "retention is over", by: .author)
            let report = try await StateAuditor(gateway.store).audit()
            #expect(report.isSound, "\(report.findings)")
            #expect(report.erased == 3)
        }
    }

    @Test(arguments: Backend.allCases)
    func `F45 damage to a stored name or address is found before it is opened, and the person is named`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend, checks: false) { gateway in
            try await Self.live(in: gateway)
            let other = "(SELECT name FROM people WHERE id = 'p-lisi')" as Query
            let damages: [(Query, table: String, row: String, says: String)] = [
                (
                    "UPDATE people SET name = \(other) WHERE id = 'p-zhangsan'", "people", "p-zhangsan",
                    "the stored name is damaged"
                ),
                (
                    "UPDATE people SET name_hash = name WHERE id = 'p-lisi'", "people", "p-lisi",
                    "not the one under which this person is found"
                ),
                (
                    "UPDATE addresses SET value = \(other) WHERE person = 'p-lisi' AND channel = 'email'", "addresses",
                    "p-lisi email", "the stored address is damaged"
                ),
                (
                    "UPDATE addresses SET value_hash = value WHERE person = 'p-zhangsan' AND channel = 'email'",
                    "addresses", "p-zhangsan email", "not the one under which it is found"
                ),
                (
                    "UPDATE notice_recipients SET snapshot = \(other) WHERE person = 'p-zhangsan'", "notice_recipients",
                    "p-zhangsan", "the stored copy of name and addresses is damaged"
                ),
                (
                    "UPDATE deliveries SET address = \(other) WHERE channel = 'email'", "deliveries", "p-zhangsan",
                    "the stored address is damaged"
                ),
                (
                    "UPDATE data_keys SET wrapped = \(other) WHERE owner = 'p-lisi'", "data_keys", "p-lisi",
                    "cannot be unwrapped"
                ),
            ]
            #expect(try await StateAuditor(gateway.store).audit().isSound)
            for damage in damages {
                try await gateway.database.write { tx in try tx.execute(damage.0) }
                // What is remembered of keys is no reason to overlook a damaged one.
                gateway.pass(.seconds(2))
                let store = SQLNoticeStore.stores(
                    in: gateway.database, vault: gateway.keys.vault, clock: gateway.clock
                ).notices
                let found = try await StateAuditor(store).audit().findings
                #expect(
                    found.contains {
                        $0.table == damage.table && $0.row.contains(damage.row) && $0.sentence.contains(damage.says)
                    }, "\(damage.says): \(found)")
            }
        }
    }

    /// A dismissal and two messages, with everything that leaves rows behind.
    private static func live(in gateway: TestGateway) async throws {
        gateway.mail.alwaysAccepts()
        gateway.sms.alwaysAccepts()
        let person = try await gateway.person(isConfirmed: false)
        try await gateway.person("李四", id: "p-lisi", isConfirmed: false)
        try await confirm(.sms, "+8613800005678", of: person, in: gateway)
        let desk = APIKeyDesk(store: gateway.store, recorder: gateway.recorder, clock: gateway.clock)
        _ = try await desk.make(name: "reader", scopes: [.read], person: nil, by: .author)
        let leaver = try await desk.make(name: "leaver", scopes: [.issue], person: nil, by: .author)
        try await desk.revoke(leaver.key.id, by: .author)
        let inboxKey = try await desk.make(name: "inbox", scopes: [.inbox], person: person, by: .author)
        let dismissal = try await gateway.approvedDismissal()
        _ = try await gateway.issue(gateway.clientContactChange())
        let alert = try await gateway.issue(gateway.riskAlert())
        try await gateway.settle()
        let mail = try #require(try await gateway.deliveries(of: alert, .email).first)
        let parser = ScriptedParser(
            feed: "mail:bounces",
            [
                "dsn": .delivered(
                    .messageKey(mail.messageKey), at: gateway.clock.now, clock: "smtp:mx.example.com", source: .dsn)
            ])
        #expect(try await gateway.pipeline.receive.take(Array("dsn".utf8), by: parser).recorded == 1)
        let inbox = try #require(try await gateway.deliveries(of: dismissal, .inbox).first)
        _ = try await gateway.pipeline.read.open(
            inbox.id, person: person, by: .account, source: .inbox,
            circumstances: [EntryBody.restsOn: .string(inboxKey.key.id)])
        try await gateway.retention.setHold(person, held: true, reason: "arbitration", by: .author)
        try await gateway.sequence()
    }

    private static func confirm(
        _ channel: ChannelKind, _ value: String, of person: PersonID, in gateway: TestGateway
    ) async throws {
        let confirmation = AddressConfirmation(
            agreementHash: SHA256.hash(Array("agreement".utf8)), agreedAt: gateway.clock.now,
            provedBy: "one-time-code", provedAt: gateway.clock.now)
        let entry = try gateway.recorder.entry(
            .addressConfirmed, person: person, at: gateway.clock.now,
            [
                "channel": .string(channel.rawValue), "address": .string(value),
                "agreementHash": .string(confirmation.agreementHash.hex),
            ])
        #expect(
            try await gateway.store.confirm(
                person, channel: channel, value: value, confirmation: confirmation, evidence: [entry]))
    }
}
