import Evidence
import Foundation
import Notices

/// What people ask of stores of several sizes, question by question, each store in turn.
///
/// All are open in one process, so that whatever else the machine does meets all of them.
struct QuestionsLeg {
    static let names = ["inbox page", "search by employee", "proof bundle"]
    /// The first ones prepare statements and fill caches.
    private static let untimed = 20

    /// Holds a filled store in a directory named after each size.
    let directory: String
    let root: String
    let sizes: [Int]
    let rounds: Int

    private struct Side: Sendable {
        let gateway: BenchGateway
        let proof: ProofDesk
        let people: Int
        /// Some notices out of all, at equal distances.
        let notices: [NoticeID]

        func person(_ seed: Int) -> Int { seed % people }
    }

    private typealias Question = @Sendable (Side, Int) async throws -> Int

    func run() async throws -> Leg {
        let start = ContinuousClock.now
        var sides: [Side] = []
        for size in sizes { sides.append(try await open(size)) }
        var facts: [String: Double] = [:]
        var fault: String?
        for (name, question) in zip(Self.names, Self.questions) {
            var answers = sizes.map { _ in Answers() }
            for round in 0..<(rounds + Self.untimed) {
                for (index, side) in sides.enumerated() {
                    let found = try await answers[index].ask(counts: round >= Self.untimed) {
                        try await question(side, round &* 7_919 &+ 13)
                    }
                    if found == 0 { fault = "\(name) found nothing among \(sizes[index]) notices" }
                }
            }
            for (size, all) in zip(sizes, answers) { facts.merge(all.facts(name, size)) { first, _ in first } }
        }
        for side in sides { try await side.gateway.close() }
        return Leg(
            seconds: (ContinuousClock.now - start).inSeconds, units: rounds * sizes.count * Self.names.count,
            facts: facts, fault: fault)
    }

    private static let questions: [Question] = [
        { side, seed in
            let person = Preloader.person(side.person(seed)).id
            return try await side.gateway.store.items(of: person, after: nil, limit: 20).items.count
        },
        // As the console searches: the person by name, then what was given to them.
        { side, seed in
            let name = Preloader.name(side.person(seed))
            let people = try await side.gateway.store.people(named: name, limit: 20)
            guard people.count == 1, let person = people.first else { return 0 }
            return try await side.gateway.store.notices(NoticeFilter(person: person.id), before: nil, limit: 20).count
        },
        { side, seed in
            let notice = side.notices[seed % side.notices.count]
            return try await side.proof.bundle(of: notice, for: BenchGateway.author).bundle.bytes.count
        },
    ]

    private func open(_ size: Int) async throws -> Side {
        let gateway = try await BenchGateway(directory: "\(directory)/\(size)", root: root, port: 1, connections: 1)
        let step = max(1, size / 1_000)
        let notices: [NoticeID] = try await gateway.database.read { tx in
            try tx.query(
                """
                SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM notices) AS all_of_them
                WHERE place % \(step) = 0 ORDER BY id
                """
            ).map { NoticeID(try $0.get("id")) }
        }
        guard !notices.isEmpty else { throw BenchError("\(directory)/\(size) holds no notices") }
        return Side(gateway: gateway, proof: try gateway.proof(), people: Preloader.people(for: size), notices: notices)
    }
}
