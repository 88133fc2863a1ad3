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
                #expect(try await gateway.store.notices(withHash: hash, limit: 5).map(\.id) == [id])
            }
            #expect(try await gateway.store.notices(withHash: SHA256.hash([1]), limit: 5).isEmpty)
            let known = try #require(try await gateway.store.recipients([person])[person])
            for address in known.addresses where address.channel != .inbox {
                let found = try await gateway.store.people(at: address.value, on: address.channel, limit: 5)
                #expect(found.map(\.id) == [person])
            }
            #expect(try await gateway.store.people(at: "no@example.com", on: .email, limit: 5).isEmpty)
        }
    }
}
