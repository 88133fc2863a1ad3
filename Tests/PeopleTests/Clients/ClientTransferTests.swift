import Evidence
import Notices
import People
import TestSupport
import Testing

/// Clients change hands.
@Suite struct ClientTransferTests {
    private static let plan = SuccessionPlan(successor: PersonID("p-li"))

    /// A leaver with clients, and two who can take over.
    private static func staffed(
        _ backend: Backend, clients: Int = 3, _ body: (TestGateway, PersonID, PersonID) async throws -> Void
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let leaver = try await gateway.employee("张三", id: "p-zhang")
            let successor = try await gateway.employee("李经理", id: "p-li")
            for number in 1...clients {
                try await gateway.client("客户\(number)", number: "C-\(number)", owner: leaver)
            }
            try await body(gateway, leaver, successor)
        }
    }

    private static func owned(_ gateway: TestGateway, _ person: PersonID) async throws -> [String] {
        try await gateway.peopleStore.clients(ownedBy: person, after: nil, limit: 100).map(\.externalID)
    }

    @Test(arguments: Backend.allCases)
    func `S-39 every open assignment of a leaver moves and none is left orphaned`(_ backend: Backend) async throws {
        try await Self.staffed(backend) { gateway, leaver, successor in
            let desk = gateway.people.clients
            let third = try await gateway.employee("赵六", id: "p-zhao")
            let exception = try #require(try await gateway.peopleStore.client(externalID: "C-2")).id
            let plan = SuccessionPlan(successor: successor, exceptions: [exception: third])
            let report = try await desk.transferAll(of: leaver, to: plan, reason: "离职", by: .hr)
            #expect(report.clients == [successor: 2, third: 1] && report.notices == 3)
            #expect(try await Self.owned(gateway, leaver).isEmpty)
            #expect(try await Self.owned(gateway, successor) == ["C-1", "C-3"])
            #expect(try await Self.owned(gateway, third) == ["C-2"])
            let history = try await gateway.peopleStore.assignments(of: exception)
            #expect(history.map(\.employee) == [leaver, third] && history.map(\.reason) == ["分配", "离职"])
            #expect(history[0].until == history[1].from && history[1].until == nil && history[1].predecessor == leaver)
            let acts = try await gateway.people.acts.acts(about: .client(exception))
            #expect(acts.map(\.entry.event).contains(.clientsTransferred))
            #expect(acts.last?.subjects.contains(.employee(leaver)) == true)
            // Once more there is nothing to move.
            let again = try await desk.transferAll(of: leaver, to: Self.plan, reason: "离职", by: .hr)
            #expect(again.clients.isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-40 the successor's client page shows what was before the transfer`(_ backend: Backend) async throws {
        try await Self.staffed(backend, clients: 1) { gateway, leaver, successor in
            let desk = gateway.people.clients
            let id = try #require(try await gateway.peopleStore.client(externalID: "C-1")).id
            let (giver, taker) = (try await gateway.actor(leaver), try await gateway.actor(successor))
            try await gateway.order("O-1", yuan: 5000, placed: gateway.clock.now.adding(.seconds(-3600)))
            _ = try await desk.logFollowUp(
                id, text: "承诺免费维护一次", dueOn: CivilDate(inChina: gateway.clock.now), by: giver)
            _ = try await desk.record(
                ClientEventUpdate(
                    client: "C-1", source: "wecom", externalID: "T-1", changedAt: gateway.clock.now,
                    content: .conversation(channel: "企业微信", text: "请周五前报价", happenedAt: gateway.clock.now)),
                by: .integration)
            await expectRefusal(.forbidden) { _ = try await desk.show(id, by: taker) }
            gateway.pass(.seconds(60))
            _ = try await desk.transferAll(of: leaver, to: Self.plan, reason: "离职", by: .hr)
            let file = try await desk.show(id, by: taker)
            #expect(file.openOrders.map(\.amount.fen) == [500_000] && file.openOrders.map(\.handledBy) == [successor])
            #expect(file.openOrders.map(\.creditedTo) == [leaver])
            #expect(file.openFollowUps.map(\.text) == ["承诺免费维护一次"])
            let line = try await desk.timeline(of: id, before: nil, limit: 20, by: taker)
            #expect(line.contains { $0.details["text"]?.string == "请周五前报价" })
            #expect(line.first?.kind == .assigned && line.first?.person == successor)
            await expectRefusal(.forbidden) { _ = try await desk.show(id, by: giver) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-85 an order for the client after the switch is assigned to the successor`(_ backend: Backend) async throws {
        try await Self.staffed(backend, clients: 1) { gateway, leaver, successor in
            let before = gateway.clock.now
            gateway.pass(.seconds(60))
            _ = try await gateway.people.clients.transferAll(of: leaver, to: Self.plan, reason: "离职", by: .hr)
            gateway.pass(.seconds(60))
            try await gateway.order("O-new")
            try await gateway.order("O-late", placed: before)
            let new = try #require(try await gateway.peopleStore.order(source: "erp", externalID: "O-new"))
            #expect(new.handledBy == successor && new.creditedTo == successor)
            // Placed before the switch and told of after it: the leaver's credit, the successor's work.
            let late = try #require(try await gateway.peopleStore.order(source: "erp", externalID: "O-late"))
            #expect(late.handledBy == successor && late.creditedTo == leaver)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-46 a reassignment issues one notice per client on both channels, naming the new contact`(
        _ backend: Backend
    ) async throws {
        try await Self.staffed(backend, clients: 2) { gateway, leaver, _ in
            let desk = gateway.people.clients
            _ = try await desk.transferAll(of: leaver, to: Self.plan, reason: "因员工离职", by: .hr)
            let run = try await desk.runDue()
            #expect(run.contactNotices == 2)
            #expect(try await desk.runDue().contactNotices == 0)
            try await gateway.settle()
            #expect(Set(gateway.mail.parcels.map(\.address)) == ["c-1@client.example", "c-2@client.example"])
            #expect(gateway.mail.parcels.count == 2 && gateway.sms.parcels.count == 2)
            for parcel in gateway.mail.parcels {
                #expect(parcel.content.emailMarkdown.contains("李经理"))
                // Neutral: neither the reason nor the one who was there before.
                #expect(!parcel.content.emailMarkdown.contains("离职") && !parcel.content.emailMarkdown.contains("张三"))
            }
            for parcel in gateway.sms.parcels { #expect(parcel.content.smsText.contains("李经理")) }
            let notices = try await gateway.store.notices(
                NoticeFilter(kind: "client-contact-change"), before: nil, limit: 10)
            #expect(notices.count == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-47 the acknowledgement of the client's contact is visible on the client`(_ backend: Backend) async throws {
        try await Self.staffed(backend, clients: 1) { gateway, leaver, successor in
            let desk = gateway.people.clients
            let id = try #require(try await gateway.peopleStore.client(externalID: "C-1")).id
            _ = try await desk.transfer(id, to: successor, reason: "离职", by: .hr)
            let waiting = try #require(try await desk.show(id, by: .hr).notices.first)
            #expect(waiting.notice == nil && !waiting.isAcknowledged)
            try await desk.runDue()
            try await gateway.settle()
            let sent = try #require(try await desk.show(id, by: .hr).notices.first)
            #expect(sent.deliveries == [.inbox: .available, .email: .accepted, .sms: .accepted])
            let notice = try #require(sent.notice)
            let inbox = try #require(try await gateway.deliveries(of: notice, .inbox).first)
            let shown = try await gateway.pipeline.read.open(
                inbox.id, person: sent.person, by: .account, source: .inbox)
            #expect(try #require(try await desk.show(id, by: .hr).notices.first).isOpened)
            _ = try await gateway.pipeline.read.answer(
                .acknowledge(shown.document.hash), to: inbox.id, person: sent.person, by: .account, source: .inbox)
            #expect(try #require(try await desk.show(id, by: .hr).notices.first).isAcknowledged)
            let line = try await desk.timeline(of: id, before: nil, limit: 9, by: .hr)
            #expect(line.contains { $0.kind == .notice && $0.reference == notice.rawValue })
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-7 a shadow assignment begins at least thirty days before the planned last day`(_ backend: Backend)
        async throws
    {
        try await Self.staffed(backend, clients: 1) { gateway, leaver, successor in
            let desk = gateway.people.clients
            let id = try #require(try await gateway.peopleStore.client(externalID: "C-1")).id
            let (today, taker) = (CivilDate(inChina: gateway.clock.now), try await gateway.actor(successor))
            let last = today.adding(days: 30)
            await expectRefusal(.invalid, "from") {
                _ = try await desk.shadow(
                    leaver, by: successor, from: today.adding(days: 1), plannedLastDay: last, occasion: "alert-1",
                    actor: .hr)
            }
            await expectRefusal(.forbidden) { _ = try await desk.show(id, by: taker) }
            let shadow = try await desk.shadow(
                leaver, by: successor, from: today, plannedLastDay: last, occasion: "alert-1", actor: .hr)
            #expect(shadow.plannedLastDay.dayNumber - shadow.from.dayNumber == 30)
            await expectRefusal(.conflict) {
                _ = try await desk.shadow(
                    leaver, by: successor, from: today, plannedLastDay: last, occasion: "alert-1", actor: .hr)
            }
            // Learning is seeing: not changing, not being in charge.
            #expect(try await desk.show(id, by: taker).client.owner == leaver)
            #expect(try await desk.list(after: nil, limit: 9, by: taker).map(\.id) == [id])
            await expectRefusal(.forbidden) {
                try await desk.edit(id, [FieldEdit(name: "level", value: "A")], by: taker)
            }
            gateway.pass(.seconds(31 * 86_400))
            await expectRefusal(.forbidden) { _ = try await desk.show(id, by: taker) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-41 the client list of any employee is generated from the store without them`(_ backend: Backend)
        async throws
    {
        try await Self.staffed(backend) { gateway, leaver, successor in
            let desk = gateway.people.clients
            func list(ever: Bool, _ actor: Actor = .hr) async throws -> [String] {
                try await desk.clients(heldBy: leaver, ever: ever, after: nil, limit: 10, by: actor).map(
                    \.client.externalID)
            }
            #expect(try await list(ever: false) == ["C-1", "C-2", "C-3"])
            let page = try await desk.clients(heldBy: leaver, ever: false, after: nil, limit: 2, by: .hr)
            #expect(page.count == 3)
            _ = try await desk.transferAll(of: leaver, to: Self.plan, reason: "离职", by: .hr)
            #expect(try await list(ever: false).isEmpty)
            #expect(try await list(ever: true) == ["C-1", "C-2", "C-3"])
            let colleague = try await gateway.actor(successor)
            await expectRefusal(.forbidden) { _ = try await list(ever: false, colleague) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `overlapping assignments are refused, and the past fits between`(_ backend: Backend) async throws {
        try await Self.staffed(backend, clients: 1) { gateway, _, successor in
            let (desk, now) = (gateway.people.clients, gateway.clock.now)
            let id = try #require(try await gateway.peopleStore.client(externalID: "C-1")).id
            let day: Int64 = 86_400
            func assign(_ from: Int64, _ until: Int64?) async throws {
                try await desk.assign(
                    id, to: successor, from: now.adding(.seconds(-from * day)),
                    until: until.map { now.adding(.seconds(-$0 * day)) }, reason: "补录", by: .hr)
            }
            // The leaver is in charge since a day ago.
            await expectRefusal(.conflict, "overlap") { try await assign(3, 0) }
            await expectRefusal(.conflict, "overlap") { try await assign(3, nil) }
            await expectRefusal(.invalid, "until") { try await assign(3, 4) }
            await expectRefusal(.invalid, "from") { try await assign(-1, nil) }
            try await assign(3, 1)
            await expectRefusal(.conflict, "overlap") { try await assign(4, 2) }
            #expect(try await gateway.peopleStore.assignments(of: id).map(\.employee.rawValue) == ["p-li", "p-zhang"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 of two who transfer the same clients at once, one moves them and nothing moves twice`(_ backend: Backend)
        async throws
    {
        try await Self.staffed(backend) { gateway, leaver, successor in
            let desk = gateway.people.clients
            let third = try await gateway.employee("赵六", id: "p-zhao")
            let reports = try await withThrowingTaskGroup(of: TransferReport.self) { group in
                for taker in [successor, third] {
                    group.addTask {
                        try await desk.transferAll(
                            of: leaver, to: SuccessionPlan(successor: taker), reason: "离职", by: .hr)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(reports.flatMap(\.clients.values).reduce(0, +) == 3)
            let counts = [try await Self.owned(gateway, successor).count, try await Self.owned(gateway, third).count]
            #expect(counts.sorted() == [0, 3])
            #expect(try await desk.runDue().contactNotices == 3)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a succession that cannot be is refused with its reason, and nothing moves`(_ backend: Backend) async throws {
        try await Self.staffed(backend, clients: 2) { gateway, leaver, successor in
            let desk = gateway.people.clients
            let gone = try await gateway.employee("走了", id: "p-gone", state: .resigned)
            let stranger = try await gateway.client("别人的", number: "C-9")
            let plans: [(SuccessionPlan, String)] = [
                (SuccessionPlan(successor: leaver), "the one who hands over"),
                (SuccessionPlan(successor: gone), "resigned"),
                (SuccessionPlan(successor: PersonID("p-none")), "there is no employee"),
                (SuccessionPlan(successor: successor, exceptions: [stranger: successor]), "not among them"),
            ]
            for (plan, words) in plans {
                await expectRefusal(.invalid, words) {
                    _ = try await desk.transferAll(of: leaver, to: plan, reason: "离职", by: .hr)
                }
            }
            await expectRefusal(.invalid, "reason") {
                _ = try await desk.transferAll(of: leaver, to: Self.plan, reason: "", by: .hr)
            }
            let seller = try await gateway.actor(leaver)
            await expectRefusal(.forbidden) {
                _ = try await desk.transferAll(of: leaver, to: Self.plan, reason: "离职", by: seller)
            }
            #expect(try await Self.owned(gateway, leaver).count == 2)
            #expect(
                try await gateway.people.acts.acts(about: .employee(leaver)).allSatisfy {
                    $0.entry.event != .clientsTransferred
                })
        }
    }
}
