import Evidence
import Foundation
import SQL
import Store
import TestSupport
import Testing

extension EndToEnd {
    /// Changes of the schema, cut off and undone.
    struct UpgradeTests {
        @Test(.enabled(if: Strace.works, "strace cannot follow a process here"))
        func `F43 killed at any step of a migration it goes on at the next start`() async throws {
            let house = try await House.build(.init())
            let database = house.path("songda.db")
            var kills = 0
            for number in 1...40 {
                for suffix in ["", "-wal", "-shm", ".lock"] {
                    try? FileManager.default.removeItem(atPath: database + suffix)  // not all exist
                }
                let killed = try await Program.run(
                    Strace.inject("fdatasync:signal=KILL:when=\(number)")
                        + [Program.songda, "migrate", "--config", house.path("songda.yaml")], in: house.directory)
                // Behind the last sync nothing is left to kill.
                guard killed.code != 0 else { break }
                kills += 1
                let again = try await house.succeed(["migrate", "--json"])
                #expect(try JSONValue(parsing: again)["applied"] != nil)
                #expect(try await house.succeed(["migrate"]).contains("up to date"))
                #expect(try await house.audit()["sound"] == true)
            }
            #expect(kills >= 2, "each migration is made durable")
            try await house.start()
            try await house.stop()
            await house.discard()
        }

        @Test(.enabled(if: Strace.works, "strace cannot follow a process here"))
        func
            `F43 a database in use is copied before its schema changes, and a kill in between leaves the log as it was`()
            async throws
        {
            let house = try await House.build(.init())
            let first = try await Self.makeOlder(house)
            for number in 1...8 {
                _ = try await Program.run(
                    Strace.inject("fdatasync,fsync:signal=KILL:when=\(number)")
                        + [Program.songda, "migrate", "--config", house.path("songda.yaml")], in: house.directory)
                let audit = try await house.audit()
                #expect(audit["sound"] == true && audit["size"] == 20, "killed at sync \(number)")
            }
            try await house.start()
            try await house.stop()
            let copy = house.path("songda.db.before-\(first)")
            let checked = try JSONValue(parsing: try await house.succeed(["restore", "--check", copy, "--json"]))
            #expect(checked["sound"] == true && checked["logSize"] == 20)
            #expect(try await house.audit()["sound"] == true)
            await house.discard()
        }

        @Test func `F43 a program older than the database refuses it with a sentence and touches nothing`() async throws
        {
            let house = try await House.build(.init())
            let database = try SQLiteDatabase(path: house.path("songda.db"))
            try await database.write { tx in
                try tx.execute("INSERT INTO songda_migrations (name, statements) VALUES ('999-tomorrow', 'x')")
            }
            await database.close()
            for command in [["serve"], ["migrate"], ["keys", "list"]] {
                let ending = try await house.songda(command, within: .seconds(30))
                #expect(ending.code != 0, "\(command)")
                #expect(
                    ending.err.contains("the database is newer than the program: it has run 999-tomorrow"),
                    "\(ending.err)")
                #expect(ending.err.contains("start the newer program, or restore a backup"))
            }
            await house.discard()
        }

        /// Puts a database in place as the program left it when it knew two migrations, with twenty entries in its log.
        ///
        /// - Returns: the first migration that it lacks.
        private static func makeOlder(_ house: House) async throws -> String {
            for suffix in ["", "-wal", "-shm", ".reserve"] {
                try? FileManager.default.removeItem(atPath: house.path("songda.db\(suffix)"))  // not all exist
            }
            let names = Migrations.all.map(\.name).sorted()
            try #require(names.count > 2)
            let database = try SQLiteDatabase(path: house.path("songda.db"))
            _ = try await Migrator(Migrations.all.filter { names[..<2].contains($0.name) }).migrate(database)
            let clock = SystemClock()
            let vault = Vault(try MasterKey(file: house.path("keys/master.key")))
            let log = SQLNoticeStore.stores(in: database, vault: vault, clock: clock).log
            let recorder = EvidenceRecorder(
                signer: try SigningKey(file: house.path("keys/entries.key")), clock: clock)
            try await log.stage(
                (0..<20).map { _ in
                    try recorder.sign(
                        EvidenceDraft(
                            event: .serviceStarted, subject: EvidenceSubject(),
                            happenedAt: ObservedTime(at: clock.now, clock: "songda")))
                })
            let signer = try NoteSigner(
                name: "songda.test/evidence", key: try SigningKey(file: house.path("keys/log.key")))
            let sequencer = Sequencer(
                store: log, signer: signer, recorder: recorder, clock: clock, settings: .init(owner: "older"))
            _ = try await sequencer.step()
            await database.close()
            return names[2]
        }
    }
}
