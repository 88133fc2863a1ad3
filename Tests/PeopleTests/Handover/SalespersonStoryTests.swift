import Evidence
import Notices
import People
import TestSupport
import Testing

/// The first of the three cases: the saleswoman of a logistics company who leaves to help her husband's business.
@Suite struct SalespersonStoryTests {
    @Test(arguments: Backend.allCases)
    func `the salesperson who takes clients along: from the notice to the closure, every step on record`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            var story = try await Departing(gateway)
            try await story.stock()
            try await resigns(&story)
            try await clientsMove(story)
            try await delays(story)
            try await handsInAfterAll(story)
            try await isCleared(story)
            try await leaves(story)
            try await isProvable(story)
        }
    }

    /// She gives notice: the last day follows from the law, and nothing new can be begun from now on.
    private func resigns(_ story: inout Departing) async throws {
        let record = try await story.resign()
        #expect(record.handover.lastDay.day == CivilDate("2026-12-21"))
        #expect(record.items.filter { $0.kind == .client }.count == 2)
        let leaver = try await story.actor(story.leaver)
        for permission in [Permission.addClient, .editClient, .startOrder] {
            #expect(throws: PeopleError(.forbidden, "")) {
                try AccessPolicy.require(permission, leaver, owner: story.leaver)
            }
        }
        try AccessPolicy.require(.finishWork, leaver, owner: story.leaver)
    }

    /// Her clients go to the successor with their open orders, and each client is told by the company.
    private func clientsMove(_ story: Departing) async throws {
        let gateway = story.gateway
        try await story.assign()
        #expect(try await gateway.peopleStore.clients(ownedBy: story.leaver, after: nil, limit: 10).isEmpty)
        #expect(try await gateway.peopleStore.clients(ownedBy: story.successor, after: nil, limit: 10).count == 2)
        #expect(try await gateway.peopleStore.require(story.leaver).state == .handover)
        _ = try await gateway.people.clients.runDue()
        try await gateway.settle()
        let told = try await gateway.store.notices(NoticeFilter(kind: "client-contact-change"), before: nil, limit: 10)
        #expect(told.count == 2)
        // The first client reads the official notice and confirms it.
        let first = try #require(try await story.items(.client).first?.content["contacts"]?[0]?["person"]?.string)
        let notice = try #require(told.first { $0.recipients.map(\.person.rawValue).contains(first) })
        try await story.acknowledge(notice.id, by: PersonID(first))
    }

    /// She leaves a client out of her list, hands in half, and lets the date pass: reminders, then the freeze, then the lock.
    private func delays(_ story: Departing) async throws {
        let (gateway, desk, id) = (story.gateway, story.desk, story.id)
        let list = try await story.submit(
            story.item(.clientList), Submission(rows: [.init(ref: "C-2", name: "客户C-2")]))
        #expect(list.submission?["differences"]?[0]?["kind"]?.string == "not-stated")
        #expect(list.submission?["differences"]?[0]?["ref"]?.string == "C-1")
        #expect(try await story.notices("handover-submitted").count == 2)
        gateway.pass(.seconds(24 * 86_400))
        try await desk.runDue()
        #expect(try await story.notices("handover-reminder").contains { $0.person == story.leaver })
        #expect(try await gateway.peopleStore.require(story.leaver).freezeReason?.contains("防止客户资源流失") == true)
        let clearance = try await desk.clearance(of: id, by: .hr)
        #expect(clearance.state == .locked && clearance.statutoryLastDay == CivilDate("2026-12-21"))
        await expectRefusal(.locked, "客户C-1") { _ = try await desk.close(.submission, of: id, by: .hr) }
    }

    /// Frozen as she is she can still hand in what she owes; the reviewer sends the short list back.
    private func handsInAfterAll(_ story: Departing) async throws {
        let (desk, id) = (story.desk, story.id)
        for item in try await story.record().items where item.isOwed { try await story.submit(item) }
        _ = try await desk.close(.submission, of: id, by: .hr)
        let head = try await story.actor(story.head)
        let short = try await story.item(.clientList)
        _ = try await desk.review(short.id, of: id, accepts: false, opinion: "漏报客户C-1，请补全", by: head)
        let full = try await story.item(.clientList)
        try await story.submit(full)
        #expect(try await story.item(.clientList).submission?["differences"]?.array?.isEmpty == true)
    }

    /// The clients confirm, one online and one on paper; three parties confirm everything; the steps are passed in order.
    private func isCleared(_ story: Departing) async throws {
        let (gateway, desk, id) = (story.gateway, story.desk, story.id)
        for item in try await story.record().items where item.state == .submitted { try await story.take(item) }
        let clients = try await story.items(.client)
        let first = try #require(clients.first)
        let told = try await gateway.store.notices(NoticeFilter(kind: "client-contact-change"), before: nil, limit: 10)
        let contact = try #require(first.content["contacts"]?[0]?["person"]?.string)
        let notice = try #require(told.first { $0.recipients.map(\.person.rawValue).contains(contact) })
        _ = try await desk.confirm(first.id, of: id, byClientOn: notice.number, by: .hr)
        try await story.letter(try #require(clients.last))
        for item in try await story.record().items where item.state == .submitted { try await story.accept(item) }
        for step in HandoverStep.allCases { _ = try await desk.pass(step, of: id, by: .hr) }
        _ = try await desk.close(.review, of: id, by: .hr)
        #expect(try await desk.clearance(of: id, by: .hr).state == .cleared)
    }

    /// Access closes within the minute; the employment ends on the day that the law gave it, and on no other.
    private func leaves(_ story: Departing) async throws {
        let gateway = story.gateway
        gateway.pass(.seconds(20))
        try await story.desk.runDue()
        #expect(try await story.record().handover.closure?.seconds == 20)
        #expect(try await gateway.peopleStore.require(story.leaver).state == .handover)
        story.pass(to: try #require(CivilDate("2026-12-22")).startInChina.adding(.seconds(5)))
        try await gateway.people.roster.runDue()
        try await story.desk.runDue()
        let left = try await gateway.peopleStore.require(story.leaver)
        #expect(left.state == .left && left.lastDay == CivilDate("2026-12-21"))
        let leaver = try await story.actor(story.leaver)
        for permission in Permission.allCases {
            #expect(throws: PeopleError(.forbidden, "")) { try AccessPolicy.require(anyReach: permission, leaver) }
        }
    }

    /// Everything is found from her name, signed, chained, and in the log.
    private func isProvable(_ story: Departing) async throws {
        let acts = try await story.gateway.people.acts.acts(about: .employee(story.leaver))
        let events = Set(acts.map(\.entry.event))
        #expect(
            events.isSuperset(of: [
                .departureRecorded, .employmentMoved, .handoverItemListed, .handoverItemSubmitted,
                .handoverItemReturned,
                .handoverItemTaken, .handoverClientConfirmed, .handoverFileAdded, .handoverItemAccepted,
                .handoverStageClosed, .handoverStepPassed, .handoverCleared, .accessFrozen, .accessClosed,
                .noticeOrdered,
            ]))
        for item in try await story.record().items {
            #expect(try await story.desk.history(of: item.id, of: story.id, by: .hr).breaks.isEmpty, "\(item.title)")
        }
    }
}
