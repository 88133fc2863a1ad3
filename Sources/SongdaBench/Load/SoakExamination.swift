/// P17: whether a long run ends as it began.
struct SoakExamination: Examination {
    let count: Int
    let seconds: Int
    let id = "P17"

    var method: String {
        "Notices at a constant rate for \(seconds) s, seven tenths of what P1 did with \(count) just before, while all workers "
            + "run; what the sink has counted in the last tenth of the time by that in the first, the largest size of the "
            + "write-ahead log (looked at ten times a second), and the growth of the resident memory by least squares over all "
            + "but the first tenth."
    }

    func run(_ bench: Workbench) throws -> Findings {
        let run = LoadRun(bench: bench, count: count)
        let rate = try run.rate() * 0.7
        let leg = try run.load(rate, for: seconds)
        var facts = leg.facts
        facts["notices/s"] = rate.rounded(to: 1)
        return Findings(
            figures: [
                Figure(
                    leg, LoadLeg.lastTenth, name: "last tenth", .atLeast, bound: 0.95, unit: "× the first"),
                Figure(leg, LoadLeg.log, name: "largest write-ahead log", bound: 64, unit: "MiB"),
                Figure(leg, LoadLeg.growth, name: "P7 growth of memory", bound: 1, unit: "MiB a minute"),
            ], facts: facts)
    }
}
