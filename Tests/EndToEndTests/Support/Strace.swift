import Foundation
import Glibc

/// Faults put into system calls by the `strace` command.
enum Strace {
    /// Whether this machine lets one process follow another.
    static let works: Bool = {
        let probe = Process()
        probe.executableURL = URL(fileURLWithPath: "/usr/bin/strace")
        probe.arguments = ["-f", "-o", "/dev/null", "-e", "trace=fdatasync", "/bin/true"]
        // Not there, or not allowed: the tests that need it say so.
        guard (try? probe.run()) != nil else { return false }
        probe.waitUntilExit()
        return probe.terminationStatus == 0
    }()

    /// Kills the program that runs behind `strace`, and waits until both have ended; a program alone is killed like any other.
    static func kill(_ program: Program) async throws {
        let pid = program.pid
        // What strace follows is its child, and would outlive it.
        let children = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        let traced = program.isTracer ? children.split(separator: " ").compactMap { pid_t($0) } : []
        for child in traced { _ = Glibc.kill(child, SIGKILL) }
        if traced.isEmpty { program.signal(SIGKILL) }
        try await program.end()
    }

    /// The words to put before a program so that this fault comes to it, `fdatasync:error=EIO:when=7` for example.
    static func inject(_ fault: String) -> [String] {
        let call = fault.split(separator: ":").first.map(String.init) ?? fault
        return [
            "/usr/bin/strace", "-f", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(fault)",
        ]
    }
}
