import Evidence
import Notices
import TestSupport
import Testing

/// Reports nobody signed, and reports about parts: neither is taken for more than it is.
@Suite struct ClaimTests {
    /// A notice whose text message was accepted as `parts` parts, and that delivery.
    private func accepted(_ gateway: TestGateway, parts: Int? = nil) async throws -> Delivery {
        gateway.mail.alwaysAccepts()
        gateway.sms.next(.outcome(.accepted(reference: "m-1"), parts: parts))
        let id = try await gateway.sealedClientNotice()
        try await gateway.settle()
        return try await gateway.only(.sms, of: id)
    }

    private func report(
        _ delivery: Delivery, _ state: DeliveryState?, in gateway: TestGateway, key: String = "r", isClaim: Bool = true,
        isAnswer: Bool = false, part: Receipt.Part? = nil, bytes: String? = nil
    ) async throws -> ReceiptDesk.Tally {
        let event: EvidenceEvent = state == .failed ? .receiptFailed : .receiptDelivered
        let parsed = ParsedReceipt(
            keys: [.messageKey(delivery.messageKey)], source: isAnswer ? .smsQuery : .smsReport, state: state,
            event: event, reason: "as reported", happenedAt: ObservedTime(at: gateway.clock.now, clock: "provider:x"),
            dedupeKey: key, part: part, isClaim: isClaim && !isAnswer)
        let bytes = bytes ?? key
        let parser = ScriptedParser(feed: isAnswer ? "sms-query:x" : "sms:x", [bytes: parsed])
        return try await gateway.pipeline.receive.take(Array(bytes.utf8), by: parser)
    }

