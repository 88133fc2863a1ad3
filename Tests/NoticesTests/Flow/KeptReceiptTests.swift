import Evidence
import Notices
import TestSupport
import Testing

/// Receipts that found no delivery when they came, and forged ones: none of them stops the others or fills the log.
@Suite struct KeptReceiptTests {
    private static func report(_ reference: String, at: Timestamp, forgery: String? = nil) -> ParsedReceipt {
        .delivered(.reference(route: RouteID("sms-a"), reference), at: at, forgery: forgery)
    }

    @Test(arguments: Backend.allCases)
    func `a kept receipt that cannot be read any more is settled with an entry and stops nothing`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.answer(.accepted(reference: "BIZ-7"))
            let id = try await gateway.sealedClientNotice()
            let now = gateway.clock.now
            let desk = gateway.pipeline.receive
            let before = ScriptedParser([
                "signed with the old key": Self.report("BIZ-1", at: now), "checked": Self.report("BIZ-2", at: now),
                "damaged": Self.report("BIZ-3", at: now), "early": Self.report("BIZ-7", at: now),
            ])
            for bytes in ["signed with the old key", "checked", "damaged", "early"] {
                #expect(try await desk.take(Array(bytes.utf8), by: before).unmatched == 1)
            }
            let damaged = SHA256.hash([Array("sms:main".utf8), [0], Array("damaged".utf8)]).hex
            try await gateway.database.write { tx in
                try tx.execute(
                    "UPDATE unmatched_receipts SET raw = \([UInt8](repeating: 7, count: 90)) WHERE id = \(damaged)")
            }
            try await gateway.settle()
            // The token was changed: one is not read any more, of another the check fails.
            let after = ScriptedParser([
                "checked": Self.report("BIZ-2", at: now, forgery: "the signature is wrong"),
                "early": Self.report("BIZ-7", at: now),
            ])
            #expect(try await desk.retryUnmatched(parsers: [after]) == 4)
            #expect(try await gateway.only(.sms, of: id).state == .delivered)
            #expect(try await gateway.eventsOfTheHouse().filter { $0 == "UnmatchedReceipt" }.count == 3)
            gateway.pass(.seconds(7200))
            #expect(try await desk.retryUnmatched(parsers: [after]) == 0)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a report that came early is found behind any number that nobody claims`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.answer(.accepted(reference: "BIZ-7"))
            let id = try await gateway.sealedClientNotice()
            let now = gateway.clock.now
            let parser = ScriptedParser([
                "foreign": Self.report("BIZ-other", at: now), "early": Self.report("BIZ-7", at: now),
            ])
            for number in 0..<510 {
                try await gateway.store.keepUnmatched(
                    UnmatchedReceipt(
                        id: "foreign-\(number)", feed: "sms:main", raw: Array("foreign".utf8), receivedAt: now))
            }
            gateway.pass(.seconds(1))
            let desk = gateway.pipeline.receive
            #expect(try await desk.take(Array("early".utf8), by: parser).unmatched == 1)
            try await gateway.settle()
            #expect(try await desk.retryUnmatched(parsers: [parser]) == 1)
            #expect(try await gateway.only(.sms, of: id).state == .delivered)
            // A day later a few entries tell of all the others.
            gateway.pass(.seconds(86_401))
            #expect(try await desk.retryUnmatched(parsers: [parser]) == 510)
            #expect(try await gateway.eventsOfTheHouse().filter { $0 == "UnmatchedReceipt" }.count == 6)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the entry of a forged receipt holds nothing that the stranger wrote`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let claim = ParsedReceipt(
                keys: [.messageKey("nobody")], source: .dsn, state: .failed, event: .receiptFailed,
                reason: "张三 of 1 Canary Street does not live here", happenedAt: .ours(gateway.clock.now),
                dedupeKey: "x", forgery: "the MAC is wrong")
            let parser = ScriptedParser(feed: "mail:bounces", ["forged": claim])
            #expect(try await gateway.pipeline.receive.take(Array("forged".utf8), by: parser).forged == 1)
            try await gateway.sequence()
            let entry = try #require(try await gateway.log.entry(leafIndex: 0))
            guard case .clear(let bytes) = try await gateway.log.openBody(of: entry) else {
                Issue.record("the entry cannot be read")
                return
            }
            let facts = try EntryBody(parsing: bytes).facts
            #expect(facts["claims"] == "failed" && facts["event"] == "ReceiptFailed")
            #expect(facts["why"] == "the MAC is wrong")
            #expect(facts["rawHash"]?.string == SHA256.hash(Array("forged".utf8)).hex)
            #expect(!String(decoding: bytes, as: UTF8.self).contains("Canary"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `forged receipts without number leave some entries and then a count`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            let now = gateway.clock.now
            var claims: [String: ParsedReceipt] = [:]
            for number in 0..<60 { claims["forged-\(number)"] = Self.report("x", at: now, forgery: "the MAC is wrong") }
            let parser = ScriptedParser(feed: "mail:bounces", claims)
            let desk = gateway.pipeline.receive
            func entries() async throws -> Int {
                try await gateway.eventsOfTheHouse().filter { $0 == "ForgedReceiptRefused" }.count
            }
            for _ in 0..<5 { #expect(try await desk.take(Array("forged-0".utf8), by: parser).forged == 1) }
            #expect(try await entries() == 1, "the same bytes are recorded once")
            for number in 1..<60 { _ = try await desk.take(Array("forged-\(number)".utf8), by: parser) }
            #expect(try await entries() == ReceiptDesk.forgeriesPerHour)
            _ = try await desk.retryUnmatched(parsers: [parser])
            #expect(try await entries() == ReceiptDesk.forgeriesPerHour, "the hour is not over")
            gateway.pass(.seconds(3601))
            for _ in 0..<2 { _ = try await desk.retryUnmatched(parsers: [parser]) }
            #expect(try await entries() == ReceiptDesk.forgeriesPerHour + 1)
            let counts = try await gateway.store.unreportedForgeries(before: gateway.clock.now, limit: 9)
            #expect(counts.isEmpty)
            // In the next hour what is new is an entry again, what came before is not.
            _ = try await desk.take(Array("forged-59".utf8), by: parser)
            _ = try await desk.take(Array("forged-0".utf8), by: parser)
            #expect(try await entries() == ReceiptDesk.forgeriesPerHour + 2)
        }
    }
}
