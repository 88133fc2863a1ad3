import ArgumentParser
import Foundation

/// Imports.
struct P14: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Import of a file of staff, or of punches, beside sqlite3 .import of the same file.")
    @OptionGroup var options: RunOptions
    @Flag(help: "Punches instead of members of staff; --count says how many, a tenth of it people.") var punches = false

    func run() throws {
        let count = options.count
        try options.run(
            punches ? [PunchBenchmark(count: count ?? 500_000)] : [RosterBenchmark(count: count ?? 100_000)])
    }
}

/// Lists and searches.
struct Lists: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The 99th percentile of lists and searches on a large store, beside the same on a small one.")
    @OptionGroup var options: RunOptions
    @Option(help: "How often each question is asked.") var rounds = 1_000

    func validate() throws {
        guard (100...100_000).contains(rounds) else { throw ValidationError("--rounds \(rounds): give 100 to 100000") }
    }

    func run() throws {
        let bench = try Workbench(directory: options.directory, root: options.root)
        let count = options.count ?? 20_000
        let leg = try bench.withDirectory {
            try bench.leg(["lists", "--directory", $0, "--count", "\(count)", "--rounds", "\(rounds)"])
        }
        let small = ListsLeg.small
        var lines = [
            "| p99, ms | \(small) rows | \(count) rows | Ratio | KiB from the disk each | Ratio without the disk |",
            "|---|---|---|---|---|---|",
        ]
        for key in leg.facts.keys.sorted() where key.hasSuffix(", ratio") {
            let name = String(key.dropLast(7))
            func fact(_ key: String) -> String { leg.facts[key].map(Report.short).orEmpty }
            let few = leg.facts[Answers.p99FromMemory(name, small)]
            let many = leg.facts[Answers.p99FromMemory(name, count)]
            let fromMemory = few.flatMap { few in many.map { Report.short(($0 / few).rounded(to: 2)) } }
            lines.append(
                "| \(name) | \(fact(Answers.p99(name, small))) | \(fact(Answers.p99(name, count))) | \(fact(key)) "
                    + "| \(fact("\(name), KiB fetched each at \(count)")) | \(fromMemory ?? "too few") |")
        }
        let worst = leg.facts["worst ratio"] ?? .infinity
        lines.append("")
        lines.append(
            "Worst ratio \(worst), goal ≤ 1.5: \(worst <= 1.5 && leg.fault == nil ? "met" : "not met")"
                + (leg.fault.map { "; scores 0: \($0)" }).orEmpty + ". Load \(Machine.load)")
        print(lines.joined(separator: "\n"))
        try options.keep(leg)
    }
}

/// The daily run of the rules.
struct Risk: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The run of the risk rules over everybody: all data new, nothing new, data of 1 % new.")
    @OptionGroup var options: RunOptions

    func run() throws {
        let bench = try Workbench(directory: options.directory, root: options.root)
        let count = options.count ?? 20_000
        let leg = try bench.withDirectory { try bench.leg(["risk", "--directory", $0, "--count", "\(count)"]) }
        var lines = ["| \(count) members of staff | People looked at | Seconds |", "|---|---|---|"]
        for run in ["all new", "nothing new", "1 % new"] {
            let (people, seconds) = (leg.facts["examined, \(run)"] ?? 0, leg.facts["seconds, \(run)"] ?? 0)
            lines.append("| \(run) | \(Int(people)) | \(seconds) |")
        }
        lines.append("")
        lines.append(
            "Memory over idle \(leg.facts["memory over idle MiB"] ?? 0) MiB. Load \(Machine.load)."
                + (leg.fault.map { " Scores 0: \($0)" }).orEmpty)
        print(lines.joined(separator: "\n"))
        try options.keep(leg)
    }
}

extension RunOptions {
    /// Writes a leg to the file that was named.
    func keep(_ leg: Leg) throws {
        if let json { try JSONEncoder().encode(leg).write(to: URL(fileURLWithPath: json)) }
    }
}
