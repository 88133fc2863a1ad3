import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// A machine without memory.
    struct MemoryFaultTests {
        @Test(.enabled(if: MemoryGroup.isAvailable, "needs root and memory cgroups"))
        func `F5 killed for want of memory under load it loses nothing and says what is unknown`() async throws {
            let peer = try await ScriptedPeer.smtp(.at("DOT", .pause(.milliseconds(30)), .proceed))
            try await House.with(.init(relay: peer.port)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                let group = try MemoryGroup()
                try await house.stop()
                try await house.start(behind: group.words)
                let load = Load(caller: hr, people: [person])
                async let issued = load.issue(80, named: "f5", pace: .milliseconds(20))
                try await peer.wait(forMessages: 5)
                // From now on the process may keep what it has and no more: the kernel ends it at its next need.
                let server = try await house.running
                group.squeeze { server.isRunning }
                let ending = try await server.end()
                #expect(ending.code == 137, "\(ending.said.suffix(500))")
                group.remove()
                try await house.start()
                let ids = try await issued
                #expect(Set(ids).count == 80)
                try await hr.waitUntilSettled(80)
                try await house.stop()
                try await house.letRetriesFallDue()
                try await house.start()
                try await eventually("80 accepted mails", within: .seconds(120)) {
                    try await hr.mails("accepted") == 80
                }
                let tally = try await Invariants(caller: hr, taken: peer.letters).check(ids)
                print("F5: \(tally.copies) copies of 80 notices, \(tally.unknowns) unknown outcomes recorded")
                try await house.audit()
            }
            await peer.stop()
        }
    }
}

/// A control group with little memory.
struct MemoryGroup {
    private static let root = "/sys/fs/cgroup/memory"
    private let path: String

    /// Whether such a group can be made here.
    static let isAvailable: Bool = {
        guard geteuid() == 0 else { return false }
        let probe = root + "/songda-probe-\(getpid())"
        guard mkdir(probe, 0o755) == 0 else { return false }
        rmdir(probe)
        return true
    }()

    init() throws {
        path = Self.root + "/songda-\(getpid())"
        guard mkdir(path, 0o755) == 0 else { throw TestSupportError("\(path): \(String(cString: strerror(errno)))") }
    }

    /// The words before a program that lives in the group.
    var words: [String] { ["/bin/sh", "-c", "echo $$ > '\(path)/cgroup.procs' && exec \"$@\"", "sh"] }

    /// Takes away what the group does not hold on to.
    func squeeze(while isRunning: () -> Bool) {
        var limit = 256 << 20
        // Refused once nothing more can be reclaimed; the last one that was granted stands.
        while limit > 8 << 20, isRunning() {
            guard write("\(limit)", to: "memory.limit_in_bytes") else { break }
            limit -= 2 << 20
        }
    }

    private func write(_ text: String, to name: String) -> Bool {
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        return Glibc.write(descriptor, bytes, bytes.count) == bytes.count
    }

    /// Takes the group away once it is empty.
    func remove() { rmdir(path) }
}
