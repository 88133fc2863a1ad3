import Evidence
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What lies on the disk and in the logs when nobody was careful.
    struct SecrecyTests {
        @Test
        func `I7 S-128 after a crash no name, address, word or secret stands in the database, the logs or a backup`()
            async throws
        {
            let peer = try await ScriptedPeer.smtp(.at("DOT", 2, .pause(.seconds(3)), .proceed))
            try await House.with(.init(relay: peer.port)) { house, hr in
                let canaries = ["金丝雀甲", "canary-reader", "金丝雀乙", "13700009999"]
                let person = try await hr.person(
                    "E-1", name: canaries[0], mail: "\(canaries[1])@far.test", phone: canaries[3])
                guard case .object(var request) = Requests.alert(to: person),
                    case .object(var fields) = request["fields"]
                else { return }
                fields["signals"] = [.string("\(canaries[2])无打卡记录")]
                request["fields"] = .object(fields)
                for key in ["one", "two"] {
                    try await hr.json("POST", "/v1/notices", .object(request), key: key)
                }
                try await peer.wait(forMessages: 2)
                try await house.succeed(["backup", house.path("backup.db")])
                let said = try await house.running.said
                try await house.kill()

                let words = canaries + [hr.secret]
                for file in ["songda.db", "songda.db-wal", "backup.db", "songda.witness"] {
                    let bytes = try Data(contentsOf: URL(fileURLWithPath: house.path(file)))
                    for word in words {
                        #expect(bytes.range(of: Data(word.utf8)) == nil, "\(word) in \(file)")
                        #expect(
                            bytes.range(of: Data(Base64.encode(Array(word.utf8)).utf8)) == nil, "\(word) in \(file)")
                    }
                }
                for word in words { #expect(!said.contains(word), "\(word) in the log") }
                // The search finds what is there: the number of a kind is no secret.
                let wal = try Data(contentsOf: URL(fileURLWithPath: house.path("songda.db-wal")))
                #expect(wal.range(of: Data("risk-alert".utf8)) != nil)
            }
            await peer.stop()
        }
    }
}
