import Evidence
import Foundation
import SQL
import Store
import TestSupport
import Testing

extension EndToEnd {
    /// Keys that are lost, replaced, or taken out while work waits.
    struct KeyReplacementTests {
        @Test func `F46 with a key lost nothing is signed, and a key that nobody vouches for is refused`() async throws
        {
            try await House.with { house, hr in
                let person = try await hr.person("E-1", mail: nil)
                _ = try await hr.alert(person, key: "before")
                // The key file is gone while entries wait for their place: the start is refused, nothing is signed.
                try await house.kill()
                let size = try await house.audit()["size"]
                for name in ["log.key", "entries.key", "master.key"] {
                    try FileManager.default.moveItem(
                        atPath: house.path("keys/\(name)"), toPath: house.path("safe"))
                    let refused = try await house.songda(["serve"], within: .seconds(30))
                    #expect(refused.code != 0, "\(name)")
                    #expect(refused.err.contains("keys/\(name) cannot be found"), "\(refused.err)")
                    try FileManager.default.moveItem(
                        atPath: house.path("safe"), toPath: house.path("keys/\(name)"))
                }
                #expect(try await house.audit()["size"] == size, "no checkpoint came meanwhile")

                // Another log key that nobody knows: the stored log is not its own.
                try FileManager.default.moveItem(atPath: house.path("keys/log.key"), toPath: house.path("safe"))
                try FileManager.default.moveItem(atPath: house.path("keys/log.pub"), toPath: house.path("safe.pub"))
                try await house.succeed(["keygen"])
                let stranger = try await house.songda(["serve"], within: .seconds(30))
                #expect(stranger.code != 0)
                #expect(stranger.err.contains("checkpoint"), "\(stranger.err)")
                for name in ["log.key", "log.pub"] {
                    try FileManager.default.removeItem(atPath: house.path("keys/\(name)"))
                }
                try FileManager.default.moveItem(atPath: house.path("safe"), toPath: house.path("keys/log.key"))
                try FileManager.default.moveItem(atPath: house.path("safe.pub"), toPath: house.path("keys/log.pub"))
                try await house.start()
                try await house.audit()
            }
        }

        @Test func `F46 keys rotated in the middle of a batch: the old key vouches for the new one in the log itself`()
            async throws
        {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                var ids = [try await hr.alert(person, key: "before")]
                try await hr.wait(for: "accepted", of: ids[0])
                // The running server holds the old keys; what it stages last is sequenced after the restart, by the new one.
                let oldEntries = try Self.publicKey(of: house, "entries.pem")
                for key in ["log", "entries"] {
                    let said = try JSONValue(parsing: try await house.succeed(["keys", "rotate", key, "--json"]))
                    #expect(said["from"]?.string != said["to"]?.string)
                }
                ids.append(try await hr.alert(person, key: "between"))
                try await house.kill()
                try await house.start()
                ids.append(try await hr.alert(person, key: "after"))
                try await eventually("three accepted mails") { try await hr.mails("accepted") == 3 }
                try await house.stop()

                let audit = try await house.audit()
                #expect(audit["sound"] == true)
                let rotations = try await Self.rotations(in: house)
                #expect(rotations.count == 2)
                for one in rotations {
                    #expect(one["vouched"] == true, "\(one)")
                    let rotation = try KeyRotation(json: try #require(one["rotation"]), origin: "the entry")
                    #expect(rotation.to == one["to"]?.string)
                    if rotation.role == .entries {
                        #expect(
                            rotation.isVouched(
                                old: oldEntries, new: try Self.publicKey(of: house, "entries.pem")))
                    }
                }
                // Rotated once more, the same way, and bundles of what the first key signed are sound.
                try await house.succeed(["keys", "rotate", "entries"])
                try await house.start()
                try await house.succeed([
                    "prove", ids[0], "--out", house.path("one.asice"), "--key-file", house.path("hr.key"),
                ])
                let verdict = try await Bundles.verdicts(
                    on: house.path("one.asice"), trust: house.path("keys/root.pem"))
                #expect(verdict.ours.code == 0, "\(verdict.ours.said)")
                #expect(verdict.openssl.code == 0, "\(verdict.openssl.said)")
                let wrong = try await house.songda(["keys", "rotate", "master"])
                #expect(wrong.code != 0)
                #expect(wrong.err.contains("master is not a key that can be rotated; say log or entries"))
            }
            await peer.stop()
        }

        @Test func `a new master key takes over at once, and after rewrapping the old one is needed no more`()
            async throws
        {
            try await House.with { house, hr in
                let person = try await hr.person("E-1", name: "欧阳娜娜", mail: nil)
                _ = try await hr.alert(person, key: "before")
                try await house.stop()
                try FileManager.default.createDirectory(
                    atPath: house.path("keys/retired"), withIntermediateDirectories: true)
                let (old, away) = (house.path("keys/retired/master-1.key"), house.path("master-1.key"))
                try FileManager.default.moveItem(atPath: house.path("keys/master.key"), toPath: old)
                try await house.succeed(["keygen"])

                // Without the old key the data would turn out to be unreadable when it is needed: no start.
                try FileManager.default.moveItem(atPath: old, toPath: away)
                for command in [["serve"], ["keys", "rewrap"], ["doctor"]] {
                    let refused = try await house.songda(command, within: .seconds(30))
                    #expect(refused.code != 0, "\(command)")
                    #expect(refused.said.contains("needs the master key"), "\(command): \(refused.said)")
                    #expect(refused.said.contains("retired/"), "\(refused.said)")
                }
                try FileManager.default.moveItem(atPath: away, toPath: old)
                try await house.start()
                #expect(try await hr.json("GET", "/v1/people/\(person)")["name"]?.string == "欧阳娜娜")
                let second = try await hr.person("E-2", name: "司马光", mail: nil)
                try await house.stop()

                let done = try JSONValue(parsing: try await house.succeed(["keys", "rewrap", "--json"]))
                #expect((done["wrapped"]?.integer ?? 0) >= 2, "\(done)")
                #expect(done["needed"]?.array?.count == 1)
                let again = try JSONValue(parsing: try await house.succeed(["keys", "rewrap", "--json"]))
                #expect(again["wrapped"] == 0)
                try FileManager.default.removeItem(atPath: old)
                try await house.start()
                for (id, name) in [(person, "欧阳娜娜"), (second, "司马光")] {
                    #expect(try await hr.json("GET", "/v1/people/\(id)")["name"]?.string == name)
                }
                #expect(try await house.audit()["sound"] == true)
            }
        }

        private static func publicKey(of house: House, _ name: String) throws -> VerificationKey {
            let path = house.path("keys/\(name)")
            return try Certificate(pem: try String(contentsOfFile: path, encoding: .utf8), origin: path).publicKey
        }

        /// What the log says about replaced keys, read as an auditor with the keys would.
        private static func rotations(in house: House) async throws -> [JSONValue] {
            let database = try SQLiteDatabase(path: house.path("songda.db"), readOnly: true)
            let vault = Vault(try MasterKey(file: house.path("keys/master.key")))
            let log = SQLNoticeStore.stores(in: database, vault: vault, clock: SystemClock()).log
            var facts: [JSONValue] = []
            for entry in try await log.entries(from: 0, limit: 10_000) where entry.event == .keyRotated {
                guard case .clear(let body) = try await log.openBody(of: entry) else { continue }
                facts.append(try EntryBody(parsing: body).facts)
            }
            await database.close()
            return facts
        }
    }
}
