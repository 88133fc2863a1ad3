import Evidence
import Notices
import SQL
import TestSupport
import Testing

/// Registering web hooks and looking after them; every change is evidence and nothing is half done.
@Suite struct WebhookDeskTests {
    private static let admin = Principal(id: "key-admin", kind: .apiKey, method: "api-key")

    private func add(_ gateway: TestGateway, _ events: Set<String> = ["notices"]) async throws -> (
        WebhookID, WebhookSecret
    ) {
        let (webhook, secret) = try await gateway.webhookDesk().add(
            url: "https://crm.example.com/hook", name: "CRM", events: events, by: Self.admin)
        return (webhook.id, secret)
    }

    @Test(arguments: Backend.allCases)
    func `what is wrong with a web hook is said all at once, and nothing is stored`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            do {
                _ = try await gateway.webhookDesk().add(
                    url: "https://bad.example.com", name: "", events: ["clients", "Nothing", "AttemptStarted"],
                    by: Self.admin)
                Issue.record("it was taken")
            } catch let error as NoticeError {
                #expect(error.faults.map(\.field) == ["url", "events", "events", "name"])
                #expect(error.faults[1].message.contains("\"AttemptStarted\" is neither a subject"))
            }
            await expectRefusal(.invalid, "name subjects or events") { _ = try await add(gateway, []) }
            #expect(try await gateway.store.webhooks().isEmpty)
            #expect(try await gateway.facts(.webhookAdded).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `there is an end to how many are served`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            for _ in 0..<WebhookDesk.maximum { _ = try await add(gateway) }
            await expectRefusal(.conflict, "no more than 20") { _ = try await add(gateway) }
            try await gateway.sequence()
            #expect(try await gateway.facts(.webhookAdded).count == WebhookDesk.maximum)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a secret lies sealed, and its evidence holds its hash alone`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let (id, secret) = try await add(gateway)
            let stored: [UInt8] = try await gateway.database.read { tx in
                try tx.first("SELECT secret FROM webhooks WHERE id = \(id.rawValue)")?.get("secret") ?? []
            }
            #expect(stored.count > 32 && !stored.contains(secret.bytes))
            #expect(try await gateway.store.secrets(of: id, at: gateway.clock.now) == [secret])
            try await gateway.sequence()
            let facts = try #require(try await gateway.facts(.webhookAdded).first).facts
            #expect(facts["secretHash"]?.string == SHA256.hash(secret.bytes).hex)
            #expect(!facts.canonicalText.contains(Base64.encode(secret.bytes)))
        }
    }

    @Test(arguments: Backend.allCases)
    func `while a secret is replaced both sign, and then the new one alone`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let (id, old) = try await add(gateway)
            let desk = gateway.webhookDesk()
            let (webhook, new) = try await desk.rotate(id, overlap: .seconds(3600), by: Self.admin)
            #expect(webhook.previousSecretUntil == gateway.clock.now.adding(.seconds(3600)))
            let receiver = ScriptedReceiver()
            let sender = gateway.webhookSender(to: receiver)
            _ = try await desk.test(id, by: Self.admin)
            try await sender.runOnce()
            gateway.pass(.seconds(3600))
            _ = try await desk.test(id, by: Self.admin)
            try await sender.runOnce()
            for (request, secrets) in zip(receiver.received, [[new, old], [new]]) {
                let seconds = try #require(Int64(request.header("webhook-timestamp")))
                let wanted = secrets.map {
                    $0.signature(id: request.header("webhook-id"), seconds: seconds, body: request.body)
                }
                #expect(request.header("webhook-signature") == wanted.joined(separator: " "))
            }
            #expect(receiver.received.count == 2)
            let (_, third) = try await desk.rotate(id, overlap: .zero, by: Self.admin)
            #expect(try await gateway.store.secrets(of: id, at: gateway.clock.now) == [third])
            await expectRefusal(.invalid, "give 0 to 168") {
                _ = try await desk.rotate(id, overlap: .seconds(169 * 3600), by: Self.admin)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a disabled web hook is told nothing, and of what it missed only when somebody says so`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let (id, _) = try await add(gateway, ["NoticeIssued"])
            let (desk, receiver) = (gateway.webhookDesk(), ScriptedReceiver())
            let sender = gateway.webhookSender(to: receiver)
            await expectRefusal(.invalid, "say why") { _ = try await desk.disable(id, reason: "", by: Self.admin) }
            for missed in [false, true] {
                _ = try await desk.disable(id, reason: "their maintenance", by: Self.admin)
                await expectRefusal(.conflict, "disabled already") {
                    _ = try await desk.disable(id, reason: "again", by: Self.admin)
                }
                await expectRefusal(.conflict, "enable it first") { _ = try await desk.test(id, by: Self.admin) }
                _ = try await gateway.issue(gateway.clientContactChange())
                try await gateway.settle()
                try await sender.runOnce()
                #expect(receiver.received.isEmpty)
                _ = try await desk.enable(id, reason: "over", missed: missed, by: Self.admin)
                try await sender.runOnce()
                #expect(receiver.received.count == (missed ? 1 : 0))
            }
            try await gateway.sequence()
            #expect(
                try await gateway.facts(.webhookDisabled).map { $0.facts["reason"]?.string } == [
                    "their maintenance", "their maintenance",
                ])
            #expect(try await gateway.facts(.webhookEnabled).map { $0.facts["missed"]?.bool } == [false, true])
        }
    }

    @Test(arguments: Backend.allCases)
    func `what is not there is not found, and what waits is not sent again`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let (id, _) = try await add(gateway)
            let desk = gateway.webhookDesk()
            let nobody = WebhookID("nobody")
            await expectRefusal(.notFound) { _ = try await desk.webhook(nobody) }
            await expectRefusal(.notFound) { _ = try await desk.rotate(nobody, by: Self.admin) }
            await expectRefusal(.notFound) { _ = try await desk.disable(nobody, reason: "x", by: Self.admin) }
            await expectRefusal(.notFound) { _ = try await desk.messages(of: nobody, limit: 1) }
            await expectRefusal(.notFound) { _ = try await desk.resend("msg_none", of: id, by: Self.admin) }
            let message = try await desk.test(id, by: Self.admin)
            await expectRefusal(.conflict, "still waits") {
                _ = try await desk.resend(message.id, of: id, by: Self.admin)
            }
            #expect(try JSONValue(parsing: Array(message.payload.utf8))["type"]?.string == "WebhookTest")
        }
    }
}
