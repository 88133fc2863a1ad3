import Evidence
import Notices
import People
import TestSupport
import Testing

/// Stages, steps and the clearance that never moves the end of the employment.
@Suite struct StageTests {
    @Test(arguments: Backend.allCases)
    func `S-61 a stage cannot start before the one before closes, and each shows owner and due date`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            let opened = try await departing.resign().handover
            #expect(opened.stages.map(\.stage) == [.assignment, .submission, .review, .recovery])
            #expect(
                opened.stages.map(\.owner) == [departing.officer, departing.leaver, departing.head, departing.officer])
            #expect(
                opened.stages.map { "\($0.dueOn)" } == ["2026-11-22", "2026-12-14", "2026-12-18", "2026-12-21"])
            #expect(opened.stages.map { $0.startedAt != nil } == [true, false, false, false])
            let desk = departing.desk
            let id = departing.id
            for stage in [HandoverStage.submission, .review, .recovery] {
                await expectRefusal(.conflict, "has not begun: assignment must be closed") {
                    _ = try await desk.close(stage, of: id, by: .hr)
                }
            }
            let fee = try await departing.item(.orderList)
            await expectRefusal(.conflict, "the stage submission has not begun") { try await departing.submit(fee) }
            await expectRefusal(.locked, "name a successor") { _ = try await desk.close(.assignment, of: id, by: .hr) }
            try await departing.assign()
            #expect(try await departing.record().handover.stage == .submission)
            await expectRefusal(.locked, "item(s) are open") { _ = try await desk.close(.submission, of: id, by: .hr) }
            let submitted = try await departing.submit(fee)
            await expectRefusal(.conflict, "review has not begun") { try await departing.accept(submitted) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-71 the steps are passed in order, and skipping one is refused`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await departing.resign()
            try await departing.assign()
            try await departing.handEverythingIn()
            let (desk, id) = (departing.desk, departing.id)
            await expectRefusal(.conflict, "数据导出 (data) cannot be passed before 客户交接 (clients)") {
                _ = try await desk.pass(.data, of: id, by: .hr)
            }
            await expectRefusal(.conflict, "手续办理 (formalities) cannot be passed before 客户交接 (clients)") {
                _ = try await desk.pass(.formalities, of: id, by: .hr)
            }
            await expectRefusal(.locked, "step 客户交接") { _ = try await desk.pass(.clients, of: id, by: .hr) }
            for item in try await departing.record().items where item.state == .submitted {
                try await departing.accept(item)
            }
            for step in HandoverStep.allCases { _ = try await desk.pass(step, of: id, by: .hr) }
            await expectRefusal(.conflict, "passed already") { _ = try await desk.pass(.data, of: id, by: .hr) }
            #expect(try await departing.record().handover.passed.count == 3)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-72 missing key material locks the clearance with its reason, and both dates are shown`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await departing.resign()
            try await departing.assign()
            let key = try await departing.item(.client)
            for item in try await departing.record().items where item.isOwed && item.id != key.id {
                try await departing.submit(item)
            }
            let (desk, id) = (departing.desk, departing.id)
            await expectRefusal(.locked, "客户C-1：尚未提交") { _ = try await desk.close(.submission, of: id, by: .hr) }
            await expectRefusal(.locked, "cannot be given up") {
                _ = try await desk.waive(key.id, of: id, reason: "不配合", by: .hr)
            }
            let clearance = try await desk.clearance(of: id, by: .hr)
            #expect(clearance.state == .locked)
            #expect(clearance.reasons.contains { $0.zh == "客户C-1：尚未提交" })
            #expect(clearance.statutoryLastDay == CivilDate("2026-12-21"))
            #expect(clearance.dueOn == CivilDate("2026-12-18"))
            #expect(clearance.conflict == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-78 the clearance stays open until every item is done, and the employment ends on its day all the same`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await departing.resign()
            try await departing.assign()
            gateway.pass(.seconds(31 * 86_400))
            try await gateway.people.roster.runDue()
            try await gateway.people.handover.runDue()
            let employee = try await gateway.peopleStore.require(departing.leaver)
            #expect(employee.state == .left && employee.lastDay == CivilDate("2026-12-21"))
            let (desk, id) = (departing.desk, departing.id)
            let open = try await desk.clearance(of: id, by: .hr)
            #expect(open.state == .locked && open.clearedAt == nil)
            #expect(open.statutoryLastDay == CivilDate("2026-12-21"))
            #expect(open.fileTransferBy == CivilDate("2027-01-05"))
            #expect(open.conflict?.zh.contains("劳动合同于2026-12-21解除或者终止，不因内部交接未结清") == true)
            #expect(try await departing.record().handover.lastDay.day == CivilDate("2026-12-21"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-78 once every item is done the clearance is complete`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await departing.resign()
            try await departing.clear()
            let clearance = try await departing.desk.clearance(of: departing.id, by: .hr)
            #expect(clearance.state == .cleared && clearance.reasons.isEmpty && clearance.clearedAt != nil)
            #expect(clearance.statutoryLastDay == CivilDate("2026-12-21"))
            #expect(try await gateway.peopleStore.require(departing.leaver).state == .handover)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a withdrawn notice ends the handover, and another last day is followed`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.resign()
            _ = try await gateway.people.roster.agreeLastDay(
                "N-p-wang", try #require(CivilDate("2026-12-10")), reason: "双方书面约定", by: .hr)
            try await departing.desk.runDue()
            let redated = try await departing.record().handover
            #expect(redated.lastDay.day == CivilDate("2026-12-10") && redated.lastDay.warning != nil)
            let today = CivilDate(inChina: gateway.clock.now)
            _ = try await gateway.people.roster.move(
                "N-p-wang", EmploymentMove(to: .active, on: today, reason: "撤回辞职"), by: .hr)
            try await departing.desk.runDue()
            #expect(try await departing.record().handover.withdrawnAt != nil)
            let first = departing.id
            try await departing.resign()
            #expect(departing.id != first)
        }
    }

    @Test(arguments: Backend.allCases)
    func `two who close the same stage close it once (F49)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.resign(successor: departing.successor)
            let (desk, id) = (departing.desk, departing.id)
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<2 {
                    group.addTask { (try? await desk.close(.assignment, of: id, by: .hr)) != nil }
                }
                return await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 }.count == 1)
            let acts = try await gateway.people.acts.acts(about: Subject(.handover, id))
            #expect(acts.filter { $0.entry.event == .handoverStageClosed }.count == 1)
        }
    }
}
