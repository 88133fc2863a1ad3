import Evidence
import Notices
import TestSupport
import Testing

@testable import People

/// What lowers pay needs its ground on record.
struct PayGroundTests {
    /// Results as the performance desk would tell them.
    private struct Results: SignedResultReader {
        let known: [SignedResult]
        func signedResult(_ reference: String, of person: PersonID) async throws -> SignedResult? {
            known.first { $0.reference == reference }
        }
    }

    private static let month = PayMonth("2026-11")
    private static let halved = [
        PayTests.base, PayTests.fact("score", "80", "performance", "R-1"),
        PayTests.fact("performanceFactor", "0.5", "performance", "R-1"),
    ]

    private static func results(signedOn: CivilDate? = CivilDate("2026-11-20"), factor: String = "0.5") -> Results {
        Results(known: [
            SignedResult(
                reference: "R-1", score: ExactNumber("80"), factor: ExactNumber(factor), signedOn: signedOn)
        ])
    }

    private func draft(_ desk: PayDesk, _ facts: [PayFact]) async throws -> PaySheet {
        try await desk.draft(
            PersonID("p-zhangsan"), month: try #require(Self.month), region: "shanghai", facts: facts, by: .hr)
    }

    @Test(arguments: Backend.allCases)
    func `S-114 a factor of 0.5 needs the signed result and the policy training`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            let desk = gateway.people.pay.with(results: Self.results())
            let untrained = try await #require(throws: PeopleError.self) { try await draft(desk, Self.halved) }
            #expect(untrained == PeopleError(.locked, ""))
            #expect(untrained.reason.contains("the statement of p-zhangsan on performance-management"))
            try await gateway.train(person, in: "performance-management")
            let unsigned = try await #require(throws: PeopleError.self) {
                try await draft(gateway.people.pay.with(results: Self.results(signedOn: nil)), Self.halved)
            }
            #expect(unsigned.reason.contains("a signed performance result"))
            let unread = try await #require(throws: PeopleError.self) {
                try await draft(gateway.people.pay.with(results: Results(known: [])), Self.halved)
            }
            #expect(unread.faults.contains { $0.message.contains("there is no performance result \"R-1\"") })
            let sheet = try await draft(desk, Self.halved)
            let line = try #require(sheet.content.result.lines.first { $0.id == "performancePay" })
            #expect(line.amount.text(places: 2) == "2000.00")
            #expect(line.proofs.contains("performance result R-1, signed 2026-11-20"))
            #expect(line.proofs.contains { $0.hasPrefix("statement on performance-management version 1") })
            #expect(sheet.content.result.due.text(places: 2) == "7000.00")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-114 the result is the review that the employee signed, with its factor`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            try await gateway.train(person, in: "performance-management")
            let review = try await gateway.score(
                person, "2026-11", Hundredths(80), payFactor: Hundredths("0.5"))
            let facts = [
                PayTests.base, PayTests.score(review),
                PayTests.fact("performanceFactor", "0.5", "performance", review.rawValue),
            ]
            let unsigned = try await #require(throws: PeopleError.self) {
                try await draft(gateway.people.pay, facts)
            }
            #expect(unsigned == PeopleError(.locked, "") && unsigned.reason.contains("a signed performance result"))
            try await gateway.sign(review, "确认当月绩效减半")
            let sheet = try await draft(gateway.people.pay, facts)
            #expect(
                sheet.content.result.lines.first { $0.id == "performancePay" }?.amount.text(places: 2) == "2000.00")
            // A result that sets no factor is no ground for one.
            let full = try await gateway.score(person, "2026-10", 80)
            try await gateway.sign(full, "确认")
            let mistaken = try await #require(throws: PeopleError.self) {
                try await draft(
                    gateway.people.pay,
                    [PayTests.base, PayTests.fact("performanceFactor", "0.5", "performance", full.rawValue)])
            }
            #expect(mistaken.faults.first?.field == "performanceFactor")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-114 a training after the month does not reach back`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            try await gateway.publish("performance-management")
            gateway.clock.advance(by: .seconds(12 * 86_400))
            try await gateway.train(person, in: "performance-management", publishes: false)
            let late = try await #require(throws: PeopleError.self) {
                try await draft(gateway.people.pay.with(results: Self.results()), Self.halved)
            }
            #expect(late == PeopleError(.locked, "") && late.reason.contains("signed by 2026-11-30"))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a figure that differs from the result it names is refused`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.employee()
            let desk = gateway.people.pay.with(results: Self.results(factor: "1"))
            let error = try await #require(throws: PeopleError.self) { try await draft(desk, Self.halved) }
            #expect(error.faults.first?.field == "performanceFactor")
            #expect(error.faults.first?.message.contains("0.5 is not what result R-1 says (1)") == true)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a deduction for loss needs the signed clause and stays under its cap`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            func facts(_ loss: String, base: String = "5000") -> [PayFact] {
                [PayTests.fact("baseWage", base, "contract", "C"), PayTests.fact("loss", loss, "case", "K-1")]
            }
            func deducted(_ sheet: PaySheet) -> String? {
                sheet.content.result.lines.first { $0.id == "lossDeduction" }?.amount.text(places: 2)
            }
            let desk = gateway.people.pay
            let missing = try await #require(throws: PeopleError.self) { try await draft(desk, facts("800")) }
            #expect(missing == PeopleError(.locked, "") && missing.reason.contains("the clause loss-deduction"))
            let agreement = try await gateway.people.agreements.offer(
                "loss-compensation", to: person, values: [:], isMandatory: false, by: .hr)
            await #expect(throws: PeopleError(.locked, "")) { try await draft(desk, facts("800")) }
            _ = try await gateway.sign(agreement)
            let small = try await draft(desk, facts("800"))
            #expect(deducted(small) == "800.00")
            #expect(
                small.content.result.lines.first { $0.id == "lossDeduction" }?.proofs.first?.contains(agreement.number)
                    == true)
            // A fifth of 5000; then down to the minimum wage of 2740; then nothing, for there is nothing above it.
            #expect(deducted(try await draft(desk, facts("4000"))) == "1000.00")
            #expect(deducted(try await draft(desk, facts("4000", base: "3000"))) == "260.00")
            #expect(deducted(try await draft(desk, facts("4000", base: "2740"))) == "0.00")
            #expect(deducted(try await draft(desk, facts("4000", base: "2000"))) == "0.00")
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 two sheets of one month cannot both be in force`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let desk = gateway.people.pay
            let (first, second) = (try await draft(desk, [PayTests.base]), try await draft(desk, [PayTests.base]))
            let results = await withTaskGroup(of: Bool.self) { group in
                for id in [first.id, second.id, first.id] {
                    group.addTask { await (try? desk.finalise(id, by: .hr)) != nil }
                }
                return await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(results.filter { $0 }.count == 1)
            let sheets = try await desk.sheets(of: person, by: .hr)
            #expect(sheets.filter { $0.state == .final }.count == 1)
            let inForce = try #require(sheets.first { $0.state == .final })
            let spare = try #require(sheets.first { $0.state == .draft })
            await #expect(throws: PeopleError(.conflict, "")) { try await desk.finalise(spare.id, by: .hr) }
            try await desk.withdraw(inForce.id, reason: "基数有误", by: .hr)
            try await desk.finalise(spare.id, by: .hr)
            await #expect(throws: PeopleError(.conflict, "")) {
                try await desk.withdraw(inForce.id, reason: "again", by: .hr)
            }
            let events = try await gateway.people.acts.acts(about: .employee(person)).map(\.entry.event)
            #expect(events.filter { $0 == .payFinalised }.count == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a person sees their own pay once it is in force, and nobody else's`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let other = try await gateway.employee("李四", id: "p-lisi")
            let desk = gateway.people.pay
            let sheet = try await draft(desk, [PayTests.base])
            let actor = try await gateway.actor(person)
            #expect(try await desk.sheets(of: person, by: actor) == [])
            await #expect(throws: PeopleError(.notFound, "")) { _ = try await desk.sheet(sheet.id, by: actor) }
            try await desk.finalise(sheet.id, by: .hr)
            #expect(try await desk.sheet(sheet.id, by: actor).state == .final)
            let stranger = try await gateway.actor(other)
            await #expect(throws: PeopleError(.forbidden, "")) { _ = try await desk.sheet(sheet.id, by: stranger) }
            await #expect(throws: PeopleError(.forbidden, "")) {
                _ = try await desk.draft(
                    person, month: try #require(Self.month), region: "shanghai", facts: [PayTests.base], by: actor)
            }
        }
    }
}
