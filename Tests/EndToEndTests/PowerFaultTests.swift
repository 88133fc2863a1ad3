import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The power fails, or those who promise to keep something do not.
    struct PowerFaultTests {
        /// What a cut of the power has cost.
        private struct Loss {
            var acknowledged = 0
            var lost: [String] = []
            /// What the next start said when it refused.
            var refusal: String?
        }

        /// Issues notices until the power is cut, and says which of those acknowledged before are gone afterwards.
        ///
        /// - Parameter words: put before the server, to break its promise.
        private func cut(behind words: [String]) async throws -> Loss {
            let peer = try await ScriptedPeer.smtp()
            var loss = Loss()
            try await LoopDisk.with { disk in
                let settings = House.Settings(relay: peer.port, databaseDirectory: disk.directory)
                try await House.with(settings) { house, hr in
                    let person = try await hr.person("E-1", mail: "reader@far.test")
                    try await house.stop()
                    try await house.start(behind: words)
                    var acknowledged: [String] = []
                    for index in 0..<Int.random(in: 8...20) {
                        acknowledged.append(try await hr.alert(person, key: "f17-\(index)"))
                    }
                    try await disk.cutPower()
                    try await Strace.kill(house.running)
                    try await disk.reboot()
                    loss.acknowledged = acknowledged.count
                    let server = try await house.launch()
                    try await eventually("the server to serve or to refuse") {
                        !server.isRunning || server.said.contains("serves http://")
                    }
                    guard server.isRunning else {
                        loss.refusal = server.said
                        return
                    }
                    for id in acknowledged where try await hr.send("GET", "/v1/notices/\(id)").status != 200 {
                        loss.lost.append(id)
                    }
                    if loss.lost.isEmpty { #expect(try await house.audit()["sound"] == true) }
                    try await house.stop()
                }
            }
            await peer.stop()
            return loss
        }

        @Test(.enabled(if: LoopDisk.works, "needs root and loop devices"))
        func `F17 when the power is cut nothing that was acknowledged is lost, and the log is sound`() async throws {
            // Three times: synchronous=NORMAL, which would be too little, loses something only in some of them.
            for _ in 1...3 {
                let loss = try await cut(behind: [])
                #expect(loss.refusal == nil, "\(loss.refusal ?? "")")
                #expect(loss.acknowledged > 0 && loss.lost.isEmpty, "\(loss.lost.count) of \(loss.acknowledged)")
            }
        }

        @Test(.enabled(if: LoopDisk.works && Strace.works, "needs root, loop devices and strace"))
        func `F18 without real syncs the same check reports the loss`() async throws {
            // The server is told that everything is durable, and nothing is: if this went unnoticed, F17 would prove nothing.
            let loss = try await cut(behind: Strace.inject("fdatasync,fsync:retval=0"))
            #expect(loss.acknowledged > 0)
            // Any other refusal, such as a port in use, would be the harness's own fault.
            let isNoticed = ["malformed", "not a database", "older copy", "rolled back", "has seen", "no such table"]
                .contains {
                    loss.refusal?.contains($0) == true
                }
            #expect(isNoticed || !loss.lost.isEmpty, "the harness noticed no loss; \(loss.refusal ?? "no refusal")")
        }
    }
}
