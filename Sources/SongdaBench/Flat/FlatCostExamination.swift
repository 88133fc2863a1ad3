import Foundation

/// P6: whether a notice costs as much among a million as among a thousand; and what memory P1 takes (P7).
struct FlatCostExamination: Examination {
    /// Ascending; the first is what the others are compared with.
    let sizes: [Int]
    let count: Int
    let rounds: Int
    /// How often each question is asked.
    let questions: Int
    let kept: String?
    let id = "P6"

    private static let wall = "µs each by the clock"
    /// What must stay flat, and how far it may rise; what the kernel makes of the bytes is only told.
    private static let bounds = [
        (Consumption.processor, 1.25), (wall, 1.30), (Consumption.bytes, 1.30), (Consumption.dirtied, Double?.none),
    ]

    var method: String {
        "\(count) notices of P1 and \(count) of P2 on copies of stores that hold \(Self.list(sizes)) served notices each "
            + "(\(Preloader.noticesEach) a person, their entries in the log under checkpoints), the sizes in "
            + "turn, \(rounds) times, up and down; medians of the ratios to \(sizes[0]). Inbox page, search of a person by name "
            + "with their notices, and proof bundle: the p99 of \(questions), the stores asked in turn by one process."
    }

    func run(_ bench: Workbench) throws -> Findings {
        let stores = FilledStores(bench, kept: kept)
        defer { stores.remove() }
        var facts: [String: Double] = [:]
        for size in sizes { facts["seconds to fill \(size)"] = try stores.fill(.served, size)?.rounded(to: 1) }
        let legs = try measure(stores, bench)
        // That somebody has read a proof is itself recorded, so the questions change what they are asked of.
        let asked = try stores.withCopies(of: .served, sizes) {
            try bench.leg([
                "questions", "--directory", $0, "--count", "\(questions)", "--rounds", "\(questions)", "--sizes",
                Self.list(sizes),
            ])
        }
        var figures: [Figure] = []
        for (name, work) in legs {
            let fault = work.flatMap(\.values).compactMap(\.fault).first
            for (quantity, bound) in Self.bounds {
                for size in sizes {
                    let values = work.compactMap { $0[size].map { Self.value(quantity, $0) } }.sorted()
                    facts["\(name), \(quantity) at \(size)"] = Report.median(values).rounded(to: 1)
                }
                for size in sizes.dropFirst() {
                    let ratio = Report.median(
                        work.compactMap { Self.ratio(quantity, $0[size], $0[sizes[0]]) }.sorted())
                    facts["\(name), \(quantity), ratio at \(size)"] = ratio.rounded(to: 3)
                    guard size == sizes.last, let bound else { continue }
                    figures.append(
                        Figure(
                            name: "\(name), \(quantity)", measured: ratio, bound: bound, unit: "× those at \(sizes[0])",
                            fault: fault ?? (ratio > 0 ? nil : "\(quantity) was not measured")))
                }
            }
        }
        figures += questionFigures(asked, &facts)
        figures.append(memory(legs.first { $0.name == "P1" }?.work ?? []))
        return Findings(figures: figures, facts: facts)
    }

    /// The legs of one benchmark, round by round and size by size.
    private typealias Work = [[Int: Leg]]

    private func measure(_ stores: FilledStores, _ bench: Workbench) throws -> [(name: String, work: Work)] {
        var (mail, acceptance): (Work, Work) = ([], [])
        for round in 0..<rounds {
            var (sent, accepted): ([Int: Leg], [Int: Leg]) = ([:], [:])
            for size in round % 2 == 0 ? sizes : sizes.reversed() {
                sent[size] = try stores.withCopy(of: .served, size) { directory in
                    try MailSink.lend(in: directory) { port, counter in
                        try bench.leg([
                            "mail", "--directory", directory, "--count", "\(count)", "--port", "\(port)", "--counter",
                            counter,
                        ])
                    }
                }
                accepted[size] = try stores.withCopy(of: .served, size) {
                    try bench.leg(["acceptance", "--directory", $0, "--count", "\(count)"])
                }
                bench.say(
                    "P6 round \(round + 1)/\(rounds), \(size) stored: P1 \(Int(sent[size]?.rate ?? 0))/s, P2 "
                        + "\(Int(accepted[size]?.rate ?? 0))/s")
            }
            mail.append(sent)
            acceptance.append(accepted)
        }
        return [("P1", mail), ("P2", acceptance)]
    }

    private func questionFigures(_ asked: Leg, _ facts: inout [String: Double]) -> [Figure] {
        facts.merge(asked.facts) { first, _ in first }
        return QuestionsLeg.names.map { name in
            var worst = 0.0
            var missing: String?
            for size in sizes.dropFirst() {
                guard let few = asked.facts[Answers.p99(name, sizes[0])], few > 0,
                    let many = asked.facts[Answers.p99(name, size)]
                else {
                    missing = "\(name) was not measured at \(size)"
                    continue
                }
                facts["\(name), p99, ratio at \(size)"] = (many / few).rounded(to: 2)
                if size == sizes.last { worst = many / few }
            }
            return Figure(
                name: "\(name), p99", measured: worst, bound: 1.5, unit: "× that at \(sizes[0])",
                fault: asked.fault ?? missing)
        }
    }

    /// The most memory that P1 took on the smallest store, which is P7's first bound.
    private func memory(_ work: Work) -> Figure {
        let legs = work.compactMap { $0[sizes[0]] }
        let peak = legs.compactMap { $0.facts[Consumption.peak] }.max()
        return Figure(
            name: "P7 peak RSS during P1", measured: peak ?? 0, bound: 128, unit: "MiB",
            fault: legs.compactMap(\.fault).first ?? (peak == nil ? "no leg of P1 has told its memory" : nil))
    }

    private static func value(_ quantity: String, _ leg: Leg) -> Double {
        quantity == wall ? leg.seconds * 1e6 / Double(max(1, leg.units)) : leg.facts[quantity] ?? 0
    }

    /// Nil when either was not measured.
    private static func ratio(_ quantity: String, _ many: Leg?, _ few: Leg?) -> Double? {
        guard let many, let few else { return nil }
        let base = value(quantity, few)
        return base > 0 ? value(quantity, many) / base : nil
    }

    private static func list(_ sizes: [Int]) -> String { sizes.map { "\($0)" }.joined(separator: ",") }
}
