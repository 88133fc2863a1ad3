/// One thing that is held to a bound of its own, because nothing else does the same.
protocol Examination {
    /// The row of GOALS: P3b.
    var id: String { get }
    /// What was done, in a sentence.
    var method: String { get }
    /// Runs it once.
    func run(_ bench: Workbench) throws -> Findings
}

/// What one run of an examination found.
struct Findings {
    var figures: [Figure]
    /// What a reader may ask beyond the figures.
    var facts: [String: Double]
}

/// One figure and the bound on one side of which it must lie.
struct Figure: Codable {
    /// What it is, for the table.
    var name: String
    var measured: Double
    var side: Limit.Side
    var bound: Double
    var unit: String
    /// Why it counts for nothing: what was done and what was counted differ.
    var fault: String?

    init(name: String, measured: Double, _ side: Limit.Side = .atMost, bound: Double, unit: String, fault: String?) {
        (self.name, self.measured, self.side, self.bound) = (name, measured, side, bound)
        (self.unit, self.fault) = (unit, fault)
    }

    /// A fact of a leg; the leg's fault is the figure's too, and a fact that is missing is a fault.
    init(_ leg: Leg, _ fact: String, name: String, _ side: Limit.Side = .atMost, bound: Double, unit: String) {
        let value = leg.facts[fact]
        self.init(
            name: name, measured: value ?? 0, side, bound: bound, unit: unit,
            fault: leg.fault ?? (value == nil ? "the leg says nothing of \(fact)" : nil))
    }

    /// Whether the bound is kept, and what was counted is what was done.
    var isMet: Bool { fault == nil && (side == .atMost ? measured <= bound : measured >= bound) }
}

/// What one examination found, with the state of the machine just before it.
struct Examined: Codable {
    var id: String
    var method: String
    var figures: [Figure]
    var facts: [String: Double]
    var syncsPerSecond: Double
    var load: String

    /// Probes the disk, then examines.
    init(_ examination: any Examination, on bench: Workbench) throws {
        bench.say("\(examination.id): examining")
        (id, method) = (examination.id, examination.method)
        syncsPerSecond = try SyncProbe.run(in: bench.directory)
        load = Machine.load
        let findings = try examination.run(bench)
        (figures, facts) = (findings.figures, findings.facts)
        for figure in figures {
            bench.say(
                "\(id) \(figure.name): \(figure.measured.rounded(to: 2)) \(figure.unit)"
                    + (figure.fault.map { " — scores 0: \($0)" }).orEmpty)
        }
    }
}
