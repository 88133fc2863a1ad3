import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

/// Evidence is kept for ten years at least; then a person can be forgotten while the log still verifies (S-119).
@Suite struct RetentionTests {
    static let elevenYears = Duration.seconds(11 * 366 * 86_400)

    /// Certificates under test live five years, so nothing is sealed or stamped after the leap in time.
    static func lived(_ gateway: TestGateway) async throws -> NoticeID {
        gateway.mail.alwaysAccepts()
        gateway.sms.alwaysAccepts()
        try await gateway.person("卡纳里", email: "canary@example.com")
        let id = try await gateway.issue(gateway.clientContactChange())
        try await gateway.settle()
        return id
    }

    @Test func `fewer than ten years cannot be configured (S-119)`() async throws {
        var options = TestGateway.Options()
        options.retentionYears = 9
        await expectRefusal(.invalid, "10") { _ = try await TestGateway.make(on: .sqlite, options) }
    }

    @Test(arguments: Backend.allCases)
    func `within its years a person is not erased (S-119)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let id = try await Self.lived(gateway)
            gateway.pass(.seconds(9 * 366 * 86_400))
            await expectRefusal(.forbidden, "10") {
                try await gateway.retention.erase(PersonID("p-zhangsan"), basis: "申请", by: .author)
            }
            // The store checks again by itself: the desk's answer may be a moment old.
            await expectRefusal(.forbidden) {
                try await gateway.store.erase(
                    PersonID("p-zhangsan"), keepAfter: gateway.options.start.adding(.seconds(-1)), evidence: [])
            }
            #expect(try await gateway.store.content(of: id) != nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `after erasure names, addresses and bodies are unreadable and the log still verifies (S-119)`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend, checks: false) { gateway in
            let id = try await Self.lived(gateway)
            let before = try await gateway.audit()
            #expect(before.isSound && before.entriesErased == 0)
            gateway.pass(Self.elevenYears)
            let person = PersonID("p-zhangsan")
            try await gateway.retention.erase(person, basis: "期满", by: .author)

            #expect(try await gateway.store.content(of: id) == nil)
            #expect(try await gateway.store.document(of: id) == nil)
            #expect(try await gateway.store.recipients([person]).isEmpty)
            #expect(try await gateway.store.person(externalID: "ext-p-zhangsan") == nil)
            let notice = try #require(try await gateway.store.notice(id))
            #expect(notice.recipients.map(\.name) == [""])
            for delivery in try await gateway.store.deliveries(of: id) {
                #expect(delivery.address.value.isEmpty)
                #expect(delivery.stateReason == nil)
            }
            let entries = try await gateway.store.entries(of: id)
            #expect(entries.contains { $0.body == nil } && entries.contains { $0.body != nil })
            let standing = try await gateway.pipeline.prove.standing(of: id)
            #expect(standing.timeline.items.contains { $0.isErased })

            _ = try await gateway.sequencer.step()
            let report = try await gateway.audit()
            #expect(report.isSound, "\(report.findings)")
            #expect(report.entriesErased == entries.count { $0.body == nil })
            #expect(try await gateway.eventsOfTheHouse().contains("ErasureRun"))
            // A report that comes after all these years finds nobody.
            let mail = try #require(try await gateway.deliveries(of: id, .email).first)
            #expect(
                try await gateway.store.record(gateway.receipt(mail.id, .delivered), evidence: []) == .unknownDelivery)
            // Not even a process that had the key in its memory can write about the person again.
            await #expect(throws: EvidenceError.self) { try await gateway.person("卡纳里") }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a key that one process destroys is gone in the others within a second (S-119)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend, checks: false) { gateway in
            let id = try await Self.lived(gateway)
            let twin = SQLNoticeStore.stores(in: gateway.database, vault: gateway.keys.vault, clock: gateway.clock)
            gateway.pass(Self.elevenYears)
            let person = PersonID("p-zhangsan")
            // The key is in the twin's memory.
            #expect(try await twin.notices.content(of: id) != nil)
            let entries = try await gateway.log.entries(from: 0, limit: 100)
            let entry = try #require(entries.first { $0.subject.recipient != nil })
            guard case .clear = try await twin.log.openBody(of: entry) else {
                Issue.record("the twin cannot open what it may")
                return
            }
            try await gateway.retention.erase(person, basis: "期满", by: .author)
            gateway.pass(.seconds(1))

            #expect(try await twin.notices.content(of: id) == nil)
            #expect(try await twin.log.openBody(of: entry) == .erased)
            #expect(try await twin.notices.recipients([person]).isEmpty)
            let late = try gateway.recorder.entry(.contentOpened, notice: id, person: person, at: gateway.clock.now)
            await #expect(throws: EvidenceError(.erased, "")) { try await twin.log.stage([late]) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `erasing one of several recipients ends what is under way for them alone`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, checks: false) { gateway in
            let first = try await gateway.person()
            let second = try await gateway.person("李四", id: "p-lisi")
            // More than are looked up at once, and all of them sealed and not yet sent.
            var notices: Set<String> = []
            for _ in 0..<502 {
                notices.insert(try await gateway.issue(gateway.clientContactChange(to: [first, second])).rawValue)
            }
            while try await gateway.pipeline.seal.runOnce() > 0 {}
            gateway.pass(Self.elevenYears)
            try await gateway.retention.erase(second, basis: "期满", by: .author)
            let due = try await gateway.database.read { tx in
                try tx.query("SELECT notice, person FROM deliveries WHERE due_at IS NOT NULL").map {
                    (notice: try $0.get("notice", as: String.self), person: try $0.get("person", as: String.self))
                }
            }
            #expect(Set(due.map(\.person)) == [first.rawValue])
            #expect(Set(due.map(\.notice)) == notices, "the first one's deliveries wait as before")
            let rungs = try await gateway.database.read { tx in
                try tx.query("SELECT DISTINCT person FROM rungs WHERE settled_at IS NULL").map {
                    try $0.get("person", as: String.self)
                }
            }
            #expect(!rungs.contains(second.rawValue))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a hold beats erasure, also that of somebody who got the same notice`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, checks: false) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let first = try await gateway.person()
            let second = try await gateway.person("李四", id: "p-lisi")
            let id = try await gateway.issue(gateway.clientContactChange(to: [first, second]))
            try await gateway.settle()
            gateway.pass(Self.elevenYears)
            try await gateway.retention.setHold(first, held: true, reason: "（2037）沪01民初1号", by: .author)
            await expectRefusal(.forbidden, "hold") {
                try await gateway.retention.erase(first, basis: "期满", by: .author)
            }
            try await gateway.retention.setHold(first, held: false, reason: "结案", by: .author)
            try await gateway.retention.setHold(second, held: true, reason: "（2037）沪01民初2号", by: .author)
            await expectRefusal(.forbidden, "p-lisi") {
                try await gateway.retention.erase(first, basis: "期满", by: .author)
            }
            #expect(try await gateway.store.content(of: id) != nil)
            try await gateway.retention.setHold(second, held: false, reason: "结案", by: .author)
            try await gateway.retention.erase(first, basis: "期满", by: .author)
            #expect(try await gateway.store.recipients([second]).count == 1)
            await expectRefusal(.notFound) {
                try await gateway.retention.setHold(PersonID("nobody"), held: true, reason: "x", by: .author)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a person of whom a key never was is not taken for an erased one`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, checks: false) { gateway in
            _ = try await Self.lived(gateway)
            try await gateway.database.write { tx in
                try tx.dropTriggers()
                try tx.set(
                    "recipient", to: .text("p-never"), in: "evidence_entries", where: "recipient IS NOT NULL")
            }
            let report = try await gateway.audit()
            #expect(report.entriesErased == 0)
            #expect(!report.isSound)
        }
    }
}
