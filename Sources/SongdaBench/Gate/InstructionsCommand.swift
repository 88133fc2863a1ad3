import ArgumentParser
import Foundation

/// The gate that no noise passes or closes.
struct Instructions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Instructions of one notice under callgrind, beside the figure in bench/callgrind.json.",
        discussion: """
            Ends with 1 when a notice takes more than 5 % above the figure, or when there is none for this kind of build.
            A figure holds for one kind of processor and the libraries' versions; elsewhere the count is only told. A change
            that is meant to cost more, and a new compiler, write the figure down anew with --record.
            """)
    @Option(help: "Notices of the longer of two runs.") var count = 100
    @Option(help: "The repository.") var root = "."
    @Option(help: "Where databases are written.") var directory = NSTemporaryDirectory() + "songda-bench"
    @Flag(help: "Write the figure down instead of comparing with it.") var record = false

    func validate() throws {
        guard (8...100_000).contains(count) else { throw ValidationError("--count \(count): give 8 to 100000") }
    }

    func run() throws {
        let bench = try Workbench(directory: directory, root: root)
        let path = bench.root + "/bench/callgrind.json"
        let known = try InstructionFigures.read(path)
        // What a batch takes is shared by its notices, so that fewer of them take more each.
        if !record, let notices = known?.notices, notices != count {
            throw ValidationError("--count \(count): the figures were counted with \(notices); give that, or --record")
        }
        let callgrind = Callgrind(bench: bench, count: count)
        let (counted, place) = (try callgrind.instructionsEach(), try callgrind.place())
        let build = InstructionFigures.build
        if record {
            let others = known?.notices == count ? known?.instructions ?? [:] : [:]
            try InstructionFigures(instructions: others, notices: count).adding(counted, place: place).write(to: path)
            print("\(counted) instructions a notice (\(build); \(place)), written to bench/callgrind.json")
            return
        }
        switch known?.verdict(on: counted, place: place) ?? .unknown {
        case .unknown:
            print("\(counted) instructions a notice (\(build)); there is no figure: run it with --record")
            throw ExitCode.failure
        case .elsewhere:
            print("\(counted) instructions a notice (\(build)); no figure is of \(place), so nothing is compared")
        case .dearer(let change):
            print("\(counted) instructions a notice (\(build)), \(percent(change)): more than 5 % above the figure")
            throw ExitCode.failure
        case .cheaper(let change):
            print("\(counted) instructions a notice (\(build)), \(percent(change)): write it down with --record")
        case .same(let change):
            print("\(counted) instructions a notice (\(build)), \(percent(change))")
        }
    }

    private func percent(_ change: Double) -> String { String(format: "%+.1f %%", change * 100) }
}
