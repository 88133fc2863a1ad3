import Evidence
import Notices
import TestSupport
import Testing

/// A reminder names the mail it reminds of, so that both stand together in the reader's program.
@Suite struct ReminderTests {
    @Test(arguments: Backend.allCases)
    func `a later step by mail reminds of the first mail, the same at every attempt`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.sms.alwaysAccepts()
            gateway.mail.answer(
                .accepted(reference: "250 one"), .deferred(reason: "451", after: nil), .accepted(reference: "250 two"))
            let id = try await gateway.issue(gateway.riskAlert())
            // No kind that ships repeats its mail; a house may have one that does.
            try await gateway.database.write { tx in
                try tx.execute(
                    """
                    UPDATE notices SET details = replace(details, '"channels":["sms"]', '"channels":["email"]')
                    WHERE id = \(id.rawValue)
                    """)
            }
            try await gateway.settle()
            try await gateway.settle(after: .seconds(86_401))
            try await gateway.settle(after: .seconds(400))
            let parcels = gateway.mail.parcels
            #expect(parcels.count == 3)
            #expect(parcels[0].remindsOf == nil)
            #expect(parcels[1].remindsOf == parcels[0].messageKey)
            #expect(parcels[2].remindsOf == parcels[0].messageKey && parcels[2].messageKey == parcels[1].messageKey)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a notice that reminds of another threads under that one's mail to the same person`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let first = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            var request = gateway.riskAlert()
            request.remindsOf = first
            let second = try await gateway.issue(request)
            try await gateway.settle()
            #expect(gateway.mail.parcels.map(\.notice) == [first, second])
            #expect(gateway.mail.parcels[1].remindsOf == gateway.mail.parcels[0].messageKey)
            let issued = try await gateway.facts(.noticeIssued, of: second)
            #expect(issued.first?.facts["remindsOf"]?.string == first.rawValue)
            request.remindsOf = NoticeID("none")
            let wrong = request
            await expectRefusal(.invalid, "remindsOf") { _ = try await gateway.issue(wrong) }
        }
    }
}
