import Evidence
import Notices
import TestSupport
import Testing

/// One notice on its way through all six rooms.
@Suite struct WholeWayTests {
    @Test(arguments: Backend.allCases)
    func `a dismissal goes through six rooms and a stranger verifies its bundle (S-54, S-56)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let person = try await gateway.person()
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()

            let deliveries = try await gateway.store.deliveries(of: id)
            #expect(Set(deliveries.map(\.address.channel)) == [.inbox, .email, .sms])
            let inbox = try #require(deliveries.first { $0.address.channel == .inbox })
            let shown = try await gateway.pipeline.read.open(inbox.id, person: person, by: .account, source: .inbox)
            _ = try await gateway.pipeline.read.answer(
                .acknowledge(shown.document.hash), to: inbox.id, person: person, by: .account, source: .inbox)
            try await gateway.sequence()

            let (name, bundle) = try await gateway.pipeline.prove.bundle(of: id, for: .author)
            #expect(name == "\(shown.notice.number).asice")
            let report = BundleVerifier(
                trust: .init(roots: [gateway.keys.issuer.certificate], logKeys: [gateway.keys.log.key]),
                now: gateway.clock.now
            ).verify(bundle.bytes)
            #expect(report.isSound, "\(report.text(.english))")
            #expect(
                try await gateway.events(of: id).prefix(5) == [
                    .noticeIssued, .groundsStated, .approvalGiven, .approvalGiven, .documentSealed,
                ])
        }
    }
}
