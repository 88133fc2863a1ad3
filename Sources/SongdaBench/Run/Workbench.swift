import Foundation
import Glibc

/// Where legs run: a directory on the disk to be measured, and this program to run them with.
struct Workbench {
    /// Holds one directory a leg, removed after it.
    let directory: String
    /// The repository.
    let root: String

    init(directory: String, root: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        self.directory = URL(fileURLWithPath: directory).standardizedFileURL.path
        self.root = URL(fileURLWithPath: root).standardizedFileURL.path
        guard FileManager.default.fileExists(atPath: self.root + "/config/rules/service-law.yaml") else {
            throw BenchError("\(self.root) is not the repository; run from its root, or name it by --root")
        }
        // A memory file system confirms every sync at once: nothing durable would be measured.
        guard Self.fileSystem(of: self.directory) != "tmpfs" else {
            throw BenchError("\(self.directory) is on tmpfs, where a sync costs nothing; name a directory on a disk")
        }
    }

    /// The type of the file system that holds a path: that of the longest mount point before it.
    private static func fileSystem(of path: String) -> String {
        let text = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        let mounts = text.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.count > 2 }
        let holding = mounts.filter { $0[1] == "/" || path == $0[1] || path.hasPrefix($0[1] + "/") }
        return holding.max { $0[1].count < $1[1].count }.map { String($0[2]) } ?? "?"
    }

    /// Progress, on standard error so that standard output is the report alone.
    func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// Lends an empty directory and removes it afterwards.
    func withDirectory<T>(_ body: (String) throws -> T) throws -> T {
        let path = "\(directory)/leg-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // What is left behind is a few megabytes in a directory of its own.
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    /// The file of this program.
    static var program: String {
        get throws { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") }
    }

    /// Runs one leg of ours in a process of its own, so that its memory and its syncs are its alone.
    ///
    /// - Parameter program: a copy of this one.
    func leg(_ arguments: [String], wrapper: [String] = [], program: String? = nil) throws -> Leg {
        let program = try program ?? Self.program
        let output = try ChildProcess.run(wrapper + [program, "one-leg"] + arguments + ["--root", root])
        guard let leg = try? JSONDecoder().decode(Leg.self, from: Data(output.utf8)) else {
            throw BenchError("a leg printed \"\(output.prefix(400))\" instead of its result")
        }
        return leg
    }

    /// Counts the syncs of a leg with strace, which sees what the kernel was really asked for.
    ///
    /// Returns nil where strace is not installed or may not trace.
    func countSyncs(_ arguments: [String]) throws -> (syncs: Int, leg: Leg)? {
        guard let strace = ChildProcess.find("strace") else { return nil }
        return try withDirectory { directory in
            let table = directory + "/strace"
            let leg = try leg(
                arguments, wrapper: [strace, "-f", "-qq", "-c", "-o", table, "-e", "trace=fsync,fdatasync"])
            let text = (try? String(contentsOfFile: table, encoding: .utf8)) ?? ""
            let calls = text.split(separator: "\n").compactMap { line -> Int? in
                let words = line.split(separator: " ")
                guard let name = words.last, name == "fsync" || name == "fdatasync", words.count >= 5 else {
                    return nil
                }
                return Int(words[3])
            }
            return (calls.reduce(0, +), leg)
        }
    }

    /// The sentence about durability for a leg that reports its commits; throws when there were fewer syncs than commits.
    func durability(_ arguments: [String]) throws -> String {
        guard let (syncs, leg) = try countSyncs(arguments) else {
            return "`PRAGMA synchronous` read back as 2 (FULL) by every leg; strace is not installed."
        }
        let commits = Int(leg.facts["commits"] ?? 0)
        guard commits > 0, syncs >= commits else {
            throw BenchError("\(syncs) syncs for \(commits) commits: not durable, so nothing is measured")
        }
        return "`PRAGMA synchronous` = 2 (FULL) in every leg; strace counted \(syncs) syncs for \(commits) commits "
            + "in a run of \(leg.units)."
    }
}
