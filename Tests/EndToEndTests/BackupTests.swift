import Evidence
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Copies, restores, and a log that was set back.
    struct BackupTests {
        @Test func `F51 a backup taken while serving verifies and comes back on a clean directory`() async throws {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port)) { house, hr in
                let load = Load(caller: hr, people: [try await hr.person("E-1", mail: "reader@far.test")])
                async let issued = load.issue(40, named: "f51", pace: .milliseconds(20))
                try await peer.wait(forMessages: 3)
                let backup = house.path("backup.db")
                try await house.succeed(["backup", backup])
                let ids = try await issued
                try await hr.waitUntilSettled(40)

                let checked = try JSONValue(
                    parsing: try await house.succeed(["restore", "--check", backup, "--json"]
                    ))
                #expect(checked["sound"] == true)
                #expect(checked["restored"] == false)
                // What the log does not hold itself is tried too: the words of a notice in a copy that a disk has damaged.
                let damage =
                    "import shutil, sqlite3, sys; shutil.copy(sys.argv[1], sys.argv[2]); c = sqlite3.connect(sys.argv[2]); "
                    + "c.execute('UPDATE notices SET content = zeroblob(length(content)) WHERE id = "
                    + "(SELECT min(id) FROM notices)'); c.commit()"
                let damaged = house.path("damaged.db")
                _ = try await Program.run(["python3", "-c", damage, backup, damaged], in: "/")
                let refused = try await house.songda(["restore", "--check", damaged])
                #expect(refused.code != 0 && refused.err.contains("content is damaged"), "\(refused.said)")
                // Nor does the log know of the keys under which requests are repeated: the file as such is looked at.
                let torn =
                    "import shutil, sqlite3, sys; shutil.copy(sys.argv[1], sys.argv[2]); c = sqlite3.connect(sys.argv[2]); "
                    + "page = c.execute(\"SELECT rootpage FROM sqlite_master WHERE name = 'idempotency_keys'\").fetchone()[0]; "
                    + "f = open(sys.argv[2], 'r+b'); f.seek((page - 1) * 4096); f.write(b'\\xff' * 200)"
                _ = try await Program.run(["python3", "-c", torn, backup, damaged], in: "/")
                let tornApart = try await house.songda(["restore", "--check", damaged])
                #expect(tornApart.code != 0 && tornApart.err.contains("is damaged (SQLite"), "\(tornApart.said)")
                let again = try await house.songda(["backup", backup])
                #expect(again.code != 0)
                #expect(again.err.contains("exists; name a new file"))

                try await house.stop()
                let lossy = try await house.songda(["restore", backup])
                #expect(lossy.code != 0, "entries newer than the backup are not given up by accident")
                #expect(lossy.err.contains("--accept-loss"))
                // Given up on purpose, it is an entry of the log that is left.
                let entries =
                    "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("
                    + "\"SELECT count(*) FROM evidence_entries WHERE event = 'LogLossAccepted'\").fetchone()[0])"
                try await house.succeed(["restore", backup, "--accept-loss"])
                let told = try await Program.run(["python3", "-c", entries, house.path("songda.db")], in: "/")
                #expect(told.out == "1\n", "\(told.said)")
                try await house.start()
                try await hr.waitForPlaces()
                try await house.stop()
                try await house.audit()
                // A clean machine has neither the database nor what it once wrote beside it.
                for suffix in [".db", ".db-wal", ".db-shm", ".db.lock"] {
                    try? FileManager.default.removeItem(atPath: house.path("songda\(suffix)"))  // not all exist
                }
                let remembered = try await house.songda(["restore", backup])
                #expect(remembered.code != 0, "the witness on another disk knows what the copy lacks")
                #expect(remembered.err.contains("witness file") && remembered.err.contains("--accept-loss"))
                try FileManager.default.removeItem(atPath: house.path("songda.witness"))
                // A restore that was killed has left a copy with a journal beside it.
                let killed =
                    "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA journal_mode=WAL'); "
                    + "c.execute('CREATE TABLE t (x)'); c.executemany('INSERT INTO t VALUES (?)', [('x' * 900,)] * 2000); "
                    + "c.commit(); os._exit(0)"
                _ = try await Program.run(["python3", "-c", killed, house.path("songda.db.restoring")], in: "/")
                #expect(FileManager.default.fileExists(atPath: house.path("songda.db.restoring-wal")))
                try await house.succeed(["restore", backup])
                #expect(!FileManager.default.fileExists(atPath: house.path("songda.db.restoring-wal")))
                try await house.audit()
                try await house.start()
                var known = 0
                for id in ids where try await hr.send("GET", "/v1/notices/\(id)").status == 200 { known += 1 }
                #expect(known >= 3)
                #expect(try await hr.isReady())
            }
            await peer.stop()
        }

        @Test func `S-129 copies are taken and tried without anybody asking, and a drill brings one back`() async throws
        {
            let peer = try await ScriptedPeer.smtp()
            let place = try TemporaryDirectory.make("songda-copies")
            defer { try? FileManager.default.removeItem(atPath: place) }
            func copies() throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: place).filter { $0.hasPrefix("songda-") }.sorted()
            }
            func newCopy(besides old: [String] = []) async throws -> String {
                try await eventually("a copy is taken") { try copies().contains { !old.contains($0) } }
                let found = try #require(try copies().first { !old.contains($0) })
                return "\(place)/\(found)"
            }
            let settings = House.Settings(
                relay: peer.port, more: "backup: { directory: \(place), every-hours: 1, keep: 1 }")
            try await House.with(settings) { house, hr in
                let load = Load(caller: hr, people: [try await hr.person("E-1", mail: "reader@far.test")])
                let first = try await newCopy()
                let ids = try await load.issue(3, named: "s129", pace: .zero)
                try await hr.waitUntilSettled(3)
                try await house.stop()
                // As if it had been taken three weeks ago: at the next start another one is due.
                let old = "\(place)/songda-20261101000000.db"
                try FileManager.default.moveItem(atPath: first, toPath: old)
                try await house.start()
                let copy = try await newCopy(besides: ["songda-20261101000000.db"])
                try await eventually("the older copy goes") { try copies().count == 1 }
                try await house.stop()
                // The machine is lost; the keys were kept elsewhere.
                for suffix in [".db", ".db-wal", ".db-shm", ".db.lock", ".witness"] {
                    try? FileManager.default.removeItem(atPath: house.path("songda\(suffix)"))  // not all exist
                }
                try await house.succeed(["restore", copy])
                try await house.audit()
                try await house.start()
                for id in ids { #expect(try await hr.send("GET", "/v1/notices/\(id)").status == 200) }
                let checks = try await hr.json("GET", "/readyz")["checks"]?.array ?? []
                #expect(checks.first { $0["name"] == "backup" }?["code"] == "fresh")
                // A disk that is not mounted is no place to write to.
                try FileManager.default.removeItem(atPath: place)
                try await eventually("the missing directory is told of") {
                    let checks = try await hr.json("GET", "/readyz")["checks"]?.array ?? []
                    let backup = checks.first { $0["name"] == "backup" }
                    let said = backup?["reason"]?["en"]?.string ?? ""
                    return backup?["ok"] == false && backup?["code"] == "unreachable"
                        && said.contains("backup.directory \(place)") && said.contains("mount its disk")
                }
                #expect(try await hr.isReady(), "a missing copy stops no work")
                #expect(!FileManager.default.fileExists(atPath: place))
                let doctor = try await house.songda(["doctor"])
                #expect(doctor.code == 1 && doctor.out.contains("FAULT backup: backup.directory \(place)"))
                try "x".write(toFile: place, atomically: true, encoding: .utf8)
                #expect(try await house.songda(["doctor"]).out.contains("\(place) is no directory"))
                try FileManager.default.removeItem(atPath: place)
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
                #expect(try await house.songda(["doctor"]).out.contains("ok    backup"))
            }
            await peer.stop()
        }

        @Test func `F20 an older database put in place of a newer one is noticed by its witness, and does not start`()
            async throws
        {
            try await House.with { house, hr in
                let person = try await hr.person("E-1", mail: nil)
                _ = try await hr.alert(person, key: "one")
                try await hr.waitForPlaces()
                try await house.stop()
                try FileManager.default.copyItem(atPath: house.path("songda.db"), toPath: house.path("old.db"))
                try await house.start()
                _ = try await hr.alert(person, key: "two")
                try await hr.waitForPlaces()
                try await house.stop()
                try await house.succeed(["audit", "--witness", house.path("songda.witness")])

                for suffix in ["", "-wal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: house.path("songda.db\(suffix)"))  // not all exist
                }
                try FileManager.default.copyItem(atPath: house.path("old.db"), toPath: house.path("songda.db"))
                // The witness of the configuration is used without being named.
                let judged = try await house.songda(["audit"])
                #expect(judged.code == 1)
                #expect(judged.out.contains("rolled back"))
                #expect(judged.out.contains("NOT sound"))
                try FileManager.default.moveItem(atPath: house.path("songda.witness"), toPath: house.path("elsewhere"))
                let blind = try await house.songda(["audit"])
                #expect(blind.code == 0, "a log cut back is a sound log: only a witness can tell")
                #expect(blind.out.contains("No witness file: a log cut back to an earlier state"))
                try FileManager.default.moveItem(atPath: house.path("elsewhere"), toPath: house.path("songda.witness"))
                let started = try await house.songda(["serve"], within: .seconds(30))
                #expect(started.code != 0)
                #expect(started.err.contains("an older copy of the database is in place; restore the newest one"))
                #expect(started.err.contains("witness file \(house.path("songda.witness"))"), "\(started.err)")
                #expect(started.err.contains("songda restore FILE --accept-loss"))
                #expect(!started.said.contains("listening"), "nobody is told that it listens: \(started.said)")
            }
        }
    }
}

extension Caller {
    /// Waits until every entry has its place in the log.
    fileprivate func waitForPlaces() async throws {
        try await eventually("the staged entries to be sequenced") {
            String(decoding: try await send("GET", "/metrics").body, as: UTF8.self).contains(
                "songda_evidence_staged 0\n")
        }
    }
}
