import Evidence
import Notices
import People
import SQL
import Store
import TestSupport
import Testing

/// What enters the log is told to whoever asked, at least once, until it is taken or three days are over.
@Suite struct WebhookFlowTests {
    private static let admin = Principal(id: "key-admin", kind: .apiKey, method: "api-key")

    /// A gateway with one web hook that is told of these.
    private func told(
        _ backend: Backend, _ events: Set<String> = ["notices", "deliveries"],
        _ change: (inout TestGateway.Options) -> Void = { _ in },
        _ body: (TestGateway, WebhookID, ScriptedReceiver, WebhookSender) async throws -> Void
    ) async throws {
        try await TestGateway.staffed(backend, change) { gateway in
            gateway.acceptsAll()
            try await gateway.sequence()
            let receiver = ScriptedReceiver()
            let (webhook, _) = try await gateway.webhookDesk().add(
                url: "https://crm.example.com/hook", name: "CRM", events: events, by: Self.admin)
            try await body(gateway, webhook.id, receiver, gateway.webhookSender(to: receiver))
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-125 each entry that was asked for is told once, by names and times alone`(_ backend: Backend) async throws {
        try await told(backend) { gateway, id, receiver, sender in
            let notice = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            try await sender.runOnce()
            let bodies = try receiver.received.map { try JSONValue(parsing: $0.body) }
            let entries = try await gateway.store.entries(of: notice)
            // Intents and readings are in no list; everything else about this notice is.
            let expected = entries.filter { TestGateway.webhookEvents.covers(["notices", "deliveries"], $0.event) }
            #expect(bodies.count == expected.count && bodies.count >= 4)
            #expect(Set(bodies.compactMap { $0["data"]?["entry"]?.string }) == Set(expected.map(\.id)))
            #expect(bodies.allSatisfy { $0["data"]?["notice"]?.string == notice.rawValue })
            #expect(bodies.contains { $0["type"] == "NoticeIssued" })
            #expect(bodies.contains { $0["type"] == "AttemptAccepted" })
            #expect(bodies.allSatisfy { $0["timestamp"]?.string.flatMap(Timestamp.init(rfc3339:)) != nil })
            for request in receiver.received {
                let text = String(decoding: request.body, as: UTF8.self)
                for secret in ["张三", "zhangsan@example.com", "+8613800005678", "李经理", "010-88886666"] {
                    #expect(!text.contains(secret))
                }
                #expect(request.url == "https://crm.example.com/hook")
            }
            #expect(Set(receiver.received.map { $0.header("webhook-id") }).count == receiver.received.count)
            try await sender.runOnce()
            #expect(receiver.received.count == bodies.count, "told once")
            #expect(try await gateway.store.webhook(id)?.counts == .init())
        }
    }

    @Test(arguments: Backend.allCases)
    func `what the HR core records is told with what it is about`(_ backend: Backend) async throws {
        try await told(backend, ["access"]) { gateway, _, receiver, sender in
            let act = try ActRecorder(recorder: gateway.recorder, clock: gateway.clock).act(
                .roleGranted, by: .songda, about: [.employee(PersonID("p-zhangsan")), Subject(kind: .unit, id: "u-1")])
            try await gateway.peopleStore.record([act])
            try await gateway.sequence()
            try await sender.runOnce()
            let body = try JSONValue(parsing: try #require(receiver.received.first).body)
            #expect(body["type"]?.string == "RoleGranted" && body["data"]?["subject"]?.string == "access")
            #expect(body["data"]?["person"]?.string == "p-zhangsan")
            let about: JSONValue = [["kind": "employee", "id": "p-zhangsan"], ["kind": "unit", "id": "u-1"]]
            #expect(body["data"]?["about"] == about)
        }
    }

    @Test(arguments: Backend.allCases)
    func `F37 a receiver that is down for an hour gets everything afterwards under the same names; 410 ends it`(
        _ backend: Backend
    ) async throws {
        try await told(backend) { gateway, id, receiver, sender in
            receiver.answers { _ in .failed("connection refused") }
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            try await sender.runOnce()
            let first = receiver.received
            #expect(first.count >= 4)
            let began = gateway.clock.now
            // Looked at every ten seconds: how often it is tried is ours to say, not how often somebody looks.
            while gateway.clock.now.since(began) < .seconds(3600) {
                gateway.pass(.seconds(10))
                try await sender.runOnce()
            }
            let perMessage = Dictionary(grouping: receiver.received) { $0.header("webhook-id") }
            #expect(Set(perMessage.keys) == Set(first.map { $0.header("webhook-id") }))
            for (_, tries) in perMessage {
                #expect((5...7).contains(tries.count), "5 s, 30 s, 2 min, 10 min, 30 min and their jitter")
                #expect(Set(tries.map(\.body)).count == 1)
                // A signature is of the moment it was made, so that a receiver can refuse old ones.
                #expect(Set(tries.map { $0.header("webhook-timestamp") }).count == tries.count)
            }
            receiver.answers(204)
            // The next wait is an hour and its jitter.
            try await gateway.advance(by: .seconds(3 * 3600), sender)
            #expect(try await gateway.store.webhook(id)?.counts == .init(), "nothing is left")
            let attempts = try await gateway.webhookDesk().attempts(at: first[0].header("webhook-id"), of: id)
            #expect(attempts.dropLast().allSatisfy { $0.status == nil && $0.words == "connection refused" })
            #expect(attempts.last?.status == 204)

            receiver.answers(410)
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let before = receiver.received.count
            try await sender.runOnce()
            let stopped = try #require(try await gateway.store.webhook(id))
            #expect(stopped.state == .disabled && stopped.disabledReason?.contains("410") == true)
            #expect(receiver.received.count - before <= 8, "nothing beyond what was under way")
            #expect(stopped.counts.pending > 0 && stopped.counts.dead == 0, "what was not told waits")
            try await gateway.advance(by: .seconds(86_400), sender)
            #expect(receiver.received.count - before <= 8)
            try await gateway.sequence()
            let ends = try await gateway.facts(.webhookDisabled).map(\.facts)
            #expect(ends.count == 1 && ends.first?["by"]?["id"]?.string == "songda")

            receiver.answers(200)
            _ = try await gateway.webhookDesk().enable(id, reason: "moved", missed: true, by: Self.admin)
            try await sender.runOnce()
            #expect(try await gateway.store.webhook(id)?.counts == .init())
        }
    }

    @Test(arguments: Backend.allCases)
    func `F37 after 72 hours a message is given up, is shown, and can be sent again`(_ backend: Backend) async throws {
        try await told(backend, ["NoticeIssued"]) { gateway, id, receiver, sender in
            receiver.answers(503, retryAfter: .seconds(9_000_000))
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let began = gateway.clock.now
            var last = began
            while try await gateway.store.webhook(id)?.counts.dead == 0,
                gateway.clock.now.since(began) < .seconds(5 * 86_400)
            {
                let before = receiver.received.count
                try await sender.runOnce()
                if receiver.received.count > before { last = gateway.clock.now }
                gateway.pass(.seconds(600))
            }
            #expect(last.since(began) <= .seconds(72 * 3600) && last.since(began) > .seconds(24 * 3600))
            let desk = gateway.webhookDesk()
            let dead = try await desk.messages(of: id, in: .dead, limit: 10)
            #expect(dead.map(\.event) == ["NoticeIssued"])
            #expect(try await desk.webhook(id).state == .active, "one message is no reason to stop")
            let count = receiver.received.count
            try await gateway.advance(by: .seconds(5 * 86_400), sender)
            #expect(receiver.received.count == count)
            receiver.answers(200)
            let again = try await desk.resend(try #require(dead.first).id, of: id, by: Self.admin)
            #expect(again.state == .pending)
            try await sender.runOnce()
            #expect(receiver.received.last?.header("webhook-id") == dead.first?.id)
            #expect(try await desk.messages(of: id, in: .delivered, limit: 10).map(\.id) == dead.map(\.id))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a message whose answer was lost with the process comes again under its name`(_ backend: Backend) async throws
    {
        try await told(backend, ["NoticeIssued"]) { gateway, id, receiver, sender in
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            // Claimed, sent, and then nothing: as a process that dies before it can write down the answer.
            let lease = Lease(owner: "gone", now: gateway.clock.now, until: gateway.clock.now.adding(.seconds(60)))
            let webhook = try #require(try await gateway.store.webhook(id))
            let entries = try await gateway.store.entries(from: webhook.nextLeaf, limit: 100)
            let now = gateway.clock.now
            let issued = try #require(entries.first { $0.event == .noticeIssued })
            let message = WebhookMessage(
                id: "msg_\(issued.id)", webhook: id, event: "NoticeIssued", payload: "{}", createdAt: now, dueAt: now)
            #expect(
                try await gateway.store.tell(
                    id, from: webhook.nextLeaf, to: try #require(entries.last).leaf + 1, [message]))
            #expect(try await gateway.store.claim(id, lease, limit: 8).map(\.message.id) == [message.id])
            try await sender.runOnce()
            #expect(receiver.received.isEmpty, "it is somebody's")
            gateway.pass(.seconds(61))
            try await sender.runOnce()
            #expect(receiver.received.map { $0.header("webhook-id") } == [message.id])
            let attempts = try await gateway.webhookDesk().attempts(at: message.id, of: id)
            #expect(attempts.map(\.status) == [nil, 200] && attempts.first?.milliseconds == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `two senders on one database tell everything once`(_ backend: Backend) async throws {
        try await told(backend) { gateway, id, receiver, sender in
            for _ in 0..<5 { _ = try await gateway.issue(gateway.clientContactChange()) }
            try await gateway.settle()
            let other = gateway.webhookSender(to: receiver, owner: "two")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await sender.runOnce() }
                group.addTask { try await other.runOnce() }
                try await group.waitForAll()
            }
            try await sender.runOnce()
            let names = receiver.received.map { $0.header("webhook-id") }
            #expect(Set(names).count == names.count && names.count >= 20)
            #expect(try await gateway.store.webhook(id)?.counts == .init())
        }
    }

    @Test(arguments: Backend.allCases)
    func `where there is no web hook nothing is written and the log wakes nobody`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let sender = gateway.webhookSender(to: ScriptedReceiver())
            try await sender.runOnce()
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let before = gateway.database.statistics
            for _ in 0..<100 { sender.logGrew() }
            try await sender.runOnce()
            #expect(gateway.database.statistics.writes == before.writes)
            #expect(gateway.database.statistics.reads <= before.reads + 1, "one look at an empty table")
        }
    }

