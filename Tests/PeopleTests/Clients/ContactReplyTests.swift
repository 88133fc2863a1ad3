import Evidence
import Notices
import TestSupport
import Testing

@testable import People

/// What becomes of a client's reply that the former contact still gets in touch.
@Suite struct ContactReplyTests {
    /// A client that changed hands, its contact told of it.
    private static func told(
        _ backend: Backend, _ body: (TestGateway, ClientID, PersonID, Delivery) async throws -> Void
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let leaver = try await gateway.employee("张三", id: "p-zhang")
            let successor = try await gateway.employee("李经理", id: "p-li")
            _ = try await gateway.employee("人事", id: "p-hr", roles: [.hr])
            let id = try await gateway.client("上海示例贸易有限公司", owner: leaver)
            let desk = gateway.people.clients
            _ = try await desk.transfer(id, to: successor, reason: "离职", by: .hr)
            try await desk.runDue()
            try await gateway.settle()
            let notice = try #require(try await desk.show(id, by: .hr).notices.first?.notice)
            let inbox = try #require(try await gateway.deliveries(of: notice, .inbox).first)
            try await body(gateway, id, leaver, inbox)
        }
    }

    private static func reply(
        _ gateway: TestGateway, _ reply: NoticeReply, _ words: String? = nil, to delivery: Delivery
    ) async throws {
        _ = try await gateway.pipeline.read.answer(
            .reply(reply, words), to: delivery.id, person: delivery.person, by: .linkOnly, source: .link)
    }

    @Test(arguments: Backend.allCases)
    func `S-47 a client who says that the old contact still calls raises one alert to HR, and judges nobody`(
        _ backend: Backend
    ) async throws {
        try await Self.told(backend) { gateway, client, leaver, delivery in
            let desk = gateway.people.clients
            try await Self.reply(gateway, .newContactKnown, to: delivery)
            try await Self.reply(gateway, .openMatter, "订单 7", to: delivery)
            #expect(try await desk.runDue().alerts == 0, "only that the old contact calls is worth an alert")
            try await Self.reply(gateway, .oldContactCalls, "昨天来电", to: delivery)
            let run = try await desk.runDue()
            #expect(run.alerts == 1 && run.alertNotices == 1)
            let alert = try #require(try await desk.alerts(kind: .oldContact, before: nil, limit: 9, by: .hr).first)
            #expect(alert.subject == client.rawValue && alert.person == leaver && alert.count == 1)
            #expect(alert.rule == "client-access 2" && alert.notices == 1)
            try await gateway.settle()
            let text = try #require(gateway.mail.parcels.last?.content.emailMarkdown)
            #expect(text.contains("原对接人仍在联系该客户") && text.contains("请先核实") && text.contains("上海示例贸易有限公司"))
            #expect(try await desk.runDue().alerts == 0)

            // Another word from them on the same day is on record and no second alert; the day after it is.
            try await Self.reply(gateway, .oldContactCalls, "今天又来电", to: delivery)
            #expect(try await desk.runDue().alerts == 0)
            gateway.pass(.seconds(86_401))
            try await Self.reply(gateway, .oldContactCalls, "第三次", to: delivery)
            #expect(try await desk.runDue().alerts == 1)
            let all = try await desk.alerts(kind: .oldContact, before: nil, limit: 9, by: .hr)
            #expect(all.map(\.count).sorted() == [1, 3])
            let replies = try await desk.replies(ofContactsOf: [client], by: .hr)[client] ?? []
            #expect(replies.count == 5 && replies.first?.reply == .oldContactCalls)
            // A colleague learns nothing of it.
            #expect(try await desk.replies(ofContactsOf: [client], by: try await gateway.actor(leaver)).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a reply to a notice that no change of hands sent is about the clients of its contact`(
        _ backend: Backend
    ) async throws {
        try await Self.told(backend) { gateway, client, leaver, delivery in
            let notice = try await gateway.issue(gateway.clientContactChange(to: [delivery.person]))
            try await gateway.settle()
            let other = try #require(try await gateway.deliveries(of: notice, .inbox).first)
            try await Self.reply(gateway, .oldContactCalls, to: other)
            #expect(try await gateway.people.clients.runDue().alerts == 1)
            let alert = try #require(
                try await gateway.people.clients.alerts(kind: .oldContact, before: nil, limit: 9, by: .hr).first)
            #expect(alert.subject == client.rawValue && alert.person == leaver)
        }
    }

    @Test(arguments: Backend.allCases)
    func `somebody who is nobody's contact raises no alert, and is asked about once`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            let notice = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let delivery = try #require(try await gateway.deliveries(of: notice, .inbox).first)
            try await Self.reply(gateway, .oldContactCalls, to: delivery)
            #expect(try await gateway.people.clients.runDue().alerts == 0)
            #expect(try await gateway.peopleStore.unseenReplies(limit: 9).isEmpty)
        }
    }
}
