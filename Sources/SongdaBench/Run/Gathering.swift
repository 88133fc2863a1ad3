/// Runs what was asked for, one after the other, and keeps what became of each.
struct Gathering {
    private let bench: Workbench
    private let pairs: Int
    /// Whether one that cannot be measured, for want of a program say, must not end the others.
    private let goesOn: Bool
    private var measured: [Measured] = []
    private var examined: [Examined] = []
    private var omitted: [Verdict] = []

    init(_ bench: Workbench, pairs: Int, goesOn: Bool) {
        (self.bench, self.pairs, self.goesOn) = (bench, pairs, goesOn)
    }

    /// Everything so far.
    var report: Report {
        Report(machine: Machine(), benchmarks: measured, examinations: examined, omitted: omitted)
    }

    /// Measures beside a baseline.
    mutating func measure(_ benchmark: any Benchmark) throws {
        let runner = PairRunner(workbench: bench, pairs: pairs)
        try attempt(benchmark.id) { $0.measured.append(try runner.run(benchmark)) }
    }

    /// Holds to a bound.
    mutating func examine(_ examination: any Examination) throws {
        let bench = bench
        try attempt(examination.id) { $0.examined.append(try Examined(examination, on: bench)) }
    }

    private mutating func attempt(_ id: String, _ body: (inout Gathering) throws -> Void) throws {
        do {
            try body(&self)
        } catch {
            guard goesOn else { throw error }
            bench.say("\(id): not measured: \(error)")
            omitted.append(Verdict(omitted: id, "\(error)"))
        }
    }
}
