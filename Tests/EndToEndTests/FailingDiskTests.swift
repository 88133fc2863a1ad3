import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// A disk that refuses writes at any moment, becomes read-only, or is very slow.
    struct FailingDiskTests {
        @Test(.enabled(if: Strace.works, "strace cannot follow a process here"))
        func `F11 whichever write finds no room, nothing is acknowledged that is not kept, or sent without evidence`()
            async throws
        {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port)) { house, hr in
                let load = Load(caller: hr, people: [try await hr.person("E-1", mail: "reader@far.test")])
                var ids: [String] = []
                for (round, number) in [12, 40, 90].enumerated() {
                    try await house.stop()
                    let server = try await house.launch(
                        behind: Strace.inject("pwrite64:error=ENOSPC:when=\(number)+"))
                    async let issued = load.issue(8, named: "f11-\(round)", pace: .milliseconds(10))
                    try await eventually("the full disk to be noticed in round \(round)") {
                        // Nobody listens yet, or any more: then the process tells by its end.
                        guard server.isRunning, let isReady = try? await hr.isReady() else { return !server.isRunning }
                        return !isReady
                    }
                    try await Strace.kill(server)
                    try await house.start()
                    ids += try await issued
                    try await house.audit()
                }
                try await hr.waitUntilSettled(ids.count)
                try await house.stop()
                try await house.letRetriesFallDue()
                try await house.start()
                try await eventually("\(ids.count) accepted mails") { try await hr.mails("accepted") == ids.count }
                try await Invariants(caller: hr, taken: peer.letters).check(ids)
                try await house.audit()
            }
            await peer.stop()
        }

        @Test(.enabled(if: LoopDisk.works, "needs root and loop devices"))
        func `F15 a disk that becomes read-only stops all work, and after the repair nothing is missing`() async throws
        {
            let peer = try await ScriptedPeer.smtp()
            try await LoopDisk.with(options: "errors=remount-ro") { disk in
                let settings = House.Settings(relay: peer.port, databaseDirectory: disk.directory)
                try await House.with(settings) { house, hr in
                    let person = try await hr.person("E-1", mail: "reader@far.test")
                    let first = try await hr.alert(person, key: "before")
                    try await hr.wait(for: "accepted", of: first)
                    try await disk.becomeReadOnly()
                    let server = try await house.running
                    let refused = try? await hr.send("POST", "/v1/notices", Requests.alert(to: person), key: "during")
                    #expect(refused.map { $0.status >= 500 } ?? true, "\(refused?.status ?? 0)")
                    try await eventually("the server to say so, or to end") {
                        guard server.isRunning, let isReady = try? await hr.isReady() else { return !server.isRunning }
                        return !isReady
                    }
                    #expect(peer.messageCount == 1, "nothing is sent whose evidence cannot be kept")
                    server.signal(9)
                    try await server.end()
                    try await disk.reboot()
                    try await house.start()
                    let last = try await hr.alert(person, key: "during")
                    try await hr.wait(for: "accepted", of: last)
                    try await Invariants(caller: hr, taken: peer.letters).check([first, last])
                    try await house.audit()
                    try await house.stop()
                }
            }
            await peer.stop()
        }

        @Test(.enabled(if: SlowDiskGroup.works, "needs root, loop devices and blkio groups"))
        func `F14 on a very slow disk callers wait, and no delay becomes a failure`() async throws {
            let peer = try await ScriptedPeer.smtp()
            try await LoopDisk.with { disk in
                let settings = House.Settings(relay: peer.port, databaseDirectory: disk.directory)
                // Outside the house, whose processes have ended when the group goes.
                try await SlowDiskGroup.with(device: try await disk.deviceNumbers, writesPerSecond: 40) { group in
                    try await House.with(settings) { house, hr in
                        let person = try await hr.person("E-1", mail: "reader@far.test")
                        try await house.stop()
                        try await house.start(behind: group.words)
                        let began = ContinuousClock.now
                        let ids = try await Load(caller: hr, people: [person]).issue(
                            40, named: "f14", pace: .milliseconds(1))
                        try await hr.waitUntilSettled(40)
                        // Fast, it would take less than a second: otherwise the group would not have slowed it.
                        #expect(ContinuousClock.now - began > .seconds(2))
                        let memory = try String(
                            contentsOfFile: "/proc/\(try await house.running.pid)/status", encoding: .utf8)
                        let peak = memory.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
                        let kilobytes = Int(peak?.split(separator: " ").dropFirst().first ?? "") ?? .max
                        #expect(kilobytes < 256 << 10, "\(peak ?? "")")
                        let tally = try await Invariants(caller: hr, taken: peer.letters).check(ids)
                        #expect(tally.copies == 40 && tally.unknowns == 0)
                        try await house.stop()
                        try await house.audit()
                    }
                }
            }
            await peer.stop()
        }
    }
}
