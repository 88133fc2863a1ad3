import Foundation

/// A directory that is filled once, before anything is timed, and serves all pairs of a benchmark; it goes with its owner.
final class PreparedDirectory {
    // touched on the one thread that runs benchmarks
    private var made: (path: String, leg: Leg)?

    deinit {
        // What is left behind is some megabytes in a directory of its own.
        if let made { try? FileManager.default.removeItem(atPath: made.path) }
    }

    /// The directory and what filling it reported; a fault there ends the benchmark.
    func use(_ bench: Workbench, fill: (String) throws -> Leg) throws -> (path: String, leg: Leg) {
        if let made { return made }
        let path = "\(bench.directory)/prepared-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        do {
            let leg = try fill(path)
            if let fault = leg.fault { throw BenchError("preparing: \(fault)") }
            made = (path, leg)
            return (path, leg)
        } catch {
            try? FileManager.default.removeItem(atPath: path)  // The error is what matters.
            throw error
        }
    }
}
