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
        func `F10 before the disk is full nothing new is taken, nothing is half-written, and space heals it`()
            async throws
        {
            let disk = try TemporaryDirectory.make("songda-disk")
            let mounted = try await Program.run(
                ["/bin/mount", "-t", "tmpfs", "-o", "size=620m", "songda-test", disk], in: "/")
            try #require(mounted.code == 0, "\(mounted.said)")
            func unmount() async throws {
                _ = try await Program.run(["/bin/umount", disk], in: "/")
                try FileManager.default.removeItem(atPath: disk)
            }
            do {
                try await fill(disk)
            } catch {
                try await unmount()
                throw error
            }
            try await unmount()
        }

        private func fill(_ disk: String) async throws {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port, databaseDirectory: disk)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                let first = try await hr.alert(person, key: "before")
                try await hr.wait(for: "accepted", of: first)
                #expect(try await hr.isReady())

                // Less than the floor of 512 MiB is left.
                _ = try await Program.run(["/usr/bin/fallocate", "-l", "150M", "\(disk)/filler"], in: "/")
                #expect(try await hr.isReady() == false)
                let refused = try await hr.send("POST", "/v1/notices", Requests.alert(to: person), key: "during")
                #expect(refused.status == 503)
                #expect(String(decoding: refused.body, as: UTF8.self).contains("MiB"))

                // Nothing at all is left.
                _ = try await Program.run(["/bin/sh", "-c", "cat /dev/zero > '\(disk)/rest' 2>/dev/null"], in: "/")
                let ready = try await hr.send("GET", "/readyz")
                #expect(ready.status == 503)
                #expect(try await hr.send("POST", "/v1/notices", Requests.alert(to: person), key: "full").status == 503)

                try FileManager.default.removeItem(atPath: "\(disk)/rest")
                try FileManager.default.removeItem(atPath: "\(disk)/filler")
                try await eventually("the server to be ready again") { try await hr.isReady() }
                let last = try await hr.alert(person, key: "full")
                try await hr.wait(for: "accepted", of: last)
                #expect(try await hr.json("GET", "/v1/notices")["items"]?.array?.count == 2)
                try await Invariants(caller: hr, taken: peer.letters).check([first, last])
                try await house.audit()
            }
            await peer.stop()
        }
    }
}
