import Channels
import Evidence
import Foundation
import Notices
import Store
import TestSupport
import Testing

/// Live, team and test keys: to whom goes what a key issues.
@Suite struct TrialKeyTests {
    static let test = Principal(id: "key-test", kind: .apiKey, method: "api-key", keyKind: .test)
    static let team = Principal(id: "key-team", kind: .apiKey, method: "api-key", keyKind: .team)

    private func issue(_ request: IssueRequest, by author: Principal, _ gateway: TestGateway) async throws -> NoticeID {
        switch try await gateway.pipeline.issue.issue(request, by: author) {
        case .accepted(let id), .replayed(let id): return id
        }
    }

    private func tray(
        _ backend: Backend, _ body: (TestGateway, SandboxTray, ReceiptDesk) async throws -> Void
    ) async throws {
        try await TestGateway.staffed(backend, { $0.hasSandbox = true }) { gateway in
            let desk = ReceiptDesk(
                store: gateway.store, recorder: gateway.recorder.rehearsing(true), clock: gateway.clock)
            try await body(gateway, try #require(gateway.sandbox), desk)
        }
    }

    @Test(arguments: Backend.allCases)
    func `what a test key issues walks the whole way, reaches the sandbox alone, and is marked everywhere`(
        _ backend: Backend
    ) async throws {
        try await tray(backend) { gateway, tray, desk in
            // No relay and no gateway is told anything: one that gets a parcel fails the check at the end.
            let message = try await issue(gateway.clientContactChange(), by: Self.test, gateway)
            let formal = try await issue(gateway.dismissalRequest(), by: Self.test, gateway)
            let hash = try #require(try await gateway.store.notice(formal)).contentHash
            for approver in [Principal.approverA, .approverB] {
                _ = try await gateway.pipeline.issue.approve(formal, contentHash: hash, by: approver)
            }
            try await gateway.settle()
            #expect(try await tray.reportOnce(to: desk) >= 2)
            try await gateway.settle()
            #expect(gateway.mail.parcels.isEmpty && gateway.sms.parcels.isEmpty)
            #expect(tray.messages.contains { $0.channel == .email && $0.subject?.hasPrefix("[演练 REHEARSAL] ") == true })
            #expect(tray.messages.contains { $0.channel == .sms && $0.text.hasPrefix("[演练，无法律效力]") })
            for id in [message, formal] {
                #expect(try await gateway.store.notice(id)?.isRehearsal == true)
                let mail = try await gateway.only(.email, of: id)
                #expect(mail.state == .delivered)
                for entry in try await gateway.store.entries(of: id) {
                    #expect(try EntryBody(parsing: try #require(entry.body)).isRehearsal, "\(entry.event)")
                }
            }
            let (name, bundle) = try await gateway.pipeline.prove.bundle(of: message, for: .author)
            #expect(name.hasPrefix("REHEARSAL-") && !bundle.bytes.isEmpty)
            // The same server, the same person, and meant.
            gateway.acceptsAll()
            let meant = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            #expect(gateway.mail.parcels.map(\.notice) == [meant])
            #expect(try await gateway.store.notice(meant)?.isRehearsal == false)
            let entries = try await gateway.store.entries(of: meant)
            #expect(try entries.allSatisfy { try !EntryBody(parsing: $0.body ?? []).isRehearsal })
        }
    }

    @Test(arguments: Backend.allCases)
    func `nobody finds in their inbox what a test key has issued, and a test key finds nothing else`(
        _ backend: Backend
    ) async throws {
        try await tray(backend) { gateway, _, _ in
            gateway.acceptsAll()
            let person = PersonID("p-zhangsan")
            let rehearsed = try await issue(gateway.clientContactChange(), by: Self.test, gateway)
            let meant = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            #expect(try await gateway.store.items(of: person, after: nil, limit: 9).items.map(\.notice) == [meant])
            let items = try await gateway.store.items(of: person, ofTestKeys: true, after: nil, limit: 9).items
            #expect(items.map(\.notice) == [rehearsed])
            let delivery = try #require(items.first).delivery
            #expect(try await gateway.store.item(delivery, of: person) == nil)
            #expect(try await gateway.store.item(delivery, of: person, ofTestKeys: true) != nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a code that opens what a test key has issued goes to the sandbox too`(_ backend: Backend) async throws {
        try await tray(backend) { gateway, tray, desk in
            let formal = try await issue(gateway.dismissalRequest(), by: Self.test, gateway)
            let hash = try #require(try await gateway.store.notice(formal)).contentHash
            for approver in [Principal.approverA, .approverB] {
                _ = try await gateway.pipeline.issue.approve(formal, contentHash: hash, by: approver)
            }
            try await gateway.settle()
            let mail = try #require(tray.messages.first { $0.channel == .email }).text
            let link = try #require(mail.firstMatch(of: /\/n\/([0-9a-f]{76})/))
            let before = tray.messages.count
            try await gateway.pipeline.read.sendCode(forLink: String(link.1))
            let code = try #require(tray.messages.last)
            #expect(tray.messages.count == before + 1 && code.text.contains("[演练，无法律效力]"))
            #expect(gateway.sms.parcels.isEmpty)
            #expect(try await tray.reportOnce(to: desk) >= 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a test key decides over nothing that is meant`(_ backend: Backend) async throws {
        try await tray(backend) { gateway, _, _ in
            let meant = try await gateway.issue(gateway.dismissalRequest())
            let notice = try #require(try await gateway.store.notice(meant))
            await expectRefusal(.forbidden, "not issued with a test key") {
                _ = try await gateway.pipeline.issue.approve(meant, contentHash: notice.contentHash, by: Self.test)
            }
            await expectRefusal(.forbidden) {
                _ = try await gateway.pipeline.issue.cancel(meant, reason: "x", by: Self.test)
            }
            await expectRefusal(.forbidden) {
                _ = try await gateway.pipeline.issue.edit(
                    meant, fields: gateway.dismissalRequest().fields, by: Self.test)
            }
            #expect(try await gateway.store.notice(meant)?.state == .awaitingApproval)
        }
    }

    @Test(arguments: Backend.allCases)
    func `where there is no sandbox what a test key has issued is set aside and reaches nobody`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            let id = try await issue(gateway.clientContactChange(), by: Self.test, gateway)
            try await gateway.settle()
            #expect(gateway.mail.parcels.isEmpty && gateway.sms.parcels.isEmpty)
            let aside = try await gateway.pipeline.operate.quarantinedDeliveries(limit: 9)
            #expect(aside.count == 2 && aside.allSatisfy { $0.delivery.notice == id })
        }
    }

    @Test(arguments: Backend.allCases)
    func `a team key sends to listed addresses alone; the refusal names the others and says how to list them`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let admin = Principal(id: "key-admin", kind: .apiKey, method: "api-key")
            let (desk, request) = (gateway.teamDesk, gateway.clientContactChange())
            _ = try await desk.add("zhangsan@example.com", on: .email, by: admin)
            do {
                _ = try await issue(request, by: Self.team, gateway)
                Issue.record("it was sent to a phone that is not listed")
            } catch let error as NoticeError {
                #expect(error.code == .forbidden && error.reason.contains("songda keys team add"))
                #expect(error.faults.map(\.message) == ["sms +8613800005678 is not listed"])
            }
            let phone = try await desk.add("+8613800005678", on: .sms, by: admin)
            await expectRefusal(.conflict, "on the list already") {
                _ = try await desk.add("+8613800005678", on: .sms, by: admin)
            }
            let id = try await issue(request, by: Self.team, gateway)
            try await gateway.settle()
            #expect(try await gateway.store.notice(id)?.isRehearsal == false)
            #expect(gateway.mail.parcels.count == 1 && gateway.sms.parcels.count == 1, "it is meant")
            try await desk.remove(phone.id, by: admin)
            await expectRefusal(.forbidden) { _ = try await issue(request, by: Self.team, gateway) }
            await expectRefusal(.notFound) { try await desk.remove(phone.id, by: admin) }
            _ = try await gateway.issue(request)
            try await gateway.sequence()
            #expect(try await gateway.facts(.teamAddressListed).count == 2)
            #expect(try await gateway.facts(.teamAddressRemoved).count == 1)
            // Sealed as every address is.
            let values: [[UInt8]] = try await gateway.database.read { tx in
                try tx.query("SELECT value FROM team_addresses").map { try $0.get("value") }
            }
            #expect(values.allSatisfy { !$0.contains(Array("zhangsan".utf8)) } && values.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a key's kind is in its secret and on record; team and test keys change nothing beside notices`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            let desk = APIKeyDesk(store: gateway.store, recorder: gateway.recorder, clock: gateway.clock)
            for kind in APIKey.Kind.allCases {
                let (key, secret) = try await desk.make(
                    name: "k", kind: kind, scopes: [.issue], person: nil, by: .author)
                #expect(secret.hasPrefix("sd_\(kind.rawValue)_") && key.kind == kind)
                #expect(try await gateway.store.apiKey(key.hash)?.kind == kind)
            }
            for scope in [APIKey.Scope.administer, .hr, .integrate] {
                for kind in [APIKey.Kind.team, .test] {
                    await expectRefusal(.invalid, "what that changes is real") {
                        _ = try await desk.make(name: "k", kind: kind, scopes: [scope], person: nil, by: .author)
                    }
                }
            }
            try await gateway.sequence()
            #expect(
                try await gateway.facts(.apiKeyIssued).compactMap { $0.facts["kind"]?.string } == [
                    "live", "team", "test",
                ])
        }
    }
}
