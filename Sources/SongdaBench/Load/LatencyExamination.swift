/// P8: how long people wait when half of what the machine can do is asked of it.
struct LatencyExamination: Examination {
    let count: Int
    let seconds: Int
    let id = "P8"

    var method: String {
        "Notices at a constant rate for \(seconds) s, half of what P1 did with \(count) just before, issued in the process "
            + "without HTTP while all workers run; each time is counted from the moment at which the notice was due, whether or "
            + "not those before it had been taken, to its durable acceptance and to smtp-sink's 250."
    }

    func run(_ bench: Workbench) throws -> Findings {
        let run = LoadRun(bench: bench, count: count)
        let rate = try run.rate() / 2
        let leg = try run.load(rate, for: seconds)
        var facts = leg.facts
        facts["notices/s"] = rate.rounded(to: 1)
        return Findings(
            figures: [
                Figure(leg, LoadLeg.acceptance, name: "accept p99", bound: 50, unit: "ms"),
                Figure(leg, LoadLeg.handOver, name: "accept to SMTP 250 p99", bound: 1_000, unit: "ms"),
                Figure(leg, LoadLeg.late, name: "later than 10 s", bound: 100, unit: "of 100,000"),
            ], facts: facts)
    }
}
