import Evidence
import Notices
import People
import TestSupport
import Testing

struct NoticeSenderTests {
    @Test(arguments: Backend.allCases)
    func `the same occasion makes one notice, linked once to what it is about`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            let order = NoticeSender.Order(
                kind: "handover-reminder", recipients: [person],
                fields: .object(["items": .array([.string("客户资料清单")]), "dueDate": .string("2026-12-18")]),
                subjects: [.employee(person)], occasion: "handover h-1 overdue 1")
            let first = try await gateway.people.sender.send(order, by: .hr)
            let second = try await gateway.people.sender.send(order, by: .hr)
            #expect(first == second)
            let acts = try await gateway.people.acts.acts(about: .employee(person))
            #expect(acts.map(\.entry.event) == [.noticeOrdered])
            #expect(acts.first?.subjects.contains(Subject(.notice, first)) == true)
            try await gateway.settle()
            #expect(try await gateway.store.notice(first)?.state == .dispatching)
        }
    }

    @Test func `an order that the gateway refuses leaves nothing behind`() async throws {
        try await TestGateway.with(.sqlite) { gateway in
            let person = try await gateway.employee()
            let order = NoticeSender.Order(
                kind: "handover-reminder", recipients: [person], fields: .object(["dueDate": .string("18 December")]),
                subjects: [.employee(person)], occasion: "handover h-1 overdue 1")
            await #expect(throws: NoticeError(.invalid, "")) {
                try await gateway.people.sender.send(order, by: .hr)
            }
            #expect(try await gateway.people.acts.acts(about: .employee(person)).isEmpty)
        }
    }
}
