import Evidence
import Notices
import TestSupport
import Testing

@testable import People

/// A month's pay.
///
/// 2026-11 is the month in which the clock of tests begins.
struct PayTests {
    static let month = PayMonth("2026-11")
    static let base = fact("baseWage", "5000", "contract", "C-2022-031")
    static let late = fact("lateCount", "2", "attendance", "2026-11")

    static func fact(_ name: String, _ value: String, _ source: String, _ reference: String) -> PayFact {
        PayFact(name: name, value: ExactNumber(value) ?? .zero, source: source, reference: reference)
    }

    static func score(_ review: ReviewID, _ points: String = "80") -> PayFact {
        fact("score", points, "performance", review.rawValue)
    }

    private func draft(
        _ gateway: TestGateway, _ facts: [PayFact], region: String = "shanghai", desk: PayDesk? = nil,
        person: PersonID = PersonID("p-zhangsan"), month: PayMonth? = PayTests.month
    ) async throws -> PaySheet {
        try await (desk ?? gateway.people.pay).draft(
            person, month: try #require(month), region: region, facts: facts, by: .hr)
    }

    private func line(_ sheet: PaySheet, _ id: String) throws -> PayLine {
        try #require(sheet.content.result.lines.first { $0.id == id })
    }

    @Test(arguments: Backend.allCases)
    func `S-110 a base of 5000 and a score of 80 give 4000`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let review = try await gateway.score(person, "2026-11", 80)
            let sheet = try await draft(gateway, [Self.base, Self.score(review)])
            #expect(try line(sheet, "performancePay").amount.text(places: 2) == "4000.00")
            let half = try await gateway.score(person, "2026-10", try #require(Hundredths("79.5")))
            let other = try await draft(gateway, [Self.base, Self.score(half, "79.5")])
            #expect(try line(other, "performancePay").amount.text(places: 2) == "3975.00")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-111 twice late at 50 each is 100`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.employee()
            let sheet = try await draft(gateway, [Self.base, Self.late])
            let late = try line(sheet, "lateness")
            #expect(late.amount.text(places: 2) == "100.00")
            #expect(late.group == .deduction)
            #expect(late.terms.map(\.value.description) == ["2", "50"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-112 5000 and 4000 less 100 are 8900.00, each term with its source`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let review = try await gateway.score(person, "2026-11", 80)
            let made = try await draft(gateway, [Self.base, Self.score(review), Self.late])
            let sheet = try #require(try await gateway.peopleStore.paySheet(made.id))
            #expect(sheet == made)
            #expect(sheet.content.result.due.text(places: 2) == "8900.00")
            #expect(sheet.content.result.net.text(places: 2) == "8900.00")
            #expect(sheet.content.result.lines.allSatisfy { $0.currency == "CNY" })
            for line in sheet.content.result.lines {
                #expect(
                    line.terms.map(\.name) == (try Formula(line.formula)).names, "\(line.id) has a term without source")
                #expect(line.terms.allSatisfy { !$0.source.isEmpty })
            }
            let performance = try line(sheet, "performancePay")
            #expect(
                performance.terms.map(\.source) == [
                    "contract C-2022-031", "performance \(review)", "rules pay version 2, default",
                ])
            #expect(try line(sheet, "lateness").terms.map(\.source) == ["attendance 2026-11", "考勤制度"])
            let acts = try await gateway.people.acts.acts(about: .employee(person))
            let body = try EntryBody(parsing: try #require(acts.last?.entry.body))
            #expect(body.facts["due"]?.string == "8900.00")
            #expect(body.facts["rulesHash"]?.string == gateway.people.pay.rules.hash.hex)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-113 a rule is added without code, tried, and then in force`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let score = Self.score(try await gateway.score(person, "2026-11", 80))
            let month = try #require(Self.month)
            let yaml = gateway.people.pay.rules.text
                .replacingOnce("version: 2\n", "version: 3\n")
                .replacingOnce(
                    "lines:\n",
                    """
                    lines:
                      - {id: mealAllowance, group: bonus, zh: 餐补, en: meals, formula: "if(lateCount > 3, 0, 21 * 15.5)"}

                    """)
            let request = PayCalculator.Request(
                month: month, region: "shanghai", currency: "CNY", facts: [Self.base, score, Self.late])
            let before = try gateway.people.pay.attempt(yaml: nil, request, by: .hr)
            #expect(before.result.due.text(places: 2) == "8900.00")
            let after = try gateway.people.pay.attempt(yaml: yaml, request, by: .hr)
            #expect(after.rules.version == 3)
            #expect(after.result.due.text(places: 2) == "9225.50")
            #expect(after.result.lines.first?.terms.map(\.source) == ["attendance 2026-11"])
            let kept = try await gateway.peopleStore.paySheets(of: PersonID("p-zhangsan"))
            #expect(kept == [], "a trial is never kept")
            let desk = gateway.people.pay.with(rules: after.rules)
            let sheet = try await draft(gateway, request.facts, desk: desk)
            #expect(sheet.content.rulesVersion == 3 && sheet.content.result.due.text(places: 2) == "9225.50")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-113 wages, bonus and social insurance are worked out`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.employee()
            let sheet = try await draft(
                gateway,
                [
                    Self.base, Self.fact("bonus", "1500.55", "project", "P-7"),
                    Self.fact("socialBase", "7384.5", "social-insurance", "2026"),
                    Self.fact("housingFund", "517", "social-insurance", "2026"),
                ])
            #expect(sheet.content.result.due.text(places: 2) == "6500.55")
            #expect(try line(sheet, "pension").amount.text(places: 2) == "590.76")
            #expect(try line(sheet, "medical").amount.text(places: 2) == "147.69")
            // 36.9225 is rounded once, in its line.
            #expect(try line(sheet, "unemployment").amount.text(places: 2) == "36.92")
            #expect(sheet.content.result.net.text(places: 2) == "5208.18")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-113 another text under the same version of the rules is refused`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.employee()
            _ = try await draft(gateway, [Self.base])
            let changed = try PayRules(
                yaml: gateway.people.pay.rules.text.replacingOnce("value: \"50\"", "value: \"60\""), file: "pay.yaml")
            await #expect(throws: PeopleError(.conflict, "")) {
                try await draft(gateway, [Self.base], desk: gateway.people.pay.with(rules: changed))
            }
            #expect(try await gateway.peopleStore.paySheets(of: PersonID("p-zhangsan")).count == 1)
        }
    }

    @Test(arguments: [
        ("version: 2\n", "version: 2\ncolour: red\n", "colour: unknown key"),
        (
            "formula: lateCount * latenessFine", "formula: lateCount * fineForLateness",
            "\"fineForLateness\" is not known"
        ),
        ("formula: lateCount * latenessFine", "formula: lateCount / 0", "divides by zero"),
        ("formula: baseWage}", "formula: pension}", "\"pension\" is not known"),
        ("share: \"0.20\"", "share: \"0.50\"", "is not from 0 to 0.2"),
        ("    capped: true\n", "", "write capped: true"), ("id: lateness,", "id: wage,", "stands twice"),
        ("needs: [clause loss-deduction]", "needs: [consent]", "is not signed-result"),
        ("value: \"50\"", "value: 5O", "is not an exact number"),
    ])
    func `a rule that cannot be is refused with its place`(_ old: String, _ new: String, _ reason: String) throws {
        let text = try TestResources.text("config/rules/pay.yaml")
        let fault = try #require(throws: SourceFault.self) {
            try PayRules(yaml: text.replacingOnce(old, new), file: "pay.yaml")
        }
        #expect(fault.reason.contains(reason), "\(fault)")
        #expect(fault.file == "pay.yaml" && fault.line > 1)
    }

    @Test(arguments: Backend.allCases)
    func `bad figures are refused together and nothing is kept`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let error = try await #require(throws: PeopleError.self) {
                try await draft(
                    gateway,
                    [
                        Self.fact("baseWage", "-1", "contract", "C"), Self.fact("lateCount", "1.5", "attendance", "m"),
                        Self.fact("score", "80", "rumour", "x"), Self.fact("wings", "2", "contract", "C"),
                        Self.fact("bonus", "1.005", "project", "P"), Self.late,
                        PayFact(
                            name: "socialBase", value: .one, source: "social-insurance", reference: "x", currency: "USD"
                        ),
                        Self.fact("housingFund", "1", "social-insurance", ""),
                    ], region: "atlantis")
            }
            #expect(error == PeopleError(.invalid, ""))
            let text = error.faults.map { "\($0.field): \($0.message)" }
            for (place, words) in [
                ("facts[0]", "is negative"), ("facts[1]", "is not a whole number"), ("facts[2]", "may not state it"),
                ("facts[3]", "is not known"), ("facts[4]", "two decimals"), ("facts[5]", "stated twice"),
                ("facts[6]", "USD"), ("facts[7]", "names no record"), ("region", "atlantis"),
            ] {
                #expect(text.contains { $0.hasPrefix(place) && $0.contains(words) }, "\(place): \(text)")
            }
            #expect(try await gateway.peopleStore.paySheets(of: person) == [])
            await #expect(throws: PeopleError(.invalid, "")) { try await draft(gateway, []) }
            await #expect(throws: PeopleError(.invalid, "")) {
                try await draft(gateway, [Self.base], month: PayMonth("2025-12"))
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `negative pay and a rule that divides by zero are refused`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.employee()
            let negative = try await #require(throws: PeopleError.self) {
                try await draft(gateway, [Self.base, Self.fact("lateCount", "101", "attendance", "m")])
            }
            #expect(negative.reason.contains("would be negative"))
            let yaml = gateway.people.pay.rules.text.replacingOnce(
                "formula: baseWage}", "formula: baseWage / lateCount}")
            let desk = gateway.people.pay.with(rules: try PayRules(yaml: yaml, file: "pay.yaml"))
            let zero = try await #require(throws: PeopleError.self) {
                try await draft(gateway, [Self.base], desk: desk)
            }
            #expect(zero.faults.first?.field == "lines.wage.formula")
            #expect(zero.faults.first?.message.contains("by zero") == true)
        }
    }
}

