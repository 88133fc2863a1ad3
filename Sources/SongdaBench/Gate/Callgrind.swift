import Evidence
import Foundation

/// Counts the instructions that a notice takes, which no neighbour on the machine changes.
struct Callgrind {
    let bench: Workbench
    /// Notices of the longer run.
    let count: Int
    /// The shorter run has this part of them; the difference leaves out what each start of the program takes.
    private static let part = 4

    /// Instructions of one notice.
    func instructionsEach() throws -> Int {
        let few = max(1, count / Self.part)
        return try bench.withDirectory { directory in
            let tools = try Tools(bench, in: directory)
            let (small, large) = (try instructions(few, tools), try instructions(count, tools))
            guard large > small, count > few else {
                throw BenchError("\(count) notices took \(large) instructions and \(few) took \(small)")
            }
            return (large - small) / (count - few)
        }
    }

    private func instructions(_ count: Int, _ tools: Tools) throws -> Int {
        try bench.withDirectory { directory in
            let (profile, log) = (directory + "/callgrind.out", directory + "/valgrind.log")
            bench.say("counting the instructions of \(count) notices")
            let leg = try bench.leg(
                ["instructions", "--directory", directory, "--count", "\(count)"],
                wrapper: [
                    tools.env, "LD_PRELOAD=\(tools.preloaded)", "SWIFT_DETERMINISTIC_HASHING=1", tools.setarch, "-R",
                    tools.valgrind, "--tool=callgrind", "--quiet",
                    "--callgrind-out-file=\(profile)", "--log-file=\(log)",
                ], program: tools.program)
            if let fault = leg.fault { throw BenchError("the run under callgrind: \(fault)") }
            guard let total = Self.total(of: try String(contentsOfFile: profile, encoding: .utf8)) else {
                // Without a log there is nothing to add.
                let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                throw BenchError("callgrind has counted nothing: \(said.suffix(600))")
            }
            bench.say("\(total) instructions")
            return total
        }
    }

    /// What a count depends on beside the program: the processor, by whose abilities libraries choose their code, and theirs
    /// and valgrind's versions.
    func place() throws -> String {
        let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") } ?? ""
        let versions = try [["openssl", "version"], ["valgrind", "--version"]].map { words in
            guard let path = ChildProcess.find(words[0]) else {
                throw BenchError("\(words[0]) is not there; apt install \(words[0])")
            }
            return try ChildProcess.run([path, words[1]]).split(separator: " ").prefix(2).joined(separator: " ")
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let abilities = SHA256.hash(Array(flags.utf8)).hex.prefix(8)
        return (["\(Machine().processor) (\(abilities))"] + versions + ["SQLite \(RawSQLite.version)"])
            .joined(separator: ", ")
    }

    /// What valgrind 3.19 needs to run a Swift program.
    private struct Tools {
        let env: String
        /// Loads everything where it lay last time: the runtime's tables are sorted by address, which made runs differ by 3 %.
        let setarch: String
        let valgrind: String
        /// This program without its debugging information, which is of a version that valgrind cannot read.
        let program: String
        /// What bench/sigsuspend.c says.
        let preloaded: String

        init(_ bench: Workbench, in directory: String) throws {
            func find(_ name: String, _ package: String) throws -> String {
                guard let path = ChildProcess.find(name) else {
                    throw BenchError("\(name) is not there; apt install \(package)")
                }
                return path
            }
            valgrind = try find("valgrind", "valgrind")
            env = try find("env", "coreutils")
            setarch = try find("setarch", "util-linux")
            program = directory + "/songda-bench"
            preloaded = directory + "/sigsuspend.so"
            let compiler = try ChildProcess.find("clang") ?? find("cc", "gcc")
            _ = try ChildProcess.run([
                try find("strip", "binutils"), "--strip-debug", "-o", program, try Workbench.program,
            ])
            _ = try ChildProcess.run([
                compiler, "-shared", "-fPIC", "-O1", "-o", preloaded, bench.root + "/bench/sigsuspend.c",
            ])
        }
    }

    /// The sum over the whole program in a profile: the line `summary:` or, in other versions, `totals:`.
    static func total(of profile: String) -> Int? {
        for name in ["summary", "totals"] {
            if let total = ProcessStatus.value(of: name, in: profile), total > 0 { return total }
        }
        return nil
    }
}
