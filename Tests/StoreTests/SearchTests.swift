import Evidence
import Notices
import Store
import TestSupport
import Testing

@Suite struct SearchTests {
    @Test(arguments: Backend.allCases)
    func `a notice is found by either hash and its people by their addresses, by index`(_ backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let person = try await gateway.person()
            let id = try await gateway.issue(gateway.clientContactChange(to: [person]))
            try await gateway.settle()
            let notice = try #require(try await gateway.store.notice(id))
            for hash in [notice.contentHash, try #require(notice.documentHash)] {
                #expect(try await gateway.store.notices(withHash: hash, isSealed: false, limit: 5).map(\.id) == [id])
            }
            #expect(try await gateway.store.notices(withHash: SHA256.hash([1]), isSealed: false, limit: 5).isEmpty)
            let known = try #require(try await gateway.store.recipients([person])[person])
            for address in known.addresses where address.channel != .inbox {
                let found = try await gateway.store.people(at: address.value, on: address.channel, limit: 5)
                #expect(found.map(\.id) == [person])
            }
            #expect(try await gateway.store.people(at: "no@example.com", on: .email, limit: 5).isEmpty)
        }
    }

    private enum Document { case none, message, formal }

    @Test(arguments: Backend.allCases)
    func `a notice is found by the hash of its words in every state, and by that of its document, each by index`(
        _ backend: Backend
    ) async throws {
        // States are written past the log here, which the audit at the end would see.
        try await TestGateway.with(backend, checks: false) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            var seen: Set<NoticeState> = []
            func expectFound(_ id: NoticeID, _ state: NoticeState, document: Document) async throws {
                let notice = try #require(try await gateway.store.notice(id))
                #expect(notice.state == state)
                seen.insert(notice.state)
                var hashes = [notice.contentHash]
                if document != .none {
                    let own = try #require(notice.documentHash)
                    #expect((own == notice.contentHash) == (document == .message))
                    hashes.append(own)
                }
                for hash in hashes {
                    let found = try await gateway.store.notices(withHash: hash, isSealed: false, limit: 5)
                    #expect(found.map(\.id) == [id], "\(state)")
                    let sealed = try await gateway.store.notices(withHash: hash, isSealed: true, limit: 5)
                    let isWaiting = [.awaitingApproval, .approved].contains(state)
                    #expect(sealed.map(\.id) == (isWaiting ? [] : [id]), "\(state)")
                }
            }
            let cancelled = try await gateway.issue(gateway.dismissalRequest())
            try await expectFound(cancelled, .awaitingApproval, document: .none)
            _ = try await gateway.pipeline.issue.cancel(cancelled, reason: "写错了", by: .author)
            try await expectFound(cancelled, .cancelled, document: .none)
            let formal = try await gateway.approvedDismissal()
            try await expectFound(formal, .approved, document: .none)
            let message = try await gateway.issue(gateway.riskAlert())
            try await expectFound(message, .approved, document: .none)
            try await gateway.settle()
            try await expectFound(formal, .dispatching, document: .formal)
            try await expectFound(message, .dispatching, document: .message)
            for (state, id, document) in [
                (NoticeState.closed, message, Document.message), (.closed, formal, .formal),
                (.quarantined, cancelled, .none), (.quarantined, formal, .formal),
            ] {
                try await gateway.database.write { tx in
                    try tx.execute("UPDATE notices SET state = \(state.rawValue) WHERE id = \(id.rawValue)")
                }
                try await expectFound(id, state, document: document)
            }
            #expect(seen == Set(NoticeState.allCases))
        }
        try await QueryPlanTests.filled(backend) { gateway in
            let plans = try await QueryPlanTests.plans(gateway, containing: "content_hash =") { store, _ in
                _ = try await store.notices(withHash: SHA256.hash([1]), isSealed: false, limit: 5)
            }
            for index in ["notices_content_hash", "notices_document_hash", "notices_state"] {
                QueryPlanTests.expect(plans, uses: index, sorts: true)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `people are found by their whole name, those of before an upgrade too, and the erased by none`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let zhang = try await gateway.person()
            let anna = try await gateway.person(
                "Anna M\u{fc}ller", id: "p-anna", email: "anna@example.com", phone: nil)
            let twin = try await gateway.person("张三", id: "p-twin", email: "twin@example.com", phone: nil)
            func found(_ name: String) async throws -> Set<PersonID> {
                Set(try await gateway.store.people(named: name, limit: 9).map(\.id))
            }
            for name in ["anna mu\u{308}ller", " Anna  M\u{fc}ller", "ANNAM\u{dc}LLER"] {
                #expect(try await found(name) == [anna], "\(name)")
            }
            for name in ["张", "", " ", "Anna"] { #expect(try await found(name).isEmpty, "\(name)") }
            #expect(try await found("张 三") == [zhang, twin])

            try await gateway.database.write { tx in try tx.execute("UPDATE people SET name_hash = NULL") }
            #expect(try await found("张三").isEmpty)
            #expect(try await gateway.store.indexNames(limit: 2) == 2)
            #expect(try await gateway.store.indexNames(limit: 2) == 1)
            #expect(try await gateway.store.indexNames(limit: 2) == 0)
            #expect(try await found("张三") == [zhang, twin])

            try await gateway.retention.erase(twin, basis: "期满", by: .author)
            #expect(try await found("张三") == [zhang])
            #expect(try await gateway.store.indexNames() == 0)
            let plan = try await gateway.database.read { tx in
                try tx.query("SELECT count(*) AS left_over FROM people WHERE id = 'p-twin' AND name_hash IS NOT NULL")
            }
            #expect(try plan.first?.get("left_over", as: Int.self) == 0)
        }
    }
}
