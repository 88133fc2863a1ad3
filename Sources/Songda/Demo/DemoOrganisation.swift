import Evidence
import Foundation
import Notices

/// The company behind the demo that keeps serving: units, staff, clients with their orders, and two departures under way.
///
/// Everything comes in through the API, as from the systems of a company: HR types, the CRM and the project system feed.
struct DemoOrganisation: Sendable {
    /// To whom the reader of the README issues a dismissal.
    static let employee = "E-1002"

    let hr: Client
    let feed: Client
    let clock: any WallClock

    /// A member of staff: number, name, unit, position, days since they were hired, role, telephone.
    private static let staff: [(String, String, String, String, Int, String?)] = [
        ("E-0007", "王芳", "hr", "人力资源总监", 3200, "hr"), ("E-0008", "李敏", "hr", "人事专员", 1400, nil),
        ("E-0009", "陈静", "hr", "法务主管", 2100, "legal"), ("E-0010", "周凯", "rd", "系统运维工程师", 900, nil),
        ("E-1001", "张伟", "sales", "华东区销售经理", 1720, nil), (employee, "李雷", "sales", "销售经理", 1360, nil),
        ("E-1003", "赵刚", "sales", "销售总监", 2600, nil), ("E-1004", "韩梅", "sales", "大客户经理", 1500, nil),
        ("E-1005", "林涛", "sales", "销售代表", 480, nil), ("E-2001", "孙悦", "rd", "研发经理", 2300, nil),
        ("E-2002", "吴桐", "rd", "后端工程师", 700, nil), ("E-2003", "郑洁", "rd", "前端工程师", 520, nil),
        ("E-2004", "冯超", "rd", "测试工程师", 260, nil),
    ]

    /// A client: name, contact, the number of whoever is in charge.
    private static let clients: [(String, String, String)] = [
        ("上海晨曦医疗器械有限公司", "钱立", "E-1004"), ("苏州恒达精密制造有限公司", "沈兰", "E-1004"),
        ("杭州云帆电子商务有限公司", "许宁", "E-1004"), ("南京博远物流有限公司", "韩冬", "E-1001"),
        ("宁波海拓进出口有限公司", "朱敏", "E-1001"), ("无锡华芯半导体有限公司", "秦朗", employee),
        ("合肥卓越新能源有限公司", "尤佳", employee), ("上海嘉禾食品有限公司", "何晓", "E-1005"),
        ("常州力源电机有限公司", "吕航", "E-1003"),
    ]

    private func day(_ offset: Int) -> JSONValue {
        .string(CivilDate(inChina: clock.now).adding(days: offset).description)
    }

    /// So many days ago, but before the rules for newcomers begin (hired-from in agreements.yaml).
    private func hired(_ days: Int) -> JSONValue {
        let ago = CivilDate(inChina: clock.now).adding(days: -days)
        return .string(min(ago, CivilDate("2025-12-31") ?? ago).description)
    }

    private func instant(_ days: Int) -> JSONValue {
        .string(clock.now.adding(.seconds(Int64(days) * 86_400)).rfc3339)
    }

    /// Puts the company on record; who is who, by number.
    func make() async throws -> [String: PersonID] {
        try await makeUnits(managers: [:])
        var people: [String: PersonID] = [:]
        for (number, name, unit, position, days, role) in Self.staff {
            let made = try await hr.json(
                "PUT", "/v1/employees/\(number)",
                body: [
                    "name": .string(name), "unit": .string(unit), "position": .string(position),
                    "hiredOn": hired(days), "state": "active", "contractUntil": day(1100),
                    "email": .string("\(number.lowercased())@songda.example"),
                    "phone": .string("1370000\(number.suffix(4))"),
                ])
            people[number] = PersonID(try DemoStory.text(made, "id"))
            guard let role else { continue }
            _ = try await hr.json(
                "POST", "/v1/employees/\(number)/roles",
                body: ["role": .string(role), "granted": true, "reason": "任职"])
        }
        try await makeUnits(
            managers: ["sales": "E-1003", "rd": "E-2001", "hr": "E-0007"].compactMapValues { people[$0] })
        try await makeClients()
        try await makeDepartures(people)
        return people
    }