    @Test(arguments: Backend.allCases)
    func `an unsigned report is a claim; the provider's answer moves the state, and each says which it is`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            let sms = try await accepted(gateway)
            let before = try await gateway.pipeline.prove.standing(of: sms.notice)
            #expect(try await report(sms, .delivered, in: gateway).recorded == 1)
            #expect(try await gateway.store.delivery(sms.id)?.state == .accepted)
            let after = try await gateway.pipeline.prove.standing(of: sms.notice)
            #expect(after.strength == before.strength && after.deemed == before.deemed)
            let claims = try await gateway.facts(.receiptClaimed, of: sms.notice)
            #expect(claims.map { $0.facts["claims"]?.string } == ["delivered"])
            #expect(claims.first?.facts["source"]?.string == "sms_report")
            // It is asked about at once, then at growing distances.
            let due = try await gateway.store.takeDueClaims(now: gateway.clock.now, limit: 10)
            #expect(due.map(\.message.delivery.id) == [sms.id])
            #expect(due.first?.message.reference == "m-1")
            #expect(try await gateway.store.takeDueClaims(now: gateway.clock.now, limit: 10).isEmpty)
            gateway.pass(.seconds(10))
            #expect(try await gateway.store.takeDueClaims(now: gateway.clock.now, limit: 10).map(\.asked) == [1])
            #expect(try await report(sms, .delivered, in: gateway, key: "a", isAnswer: true).recorded == 1)
            #expect(try await gateway.store.delivery(sms.id)?.state == .delivered)
            let delivered = try await gateway.facts(.receiptDelivered, of: sms.notice)
            #expect(delivered.map { $0.facts["source"]?.string } == ["sms_query"])
            gateway.pass(.seconds(9999))
            #expect(try await gateway.store.takeDueClaims(now: gateway.clock.now, limit: 10).isEmpty)
            #expect(try await gateway.events(of: sms.notice).contains(.receiptContradicted) == false)
        }
    }

    @Test(arguments: Backend.allCases, [DeliveryState.delivered, .failed])
    func `a contradiction is an entry of its own and never raises the state`(
        _ backend: Backend, _ claimed: DeliveryState
    ) async throws {
        let answered: DeliveryState = claimed == .delivered ? .failed : .delivered
        try await TestGateway.staffed(backend) { gateway in
            let sms = try await accepted(gateway)
            _ = try await report(sms, claimed, in: gateway)
            for _ in 0..<2 { _ = try await report(sms, answered, in: gateway, key: "a", isAnswer: true) }
            // What the provider denies is denied; what only one of two says is not taken for arrival.
            #expect(try await gateway.store.delivery(sms.id)?.state == (answered == .failed ? .failed : .accepted))
            let contradictions = try await gateway.facts(.receiptContradicted, of: sms.notice)
            #expect(contradictions.count == 1)
            #expect(contradictions.first?.facts["answered"]?.string == answered.rawValue)
            #expect(contradictions.first?.facts["claimed"]?[0]?["state"]?.string == claimed.rawValue)
            #expect(try await gateway.events(of: sms.notice).contains(.receiptDelivered) == false)
            gateway.pass(.seconds(9999))
            #expect(try await gateway.store.takeDueClaims(now: gateway.clock.now, limit: 10).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a claim that contradicts an earlier answer takes nothing away and is on record`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            let sms = try await accepted(gateway)
            _ = try await report(sms, .delivered, in: gateway, key: "a", isAnswer: true)
            #expect(try await gateway.store.delivery(sms.id)?.state == .delivered)
            _ = try await report(sms, .failed, in: gateway)
            #expect(try await gateway.store.takeDueClaims(now: gateway.clock.now, limit: 10).count == 1)
            // The same answer once more, under another request id: no new row, and the audit at the end finds none missing.
            let again = try await report(
                sms, .delivered, in: gateway, key: "a", isAnswer: true, bytes: "a, second request")
            #expect(again.duplicates == 1)
            #expect(try await gateway.store.delivery(sms.id)?.state == .delivered)
            #expect(try await gateway.events(of: sms.notice).filter { $0 == .receiptContradicted }.count == 1)
            #expect(try await gateway.store.openClaims(of: sms.id).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a provider that never says so leaves the claim a claim, and that is an entry`(_ backend: Backend) async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            let sms = try await accepted(gateway)
            _ = try await report(sms, .delivered, in: gateway)
            let due = try #require(
                try await gateway.store.takeDueClaims(now: gateway.clock.now, limit: 10).first)
            for _ in 0..<2 { try await gateway.pipeline.receive.giveUp([(due, "it does not answer any more")]) }
            #expect(try await gateway.store.delivery(sms.id)?.state == .accepted)
            let missing = try await gateway.facts(.expectedEventMissing, of: sms.notice)
            #expect(missing.map { $0.facts["why"]?.string } == ["it does not answer any more"])
        }
    }

    // MARK: Parts

    @Test(arguments: Backend.allCases)
    func `a long message has arrived when each of its parts has, whatever the order`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            let sms = try await accepted(gateway, parts: 3)
            for (index, name) in ["3", "1", "3", "2"].enumerated() {
                let part = Receipt.Part(name: name, total: index == 0 ? 3 : nil)
                _ = try await report(sms, nil, in: gateway, key: "p\(index)", isClaim: false, part: part)
                let isLast = index == 3
                #expect(try await gateway.store.delivery(sms.id)?.state == (isLast ? .delivered : .accepted))
                #expect(try await gateway.facts(.receiptDelivered, of: sms.notice).count == (isLast ? 1 : 0))
            }
            #expect(try await gateway.facts(.receiptPartDelivered, of: sms.notice).count == 4)
            let whole = try await gateway.facts(.receiptDelivered, of: sms.notice).first
            #expect(whole?.facts["parts"] == .integer(3))
            // A late copy under another name completes nothing a second time.
            _ = try await report(
                sms, nil, in: gateway, key: "late", isClaim: false, part: Receipt.Part(name: "2", total: 3))
            #expect(try await gateway.facts(.receiptDelivered, of: sms.notice).count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a long message has failed when one part has, and the other parts do not mend it`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            let sms = try await accepted(gateway, parts: 2)
            let first = Receipt.Part(name: "1", total: 2)
            _ = try await report(sms, nil, in: gateway, key: "p1", isClaim: false, part: first)
            _ = try await report(sms, .failed, in: gateway, key: "p2", isClaim: false)
            #expect(try await gateway.store.delivery(sms.id)?.state == .failed)
            let second = Receipt.Part(name: "2", total: 2)
            _ = try await report(sms, nil, in: gateway, key: "p3", isClaim: false, part: second)
            #expect(try await gateway.store.delivery(sms.id)?.state == .failed)
            #expect(try await gateway.events(of: sms.notice).contains(.receiptDelivered) == false)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the number of parts comes from the answer, one part is the message, and an unknown number is never complete`(
        _ backend: Backend
    ) async throws {
        let nameless = Receipt.Part(name: "carrier-77", total: nil)
        try await TestGateway.staffed(backend) { gateway in
            let sms = try await accepted(gateway, parts: 1)
            _ = try await report(sms, nil, in: gateway, isClaim: false, part: nameless)
            #expect(try await gateway.store.delivery(sms.id)?.state == .delivered)
            #expect(try await gateway.events(of: sms.notice).contains(.receiptPartDelivered) == false)
        }
        try await TestGateway.staffed(backend) { gateway in
            let sms = try await accepted(gateway)
            _ = try await report(sms, nil, in: gateway, isClaim: false, part: nameless)
            #expect(try await gateway.store.delivery(sms.id)?.state == .accepted)
            #expect(try await gateway.events(of: sms.notice).contains(.receiptPartDelivered))
        }
        // Before the answer is stored, its number of parts is not known: the report waits.
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.next(.hold)
            let id = try await gateway.sealedClientNotice()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gateway.dispatcher(.sms).runOnce() }
                await gateway.sms.waitForParcels(1)
                let sms = try await gateway.only(.sms, of: id)
                #expect(try await report(sms, nil, in: gateway, isClaim: false, part: nameless).unmatched == 1)
                gateway.sms.release()
                try await group.waitForAll()
            }
            try await gateway.settle()
        }
    }

    @Test(arguments: Backend.allCases)
    func `a report that nobody claims in a day becomes an entry, once (F36)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let parser = ScriptedParser(["early": .delivered(.messageKey("nobody"), at: gateway.clock.now)])
            #expect(try await gateway.pipeline.receive.take(Array("early".utf8), by: parser).unmatched == 1)
            gateway.pass(.seconds(86_400))
            #expect(try await gateway.pipeline.receive.retryUnmatched(parsers: [parser]) == 0)
            #expect(try await gateway.eventsOfTheHouse().isEmpty)
            gateway.pass(.seconds(1))
            #expect(try await gateway.pipeline.receive.retryUnmatched(parsers: [parser]) == 1)
            #expect(try await gateway.pipeline.receive.retryUnmatched(parsers: [parser]) == 0)
            #expect(try await gateway.eventsOfTheHouse() == ["UnmatchedReceipt"])
            // The same bytes once more are the same fact.
            _ = try await gateway.pipeline.receive.take(Array("early".utf8), by: parser)
            gateway.pass(.seconds(86_500))
            _ = try await gateway.pipeline.receive.retryUnmatched(parsers: [parser])
            #expect(try await gateway.eventsOfTheHouse() == ["UnmatchedReceipt"])
        }
    }
}
