/// P16: what the disk holds of a notice beyond its words.
struct FootprintExamination: Examination {
    let count: Int
    let id = "P16"

    var method: String {
        "\(count) notices, each sent once by mail to smtp-sink, accepted and opened once by its person; SQLite's own count of "
            + "the pages of the log's tables and their indexes (`dbstat`), and the stored words beside the clear ones."
    }

    func run(_ bench: Workbench) throws -> Findings {
        let leg = try bench.withDirectory { directory in
            try MailSink.lend(in: directory) { port, _ in
                try bench.leg(["footprint", "--directory", directory, "--count", "\(count)", "--port", "\(port)"])
            }
        }
        return Findings(
            figures: [
                Figure(leg, FootprintLeg.evidence, name: "evidence", bound: 1_536, unit: "bytes a notice"),
                Figure(leg, FootprintLeg.body, name: "body", bound: 0.4, unit: "× its clear size"),
            ], facts: leg.facts)
    }
}
