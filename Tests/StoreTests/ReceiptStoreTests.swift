import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

/// Receipts come twice, late, before the outcome, and for others (F36); none of that changes the result.
@Suite struct ReceiptStoreTests {
    /// A mail that was accepted, with its claim.
    static func accepted(_ gateway: TestGateway) async throws -> (Delivery, DeliveryClaim) {
        try await gateway.person()
        let mail = try await gateway.queuedMail()
        let claim = try #require(try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).first)
        _ = try await gateway.store.recordIntents([gateway.intent(claim)])
        _ = try await gateway.store.recordOutcomes([
            gateway.outcome(claim, expectBy: gateway.clock.now.adding(.seconds(3600)))
        ])
        return (mail, claim)
    }

    @Test(arguments: Backend.allCases)
    func `a receipt that arrives twice is recorded once (F36)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let (mail, _) = try await Self.accepted(gateway)
            #expect(try await gateway.record(mail, .delivered) == .recorded(.delivered))
            #expect(try await gateway.record(mail, .delivered) == .duplicate)
            #expect(try await gateway.record(mail, .delivered, key: "r-2") == .recorded(.delivered))
            #expect(try await gateway.events(of: mail.notice).filter { $0 == .receiptDelivered }.count == 2)
            #expect(try await gateway.count("receipts") == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `twenty copies of a receipt at once are recorded once (F36)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let (mail, _) = try await Self.accepted(gateway)
            let recordings = try await withThrowingTaskGroup(of: ReceiptRecording.self) { group in
                for _ in 0..<20 { group.addTask { try await gateway.record(mail, .delivered) } }
                return try await group.reduce(into: [ReceiptRecording]()) { $0.append($1) }
            }
            #expect(recordings.filter { $0 == .recorded(.delivered) }.count == 1)
            #expect(recordings.filter { $0 == .duplicate }.count == 19)
        }
    }

    @Test(arguments: Backend.allCases)
    func `receipts in any order lead to the same state (F36)`(_ backend: Backend) async throws {
        let orders: [[DeliveryState]] = [
            [.relayed, .delivered, .opened], [.opened, .delivered, .relayed], [.delivered, .opened, .failed],
            [.failed, .opened, .delivered],
        ]
        for order in orders {
            try await TestGateway.with(backend) { gateway in
                let (mail, _) = try await Self.accepted(gateway)
                for state in order { try await gateway.record(mail, state, key: state.rawValue) }
                #expect(try await gateway.store.delivery(mail.id)?.state == .opened, "\(order)")
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a bounce lowers accepted to failed, but not delivered (F33)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let (mail, _) = try await Self.accepted(gateway)
            #expect(try await gateway.record(mail, .failed) == .recorded(.failed))
            #expect(try await gateway.record(mail, .delivered, key: "later") == .recorded(.delivered))
            #expect(try await gateway.record(mail, .failed, key: "late") == .recorded(.delivered))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a receipt that comes before the outcome stays, and the outcome is still on record (F36)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            let claim = try #require(
                try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).first)
            _ = try await gateway.store.recordIntents([gateway.intent(claim)])
            #expect(try await gateway.record(mail, .delivered) == .recorded(.delivered))
            // Nobody sends it again, not even when the lease is over; and the outcome is not taken for lost meanwhile.
            #expect(try await gateway.dispatcher(.email).recover(isStart: false) == 0)
            #expect(try await gateway.store.recordOutcomes([gateway.outcome(claim)]).isEmpty)
            let settled = try #require(try await gateway.store.delivery(mail.id))
            #expect(settled.state == .delivered)
            #expect(settled.stateReason == "as the receipt says")
            #expect(settled.stateAt.clock == "smtp:mx.example.com")
            #expect(settled.dueAt == nil)
            #expect(try await gateway.events(of: mail.notice).contains(.attemptAccepted))
        }
    }

    @Test(arguments: Backend.allCases)
    func `after a receipt and a crash the attempt is called unknown and the state stays (F36)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let mail = try await gateway.queuedMail()
            let claim = try #require(
                try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).first)
            _ = try await gateway.store.recordIntents([gateway.intent(claim)])
            try await gateway.record(mail, .delivered)
            gateway.pass(.seconds(1201))
            #expect(try await gateway.store.claimDue(gateway.lease(), channels: [.email], limit: 1).isEmpty)
            #expect(try await gateway.dispatcher(.email).recover(isStart: true) == 1)
            #expect(try await gateway.store.delivery(mail.id)?.state == .delivered)
            #expect(try await gateway.store.delivery(mail.id)?.dueAt == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a receipt for nothing we know is kept, found later, and settled once (F36)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            #expect(
                try await gateway.store.record(gateway.receipt(DeliveryID("none"), .delivered), evidence: [])
                    == .unknownDelivery)
            let kept = UnmatchedReceipt(
                id: "u-1", feed: "sms:main", raw: Array("secret canary".utf8), receivedAt: gateway.clock.now)
            try await gateway.store.keepUnmatched(kept)
            try await gateway.store.keepUnmatched(kept)
            let now = gateway.clock.now
            #expect(try await gateway.store.takeUnmatched(now: now, limit: 10) == [kept])
            #expect(try await gateway.store.takeUnmatched(now: now, limit: 10).isEmpty)
            #expect(try await gateway.store.takeUnmatched(now: now.adding(.seconds(30)), limit: 10) == [kept])
            // Ever later: what nobody claims is not looked at every half minute for a day.
            #expect(try await gateway.store.takeUnmatched(now: now.adding(.seconds(60)), limit: 10).isEmpty)
            #expect(try await gateway.store.unmatched(before: now.adding(.seconds(1)), limit: 10) == [kept])
            try await gateway.store.settleUnmatched(["u-1"], evidence: [])
            #expect(try await gateway.store.takeUnmatched(now: now.adding(.seconds(9000)), limit: 10).isEmpty)
            #expect(try await gateway.count("unmatched_receipts") == 1, "nothing is deleted by itself")
        }
    }

    @Test(arguments: Backend.allCases)
    func `an expected receipt that does not come is missed once, one that comes is not missed`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let (mail, _) = try await Self.accepted(gateway)
            #expect(try await gateway.store.overdueReceipts(now: gateway.clock.now, limit: 10).isEmpty)
            gateway.pass(.seconds(3601))
            #expect(
                try await gateway.store.overdueReceipts(now: gateway.clock.now, limit: 10).map(\.delivery.id) == [
                    mail.id
                ])
            for _ in 0..<2 {
                let entry = try gateway.recorder.entry(
                    .expectedEventMissing, delivery: mail, at: .ours(gateway.clock.now))
                try await gateway.store.recordMissingReceipts([DeliveryEvidence(delivery: mail.id, entries: [entry])])
            }
            #expect(try await gateway.events(of: mail.notice).filter { $0 == .expectedEventMissing }.count == 1)
            #expect(try await gateway.store.overdueReceipts(now: gateway.clock.now, limit: 10).isEmpty)
        }
        try await TestGateway.with(backend) { gateway in
            let (mail, _) = try await Self.accepted(gateway)
            try await gateway.record(mail, .delivered)
            gateway.pass(.seconds(3601))
            #expect(try await gateway.store.overdueReceipts(now: gateway.clock.now, limit: 10).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a page of receipts that did not come, and a page that did, are one transaction each`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend, checks: false) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            var notices: [NoticeID] = []
            for _ in 0..<30 { notices.append(try await gateway.issue(gateway.clientContactChange())) }
            try await gateway.settle()
            gateway.pass(.seconds(86_401))
            var before = gateway.database.statistics.writes
            try await gateway.pipeline.escalate.runOnce()
            #expect(gateway.database.statistics.writes - before <= 3)
            for notice in notices {
                let ways = try await gateway.deliveries(of: notice, .email) + gateway.deliveries(of: notice, .sms)
                let missing = try await gateway.events(of: notice).count { $0 == .expectedEventMissing }
                #expect(missing == ways.count)
            }
            var reports: [ReceiptRecord] = []
            for notice in notices {
                let mail = try #require(try await gateway.deliveries(of: notice, .email).first)
                let entry = try gateway.recorder.entry(.receiptDelivered, delivery: mail, at: .ours(gateway.clock.now))
                let receipt = Receipt(
                    source: .dsn, delivery: mail.id, dedupeKey: "dsn", state: .delivered, reason: "2.0.0",
                    happenedAt: .ours(gateway.clock.now), raw: [1])
                reports.append(ReceiptRecord(receipt: receipt, evidence: ReceiptEvidence([entry])))
            }
            let nobody = Receipt(
                source: .dsn, delivery: DeliveryID("none"), dedupeKey: "dsn", state: .delivered, reason: "2.0.0",
                happenedAt: .ours(gateway.clock.now), raw: [1])
            reports.insert(ReceiptRecord(receipt: nobody, evidence: ReceiptEvidence([])), at: 7)
            before = gateway.database.statistics.writes
            let recordings = try await gateway.store.record(reports)
            #expect(gateway.database.statistics.writes - before == 1)
            #expect(recordings[7] == .unknownDelivery)
            #expect(recordings.count { $0 == .recorded(.delivered) } == 30)
            #expect(try await gateway.store.record(reports).count { $0 == .duplicate } == 30)
            for notice in notices {
                #expect(try await gateway.events(of: notice).count { $0 == .receiptDelivered } == 1)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `each silent text message has its turn to be asked about, also behind those that never answer`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            var messages: [DeliveryID] = []
            for _ in 0..<3 {
                let id = try await gateway.issue(gateway.riskAlert())
                try await gateway.settle()
                messages.append(try #require(try await gateway.deliveries(of: id, .sms).first).id)
                gateway.pass(.seconds(1))
            }
            let since = gateway.options.start
            func asked(_ limit: Int = 2) async throws -> [DeliveryID] {
                try await gateway.store.takeSilent(now: gateway.clock.now, since: since, limit: limit).map(
                    \.delivery.id)
            }
            #expect(try await asked().isEmpty, "left alone at first")
            gateway.pass(AwaitingReport.patience)
            #expect(try await asked() == [messages[0], messages[1]])
            #expect(try await asked() == [messages[2]])
            #expect(try await asked().isEmpty)
            try await gateway.store.stopAsking([messages[0]])
            gateway.pass(.seconds(600))
            #expect(Set(try await asked(9)) == [messages[1], messages[2]])
            // A report ends it, and so does age.
            let second = try #require(try await gateway.store.delivery(messages[1]))
            try await gateway.record(second, .delivered)
            gateway.pass(.seconds(7200))
            #expect(try await asked(9) == [messages[2]])
            gateway.pass(.seconds(86_400))
            let late = gateway.clock.now
            #expect(try await gateway.store.takeSilent(now: late, since: late, limit: 9).isEmpty)
            #expect(try await asked(9).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `two workers settle a rung once`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            gateway.pass(.seconds(86_401))
            let due = try #require(try await gateway.store.dueRungs(now: gateway.clock.now, limit: 10).due.first)
            #expect(due.notice.id == id)
            #expect(Set(due.states) == [.available, .accepted])
            let settled = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let entry = try gateway.recorder.entry(.escalated, notice: id, at: gateway.clock.now)
                        let step = RungStep(rung: due.rung, deliveries: [], evidence: [entry])
                        return try await gateway.store.settle([step]) == [true]
                    }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(settled.filter { $0 }.count == 1)
            #expect(try await gateway.events(of: id).filter { $0 == .escalated }.count == 1)
            #expect(try await gateway.store.notice(id)?.state == .closed)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a cursor is where it was put`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            #expect(try await gateway.store.cursor("mail:bounces") == nil)
            try await gateway.store.setCursor("mail:bounces", to: "17")
            try await gateway.store.setCursor("mail:bounces", to: "18")
            #expect(try await gateway.store.cursor("mail:bounces") == "18")
            #expect(try await gateway.store.cursor("sms:main") == nil)
        }
    }
}
