import Evidence
import Notices
import People
import TestSupport
import Testing

/// Units, employees, and how employments move.
struct RosterTests {
    @Test(arguments: Backend.allCases)
    func `S-127 a unit has a currency, and notices go out under the nearest entity above`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await desk.save(
                OrgUnit(id: UnitID("group"), name: "集团", issuer: TestGateway.issuer), by: .hr)
            try await desk.save(
                OrgUnit(id: UnitID("hk"), parent: UnitID("group"), name: "香港", currency: "HKD"), by: .hr)
            try await desk.save(
                OrgUnit(id: UnitID("store-7"), parent: UnitID("hk"), name: "七号店", currency: "HKD"), by: .hr)
            let person = try await gateway.employee(unit: "store-7")
            #expect(try await desk.issuer(for: person) == TestGateway.issuer)
            #expect(try await desk.units(by: .hr).map(\.currency) == ["CNY", "HKD", "HKD"])
            let acts = try await gateway.people.acts.acts(about: .unit(UnitID("hk")))
            #expect(acts.map(\.entry.event) == [.unitSaved])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a unit below itself, an unknown currency and an unknown entity are refused by field`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await desk.save(OrgUnit(id: UnitID("a"), name: "甲"), by: .hr)
            try await desk.save(OrgUnit(id: UnitID("b"), parent: UnitID("a"), name: "乙"), by: .hr)
            await #expect(throws: PeopleError(.invalid, "")) {
                try await desk.save(OrgUnit(id: UnitID("a"), parent: UnitID("b"), name: "甲"), by: .hr)
            }
            let error = try await refusal {
                try await desk.save(
                    OrgUnit(id: UnitID("c"), name: "", currency: "RMB", issuer: IssuerID("nobody")), by: .hr)
            }
            #expect(error.faults.map(\.field) == ["name", "currency", "issuer"])
            #expect(try await desk.units(by: .hr).map(\.id.rawValue) == ["a", "b"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-118 joining, moving and leaving are steps with their days, each one an act`(_ backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.unit("sales")
            try await gateway.unit("east", parent: "sales")
            let today = CivilDate(inChina: gateway.clock.now)
            // Hired before the day from which onboarding waits for signatures; S-91 is tested with the agreements.
            let joined = try await desk.add(gateway.draft(hiredOn: CivilDate(dayNumber: 20_000)), by: .hr)
            #expect(joined.state == .onboarding)
            _ = try await desk.move("E1", EmploymentMove(to: .active, on: today, reason: "手续齐备"), by: .hr)
            let moved = try await desk.transfer(
                "E1", to: UnitID("east"), position: "区域经理", on: today, reason: "晋升", by: .hr)
            #expect(moved.unit == UnitID("east") && moved.stateSince == today)
            _ = try await desk.resign("E1", noticeOn: today, lastDay: nil, reason: "个人原因", by: .hr)
            gateway.clock.advance(by: .seconds(31 * 86_400))
            #expect(try await desk.runDue() == 1)
            #expect(try await desk.runDue() == 0)
            let steps = try await gateway.peopleStore.steps(of: joined.id)
            #expect(steps.map(\.state) == [.onboarding, .active, .active, .resigned, .left])
            #expect(steps.last?.effectiveOn == today.adding(days: 30))
            let events = try await gateway.people.acts.acts(about: .employee(joined.id)).map(\.entry.event)
            #expect(
                events == [
                    .employeeAdded, .employmentMoved, .employeeTransferred, .employmentMoved, .permissionsChanged,
                    .employmentMoved, .permissionsChanged,
                ])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a page over several units and states is in the order of numbers, whatever its limit`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            for (id, unit, state) in [
                ("a", "east", EmploymentState.active), ("b", "west", .resigned), ("c", "north", .active),
                ("d", "west", .active), ("e", "east", .left), ("f", "east", .active),
            ] { try await gateway.employee(id: id, unit: unit, state: state) }
            let store = gateway.peopleStore
            func page(_ units: Set<UnitID>?, _ states: Set<EmploymentState>?, _ after: String?, _ limit: Int)
                async throws -> String
            {
                try await store.employees(in: units, states: states, after: after, limit: limit)
                    .map { String($0.number.dropFirst(2)) }.joined()
            }
            let two: Set<UnitID> = [UnitID("east"), UnitID("west")]
            #expect(try await page(two, nil, nil, 10) == "abdef")
            #expect(try await page(two, nil, "N-a", 2) == "bd")
            #expect(try await page(two, [.active], nil, 10) == "adf")
            #expect(try await page(two, [.active, .left], "N-d", 10) == "ef")
            #expect(try await page(nil, [.active, .resigned], "N-a", 3) == "bcd")
            #expect(try await page([UnitID("north")], [.active], nil, 10) == "c")
            #expect(try await page([], [.active, .left], nil, 10) == "")
            #expect(try await page(nil, [], nil, 10) == "")
            #expect(try await page(nil, nil, "N-d", 10) == "ef")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-123 the earliest last day is thirty days after the notice, and an earlier one is recorded with a warning`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.employee(id: "p-a")
            try await gateway.employee(id: "p-b")
            let today = CivilDate(inChina: gateway.clock.now)
            let good = try await desk.resign(
                "N-p-a", noticeOn: today, lastDay: today.adding(days: 30), reason: "个人原因", by: .hr)
            #expect(good.warning == nil && good.earliestLastDay == today.adding(days: 30))
            let early = try await desk.resign(
                "N-p-b", noticeOn: today, lastDay: today.adding(days: 29), reason: "个人原因", by: .hr)
            #expect(early.warning?.zh.contains("第三十七条") == true)
            #expect(early.employee.lastDay == today.adding(days: 29))
            let act = try #require(try await gateway.people.acts.acts(about: .employee(PersonID("p-b"))).first)
            let facts = try EntryBody(parsing: try #require(act.entry.body)).facts
            #expect(facts["earliestLastDay"]?.string == "\(today.adding(days: 30))")
            #expect(facts["warning"]?["zh"]?.string == early.warning?.zh)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-80 a suspended contract that nobody ended is flagged with its days and its gap`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.employee(id: "p-a")
            try await gateway.employee("李四", id: "p-b")
            let today = CivilDate(inChina: gateway.clock.now)
            _ = try await desk.move("N-p-a", EmploymentMove(to: .suspended, on: today, reason: "失联，暂停履行"), by: .hr)
            gateway.clock.advance(by: .seconds(91 * 86_400))
            let limbo = try await desk.limbos(by: .hr)
            #expect(limbo.map(\.employee.number) == ["N-p-a"])
            #expect(limbo.first?.since == today && limbo.first?.days == 92 && limbo.first?.kind == .suspended)
            #expect(limbo.first?.words.zh.contains("未正式解除") == true)
            // Ended formally, it hangs no longer.
            let now = CivilDate(inChina: gateway.clock.now)
            _ = try await desk.move(
                "N-p-a", EmploymentMove(to: .left, on: now, reason: "解除劳动合同", lastDay: now), by: .hr)
            #expect(try await desk.limbos(by: .hr) == [])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-80 a term that ran out and a last day that nobody closed are flagged too`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.unit("sales")
            let today = CivilDate(inChina: gateway.clock.now)
            var term = gateway.draft("E1", hiredOn: today.adding(days: -400), state: .active)
            term.contractUntil = today.adding(days: -1)
            try await desk.upsert(term, by: .hr)
            var gone = gateway.draft("E2", hiredOn: today.adding(days: -400), state: .resigned)
            gone.lastDay = today.adding(days: -10)
            try await desk.upsert(gone, by: .hr)
            let found = try await desk.limbos(by: .hr)
            #expect(found.map(\.kind) == [.lastDayOver, .termOver])
            #expect(found.map(\.days) == [10, 1])
        }
    }

    @Test(arguments: Backend.allCases)
    func `what does not follow, lies ahead or lies before is refused, and nothing changes`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.employee(id: "p-a")
            let today = CivilDate(inChina: gateway.clock.now)
            for (move, field) in [
                (EmploymentMove(to: .onboarding, on: today, reason: "x"), "state"),
                (EmploymentMove(to: .suspended, on: today.adding(days: 1), reason: "x"), "effectiveOn"),
                (EmploymentMove(to: .suspended, on: today.adding(days: -1), reason: "x"), "effectiveOn"),
                (EmploymentMove(to: .suspended, on: today, reason: " "), "reason"),
                (EmploymentMove(to: .resigned, on: today, reason: "x"), "lastDay"),
            ] {
                let error = try await refusal { _ = try await desk.move("N-p-a", move, by: .hr) }
                #expect(error.faults.map(\.field) == [field], "\(move)")
            }
            #expect(try await gateway.peopleStore.steps(of: PersonID("p-a")).count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 of two who move an employment at once one succeeds and the other is told`(_ backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.employee(id: "p-a")
            let today = CivilDate(inChina: gateway.clock.now)
            let results = await withTaskGroup(of: Bool.self, returning: [Bool].self) { group in
                for state in [EmploymentState.suspended, .resigned] {
                    group.addTask {
                        let move = EmploymentMove(
                            to: state, on: today, reason: "同时", lastDay: state == .resigned ? today : nil)
                        do {
                            _ = try await desk.move("N-p-a", move, by: .hr)
                            return true
                        } catch { return false }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.sorted { $0 && !$1 } == [true, false])
            #expect(try await gateway.peopleStore.steps(of: PersonID("p-a")).count == 2)
        }
    }
}

/// The refusal that a step makes; a failure when it makes none.
func refusal(_ step: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) async throws
    -> PeopleError
{
    do { try await step() } catch let error as PeopleError { return error }
    Issue.record("it was not refused", sourceLocation: sourceLocation)
    throw TestSupportError("it was not refused")
}

extension TestGateway {
    /// A member of staff as a caller would send them.
    func draft(
        _ number: String = "E1", name: String = "王五", hiredOn: CivilDate, state: EmploymentState? = nil
    ) -> EmployeeDraft {
        EmployeeDraft(
            number: number, name: name, unit: UnitID("sales"), position: "销售经理", hiredOn: hiredOn, state: state,
            addresses: [.email: "\(number.lowercased())@example.com"])
    }
}
