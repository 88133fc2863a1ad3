import Evidence
import Notices
import Store
import TestSupport
import Testing

@Suite struct BatchReaderTests {
    @Test(arguments: Backend.allCases)
    func `batches are listed the newest first, a page at a time`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.person()
            for (batch, count) in [("乙 批", 2), ("A-1", 3), ("c", 1)] {
                for _ in 0..<count {
                    gateway.pass(.milliseconds(2))
                    _ = try await gateway.issue(gateway.clientContactChange(to: [person], batch: batch))
                }
            }
            gateway.pass(.milliseconds(2))
            _ = try await gateway.issue(gateway.clientContactChange(to: [person]))
            let first = try await gateway.store.batches(before: nil, limit: 2)
            #expect(first.map(\.name) == ["c", "A-1"] && first.map(\.count) == [1, 3])
            #expect(first.allSatisfy { $0.kind == "client-contact-change" })
            let rest = try await gateway.store.batches(before: first.last?.first, limit: 2)
            #expect(rest.map(\.name) == ["乙 批"])
            #expect(try await gateway.store.standing(ofBatch: "nothing") == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-46 the matrix of a batch says who has not confirmed, and what went wrong`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.sms.alwaysAccepts()
            gateway.mail.alwaysAccepts()
            var notices: [NoticeID] = []
            for index in 0..<3 {
                let person = try await gateway.person(
                    "联系人\(index)", id: "p-\(index)", email: "k\(index)@client.example", phone: "+861380000567\(index)")
                gateway.pass(.milliseconds(2))
                notices.append(try await gateway.issue(gateway.clientContactChange(to: [person], batch: "b")))
            }
            try await gateway.settle()
            let before = try #require(try await gateway.store.standing(ofBatch: "b"))
            #expect(before.batch.count == 3 && before.batch.first == notices[0] && before.unconfirmed == 3)
            #expect(before.deliveries[.inbox]?[.available] == 3)

            let item = try #require(try await gateway.deliveries(of: notices[1], .inbox).first)
            let shown = try await gateway.pipeline.read.open(item.id, person: item.person, by: .account, source: .inbox)
            _ = try await gateway.pipeline.read.answer(
                .acknowledge(shown.document.hash), to: item.id, person: item.person, by: .account, source: .inbox)
            let after = try #require(try await gateway.store.standing(ofBatch: "b"))
            #expect(after.unconfirmed == 2 && after.deliveries[.inbox]?[.acknowledged] == 1)
            let open = try await gateway.store.rows(ofBatch: "b", .unconfirmed, after: nil, limit: 10)
            #expect(open.map(\.notice.id) == [notices[0], notices[2]])
            #expect(open.allSatisfy { $0.deliveries.count == 3 })
            let next = try await gateway.store.rows(ofBatch: "b", .all, after: notices[0], limit: 1)
            #expect(next.map(\.notice.id) == [notices[1]])
            #expect(try await gateway.store.rows(ofBatch: "b", .troubled, after: nil, limit: 10).isEmpty)
        }
    }
}