/// What a lawyer must see: which figures nobody has compared with their source, and what the clocks say.
struct PayFigureTests {
    @Test(arguments: Backend.allCases)
    func `a minimum wage that nobody has compared is said to be unconfirmed wherever the pay is shown`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            func sheet(_ desk: PayDesk) async throws -> PaySheet {
                try await desk.draft(
                    person, month: try #require(PayTests.month), region: "shanghai", facts: [PayTests.base], by: .hr)
            }
            func term(_ sheet: PaySheet) throws -> PayTerm {
                try #require(sheet.content.result.lines.flatMap(\.terms).first { $0.name == "minimumWage" })
            }
            let shipped = try await sheet(gateway.people.pay)
            #expect(shipped.content.result.warnings.count == 1)
            #expect(shipped.content.result.warnings.first?.zh.contains("未与官方公布核对") == true)
            #expect(try term(shipped).source.contains("未经核对 UNCONFIRMED"))
            #expect(
                try await gateway.peopleStore.paySheet(shipped.id)?.content.result.warnings.count == 1, "kept with it")
            let act = try #require(
                try await gateway.people.acts.acts(about: Subject(.paySheet, shipped.id)).first)
            let facts = try EntryBody(parsing: try #require(act.entry.body)).facts
            #expect(facts["unconfirmed"]?[0]?.string?.contains("上海市最低工资 2740") == true)

            // An organisation's own figure, compared by somebody, from its own day on.
            let own = gateway.people.pay.rules.text.replacingOnce(
                "minimum-wages:\n",
                """
                minimum-wages:
                  - region: shanghai
                    zh: 上海市
                    en: Shanghai
                    monthly: "2800"
                    currency: CNY
                    from: 2026-07-01
                    source: 沪人社规〔2026〕9号
                    confirmed: {on: 2026-07-02, by: 法务 赵刚}

                """
            ).replacingOnce("\nversion: 2\n", "\nversion: 3\n")
            let confirmed = try await sheet(
                gateway.people.pay.with(rules: try PayRules(yaml: own, file: "pay.yaml")))
            #expect(confirmed.content.result.warnings == [])
            #expect(try term(confirmed).value == ExactNumber("2800"))
            #expect(try term(confirmed).source.contains("confirmed 2026-07-02, 法务 赵刚"))
        }
    }

    @Test(arguments: [
        ("confirmed: {on: yesterday, by: 张三}", "yesterday"), ("confirmed: {on: 2026-01-02}", "by"),
        ("confirmed: {on: 2026-01-02, by: \"\"}", "empty"), ("confirmed: true", "confirmed"),
        ("checked: 2026-01-02", "checked"),
    ])
    func `a confirmation without day and name is none`(_ line: String, _ word: String) throws {
        let text = try TestResources.text("config/rules/pay.yaml")
        let entry = try #require(text.split(separator: "\n").first { $0.contains("region: shanghai") })
        let changed = entry.replacing("}", with: ", \(line)}", maxReplacements: 1)
        let fault = try #require(throws: SourceFault.self) {
            try PayRules(yaml: text.replacing(entry, with: changed), file: "pay.yaml")
        }
        #expect(fault.line > 1 && "\(fault)".contains(word), "\(fault)")
    }

    @Test(arguments: Backend.allCases)
    func `S-111 more late arrivals than the clocks have recorded are not deducted`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let month = try #require(PayTests.month)
            func draft(_ late: String) async throws -> PaySheet {
                try await gateway.people.pay.draft(
                    person, month: month, region: "shanghai",
                    facts: [PayTests.base, PayTests.fact("lateCount", late, "attendance", "2026-11")], by: .hr)
            }
            #expect(
                try await draft("3").state == .draft, "no clock reports for this person; the record named has to do")
            for day in ["2026-11-16", "2026-11-17"] { try await gateway.punch([person], day, "09:05") }
            let error = try await #require(throws: PeopleError.self) { _ = try await draft("3") }
            #expect(error.faults.map(\.field) == ["lateCount"] && error.faults[0].message.contains("more than the 2"))
            let two = try await draft("2").content.result.lines.first { $0.id == "lateness" }
            #expect(two?.amount.text(places: 2) == "100.00")
            #expect(try await draft("1").state == .draft, "what the company forgives it forgives")
        }
    }

    @Test func `S-111 where a calendar is missing, the refusal of late arrivals names it`() async throws {
        try await TestGateway.with(.sqlite, .at("2027-01-20T04:00:00Z")) { gateway in
            let person = try await gateway.employee()
            let month = try #require(PayMonth("2027-01"))
            for day in ["2027-01-18", "2027-01-19"] { try await gateway.punch([person], day, "09:05") }
            let error = try await #require(throws: PeopleError.self) {
                _ = try await gateway.people.pay.draft(
                    person, month: month, region: "shanghai",
                    facts: [PayTests.base, PayTests.fact("lateCount", "2", "attendance", "2027-01")], by: .hr)
            }
            #expect(error.faults.map(\.field) == ["lateCount"])
            #expect(error.faults[0].message.contains("put the calendar of 2027"))
            #expect(!error.faults[0].message.contains("import the punches"), "they are there")
        }
    }
}

extension PayDesk {
    /// The desk with other rules or another reader of results.
    func with(rules: PayRules? = nil, results: (any SignedResultReader)? = nil) -> PayDesk {
        PayDesk(
            store: store, roster: roster, training: training, results: results ?? self.results,
            lateness: lateness, acts: acts,
            clock: clock, rules: rules ?? self.rules)
    }
}

extension String {
    /// The text with one passage replaced; a passage that is not there once is a slip of the test.
    func replacingOnce(_ old: String, _ new: String) -> String {
        let parts = split(separator: old, omittingEmptySubsequences: false)
        precondition(parts.count >= 2, "\"\(old)\" is not in the text")
        return parts[0] + new + parts.dropFirst().joined(separator: old)
    }
}
