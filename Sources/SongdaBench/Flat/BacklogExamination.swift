/// P7: memory while a great backlog is worked off beside a great many notices that were served before.
struct BacklogExamination: Examination {
    let stored: Int
    let due: Int
    let kept: String?
    let id = "P7"

    var method: String {
        "\(due) accepted notices worked off as in P1 on a store that holds \(stored) served ones; the most memory the process "
            + "had resident (`VmHWM`, reset before the first is released)."
    }

    func run(_ bench: Workbench) throws -> Findings {
        let stores = FilledStores(bench, kept: kept)
        defer { stores.remove() }
        _ = try stores.fill(.served, stored)
        let leg = try stores.withCopy(of: .served, stored) { directory in
            try MailSink.lend(in: directory) { port, counter in
                try bench.leg([
                    "mail", "--directory", directory, "--count", "\(due)", "--port", "\(port)", "--counter", counter,
                ])
            }
        }
        var facts = leg.facts
        facts["mails/s"] = leg.rate.rounded()
        return Findings(
            figures: [
                Figure(
                    leg, Consumption.peak, name: "peak RSS, \(stored) stored and \(due) due", bound: 192, unit: "MiB")
            ], facts: facts)
    }
}
