import Evidence
import Notices
import TestSupport
import Testing

/// Receipts as they come off the wire: forged, early, for nobody (F33, F36).
@Suite struct ReceiptTests {
    @Test(arguments: Backend.allCases)
    func `a forged report is an entry and changes nothing (F33)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.sealedClientNotice()
            try await gateway.settle()
            let mail = try await gateway.only(.email, of: id)
            let parser = ScriptedParser(
                feed: "mail:bounces",
                [
                    "forged": .delivered(
                        .messageKey(mail.messageKey), at: gateway.clock.now,
                        forgery: "the MAC in the return path is wrong")
                ])
            let tally = try await gateway.pipeline.receive.take(Array("forged".utf8), by: parser)
            #expect((tally.forged, tally.recorded) == (1, 0))
            #expect(try await gateway.only(.email, of: id) == mail)
            #expect(try await gateway.eventsOfTheHouse().contains("ForgedReceiptRefused"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a report that comes before its delivery is known by that reference is found later (F36)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.answer(.accepted(reference: "BIZ-7"))
            let id = try await gateway.sealedClientNotice()
            let parser = ScriptedParser([
                "early": .delivered(.reference(route: RouteID("sms-a"), "BIZ-7"), at: gateway.clock.now),
                "foreign": .delivered(.reference(route: RouteID("sms-a"), "BIZ-other"), at: gateway.clock.now),
            ])
            let desk = gateway.pipeline.receive
            for bytes in ["early", "foreign"] {
                #expect(try await desk.take(Array(bytes.utf8), by: parser).unmatched == 1)
                #expect(try await desk.take(Array(bytes.utf8), by: parser).unmatched == 1)
            }
            try await gateway.settle()
            #expect(try await gateway.only(.sms, of: id).state == .accepted)
            #expect(try await desk.retryUnmatched(parsers: [parser]) == 1)
            #expect(try await gateway.only(.sms, of: id).state == .delivered)
            #expect(try await desk.retryUnmatched(parsers: [parser]) == 0)
            #expect(try await desk.take(Array("early".utf8), by: parser).duplicates == 1)
            #expect(try await gateway.facts(.receiptDelivered, of: id).count == 1)
            // After a day nobody looks for the foreign one any more; it is still kept.
            gateway.pass(.seconds(86_401))
            #expect(try await desk.retryUnmatched(parsers: [parser]) == 1)
            #expect(try await gateway.store.takeUnmatched(now: gateway.clock.now, limit: 9).isEmpty)
            #expect(try await gateway.eventsOfTheHouse().filter { $0 == "UnmatchedReceipt" }.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a reference counts only for the route that gave it (F36)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.answer(.accepted(reference: "BIZ-7"))
            let id = try await gateway.sealedClientNotice()
            try await gateway.settle()
            let parser = ScriptedParser(
                feed: "sms:other",
                ["r": .delivered(.reference(route: RouteID("sms-b"), "BIZ-7"), at: gateway.clock.now)])
            #expect(try await gateway.pipeline.receive.take(Array("r".utf8), by: parser).unmatched == 1)
            #expect(try await gateway.only(.sms, of: id).state == .accepted)
        }
    }

    @Test(arguments: Backend.allCases)
    func `bytes that are no receipt are refused and leave nothing`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            await #expect(throws: TestSupportError.self) {
                _ = try await gateway.pipeline.receive.take([0xFF], by: ScriptedParser([:]))
            }
            let events = try await gateway.eventsOfTheHouse()
            #expect(events.isEmpty)
        }
    }
}
