import Evidence
import Notices
import People
import TestSupport
import Testing

struct AccessTests {
    @Test(arguments: Backend.allCases)
    func `S-82 a change of the state of employment alone changes what a person may do`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            try AccessPolicy.require(.addClient, try await gateway.actor(person), owner: person)
            let step = EmploymentStep(
                person: person, state: .resigned, effectiveOn: CivilDate(inChina: gateway.clock.now),
                unit: UnitID("sales"), position: "销售经理", lastDay: nil, reason: "个人原因")
            let moved = try await gateway.peopleStore.move(step, from: .active, acts: [])
            #expect(moved)
            let actor = try await gateway.actor(person)
            #expect(throws: PeopleError(.forbidden, "")) {
                try AccessPolicy.require(.addClient, actor, owner: person)
            }
            try AccessPolicy.require(.finishWork, actor, owner: person)
            let steps = try await gateway.peopleStore.steps(of: person)
            #expect(steps.map(\.state) == [.active, .resigned])
            #expect(steps.last?.reason == "个人原因")
        }
    }

    @Test(arguments: Backend.allCases)
    func `a freeze takes everything away at once and is found as an act about the person`(backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            try await gateway.people.access.setFreeze(person, frozen: true, reason: "未交接", by: .administrator)
            let actor = try await gateway.actor(person)
            #expect(throws: PeopleError(.forbidden, "")) {
                try AccessPolicy.require(.finishWork, actor, owner: person)
            }
            let acts = try await gateway.people.acts.acts(about: .employee(person))
            #expect(acts.map(\.entry.event) == [.accessFrozen])
            let body = try EntryBody(parsing: try #require(acts.first?.entry.body))
            #expect(body.facts["reason"]?.string == "未交接")
            #expect(body.facts["about"] == .array([.string("employee:p-zhangsan")]))
        }
    }

    @Test(arguments: Backend.allCases)
    func `the head of a unit reaches the units below it and no others`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let head = try await gateway.employee("李经理", id: "p-li", unit: "hq")
            try await gateway.unit("east", parent: "hq")
            try await gateway.unit("west")
            try await gateway.unit("hq", manager: head)
            let actor = try await gateway.actor(head)
            try AccessPolicy.require(.assignClients, actor, unit: UnitID("east"))
            #expect(throws: PeopleError(.forbidden, "")) {
                try AccessPolicy.require(.assignClients, actor, unit: UnitID("west"))
            }
            await #expect(throws: PeopleError(.invalid, "")) { try await gateway.unit("hq", parent: "east") }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-83 and S-84 a resignation closes what is new with its reason and leaves what exists open`(backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let before = try await gateway.actor(person)
            for new in [Permission.addClient, .editClient, .startOrder] {
                try AccessPolicy.require(new, before, owner: person)
            }
            let today = CivilDate(inChina: gateway.clock.now)
            _ = try await gateway.people.roster.resign(
                "N-p-zhangsan", noticeOn: today, lastDay: nil, reason: "个人原因", by: .hr)
            let actor = try await gateway.actor(person)
            for new in [Permission.addClient, .editClient, .startOrder] {
                let error = try await refusal { try AccessPolicy.require(new, actor, owner: person) }
                #expect(error.code == .forbidden && error.reason.contains("防止客户资源流失"))
            }
            for existing in [Permission.viewClients, .finishWork, .logFollowUp, .submitHandover, .sign] {
                try AccessPolicy.require(existing, actor, owner: person)
            }
        }
    }
}
