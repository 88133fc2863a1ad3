import Evidence
import Notices
import People
import TestSupport
import Testing

/// F49: of two who change the same state at once one does, the other is told to look again, and one act is on record.
struct TwoAtOnceTests {
    /// Does two things at once; returns how many were done, and what the other was told.
    private func atOnce(
        _ first: @escaping @Sendable () async throws -> Void, _ second: @escaping @Sendable () async throws -> Void
    ) async -> (done: Int, refusals: [PeopleError.Code]) {
        await withTaskGroup(of: (any Error)?.self) { group in
            for body in [first, second] {
                group.addTask {
                    do {
                        try await body()
                        return nil
                    } catch { return error }
                }
            }
            return await group.reduce(into: (0, [])) { found, error in
                if let error {
                    // What is no refusal of ours would be a fault, and is counted as nothing.
                    if let refusal = error as? PeopleError { found.refusals.append(refusal.code) }
                } else {
                    found.done += 1
                }
            }
        }
    }

    private func expectOne(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ first: @escaping @Sendable () async throws -> Void, _ second: @escaping @Sendable () async throws -> Void
    ) async {
        let (done, refusals) = await atOnce(first, second)
        #expect(done == 1 && refusals.count == 1, "\(what): \(done) done, \(refusals)", sourceLocation: sourceLocation)
        #expect(refusals.allSatisfy { $0 == .conflict || $0 == .locked }, "\(what)", sourceLocation: sourceLocation)
    }

    private func count(_ event: EvidenceEvent, about subject: Subject, _ gateway: TestGateway) async throws -> Int {
        try await gateway.people.acts.acts(about: subject).count { $0.entry.event == event }
    }

