import ArgumentParser
import Foundation

/// Memory of an idle server, and the time until it is ready.
struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start `songda serve` on an empty database: time until /readyz, and memory when idle.")
    @OptionGroup var options: RunOptions

    func run() throws {
        guard let songda = options.songda else { throw ValidationError("--songda: name the program to start") }
        let bench = try Workbench(directory: options.directory, root: options.root)
        var seconds: [Double] = []
        var (memory, anonymous): ([Double], [Double]) = ([], [])
        for _ in 0..<options.pairs {
            try bench.withDirectory { directory in
                let server = try ServerUnderTest(songda: songda, root: bench.root, directory: directory)
                defer { server.stop() }
                seconds.append(server.secondsToReady)
                // Idle is what it is after the start has given back what only it needed.
                Thread.sleep(forTimeInterval: 20)
                memory.append(try server.mebibytes("VmRSS"))
                anonymous.append(try server.mebibytes("RssAnon"))
            }
        }
        let (time, size) = (Report.median(seconds.sorted()), Report.median(memory.sorted()))
        let own = Report.median(anonymous.sorted())
        print(
            """
            | | Measured, median of \(options.pairs) | Goal | |
            |---|---|---|---|
            | start to /readyz | \(time.rounded(to: 3)) s | ≤ 1 s | \(time <= 1 ? "met" : "not met") |
            | idle RSS | \(size.rounded(to: 1)) MiB | ≤ 48 MiB | \(size <= 48 ? "met" : "not met") |
            | of which not backed by a file | \(own.rounded(to: 1)) MiB | | |

            Load \(Machine.load)
            """)
        if let json = options.json {
            let values = ["secondsToReady": seconds, "residentMiB": memory, "anonymousMiB": anonymous]
            try JSONEncoder().encode(values).write(to: URL(fileURLWithPath: json))
        }
    }
}
