import Evidence
import Notices
import People
import TestSupport
import Testing

/// The employee file, the gate at the door, and what changes with permissions.
struct FileTests {
    struct Course: TrainingRecordReader {
        func trainingRecords(of person: PersonID) async throws -> [TrainingRecord] {
            [TrainingRecord(course: "《项目管理》", score: "95", isPassed: true, on: CivilDate(dayNumber: 20_000))]
        }
    }

    struct Missing: OnboardingGate {
        func missingAgreements(of employee: Employee) async throws -> [String] { ["保密协议", "客户归属确认书"] }
    }

    struct Half: HandoverProgressReader {
        func handoverProgress(of person: PersonID) async throws -> HandoverProgress? {
            HandoverProgress(done: 3, total: 8)
        }
    }

    private func desk(_ gateway: TestGateway, _ change: (inout RosterHooks) -> Void) throws -> RosterDesk {
        var hooks = RosterHooks()
        change(&hooks)
        return RosterDesk(
            store: gateway.peopleStore, addresses: gateway.addresses, directory: gateway.store,
            law: try TestResources.law(), hooks: hooks,
            acts: ActRecorder(recorder: gateway.recorder, clock: gateway.clock), clock: gateway.clock)
    }

    @Test(arguments: Backend.allCases)
    func `S-115 a document from the OA is linked to the employee by its hash, once`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let hash = SHA256.hash(Array("季度报告".utf8))
            let entry = FileEntry(
                kind: .document, dated: CivilDate(dayNumber: 20_100), title: "三季度工作报告", hash: hash, source: "oa",
                externalID: "doc-17")
            let desk = gateway.people.roster
            #expect(try await desk.file(entry, of: "N-p-zhangsan", by: .integration))
            #expect(try await !desk.file(entry, of: "N-p-zhangsan", by: .integration))
            let line = try #require(
                try await desk.file(of: "N-p-zhangsan", by: .hr).lines.first { $0.kind == .document })
            #expect(line.facts["hash"] == hash.hex && line.facts["source"] == "oa")
            let events = try await gateway.people.acts.acts(about: .employee(person)).map(\.entry.event)
            #expect(events == [.documentFiled, .fileRead])
            let bare = FileEntry(
                kind: .document, dated: CivilDate(dayNumber: 20_100), title: "无哈希", source: "oa", externalID: "doc-18")
            let error = try await refusal { try await desk.file(bare, of: "N-p-zhangsan", by: .integration) }
            #expect(error.faults.map(\.field) == ["hash"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-116 a reward has amount, reason and date, and is refused without them`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.employee("赵六")
            let desk = gateway.people.roster
            try await desk.file(
                FileEntry(
                    kind: .reward, dated: CivilDate(dayNumber: 20_100), title: "优秀员工奖金", reason: "季度超额完成目标",
                    amount: Amount("2000"), currency: "CNY", source: "hr", externalID: "r-1"), of: "N-p-zhangsan",
                by: .hr)
            let line = try #require(
                try await desk.file(of: "N-p-zhangsan", by: .hr).lines.first { $0.kind == .reward })
            #expect(line.facts["amount"] == "2000.00" && line.facts["reason"] == "季度超额完成目标")
            #expect(line.on == CivilDate(dayNumber: 20_100) && line.words.zh.contains("2,000.00"))
            let error = try await refusal {
                try await desk.file(
                    FileEntry(
                        kind: .punishment, dated: CivilDate(inChina: gateway.clock.now).adding(days: 1), title: "警告",
                        source: "hr", externalID: "r-2"), of: "N-p-zhangsan", by: .hr)
            }
            #expect(Set(error.faults.map(\.field)) == ["dated", "reason", "amount"])
        }
    }

    @Test func `S-117 courses with their scores stand in the file, and S-118 so do joining, moving and leaving`()
        async throws
    {
        try await TestGateway.with(.sqlite) { gateway in
            let desk = try desk(gateway) { $0.training = Course() }
            try await gateway.employee("周七", hiredOn: CivilDate(dayNumber: 19_000))
            try await gateway.unit("east")
            let today = CivilDate(inChina: gateway.clock.now)
            _ = try await desk.transfer(
                "N-p-zhangsan", to: UnitID("east"), position: "主管", on: today, reason: "调动", by: .hr)
            _ = try await desk.move(
                "N-p-zhangsan", EmploymentMove(to: .left, on: today, reason: "协商解除", lastDay: today), by: .hr)
            let file = try await desk.file(of: "N-p-zhangsan", by: .hr)
            #expect(file.lines.map(\.kind) == [.joined, .training, .moved, .left])
            #expect(file.lines[1].words.zh == "培训：《项目管理》 95分")
        }
    }

    @Test func `S-91 nobody becomes active while a mandatory agreement is not signed`() async throws {
        try await TestGateway.with(.sqlite) { gateway in
            let closed = try desk(gateway) { $0.gate = Missing() }
            try await gateway.unit("sales")
            let today = CivilDate(inChina: gateway.clock.now)
            _ = try await closed.add(gateway.draft(hiredOn: today), by: .hr)
            let move = EmploymentMove(to: .active, on: today, reason: "到岗")
            let error = try await refusal { _ = try await closed.move("E1", move, by: .hr) }
            #expect(error.code == .locked && error.reason.contains("保密协议, 客户归属确认书"))
            #expect(try await closed.employee("E1", by: .hr).state == .onboarding)
            // A newcomer who begins today cannot come on record as active either.
            await #expect(throws: PeopleError(.invalid, "")) {
                try await closed.upsert(gateway.draft("E2", hiredOn: today, state: .active), by: .hr)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-87 and S-88 a change of permissions has actor, reason, handover progress and the seconds it took`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let desk = try desk(gateway) { $0.handover = Half() }
            let person = try await gateway.employee()
            let today = CivilDate(inChina: gateway.clock.now)
            _ = try await desk.resign("N-p-zhangsan", noticeOn: today, lastDay: nil, reason: "个人原因", by: .hr)
            gateway.clock.set(to: today.adding(days: 31).startInChina.adding(.seconds(42)))
            _ = try await desk.runDue()
            let acts = try await gateway.people.acts.acts(about: .employee(person))
                .filter { $0.entry.event == .permissionsChanged }
            let facts = try acts.map { try EntryBody(parsing: try #require($0.entry.body)).facts }
            #expect(facts.count == 2)
            #expect(facts[0]["reason"]?.string?.contains("防止客户资源流失") == true)
            #expect(facts[0]["closed"]?.array?.compactMap(\.string).contains("addClient") == true)
            #expect(facts[0]["handover"] == ["done": 3, "total": 8])
            #expect(facts[0]["by"]?["id"]?.string == "key-hr")
            #expect(facts[1]["by"]?["id"]?.string == "songda")
            #expect(facts[1]["seconds"]?.number == 42)
            #expect(facts[1]["triggeredAt"]?.string == today.adding(days: 31).startInChina.rfc3339)
        }
    }
}