    @Test(arguments: Backend.allCases)
    func `F49 each step of a review is taken once`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let (desk, employee) = (gateway.people.performance, try await gateway.actor(person))
            let month = try #require(Month("2026-10"))
            let lines = [ScoreLine(dimension: "交付", weight: 100, deduction: Hundredths(30), reason: "延期")]
            await expectOne("score") {
                _ = try await desk.score(person, month: month, lines: lines, by: .hr)
            } _: {
                _ = try await desk.score(person, month: month, lines: lines, by: .secondHR)
            }
            let review = try #require(try await desk.reviews(of: person, by: .hr).first)
            let (id, about) = (review.id, Subject(.review, review.id))
            await expectOne("confirm and appeal") {
                _ = try await desk.confirm(id, version: 1, by: employee)
            } _: {
                _ = try await desk.appeal(id, version: 1, reason: "不认可", by: employee)
            }
            let decider: Actor = review.scoredBy == Actor.hr.principal.id ? .secondHR : .hr
            if try await desk.review(id, by: .hr).state == .appealed {
                await expectOne("decide") {
                    _ = try await desk.decide(id, decision: "维持", lines: nil, by: decider)
                } _: {
                    _ = try await desk.decide(id, decision: "维持原分", lines: nil, by: decider)
                }
                #expect(try await count(.appealDecided, about: about, gateway) == 1)
                _ = try await desk.confirm(id, version: 1, by: employee)
            }
            await expectOne("approve") {
                _ = try await desk.approve(id, version: 1, by: decider)
            } _: {
                _ = try await desk.approve(id, version: 1, by: decider)
            }
            let hash = review.current.hash(of: id)
            await expectOne("sign") {
                _ = try await desk.sign(id, version: 1, hash: hash, statement: "确认", by: employee)
            } _: {
                _ = try await desk.sign(id, version: 1, hash: hash, statement: "确认减半", by: employee)
            }
            for event in [
                EvidenceEvent.performanceScored, .performanceConfirmed, .performanceApproved, .performanceSigned,
            ] {
                #expect(try await count(event, about: about, gateway) == 1, "\(event)")
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 goals and shift plans move once, and two plans for one day do not both hold`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let desk = gateway.people.performance
            let day = try #require(CivilDate("2026-11-23"))
            let goal = try await desk.set(
                Goal(
                    id: GoalID("q4"), person: person, period: "2026-Q4", title: "交付", weight: 100, startsOn: day,
                    dueOn: day.adding(days: 30)), by: .hr)
            await expectOne("withdraw a goal") {
                try await desk.withdraw(goal.id, reason: "合并", by: .hr)
            } _: {
                try await desk.withdraw(goal.id, reason: "取消", by: .secondHR)
            }
            #expect(try await count(.goalWithdrawn, about: Subject(.goal, goal.id), gateway) == 1)
            let plans = gateway.people.attendance
            for name in ["a", "b"] {
                try await plans.save(
                    ShiftPlan(
                        id: ShiftPlanID(name), name: name, unit: UnitID("sales"), from: day, to: day, state: .draft,
                        shifts: [Shift(person: person, day: day, startMinute: 540, endMinute: 1_080, hourlyFen: 3_000)]),
                    by: .hr)
            }
            await expectOne("two plans for one day") {
                try await plans.move(ShiftPlanID("a"), to: .inForce, by: .hr)
            } _: {
                try await plans.move(ShiftPlanID("b"), to: .inForce, by: .secondHR)
            }
            let first = try await plans.plan(ShiftPlanID("a"), by: .hr).state == .inForce
            let holds = ShiftPlanID(first ? "a" : "b")
            await expectOne("withdraw a plan") {
                try await plans.move(holds, to: .withdrawn, by: .hr)
            } _: {
                try await plans.move(holds, to: .withdrawn, by: .secondHR)
            }
            #expect(try await count(.shiftPlanMoved, about: Subject(.shiftPlan, holds), gateway) == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 an alert has one hand at a time, one successor, one version of its rules`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let (li, wang) = (
                try await gateway.employee("李四", id: "p-lisi"), try await gateway.employee("王五", id: "p-wangwu")
            )
            try await gateway.completion(person, ["2026-09": 60, "2026-10": 60])
            let desk = gateway.people.risk
            _ = try await desk.run()
            let alert = try #require(try await gateway.alerts(person).first)
            // Both may have it, one after the other; then each act names the hand it came from.
            let (done, _) = await atOnce {
                _ = try await desk.assign(alert.id, to: li, by: .hr)
            } _: {
                _ = try await desk.assign(alert.id, to: wang, by: .secondHR)
            }
            let assignments = try await gateway.people.acts.acts(about: Subject(.alert, alert.id))
                .filter { $0.entry.event == .alertAssigned }
                .map { try EntryBody(parsing: try #require($0.entry.body)).facts }
            #expect(done == assignments.count && done >= 1)
            let hands = assignments.map { $0["to"]?.string }
            #expect(assignments.map { $0["from"]?.string } == [nil] + hands.dropLast())
            #expect(try await desk.alert(alert.id, by: .hr).assignee == hands.last)
            let today = CivilDate(inChina: gateway.clock.now)
            await expectOne("shadow") {
                _ = try await desk.openShadow(
                    alert.id, successor: li, from: today, plannedLastDay: today.adding(days: 40), by: .hr)
            } _: {
                _ = try await desk.openShadow(
                    alert.id, successor: wang, from: today, plannedLastDay: today.adding(days: 50), by: .secondHR)
            }
            #expect(try await count(.clientsShadowed, about: Subject(.alert, alert.id), gateway) == 1)
            let text = try await desk.book.rules().text
            func changed(_ days: Int) -> String {
                text.replacing("\nversion: 2\n", with: "\nversion: 3\n")
                    .replacing("horizon-days: 90", with: "horizon-days: \(days)")
            }
            let (one, other) = (changed(80), changed(70))
            await expectOne("rules") {
                _ = try await desk.book.apply(one, by: .hr)
            } _: {
                _ = try await desk.book.apply(other, by: .secondHR)
            }
            let actor = try await gateway.actor(person)
            try await gateway.consent(person, .messages)
            await expectOne("withdraw a consent") {
                try await desk.withdraw(.messages, by: actor)
            } _: {
                try await desk.withdraw(.messages, by: actor)
            }
            #expect(try await count(.consentWithdrawn, about: .employee(person), gateway) == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 a promise is kept once, an order ends in one way, a client has one in charge`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let seller = try await gateway.employee()
            let other = try await gateway.employee("李四", id: "p-lisi")
            let client = try await gateway.client("客户一", owner: seller)
            let free = try await gateway.client("客户二", number: "C-2")
            let (desk, actor) = (gateway.people.clients, try await gateway.actor(seller))
            let promise = try await desk.logFollowUp(client, text: "周五前报价", dueOn: nil, by: actor)
            await expectOne("finish a follow-up") {
                try await desk.finishFollowUp(promise, by: actor)
            } _: {
                try await desk.finishFollowUp(promise, by: actor)
            }
            let order = try await desk.startOrder(
                client, number: "O-1", amount: Amount(fen: 100), currency: "CNY", by: actor)
            await expectOne("end an order") {
                _ = try await desk.moveOrder(order.externalID, to: .completed, by: actor)
            } _: {
                _ = try await desk.moveOrder(order.externalID, to: .cancelled, by: actor)
            }
            #expect(try await count(.clientOrderMoved, about: .client(client), gateway) == 2)
            await expectOne("put in charge") {
                try await desk.assign(free, to: seller, reason: "分配", by: .hr)
            } _: {
                try await desk.assign(free, to: other, reason: "分配", by: .secondHR)
            }
            #expect(try await count(.clientAssigned, about: .client(free), gateway) == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 what is handed in is handed in once, taken once, and its steps are passed once`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await departing.resign()
            try await departing.assign()
            let (desk, id) = (departing.desk, departing.id)
            let leaver = try await gateway.actor(departing.leaver)
            let successor = try await gateway.actor(departing.successor)
            let project = try await departing.item(.project)
            await expectOne("submit") {
                _ = try await desk.submit(Submission(note: "进度60%"), for: project.id, of: id, by: leaver)
            } _: {
                _ = try await desk.submit(Submission(note: "进度70%"), for: project.id, of: id, by: leaver)
            }
            let submitted = try await departing.item(.project)
            await expectOne("take") {
                _ = try await desk.take(submitted.id, of: id, contentHash: submitted.contentHash, by: successor)
            } _: {
                _ = try await desk.take(submitted.id, of: id, contentHash: submitted.contentHash, by: successor)
            }
            let order = try await departing.item(.order)
            await expectOne("waive") {
                _ = try await desk.waive(order.id, of: id, reason: "客户取消", by: .hr)
            } _: {
                _ = try await desk.waive(order.id, of: id, reason: "已完成", by: .secondHR)
            }
            for item in try await departing.record().items where item.isOwed { try await departing.submit(item) }
            _ = try await desk.close(.submission, of: id, by: .hr)
            for item in try await departing.record().items where item.state == .submitted {
                if item.confirmation(by: .taker) == nil { try await departing.take(item) }
                if item.kind == .client { try await departing.letter(item) }
                try await departing.accept(item)
            }
            for step in HandoverStep.allCases {
                await expectOne("pass \(step)") {
                    _ = try await desk.pass(step, of: id, by: .hr)
                } _: {
                    _ = try await desk.pass(step, of: id, by: .secondHR)
                }
            }
            for item in try await departing.record().items {
                #expect(try await desk.history(of: item.id, of: id, by: .hr).breaks == [], "\(item.title)")
            }
            #expect(try await count(.handoverStepPassed, about: Subject(.handover, id), gateway) == 3)
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 a sheet comes into force once, a month is paid once, a release is one`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let person = try await gateway.employee()
            let pay = gateway.people.pay
            let sheet = try await pay.draft(
                person, month: try #require(PayTests.month), region: "shanghai", facts: [PayTests.base], by: .hr)
            await expectOne("finalise") {
                try await pay.finalise(sheet.id, by: .hr)
            } _: {
                try await pay.finalise(sheet.id, by: .secondHR)
            }
            await expectOne("withdraw a sheet") {
                try await pay.withdraw(sheet.id, reason: "更正", by: .hr)
            } _: {
                try await pay.withdraw(sheet.id, reason: "重算", by: .secondHR)
            }
            let desk = gateway.people.agreements
            let offer = try await desk.offer(
                "non-compete", to: person,
                values: ["months": 24, "compensationShare": 30, "competitors": ["物流企业"]], isMandatory: true, by: .hr)
            try await gateway.sign(offer)
            let today = CivilDate(inChina: gateway.clock.now)
            _ = try await gateway.people.roster.move(
                "N-p-zhangsan", EmploymentMove(to: .left, on: today, reason: "协商解除", lastDay: today), by: .hr)
            gateway.pass(.seconds(40 * 86_400))
            _ = try await desk.runDue()
            let (amount, day) = (try #require(Amount("4500")), CivilDate(inChina: gateway.clock.now))
            await expectOne("pay a month") {
                try await desk.recordPayment(offer.id, month: 1, amount: amount, on: day, by: .hr)
            } _: {
                try await desk.recordPayment(offer.id, month: 1, amount: amount, on: day, by: .secondHR)
            }
            await expectOne("release") {
                try await desk.release(offer.id, reason: "不再涉密", by: .hr)
            } _: {
                try await desk.release(offer.id, reason: "业务取消", by: .secondHR)
            }
            let about = Subject(.agreement, offer.id)
            #expect(try await count(.compensationPaid, about: about, gateway) == 1)
            #expect(try await count(.nonCompeteReleased, about: about, gateway) == 1)
            #expect(try await count(.payFinalised, about: .employee(person), gateway) == 1)
            #expect(try await count(.payWithdrawn, about: .employee(person), gateway) == 1)
        }
    }
}
