import Evidence
import Notices
import TestSupport
import Testing

extension EndToEnd {
    /// Days on which calendars and clocks do something unusual.
    struct CalendarTests {
        /// An instant just before the calendar does something, and the day that a notice shows in China before and after.
        struct Turn: Sendable, CustomStringConvertible {
            let description: String
            let instant: String
            let before: String
            let after: String
        }

        static let turns = [
            Turn(
                description: "leap day begins in China", instant: "2028-02-28T15:59:59Z", before: "2028-02-28",
                after: "2028-02-29"),
            Turn(
                description: "leap day ends in China", instant: "2028-02-29T15:59:59Z", before: "2028-02-29",
                after: "2028-03-01"),
            Turn(
                description: "no leap day in 2100", instant: "2100-02-28T15:59:59Z", before: "2100-02-28",
                after: "2100-03-01"),
            Turn(
                description: "the year ends in China", instant: "2026-12-31T15:59:59Z", before: "2026-12-31",
                after: "2027-01-01"),
            Turn(
                description: "the year ends in UTC", instant: "2026-12-31T23:59:59Z", before: "2027-01-01",
                after: "2027-01-01"),
            Turn(
                description: "summer time ends in New York: an hour comes twice", instant: "2026-11-01T05:59:59Z",
                before: "2026-11-01", after: "2026-11-01"),
            Turn(
                description: "summer time begins in Berlin: an hour is left out", instant: "2027-03-28T00:59:59Z",
                before: "2027-03-28", after: "2027-03-28"),
        ]

        @Test(arguments: turns)
        func `F23 evidence is in UTC and in order, and the day on a notice is China's`(turn: Turn) async throws {
            var options = TestGateway.Options()
            options.start = try #require(Timestamp(rfc3339: turn.instant))
            try await TestGateway.with(.sqlite, options) { gateway in
                gateway.mail.alwaysAccepts()
                gateway.sms.alwaysAccepts()
                try await gateway.person()
                var notices: [NoticeID] = []
                for _ in 0..<2 {
                    notices.append(try await gateway.issue(gateway.riskAlert()))
                    try await gateway.settle()
                    gateway.pass(.seconds(2))
                }
                var last = options.start
                for (notice, day) in zip(notices, [turn.before, turn.after]) {
                    let content = try #require(try await gateway.store.content(of: notice))
                    #expect(try JSONValue(parsing: content)["issueDay"]?.string == day)
                    for entry in try await gateway.store.entries(of: notice) {
                        let text = try JSONValue(parsing: try #require(entry.body))
                        #expect(text["learntAt"]?.string?.hasSuffix("Z") == true)
                        let body = try EntryBody(parsing: try #require(entry.body))
                        #expect(body.happenedAt.at >= options.start && body.learntAt >= last, "\(body.event)")
                        last = body.learntAt
                    }
                }
                // A day and a step of the plan later: what was counted in hours did not become a day more or less.
                try await gateway.settle(after: .seconds(86_400))
                let escalated = try await gateway.facts(.escalated, of: notices[0])
                #expect(escalated.count == 1)
                let bundle = try await gateway.pipeline.prove.bundle(of: notices[0], for: .author).bundle.bytes
                let verifier = BundleVerifier(
                    trust: .init(roots: [gateway.keys.issuer.certificate], logKeys: [gateway.keys.log.key]),
                    now: gateway.clock.now)
                #expect(verifier.verify(bundle).isSound, "\(verifier.verify(bundle).text(.english))")
            }
        }
    }
}
