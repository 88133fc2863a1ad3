import Evidence
import Foundation
import Notices
import People

/// What the systems of the demo's company report of its staff, and what HR has begun with it.
///
/// Punches of six weeks with somebody who is often late and somebody who has stopped coming, completions and a review, a
/// goal to be signed, a policy to be trained in, agreements to be signed, and a batch to the clients of one seller.
struct DemoFigures: Sendable {
    let hr: Client
    let feed: Client
    /// May issue.
    let writer: Client
    let clock: any WallClock
    let people: [String: PersonID]

    /// Who has not come for three working days, who is often late, and whose goals are set.
    private static let (absent, late, seller) = ("E-2004", "E-1005", DemoOrganisation.employee)

    private var today: CivilDate { CivilDate(inChina: clock.now) }

    func make() async throws {
        try await makePunches()
        try await makePerformance()
        try await makePay()
        try await makePapers()
        try await makeBatch()
        _ = try await hr.json("POST", "/v1/risk/runs", body: [:])
    }

    /// The working days of the last six weeks, the newest last.
    private var days: [CivilDate] {
        // 1970-01-01 was a Thursday.
        (today.dayNumber - 42...today.dayNumber).filter { ($0 + 3) % 7 < 5 }.map(CivilDate.init(dayNumber:))
    }

    private func makePunches() async throws {
        var punches: [JSONValue] = []
        let gone = Set(days.suffix(3))
        for (place, number) in people.keys.sorted().enumerated() {
            for day in days where !(number == Self.absent && gone.contains(day)) {
                let isLate = (day.dayNumber + 5 * place) % (number == Self.late ? 3 : 17) == 0
                let begins = 8 * 60 + 40 + (day.dayNumber * 7 + place * 3) % 18 + (isLate ? 35 : 0)
                for minute in [begins, 18 * 60 + (day.dayNumber + place) % 40] {
                    let at = day.startInChina.adding(.seconds(Int64(60 * minute)))
                    guard at < clock.now else { continue }
                    punches.append([
                        "employee": .string(number), "at": .string(at.rfc3339), "source": "fingerprint",
                    ])
                }
            }
        }
        _ = try await feed.json("POST", "/v1/attendance/punches", body: ["punches": .array(punches)])
    }

    private func makePerformance() async throws {
        guard let seller = people[Self.seller], let behind = people[Self.late] else { return }
        let month = Month(today).adding(-1)
        let completions: [JSONValue] = [(seller, 96), (behind, 58)].flatMap { person, percent -> [JSONValue] in
            (0..<5).map { back -> JSONValue in
                [
                    "employee": .string(person.rawValue), "month": .string("\(month.adding(-back))"),
                    "percent": .string("\(percent + 3 * back)"),
                ]
            }
        }
        _ = try await feed.json(
            "POST", "/v1/performance:completions", body: ["source": "crm", "completions": .array(completions)])
        _ = try await hr.json(
            "PUT", "/v1/goals/G-\(Self.seller)-1",
            body: [
                "employee": .string(seller.rawValue), "period": "本季度", "title": "新签重点客户三家，回款率不低于百分之九十五",
                "weight": 60, "startsOn": .string("\(month.first)"), "dueOn": .string("\(month.adding(2).last)"),
            ])
        for (back, deduction) in [(1, "12"), (2, "6"), (3, "4")] {
            _ = try await hr.json(
                "POST", "/v1/reviews",
                body: [
                    "employee": .string(seller.rawValue), "month": .string("\(month.adding(1 - back))"),
                    "lines": [
                        [
                            "dimension": "业绩", "weight": 60, "deduction": .string(deduction),
                            "reason": "两笔订单延期交付",
                        ], ["dimension": "协作", "weight": 40, "deduction": "0"],
                    ],
                ])
        }
    }

    /// Two months of the seller: one in force, one still a draft.
    private func makePay() async throws {
        guard let seller = people[Self.seller] else { return }
        let month = Month(today).adding(-1)
        func fact(_ name: String, _ value: String, _ source: String, _ reference: String) -> JSONValue {
            [
                "name": .string(name), "value": .string(value), "source": .string(source),
                "reference": .string(reference),
            ]
        }
        for (back, isInForce) in [(1, true), (0, false)] {
            let sheet = try await hr.json(
                "POST", "/v1/pay-sheets",
                body: [
                    "person": .string(seller.rawValue), "month": .string("\(month.adding(-back))"),
                    "region": "shanghai",
                    "facts": .array([
                        fact("baseWage", "12000", "contract", "劳动合同 2022-031"),
                        fact("bonus", "1500", "decision", "奖金决定 2026-9"),
                        fact("socialBase", "12000", "social-insurance", "上海社保 2026"),
                    ]),
                ])
            guard isInForce, let id = sheet["id"]?.string else { continue }
            _ = try await hr.json("POST", "/v1/pay-sheets/\(id)/force", body: [:])
        }
    }

    private func makePapers() async throws {
        // Not to whoever is dismissed in the tour: the notice is to be the first thing in their inbox.
        guard let head = people["E-1003"] else { return }
        _ = try await hr.json("POST", "/v1/agreement-sets", body: ["person": .string(head.rawValue)])
        _ = try await hr.json(
            "POST", "/v1/policies",
            body: [
                "policy": "client-data", "title": "客户资料管理制度", "effectiveOn": .string("\(today.adding(days: -30))"),
                "text": "# 客户资料管理制度\n\n1. 客户资料归公司所有，不得复制至个人设备。\n2. 离职时应在交接期限内移交全部客户资料。\n",
                "procedure": "经职工代表大会讨论通过",
                "course": [
                    "location": "公司学习平台：客户资料管理制度（1 分钟）",
                    "hash": .string(SHA256.hash(Array("client-data".utf8)).hex), "seconds": 60,
                ],
                "exam": [
                    "asked": 1, "passMark": 100,
                    "questions": [
                        ["id": "q1", "text": "客户资料归谁所有？", "options": ["公司", "业务员本人"], "answer": 0]
                    ],
                ],
            ])
    }

    /// A batch to the contacts of two clients: who is their new contact person.
    private func makeBatch() async throws {
        var contacts: [String] = []
        for client in try await hr.json("GET", "/v1/clients?limit=30")["items"]?.array ?? [] {
            guard let id = client["id"]?.string else { continue }
            let page = try await hr.json("GET", "/v1/clients/\(id)")
            contacts += page["contacts"]?.array?.compactMap { $0["person"]?.string } ?? []
        }
        let rows: [JSONValue] = contacts.suffix(4).map { contact in
            [
                "issuer": .string(DemoStory.issuer), "kind": "client-contact-change", "language": "zh-CN",
                "recipients": [.string(contact)],
                "fields": [
                    "newContact": "林经理", "newPhone": "021-61234570", "newEmail": "lin.tao@songda.example",
                    "effectiveDate": .string("\(today.adding(days: 3))"),
                ],
            ]
        }
        guard !rows.isEmpty else { return }
        _ = try await writer.json(
            "POST", "/v1/batches", body: ["batch": "华东区对接人变更", "notices": .array(rows)],
            headers: [("Idempotency-Key", "demo-batch")])
    }
}
