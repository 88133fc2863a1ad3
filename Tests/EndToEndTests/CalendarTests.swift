import Evidence
import Foundation
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
        ]

        /// Zones of machines in the POSIX form, which needs no file: at every moment one of the first two has another day
        /// than China; the third has a summer time.
        static let zones = ["XXX11", "XXX-14", "EST5EDT,M3.2.0,M11.1.0"]

        @Test(arguments: zones)
        func `F23 the zone of the machine changes neither the day on a notice nor an instant`(zone: String) async throws
        {
            try await House.with { house, hr in
                try await house.stop()
                try await house.start(behind: ["/usr/bin/env", "TZ=\(zone)"])
                let variables = try String(
                    contentsOfFile: "/proc/\(try await house.running.pid)/environ", encoding: .utf8)
                #expect(variables.split(separator: "\0").contains("TZ=\(zone)"), "the server is in that zone")
                let person = try await hr.person("E-1", mail: "reader@far.test")
                let before = SystemClock().now
                let id = try await hr.alert(person, key: "zone")
                try await eventually("\(id) to be sealed") {
                    try await hr.json("GET", "/v1/notices/\(id)")["sealedAt"]?.string != nil
                }
                let notice = try await hr.json("GET", "/v1/notices/\(id)")
                let after = SystemClock().now
                let days = [before, after].map { "SD-\(CivilDate(inChina: $0).description.filter { $0 != "-" })-" }
                let number = try #require(notice["number"]?.string)
                #expect(days.contains { number.hasPrefix($0) }, "\(number), not \(days)")
                for name in ["createdAt", "sealedAt"] {
                    let text = try #require(notice[name]?.string)
                    let instant = try #require(Timestamp(rfc3339: text))
                    #expect(text.hasSuffix("Z") && instant >= before && instant <= after, "\(name) \(text)")
                }
                for item in try await hr.timeline(of: id) {
                    let text = try #require(item["learntAt"]?.string, "\(item.canonicalText)")
                    let instant = try #require(Timestamp(rfc3339: text))
                    #expect(text.hasSuffix("Z") && instant >= before, "\(text)")
                }
                try await house.stop()
                try await house.audit()
            }
        }

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
