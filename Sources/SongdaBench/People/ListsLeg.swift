import Evidence
import Foundation
import Notices
import People
import SQL
import Store

/// Lists and searches on two stores, a small one and a large one, question by question in turn.
///
/// Both are open in one process and asked alternately, so that whatever else the machine does meets both.
struct ListsLeg {
    static let small = 1_000
    let directory: String
    let root: String
    let count: Int
    /// How often each question is asked of each store.
    let rounds: Int

    /// One store with what is in it.
    private struct Side: Sendable {
        let gateway: BenchGateway
        let people: PeopleDesks
        let store: SQLPeopleStore
        let count: Int
        /// Clients from one end of the list to the other; after each of them comes a whole page at least.
        let clients: [ClientID]
        let notices: [NoticeID]

        /// A number of a row that is right.
        func number(_ seed: Int) -> String { StaffFile.number(employee(seed)) }
        /// A unit with somebody in it: of some, all rows are wrong.
        func unit(_ seed: Int) -> UnitID { UnitID(StaffFile.unit(employee(seed))) }
        private func employee(_ seed: Int) -> Int { PunchFile.employee(seed % (count * 18 / 20)) }
        func client(_ seed: Int) -> ClientID { clients[seed % clients.count] }
    }

    private typealias Question = @Sendable (Side, Int) async throws -> Int

    func run() async throws -> Leg {
        let start = ContinuousClock.now
        let sides = [try await fill("small", Self.small), try await fill("large", count)]
        var facts: [String: Double] = ["seconds to fill": (ContinuousClock.now - start).inSeconds.rounded(to: 1)]
        var worst = 0.0
        var fault: String?
        for (name, question) in Self.questions {
            var answers = [Answers(), Answers()]
            for round in 0..<(rounds + 20) {
                for (index, side) in sides.enumerated() {
                    let found = try await answers[index].ask(counts: round >= 20) {
                        try await question(side, round &* 7_919 &+ 13)
                    }
                    if found == 0 { fault = "\(name) found nothing" }
                }
            }
            for (side, all) in zip(sides, answers) { facts.merge(all.facts(name, side.count)) { first, _ in first } }
            let ratio = answers[1].p99 / answers[0].p99
            facts["\(name), ratio"] = ratio.rounded(to: 2)
            worst = max(worst, ratio)
        }
        facts["worst ratio"] = worst.rounded(to: 2)
        for side in sides { try await side.gateway.close() }
        return Leg(seconds: 1, units: count, facts: facts, fault: fault)
    }

    // MARK: What is asked

    private static let questions: [(String, Question)] = [
        (
            "roster page",
            { side, seed in
                try await side.people.roster.employees(after: side.number(seed), limit: 50, by: .bench).count
            }
        ),
        (
            "roster of a unit",
            { side, seed in
                try await side.people.roster.employees(in: [side.unit(seed)], limit: 50, by: .bench).count
            }
        ),
        (
            "roster by states",
            { side, seed in
                try await side.people.roster.employees(
                    states: [.onboarding, .active], after: side.number(seed), limit: 50, by: .bench
                ).count
            }
        ),
        (
            "employee by number",
            { side, seed in
                try await side.people.roster.employee(side.number(seed), by: .bench).number.count
            }
        ),
        ("people page", { side, _ in try await side.gateway.store.people(after: nil, limit: 50).count }),
        (
            "people by address",
            { side, seed in
                let digits = side.number(seed).dropFirst()
                return try await side.gateway.store.people(at: "e\(digits)@example.com", on: .email, limit: 20).count
            }
        ),
        (
            "clients page",
            { side, seed in
                try await side.store.clients(in: .all, after: side.client(seed), limit: 50).count
            }
        ),
        (
            "clients by name",
            { side, seed in
                try await side.store.search(.name("客户\(seed % side.count)"), in: .all, limit: 50).count
            }
        ),
        (
            "client by number",
            { side, seed in
                try await side.store.search(.externalID("C\(seed % side.count)"), in: .all, limit: 50).count
            }
        ),
        (
            "notices page",
            { side, seed in
                let id = side.notices[max(60, seed % side.notices.count)]
                return try await side.gateway.store.notices(NoticeFilter(), before: id, limit: 50).count
            }
        ),
        (
            "notices by state",
            { side, seed in
                let id = side.notices[max(60, seed % side.notices.count)]
                return try await side.gateway.store.notices(NoticeFilter(state: .approved), before: id, limit: 50).count
            }
        ),
        (
            "notices of a person",
            { side, seed in
                try await side.gateway.store.notices(
                    NoticeFilter(person: PersonID("client-\(seed % side.count)")), before: nil, limit: 50
                ).count
            }
        ),
    ]

    // MARK: Filling

    /// At most 20,000 ids out of all, at equal distances, that lie at least a page before the end.
    private static func spread(_ count: Int) -> Query {
        """
        SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM clients) AS all_of_them
        WHERE place % \(max(1, count / 20_000)) = 0 AND place <= \(count - 50) ORDER BY id
        """
    }

    private func fill(_ name: String, _ count: Int) async throws -> Side {
        let directory = directory + "/" + name
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let gateway = try await BenchGateway(directory: directory, root: root, port: 1, connections: 1)
        let people = try gateway.people()
        try await gateway.addUnits(people)
        try StaffFile(count: count).write(to: directory + "/staff.csv")
        _ = try await RosterLeg.run(people.roster, directory + "/staff.csv")
        try await concurrently(count, width: 64) { index in
            _ = try await people.clients.sync(
                ClientUpdate(
                    externalID: "C\(index)", source: "crm", changedAt: gateway.clock.now,
                    fields: ["name": "客户\(index)有限公司", "address": "上海市浦东新区\(index)号"]), by: .feed)
        }
        try await gateway.addPeople(count)
        try await concurrently(count, width: 64) { index in try await gateway.issue(index, to: index) }
        try await gateway.drainLog()
        let (clients, notices) = try await gateway.database.read { tx in
            (
                try tx.query(Self.spread(count)).map { ClientID(try $0.get("id")) },
                try tx.query("SELECT id FROM notices ORDER BY id").map { NoticeID(try $0.get("id")) }
            )
        }
        return Side(
            gateway: gateway, people: people, store: SQLPeopleStore(beside: gateway.store), count: count,
            clients: clients, notices: notices)
    }
}
