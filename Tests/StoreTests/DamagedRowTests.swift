import Evidence
import Notices
import SQL
import TestSupport
import Testing

@testable import Store

/// One damaged row stops nothing but itself: the others go on, and it is on record that it could not.
@Suite struct DamagedRowTests {
    /// Replaces sealed bytes by others and returns what they were.
    private func damage(
        _ column: String, of table: String, where condition: Query, in gateway: TestGateway
    ) async throws -> [UInt8] {
        try await gateway.database.write { tx in
            let select = Query(stringLiteral: "SELECT \(column) AS bytes FROM \(table) WHERE ") + condition
            let bytes: [UInt8] = try #require(try tx.first(select)).get("bytes")
            try tx.set(column, to: SQLValue.blob(bytes).altered, in: table, where: condition)
            return bytes
        }
    }

    /// Of each entry that misses the receipt of a mail, whether it tells of damage.
    private static func damages(_ mail: Delivery, in gateway: TestGateway) async throws -> [Bool] {
        let entries = try await gateway.facts(.expectedEventMissing, of: mail.notice)
        return entries.filter { $0.subject.delivery == mail.id.rawValue }.map { $0.facts["damage"] != nil }
    }

    @Test(arguments: Backend.allCases)
    func `a step whose notice is damaged is set aside for a day, and the others are taken`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            let (bad, good) = (
                try await gateway.issue(gateway.riskAlert()), try await gateway.issue(gateway.riskAlert())
            )
            try await gateway.settle()
            let sound = try await damage(
                "snapshot", of: "notice_recipients", where: "notice = \(bad.rawValue)", in: gateway)
            gateway.pass(.seconds(86_400))
            for _ in 0..<2 { try await gateway.pipeline.escalate.runOnce() }
            #expect(try await gateway.events(of: good).contains(.escalated))
            #expect(try await gateway.events(of: bad).filter { $0 == .quarantined }.count == 1)
            #expect(gateway.alarms.sentences.filter { $0.contains(bad.rawValue) }.count == 1)
            try await gateway.database.write { tx in
                try tx.set("snapshot", to: .blob(sound), in: "notice_recipients", where: "notice = \(bad.rawValue)")
            }
            #expect(try await gateway.store.notice(bad)?.state == .dispatching, "it is not closed for that")
            gateway.pass(.seconds(86_400))
            #expect(try await gateway.pipeline.escalate.runOnce() == 1)
            #expect(try await gateway.events(of: bad).contains(.escalated))
            try await gateway.settle()
        }
    }

    @Test(arguments: Backend.allCases)
    func `a step of somebody whose key is damaged is set aside, and the others are taken`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend, checks: false) { first in
            first.mail.alwaysAccepts()
            first.sms.alwaysAccepts()
            let (lisi, zhao) = (try await first.person("李四", id: "p-lisi"), try await first.person("赵六", id: "p-zhao"))
            let bad = try await first.issue(first.riskAlert(to: [lisi]))
            let good = try await first.issue(first.riskAlert(to: [zhao]))
            try await first.settle()
            _ = try await damage("wrapped", of: "data_keys", where: "owner = 'p-lisi'", in: first)
            let second = try await first.restarted()
            second.pass(.seconds(86_400))
            try await second.pipeline.escalate.runOnce()
            #expect(try await second.events(of: good).contains(.escalated))
            let rows = try await second.database.read { tx in
                try tx.query(
                    "SELECT recipient FROM evidence_entries WHERE notice = \(bad.rawValue) AND event = 'Quarantined'")
            }
            let recipients = try rows.map { try $0.get("recipient", as: String?.self) }
            #expect(!recipients.isEmpty && recipients.allSatisfy { $0 == nil }, "\(recipients)")
            await second.close()
        }
    }

    @Test(arguments: Backend.allCases)
    func `the missing receipt of a delivery with a damaged address is recorded with the others`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            let bad = try await gateway.queuedMail()
            let good = try await gateway.queuedMail()
            try await gateway.settle()
            let place: Query = "id = \(bad.id.rawValue)"
            let sound = try await damage("address", of: "deliveries", where: place, in: gateway)
            gateway.pass(.seconds(86_401))
            try await gateway.pipeline.escalate.runOnce()
            try await gateway.database.write { tx in
                try tx.set("address", to: .blob(sound), in: "deliveries", where: place)
            }
            #expect(try await Self.damages(bad, in: gateway) == [true])
            #expect(try await Self.damages(good, in: gateway) == [false])
            #expect(try await gateway.store.overdueReceipts(now: gateway.clock.now, limit: 9).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `recovery calls every interrupted attempt unknown, also that of a damaged delivery`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            try await gateway.person()
            for _ in 0..<2 { _ = try await gateway.queuedMail() }
            let claims = try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 2)
            #expect(claims.count == 2)
            _ = try await gateway.store.recordIntents(try claims.map { try gateway.intent($0) })
            let (bad, good) = (claims[0].delivery, claims[1].delivery)
            let sound = try await damage("address", of: "deliveries", where: "id = \(bad.id.rawValue)", in: gateway)
            #expect(try await gateway.dispatcher(.email).recover(isStart: true) == 2)
            #expect(try await gateway.dispatcher(.email).recover(isStart: true) == 0)
            #expect(gateway.alarms.sentences.contains { $0.contains(bad.id.rawValue) })
            // The sound one goes on; the other is set aside when its turn comes.
            gateway.pass(.seconds(7200))
            for _ in 0..<3 { try await gateway.dispatcher(.email).runOnce() }
            #expect(gateway.mail.parcels.map(\.delivery) == [good.id])
            #expect(try await gateway.events(of: bad.notice).contains(.quarantined))
            try await gateway.database.write { tx in
                try tx.set("address", to: .blob(sound), in: "deliveries", where: "id = \(bad.id.rawValue)")
            }
            let entry = try #require(try await gateway.facts(.outcomeUnknown, of: bad.notice).first)
            #expect(entry.facts["damage"] != nil)
            #expect(try await gateway.store.delivery(good.id)?.state == .accepted)
        }
    }
}
