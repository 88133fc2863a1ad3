import Evidence
import Notices
import People
import TestSupport
import Testing

struct ConsentTests {
    @Test(arguments: Backend.allCases)
    func `S-5 keywords in client conversations fire, and only those who may see them see the snippets`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let head = try await gateway.employee("李经理", id: "p-head")
            try await gateway.unit("sales", manager: head)
            let desk = gateway.people.risk
            let today = CivilDate(inChina: gateway.clock.now)
            func say(_ messages: ClosedRange<Int>) async throws -> ImportReport {
                try await desk.record(
                    messages.map {
                        RiskDesk.Conversation(
                            person: person, message: "m\($0)", day: today, text: "王总，我准备个人创业了，以后找我就行")
                    }, source: "wecom", by: .integration)
            }
            let refused = try await say(1...1)
            #expect(refused.added == 0 && refused.refused.first?.message.contains("has not agreed") == true)
            try await gateway.consent(person, .conversations)
            #expect(try await say(1...2).added == 2)
            #expect(try await say(1...2).repeated == 2)
            _ = try await desk.run()
            #expect(try await gateway.alerts(person).isEmpty, "two are fewer than three")
            _ = try await say(3...3)
            _ = try await desk.run()
            let alert = try #require(try await gateway.alerts(person).first)
            #expect(alert.raises.map(\.rule) == ["client-keywords"])
            let snippets = try await desk.snippets(for: alert.id, by: .hr)
            #expect(snippets.count == 3 && snippets.allSatisfy { $0.text.contains("个人创业") })
            // What was said is not shown on account of something else, though it was said in the same days.
            try await gateway.leave(person, on: today.description, count: 11)
            _ = try await desk.run()
            let other = try #require(try await gateway.alerts(person).first { $0.topic == "leave" })
            #expect(other.raises.contains { $0.window.contains(today) })
            #expect(try await desk.snippets(for: other.id, by: .hr).isEmpty)
            let manager = try await gateway.actor(head)
            #expect(try await desk.alert(alert.id, by: manager).id == alert.id)
            await #expect(throws: PeopleError(.forbidden, "")) { try await desk.snippets(for: alert.id, by: manager) }
            await #expect(throws: PeopleError(.forbidden, "")) {
                try await desk.alerts(by: try await gateway.actor(person))
            }
            let acts = try await gateway.people.acts.acts(about: .employee(person))
            #expect(acts.map(\.entry.event).contains(.snippetsViewed), "reading is on record")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-18 visits to job sites are refused without a consent and dropped on withdrawal`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let desk = gateway.people.risk
            let today = CivilDate(inChina: gateway.clock.now)
            let points = [SeriesPoint(person: person, day: today, value: 11)]
            let refused = try await desk.record(.siteVisits, source: "proxy", points: points, by: .integration)
            #expect(refused.added == 0 && refused.refused.first?.field == "points[0].employee")
            await #expect(throws: PeopleError(.forbidden, "")) {
                try await desk.give(.siteVisits, hash: SHA256.hash([UInt8]()), by: .hr)
            }
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.give(.siteVisits, hash: SHA256.hash([UInt8]()), by: try await gateway.actor(person))
            }
            try await gateway.consent(person, .siteVisits)
            #expect(try await desk.record(.siteVisits, source: "proxy", points: points, by: .integration).added == 1)
            _ = try await desk.run()
            let alert = try #require(try await gateway.alerts(person).first)
            #expect(alert.raises.map(\.rule) == ["job-site-visits"])
            try await desk.withdraw(.siteVisits, by: try await gateway.actor(person))
            #expect(try await desk.alert(alert.id, by: .hr).state == .retracted)
            let left = try await gateway.peopleStore.series(.siteVisits, of: person, limit: 10)
            #expect(left.isEmpty)
            _ = try await desk.run()
            #expect(try await gateway.alerts(person).isEmpty)
            #expect(try await desk.record(.siteVisits, source: "proxy", points: points, by: .integration).added == 0)
            let events = try await gateway.people.acts.acts(about: .employee(person)).map(\.entry.event)
            #expect(events.contains(.consentGiven) && events.contains(.consentWithdrawn))
        }
    }
}
