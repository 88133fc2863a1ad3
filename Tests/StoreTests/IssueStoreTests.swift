import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

@Suite struct IssueStoreTests {
    static func claim(_ key: String, body: String = "body") -> IdempotencyClaim {
        IdempotencyClaim(principal: "key-author", key: key, requestHash: SHA256.hash(Array(body.utf8)))
    }

    @Test(arguments: Backend.allCases)
    func `a hundred requests with one idempotency key make one notice (F48)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let request = gateway.clientContactChange()
            let answers = try await withThrowingTaskGroup(of: Acceptance.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await gateway.pipeline.issue.issue(
                            request, by: .author, idempotency: Self.claim("order-1"))
                    }
                }
                return try await group.reduce(into: [Acceptance]()) { $0.append($1) }
            }
            let accepted = answers.compactMap { if case .accepted(let id) = $0 { id } else { nil } }
            let replayed = answers.compactMap { if case .replayed(let id) = $0 { id } else { nil } }
            #expect(accepted.count == 1)
            #expect(Set(replayed) == Set(accepted))
            #expect(try await gateway.count("notices") == 1)
            #expect(try await gateway.count("evidence_entries", where: "event = 'NoticeIssued'") == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the same key with another body is refused, the same key of another caller is not (F48)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let request = gateway.clientContactChange()
            let first = try await gateway.issue(request, idempotency: Self.claim("k"))
            await expectRefusal(.idempotencyMismatch, "k") {
                _ = try await gateway.issue(request, idempotency: Self.claim("k", body: "other"))
            }
            let other = IdempotencyClaim(principal: "somebody", key: "k", requestHash: SHA256.hash([1]))
            #expect(try await gateway.issue(request, idempotency: other) != first)
            #expect(try await gateway.count("notices") == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a request that fails half-way leaves nothing behind`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let id = try await gateway.issue(gateway.clientContactChange(), idempotency: Self.claim("k"))
            let notice = try #require(try await gateway.store.notice(id))
            let content = try #require(try await gateway.store.content(of: id))
            let entry = try gateway.recorder.entry(.noticeIssued, notice: id, at: gateway.clock.now)
            // The same id and number again: the row is refused, so its key and entry must not stay either.
            await #expect(throws: SQLError.self) {
                _ = try await gateway.store.accept(
                    NewNotice(notice: notice, content: content, idempotency: Self.claim("k2")), evidence: [entry])
            }
            #expect(try await gateway.count("idempotency_keys") == 1)
            #expect(try await gateway.count("notice_recipients") == 1)
            #expect(try await gateway.count("evidence_entries") == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `two approvers who click at once make one transition (F49)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            let id = try await gateway.issue(gateway.dismissalRequest())
            let hash = try #require(try await gateway.store.notice(id)).contentHash
            // Each clicks five times.
            let outcomes = await withTaskGroup(of: Result<NoticeState, any Error>.self) { group in
                for approver in [Principal.approverA, .approverB] {
                    for _ in 0..<5 {
                        group.addTask {
                            do {
                                return .success(
                                    try await gateway.pipeline.issue.approve(id, contentHash: hash, by: approver).state)
                            } catch { return .failure(error) }
                        }
                    }
                }
                return await group.reduce(into: [Result<NoticeState, any Error>]()) { $0.append($1) }
            }
            #expect(outcomes.filter { (try? $0.get()) != nil }.count == 2)
            #expect(try await gateway.store.notice(id)?.state == .approved)
            #expect(try await gateway.store.approvals(of: id).count == 2)
            #expect(try await gateway.events(of: id).filter { $0 == .approvalGiven }.count == 2)
            #expect(try await gateway.pipeline.seal.runOnce() == 1)
            #expect(try await gateway.pipeline.seal.runOnce() == 0)
            try await gateway.settle()
        }
    }

    @Test(arguments: Backend.allCases)
    func `neither the author nor whoever edited a notice approves it (F49)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let id = try await gateway.issue(gateway.dismissalRequest())
            let hash = try #require(try await gateway.store.notice(id)).contentHash
            await expectRefusal(.forbidden) {
                _ = try await gateway.pipeline.issue.approve(id, contentHash: hash, by: .author)
            }
            let edited = try await gateway.pipeline.issue.edit(
                id, fields: gateway.dismissalRequest(fields: ["position": "华北区销售经理"]).fields, by: .approverA)
            #expect(edited.contentHash != hash)
            for writer in [Principal.author, .approverA] {
                await expectRefusal(.forbidden) {
                    _ = try await gateway.pipeline.issue.approve(id, contentHash: edited.contentHash, by: writer)
                }
            }
            #expect(
                try await gateway.pipeline.issue.approve(id, contentHash: edited.contentHash, by: .approverB).state
                    == .awaitingApproval)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an edit voids the approvals, and an approval of the old words is refused (F49)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let id = try await gateway.issue(gateway.dismissalRequest())
            let old = try #require(try await gateway.store.notice(id)).contentHash
            _ = try await gateway.pipeline.issue.approve(id, contentHash: old, by: .approverA)
            _ = try await gateway.pipeline.issue.edit(
                id, fields: gateway.dismissalRequest(fields: ["position": "华北区销售经理"]).fields, by: .author)
            #expect(try await gateway.store.approvals(of: id).isEmpty)
            await expectRefusal(.conflict, "not the one given") {
                _ = try await gateway.pipeline.issue.approve(id, contentHash: old, by: .approverB)
            }
            #expect(
                try await gateway.events(of: id) == [
                    .noticeIssued, .groundsStated, .approvalGiven, .approvalVoided,
                ])
        }
    }

    @Test(arguments: Backend.allCases)
    func `an edit cannot take away what let the notice pass the pre-flight check`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            func edit(_ id: NoticeID, _ fields: [String: JSONValue]) async throws {
                _ = try await gateway.pipeline.issue.edit(
                    id, fields: gateway.dismissalRequest(fields: fields).fields, by: .author)
            }
            var request = gateway.dismissalRequest()
            request.declarations = PreflightDeclarations()
            let bare = try await gateway.issue(request)
            await expectRefusal(.invalid) { try await edit(bare, ["evidence": .null]) }
            await expectRefusal(.invalid) { try await edit(bare, ["unionNoticeDate": .null]) }
            try await edit(bare, ["position": "华北区销售经理"])
            #expect(try await gateway.events(of: bare).last == .approvalVoided)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an edit keeps to the overrides that two people stand behind`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.person(isConfirmed: false)
            var request = gateway.dismissalRequest()
            request.overrides = [PreflightOverride(finding: "address", reason: "另行安排 EMS", confirmedBy: "u-wang")]
            let id = try await gateway.issue(request)
            let fields = gateway.dismissalRequest(fields: ["position": "华北区销售经理"]).fields
            _ = try await gateway.pipeline.issue.edit(id, fields: fields, by: .author)
            // Cured meanwhile: the override is moot, and no reason to refuse.
            try await gateway.person()
            _ = try await gateway.pipeline.issue.edit(id, fields: request.fields, by: .author)
            #expect(try await gateway.store.notice(id)?.recipients.map(\.person) == [person])
        }
    }

    @Test(arguments: Backend.allCases)
    func `of two edits of the same words the second is refused, and the evidence names the true words before`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let id = try await gateway.issue(gateway.dismissalRequest())
            let old = try #require(try await gateway.store.notice(id)).contentHash
            let first = try await gateway.pipeline.issue.edit(
                id, fields: gateway.dismissalRequest(fields: ["position": "华北区销售经理"]).fields, by: .author)
            // The second editor read the notice before the first one's words were stored.
            let late = Array("{}".utf8)
            await expectRefusal(.conflict, "meanwhile") {
                _ = try await gateway.store.replaceContent(
                    of: id, replacing: old, with: late, hash: SHA256.hash(late), by: .author, evidence: [])
            }
            #expect(try await gateway.store.notice(id)?.contentHash == first.contentHash)
            let second = try await gateway.pipeline.issue.edit(
                id, fields: gateway.dismissalRequest(fields: ["position": "华南区销售经理"]).fields, by: .author)
            let voided = try await gateway.facts(.approvalVoided, of: id)
            #expect(voided.map { $0.facts["contentHashBefore"]?.string } == [old.hex, first.contentHash.hex])
            #expect(voided.last?.facts["contentHash"]?.string == second.contentHash.hex)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an approver who loses the right between the page and the click is refused in the same transaction (F49)`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let id = try await gateway.issue(gateway.dismissalRequest())
            let hash = try #require(try await gateway.store.notice(id)).contentHash
            let keys = APIKeyDesk(store: gateway.store, recorder: gateway.recorder, clock: gateway.clock)
            let (key, _) = try await keys.make(name: "approver", scopes: [.approve], person: nil, by: .author)
            let (reader, _) = try await keys.make(name: "reader", scopes: [.read], person: nil, by: .author)
            // Both were admitted a moment ago; what happened since is known to the database alone.
            try await keys.revoke(key.id, by: .author)
            for lost in [key.id, reader.id, "key-nobody"] {
                let approver = Principal(id: lost, kind: .apiKey, method: "api-key")
                await expectRefusal(.forbidden, "may not approve") {
                    _ = try await gateway.pipeline.issue.approve(id, contentHash: hash, by: approver)
                }
            }
            try await gateway.database.write { tx in
                try tx.execute("UPDATE accounts SET disabled_at = 1 WHERE id = \(Principal.approverA.id)")
                try tx.execute("UPDATE accounts SET scopes = 'read' WHERE id = \(Principal.approverB.id)")
            }
            for lost in [Principal.approverA, .approverB, .songda] {
                await expectRefusal(.forbidden, "may not approve") {
                    _ = try await gateway.pipeline.issue.approve(id, contentHash: hash, by: lost)
                }
            }
            #expect(try await gateway.store.approvals(of: id).isEmpty)
            let (other, _) = try await keys.make(name: "other", scopes: [.approve], person: nil, by: .author)
            _ = try await gateway.pipeline.issue.approve(
                id, contentHash: hash, by: Principal(id: other.id, kind: .apiKey, method: "api-key"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `an edit cannot change the ground behind the pre-flight check`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let id = try await gateway.issue(gateway.dismissalRequest())
            await expectRefusal(.conflict, "ground") {
                _ = try await gateway.pipeline.issue.edit(
                    id,
                    fields: gateway.dismissalRequest(fields: [
                        "ground": "40-2", "ruleClause": .null, "priorSteps": "培训三个月", "noticeMode": "thirty-days",
                        "protectedCheckDate": "2026-11-17", "compensation": "63200.00",
                    ]).fields, by: .author)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `an approved notice is neither approved again nor edited`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.person()
            let id = try await gateway.approvedDismissal()
            let hash = try #require(try await gateway.store.notice(id)).contentHash
            let third = Principal.approverC
            await expectRefusal(.conflict) {
                _ = try await gateway.pipeline.issue.approve(id, contentHash: hash, by: third)
            }
            await expectRefusal(.conflict) {
                _ = try await gateway.pipeline.issue.edit(id, fields: gateway.dismissalRequest().fields, by: .author)
            }
            await expectRefusal(.notFound) {
                _ = try await gateway.pipeline.issue.approve(NoticeID("none"), contentHash: hash, by: third)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a notice is withdrawn only while nothing has left us`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            let waiting = try await gateway.issue(gateway.dismissalRequest())
            let cancelled = try await gateway.pipeline.issue.cancel(waiting, reason: "写错了", by: .author)
            #expect(cancelled.state == .cancelled)
            await expectRefusal(.conflict) {
                _ = try await gateway.pipeline.issue.cancel(waiting, reason: "again", by: .author)
            }
            await expectRefusal(.conflict) {
                _ = try await gateway.pipeline.issue.approve(
                    waiting, contentHash: cancelled.contentHash, by: .approverA)
            }
            let approved = try await gateway.approvedDismissal()
            #expect(try await gateway.pipeline.issue.cancel(approved, reason: "x", by: .author).state == .cancelled)
            #expect(try await gateway.pipeline.seal.runOnce() == 0)

            let sent = try await gateway.approvedDismissal()
            try await gateway.settle()
            await expectRefusal(.conflict, "begun") {
                _ = try await gateway.pipeline.issue.cancel(sent, reason: "too late", by: .author)
            }
            #expect(try await gateway.events(of: waiting) == [.noticeIssued, .groundsStated, .noticeCancelled])
        }
    }
}