    @Test(arguments: Backend.allCases)
    func `an outbox fills to its bound, and what is beyond stays in the log`(_ backend: Backend) async throws {
        try await told(backend) { gateway, id, receiver, _ in
            receiver.answers(500)
            var limits = WebhookSender.Limits()
            (limits.outbox, limits.page) = (10, 5)
            let sender = gateway.webhookSender(to: receiver, limits: limits)
            for _ in 0..<10 { _ = try await gateway.issue(gateway.clientContactChange()) }
            try await gateway.settle()
            try await sender.runOnce()
            let waiting = try #require(try await gateway.store.webhook(id)).counts.pending
            #expect((10...15).contains(waiting))
            receiver.answers(200)
            try await gateway.advance(by: .seconds(3600), sender)
            let taken = try await gateway.store.messages(of: id, in: .delivered, after: nil, limit: 200)
            #expect(taken.count >= 40)
            #expect(try await gateway.store.webhook(id)?.counts == .init())
        }
    }

    @Test(arguments: Backend.allCases)
    func `what happens in a rehearsal is told as such`(_ backend: Backend) async throws {
        try await told(backend, ["NoticeIssued"], { $0.isRehearsal = true }) { gateway, _, receiver, sender in
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            try await sender.runOnce()
            let body = try JSONValue(parsing: try #require(receiver.received.first).body)
            #expect(body["data"]?["rehearsal"] == true)
        }
    }

    @Test(arguments: Backend.allCases)
    func `what was delivered a month ago makes room`(_ backend: Backend) async throws {
        try await told(backend, ["NoticeIssued"]) { gateway, id, receiver, sender in
            _ = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            try await sender.runOnce()
            #expect(receiver.received.count == 1)
            gateway.pass(.seconds(29 * 86_400))
            try await sender.runOnce()
            #expect(try await gateway.store.messages(of: id, in: nil, after: nil, limit: 10).count == 1)
            gateway.pass(.seconds(2 * 86_400))
            try await sender.runOnce()
            #expect(try await gateway.store.messages(of: id, in: nil, after: nil, limit: 10).isEmpty)
        }
    }
}

extension TestGateway {
    /// Lets time pass in steps of ten minutes while a sender works.
    fileprivate func advance(by span: Duration, _ sender: WebhookSender) async throws {
        let end = clock.now.adding(span)
        while clock.now < end {
            pass(.seconds(600))
            try await sender.runOnce()
        }
    }
}