    private func makeUnits(managers: [String: PersonID]) async throws {
        for (unit, name) in [("company", DemoStory.issuerName), ("sales", "华东销售部"), ("rd", "研发部"), ("hr", "人力资源与法务部")] {
            var body: [String: JSONValue] = ["name": .string(name)]
            if unit == "company" { body["issuer"] = .string(DemoStory.issuer) } else { body["parent"] = "company" }
            body["manager"] = managers[unit].map { .string($0.rawValue) }
            _ = try await hr.json("PUT", "/v1/units/\(unit)", body: .object(body))
        }
    }

    /// The CRM sends clients with their contacts, the order system what they ordered and paid.
    private func makeClients() async throws {
        for (index, (name, contact, owner)) in Self.clients.enumerated() {
            let number = "K-\(101 + index)"
            _ = try await feed.json(
                "POST", "/v1/clients:sync",
                body: [
                    "externalID": .string(number), "source": "crm", "changedAt": instant(-200),
                    "owner": .string(owner),
                    "fields": ["name": .string(name), "level": index < 3 ? "A" : "B", "payment": "月结30天"],
                    "contacts": [
                        [
                            "externalID": .string("\(number)-1"), "name": .string(contact), "position": "采购经理",
                            "addresses": [
                                ["channel": "email", "value": .string("\(number.lowercased())@client.example")],
                                ["channel": "sms", "value": .string("1360000\(1101 + index)")],
                            ],
                        ]
                    ],
                ])
            for order in 0...index % 3 {
                let isOpen = order == 0 && index % 2 == 0
                _ = try await feed.json(
                    "POST", "/v1/clients:events",
                    body: [
                        "kind": "order", "client": .string(number), "source": "erp",
                        "externalID": .string("SO-\(number)-\(order + 1)"), "changedAt": instant(-10 - 30 * order),
                        "state": isOpen ? "shipped" : "completed", "amount": .string("\(12_800 + 3_150 * index).00"),
                        "currency": "CNY", "placedAt": instant(-15 - 30 * order),
                    ])
            }
        }
    }

    /// A resignation with its handover half way, and the handover of whoever was dismissed in the story.
    private func makeDepartures(_ people: [String: PersonID]) async throws {
        guard let resigned = people["E-1004"], let dismissed = people["E-1001"], let successor = people["E-1005"] else {
            return
        }
        for (list, id, kind, title) in [
            ("projects", "P-21", "project", "华东经销商年度框架投标"), ("devices", "A-3307", "computer", "ThinkPad X1 笔记本电脑"),
            ("documents", "D-118", "document", "大客户报价与合同模板"),
        ] {
            _ = try await feed.json(
                "PUT", "/v1/holdings/\(resigned.rawValue)/\(list)",
                body: ["items": [["id": .string(id), "kind": .string(kind), "title": .string(title)]]])
        }
        let resignation = try await hr.json(
            "POST", "/v1/departures",
            body: [
                "person": .string(resigned.rawValue), "kind": "resignation", "noticeOn": day(-6), "reason": "个人职业发展",
                "successor": .string(successor.rawValue),
            ])
        let handover = try DemoStory.text(resignation, "id")
        _ = try await hr.json("POST", "/v1/handovers/\(handover)/stages/assignment", body: [:])
        _ = try await hr.json(
            "POST", "/v1/departures",
            body: [
                "person": .string(dismissed.rawValue), "kind": "dismissal", "noticeOn": day(0), "lastDay": day(0),
                "reason": "严重违反规章制度（劳动合同法第三十九条第二项）", "successor": .string(successor.rawValue),
            ])
    }
}
