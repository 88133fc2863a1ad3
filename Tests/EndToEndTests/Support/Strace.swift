import Foundation

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

    /// The words to put before a program so that this fault comes to it, `fdatasync:error=EIO:when=7` for example.
    static func inject(_ fault: String) -> [String] {
        let call = fault.split(separator: ":").first.map(String.init) ?? fault
        return [
            "/usr/bin/strace", "-f", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(fault)",
        ]
    }
}
