import Foundation
import Glibc

/// Stores that are filled once and measured often: each run gets a copy of its own.
///
/// They can be kept for another day, because filling a large one takes longer than measuring it.
struct FilledStores {
    private let bench: Workbench
    private let directory: String
    private let isKept: Bool

    /// - Parameter kept: where they stay, and where those of an earlier run are; nil for some that go with ``remove()``.
    init(_ bench: Workbench, kept: String?) {
        self.bench = bench
        isKept = kept != nil
        directory =
            kept.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
            ?? "\(bench.directory)/stores-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    }

    /// Counted up when the preloader fills differently, so that no kept store of before is measured for one of now.
    private static let shape = "2\n"

    private func folder(_ kind: Preloader.Kind) -> String { "\(directory)/\(kind.rawValue)" }

    /// Fills a store unless it is there already.
    ///
    /// - Returns: how many seconds that took; nil when nothing had to be done.
    func fill(_ kind: Preloader.Kind, _ count: Int) throws -> Double? {
        let path = "\(folder(kind))/\(count)"
        if (try? String(contentsOfFile: path + "/filled", encoding: .utf8)) == Self.shape { return nil }
        // What an earlier run has left behind half done.
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        bench.say("filling a store with \(count) notices")
        let leg = try bench.leg([
            "preload", "--directory", path, "--count", "\(count)", "--fill", kind.rawValue,
        ])
        if let fault = leg.fault { throw BenchError("filling a store with \(count) notices: \(fault)") }
        try Self.shape.write(toFile: path + "/filled", atomically: true, encoding: .utf8)
        let size = Report.short(leg.facts["store MiB"] ?? 0)
        bench.say("filled in \(leg.seconds.rounded(to: 1)) s: \(size) MiB")
        return leg.seconds
    }

    /// Lends a copy, whose bytes are on the disk: what is yet to be written would slow down what is measured.
    func withCopy<T>(of kind: Preloader.Kind, _ count: Int, _ body: (String) throws -> T) throws -> T {
        try withCopies(of: kind, [count]) { try body("\($0)/\(count)") }
    }

    /// Lends a directory with a copy of several, each named after how many notices it holds.
    func withCopies<T>(of kind: Preloader.Kind, _ counts: [Int], _ body: (String) throws -> T) throws -> T {
        try bench.withDirectory { directory in
            for count in counts {
                let copy = "\(directory)/\(count)"
                _ = try ChildProcess.run(["/bin/cp", "-rp", "\(folder(kind))/\(count)", copy])
                for name in try FileManager.default.contentsOfDirectory(atPath: copy) {
                    try sync("\(copy)/\(name)")
                    forget("\(folder(kind))/\(count)/\(name)")
                }
            }
            return try body(directory)
        }
    }

    private func sync(_ path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        guard file >= 0, fsync(file) == 0 else { throw BenchError("\(path) could not be synced") }
    }

    /// Gives up the memory in which the kernel keeps a file that was copied: it would be lacking for the copy, and what is
    /// asked of a large store would be read from the disk.
    private func forget(_ path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        // Where it fails the measurement is only worse.
        if file >= 0 { _ = posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) }
    }

    /// Removes them, unless they are to be kept.
    func remove() {
        guard !isKept else { return }
        // What is left behind lies in a directory of its own.
        try? FileManager.default.removeItem(atPath: directory)
    }
}
