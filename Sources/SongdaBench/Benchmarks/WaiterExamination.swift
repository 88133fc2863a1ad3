/// P3b: how long somebody waits until their entry is in the log for good.
struct WaiterExamination: Examination {
    let count: Int
    let id = "P3b"

    var method: String {
        "\(count) entries added by \(WaiterLeg.waiters) who each wait until theirs stands under a signed checkpoint and ask the "
            + "sequencer for one (`Sequencer.poke`); the bound is 10 ms and three times the p99 of a 4-KiB fdatasync in the "
            + "two seconds before. Nobody asks in `songda serve`, whose sequencer looks every 250 ms: that is the other p99."
    }

    func run(_ bench: Workbench) throws -> Findings {
        let leg = try bench.withDirectory { try bench.leg(["waiters", "--directory", $0, "--count", "\(count)"]) }
        let bound = 10 + 3 * (leg.facts[WaiterLeg.probe] ?? 0)
        return Findings(
            figures: [
                Figure(leg, WaiterLeg.p99, name: "p99", bound: bound.rounded(to: 2), unit: "ms")
            ], facts: leg.facts)
    }
}
