import Evidence
import Notices
import SQL
import TestSupport
import Testing

/// What was set aside is seen, let go on with a reason, and set aside again if it was the poison after all (F8).
@Suite struct QuarantineTests {
    /// As if the row had been claimed and its worker had died, three times.
    private func poison(_ table: String, _ id: String, in gateway: TestGateway) async throws {
        try await gateway.database.write { tx in
            try tx.execute(Query(stringLiteral: "UPDATE \(table) SET claims = 3 WHERE id = ") + "\(id)")
        }
    }

    @Test(arguments: Backend.allCases)
    func `F8 a notice set aside is listed with its reason, and once released is sealed and sent`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.clientContactChange())
            try await poison("notices", id.rawValue, in: gateway)
            try await gateway.settle()
            let desk = gateway.pipeline.operate
            let listed = try await desk.quarantinedNotices(limit: 10)
            #expect(listed.map(\.notice) == [id])
            #expect(listed.first?.reason.contains("3 times without a result") == true)
            #expect(listed.first?.since == gateway.clock.now)
            #expect(gateway.alarms.sentences.contains { $0.contains("was set aside") && $0.contains(id.rawValue) })
            try await desk.release(id, reason: "typesetter mended", by: .author)
            #expect(try await desk.quarantinedNotices(limit: 10).isEmpty)
            try await gateway.settle()
            #expect(try await gateway.only(.email, of: id).state == .accepted)
            #expect(gateway.mail.parcels.count == 1)
            let released = try await gateway.facts(.quarantineReleased, of: id)
            #expect(released.map { $0.facts["reason"]?.string } == ["typesetter mended"])
            #expect(released.first?.facts["by"]?["id"]?.string == Principal.author.id)
        }
    }

    @Test(arguments: Backend.allCases)
    func `F8 a delivery set aside goes on where it stood, and a second poison puts it back`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.sms.alwaysAccepts()
            gateway.mail.answer(.deferred(reason: "451 later", after: nil), .accepted(reference: "250 ok"))
            let id = try await gateway.sealedClientNotice()
            try await gateway.settle()
            gateway.pass(.seconds(400))
            let mail = try await gateway.only(.email, of: id)
            let desk = gateway.pipeline.operate
            for round in 1...2 {
                try await poison("deliveries", mail.id.rawValue, in: gateway)
                try await gateway.settle()
                let listed = try await desk.quarantinedDeliveries(limit: 10)
                #expect(listed.map(\.delivery.id) == [mail.id])
                #expect(listed.first?.delivery.state == .deferred)
                #expect(listed.first?.reason.contains("without an outcome") == true)
                #expect(gateway.mail.parcels.count == 1)
                let back = try await desk.release(mail.id, reason: "round \(round)", by: .author)
                #expect((back.state, back.attempts, back.dueAt) == (.deferred, 1, gateway.clock.now))
            }
            try await gateway.settle()
            #expect(gateway.mail.parcels.map(\.attempt) == [1, 2])
            #expect(Set(gateway.mail.parcels.map(\.messageKey)).count == 1)
            #expect(try await gateway.only(.email, of: id).state == .accepted)
            #expect(try await gateway.store.notice(id)?.state == .closed)
            let events = try await gateway.events(of: id)
            #expect(events.filter { $0 == .quarantined }.count == 2)
            #expect(events.filter { $0 == .quarantineReleased }.count == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `what is not set aside, unknown, or given no reason is not released, and nothing is recorded`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.sealedClientNotice()
            let mail = try await gateway.only(.email, of: id)
            let desk = gateway.pipeline.operate
            await expectRefusal(.conflict, "not quarantined") { try await desk.release(id, reason: "x", by: .author) }
            await expectRefusal(.conflict, "not set aside") {
                _ = try await desk.release(mail.id, reason: "x", by: .author)
            }
            await expectRefusal(.notFound) { try await desk.release(NoticeID("none"), reason: "x", by: .author) }
            await expectRefusal(.notFound) {
                _ = try await desk.release(DeliveryID("none"), reason: "x", by: .author)
            }
            await expectRefusal(.invalid, "reason") { _ = try await desk.release(mail.id, reason: "", by: .author) }
            #expect(try await gateway.events(of: id).contains(.quarantineReleased) == false)
            // A receipt that ended it while it lay aside leaves nobody anything to decide.
            try await poison("deliveries", mail.id.rawValue, in: gateway)
            try await gateway.settle()
            #expect(try await desk.quarantinedDeliveries(limit: 10).count == 1)
            let parser = ScriptedParser(
                feed: "mail:bounces", ["dsn": .delivered(.messageKey(mail.messageKey), at: gateway.clock.now)])
            _ = try await gateway.pipeline.receive.take(Array("dsn".utf8), by: parser)
            #expect(try await desk.quarantinedDeliveries(limit: 10).isEmpty)
            await expectRefusal(.conflict, "delivered") {
                _ = try await desk.release(mail.id, reason: "x", by: .author)
            }
        }
    }
}
