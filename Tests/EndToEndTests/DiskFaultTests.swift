import Evidence
import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// A disk that fails, or is full.
    struct DiskFaultTests {
        @Test(.enabled(if: Strace.works, "strace cannot follow a process here"))
        func `F12 after a failed fsync the process ends with a sentence, and the restart verifies`() async throws {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                try await house.stop()
                let server = try await house.launch(behind: Strace.inject("fdatasync:error=EIO:when=15"))
                var acknowledged: [String] = []
                for index in 0..<200 where server.isRunning {
                    // What is refused, or finds nobody, was not acknowledged.
                    guard
                        let answer = try? await hr.send(
                            "POST", "/v1/notices", Requests.alert(to: person), key: "f12-\(index)"),
                        answer.status == 202
                    else {
                        try await Task.sleep(for: .milliseconds(50))
                        continue
                    }
                    acknowledged.append(try #require(try JSONValue(parsing: answer.body)["id"]?.string))
                }
                let ending = try await server.end()
                #expect(ending.code != 0)
                #expect(ending.err.contains("Error: database"), "\(ending.err.suffix(500))")
                #expect(ending.err.contains("the disk failed"))
                #expect(ending.err.contains("so check the disk and restart"))
                #expect(!acknowledged.isEmpty)
                try await house.start()
                let audit = try await house.audit()
                #expect(audit["sound"] == true)
                for id in acknowledged { _ = try await hr.json("GET", "/v1/notices/\(id)") }
            }
            await peer.stop()
        }

        @Test(.enabled(if: geteuid() == 0, "needs root to mount a file system of its own"))
        func `F10 before the disk is full nothing new is taken, and what is under way ends on the reserve`()
            async throws
        {
            try await withDisk(type: "tmpfs", options: "size=700m") { disk in
                // The mail is with the server while the disk fills up.
                let peer = try await ScriptedPeer.smtp(.at("DOT", 2, .pause(.seconds(4)), .proceed))
                try await House.with(.init(relay: peer.port, databaseDirectory: disk)) { house, hr in
                    let person = try await hr.person("E-1", mail: "reader@far.test")
                    let first = try await hr.alert(person, key: "before")
                    try await hr.wait(for: "accepted", of: first)
                    try await hr.wait(forReadiness: "the reserve of 64 MiB is held")
                    let reserve = "\(disk)/songda.db.reserve"
                    let size = try FileManager.default.attributesOfItem(atPath: reserve)[.size] as? Int
                    #expect(size == 64 << 20)
                    #expect(try await hr.isReady())

                    // Less than the floor of 512 MiB is left: nothing new, and the reserve stays.
                    let second = try await hr.alert(person, key: "during")
                    try await peer.wait(forMessages: 2)
                    _ = try await Program.run(["/usr/bin/fallocate", "-l", "150M", "\(disk)/filler"], in: "/")
                    let refused = try await hr.send("POST", "/v1/notices", Requests.alert(to: person), key: "late")
                    #expect(refused.status == 503)
                    #expect(String(decoding: refused.body, as: UTF8.self).contains("512 MiB needed"))
                    // What /readyz says is a second old at most.
                    try await eventually("/readyz to say so", within: .seconds(10)) { try await !hr.isReady() }
                    #expect(FileManager.default.fileExists(atPath: reserve))

                    // Nothing at all is left, and the server's answer to the mail is still to come.
                    _ = try await Program.run(["/bin/sh", "-c", "cat /dev/zero > '\(disk)/rest' 2>/dev/null"], in: "/")
                    try await hr.wait(forReadiness: "the reserve of 64 MiB was given up")
                    try await hr.wait(for: "accepted", of: second)
                    #expect(
                        try await hr.send("POST", "/v1/notices", Requests.alert(to: person), key: "full").status == 503)

                    try FileManager.default.removeItem(atPath: "\(disk)/rest")
                    try FileManager.default.removeItem(atPath: "\(disk)/filler")
                    try await hr.wait(forReadiness: "the reserve of 64 MiB is held")
                    #expect(try await hr.isReady())
                    let last = try await hr.alert(person, key: "full")
                    try await hr.wait(for: "accepted", of: last)
                    #expect(try await hr.json("GET", "/v1/notices")["items"]?.array?.count == 3)
                    try await Invariants(caller: hr, taken: peer.letters).check([first, second, last])
                    try await house.audit()
                }
                await peer.stop()
            }
        }

        @Test(.enabled(if: geteuid() == 0, "needs root to mount a file system of its own"))
        func `F16 without room for another file nothing new is taken, and it heals`() async throws {
            try await withDisk(type: "tmpfs", options: "size=700m,nr_inodes=64") { disk in
                let peer = try await ScriptedPeer.smtp()
                try await House.with(.init(relay: peer.port, databaseDirectory: disk)) { house, hr in
                    let person = try await hr.person("E-1", mail: "reader@far.test")
                    let first = try await hr.alert(person, key: "before")
                    for number in 0..<64 {
                        guard FileManager.default.createFile(atPath: "\(disk)/\(number)", contents: nil) else { break }
                    }
                    let refused = try await hr.send("POST", "/v1/notices", Requests.alert(to: person), key: "full")
                    #expect(refused.status == 503)
                    #expect(String(decoding: refused.body, as: UTF8.self).contains("more files possible"))
                    try await hr.wait(for: "accepted", of: first)
                    for number in 0..<64 {
                        try? FileManager.default.removeItem(atPath: "\(disk)/\(number)")  // not all exist
                    }
                    let last = try await hr.alert(person, key: "full")
                    try await hr.wait(for: "accepted", of: last)
                    try await Invariants(caller: hr, taken: peer.letters).check([first, last])
                    try await house.audit()
                }
                await peer.stop()
            }
        }

        @Test func `F13 a write cut short ends the process, and the restart drops only what nobody was told of`()
            async throws
        {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                try await house.stop()
                // The first write that crosses the limit is a short one, the next fails with EFBIG.
                let server = try await house.launch(behind: ["/usr/bin/prlimit", "--fsize=1500000:1500000"])
                var acknowledged: [String] = []
                for index in 0..<400 where server.isRunning {
                    // What is refused, or finds nobody, was not acknowledged.
                    guard
                        let answer = try? await hr.send(
                            "POST", "/v1/notices", Requests.alert(to: person), key: "f13-\(index)"),
                        answer.status == 202
                    else {
                        try await Task.sleep(for: .milliseconds(50))
                        continue
                    }
                    acknowledged.append(try #require(try JSONValue(parsing: answer.body)["id"]?.string))
                }
                let ending = try await server.end()
                #expect(ending.code != 0)
                #expect(!acknowledged.isEmpty)
                try await house.start()
                for id in acknowledged { _ = try await hr.json("GET", "/v1/notices/\(id)") }
                try await hr.waitUntilSettled(acknowledged.count)
                #expect(try await house.audit()["sound"] == true)
            }
            await peer.stop()
        }

        /// Lends a small file system.
        private func withDisk(type: String, options: String, _ body: (String) async throws -> Void) async throws {
            let disk = try TemporaryDirectory.make("songda-disk")
            let mounted = try await Program.run(
                ["/bin/mount", "-t", type, "-o", options, "songda-test", disk], in: "/")
            try #require(mounted.code == 0, "\(mounted.said)")
            func unmount() async throws {
                _ = try await Program.run(["/bin/umount", disk], in: "/")
                try FileManager.default.removeItem(atPath: disk)
            }
            do { try await body(disk) } catch {
                try await unmount()
                throw error
            }
            try await unmount()
        }
    }
}

extension Caller {
    /// Waits until `/readyz`, whatever its status, says these words.
    fileprivate func wait(forReadiness words: String) async throws {
        var last = ""
        try await eventually("/readyz to say \(words); it says \(last)") {
            last = String(decoding: try await send("GET", "/readyz").body, as: UTF8.self)
            return last.contains(words)
        }
    }
}
