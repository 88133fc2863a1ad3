import Evidence
import Notices
import Store
import TestSupport
import Testing

/// Everything in an inbox can be reached, however much there is.
@Suite struct InboxPageTests {
    @Test(arguments: Backend.allCases)
    func `an inbox is read to its end page by page, unread first, also what came at one instant`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.person()
            var placed: [DeliveryID] = []
            for number in 0..<7 {
                // Two and two at the same instant.
                if number.isMultiple(of: 2) { gateway.pass(.seconds(1)) }
                let id = try await gateway.issue(gateway.clientContactChange())
                while try await gateway.pipeline.seal.runOnce() > 0 {}
                placed.append(try #require(try await gateway.deliveries(of: id, .inbox).first).id)
            }
            for item in [placed[1], placed[6]] {
                _ = try await gateway.pipeline.read.open(item, person: person, by: .account, source: .inbox)
            }
            for size in [1, 2, 3, 7, 50] {
                var (seen, cursor): ([InboxItem], InboxCursor?) = ([], nil)
                repeat {
                    let page = try await gateway.store.items(of: person, after: cursor, limit: size)
                    #expect(page.items.count <= size && !page.items.isEmpty)
                    seen += page.items
                    cursor = try page.next.map { try #require(InboxCursor($0.text)) }
                } while cursor != nil
                #expect(seen.map(\.delivery).count == 7 && Set(seen.map(\.delivery)) == Set(placed))
                #expect(seen.map { $0.state == .available } == [true, true, true, true, true, false, false])
                #expect(seen.last?.delivery == placed[1], "the oldest of those read is the last")
            }
            for text in ["", "x.1.a", "u.1", "u.x.a", "u.1."] { #expect(InboxCursor(text) == nil) }
        }
    }
}
