import Foundation
import SQL
import TestSupport
import Testing

@Suite struct SQLiteFileTests {
    static func withFile<T>(_ body: (String) async throws -> T) async throws -> T {
        let directory = try TemporaryDirectory.make("songda-file")
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(directory + "/songda.db")
    }

    static func insert(_ id: Int, into database: any SQLDatabase) async throws {
        try await database.write { try $0.execute("INSERT INTO entries (id) VALUES (\(id))") }
    }

    static func ids(_ database: any SQLDatabase) async throws -> [Int] {
        try await database.read { try $0.query("SELECT id FROM entries ORDER BY id").map { try $0.get("id") } }
    }

    @Test func `the writer syncs fully, in WAL mode, with foreign keys on`() async throws {
        try await Self.withFile { path in
            let database = try SQLiteDatabase(path: path)
            let found = try await database.write { transaction in
                try ["synchronous", "journal_mode", "foreign_keys", "wal_autocheckpoint"].map { name in
                    try transaction.first(Query(stringLiteral: "PRAGMA \(name)"))?.get(0, as: SQLValue.self)
                }
            }
            #expect(found == [.integer(2), .text("wal"), .integer(1), .integer(0)])
            await database.close()
        }
    }

    @Test func `the file is for its owner's eyes only`() async throws {
        try await Self.withFile { path in
            let database = try SQLiteDatabase(path: path)
            try await database.write { try $0.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY)") }
            for suffix in ["", "-wal", "-shm", ".lock"] {
                let mode = try FileManager.default.attributesOfItem(atPath: path + suffix)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(suffix)")
            }
            await database.close()
        }
    }

    @Test func `F9: a second opening of one file is refused, in this process and through a link`() async throws {
        try await Self.withFile { path in
            let database = try SQLiteDatabase(path: path)
            let refusal = #expect(throws: SQLError.self) { try SQLiteDatabase(path: path) }
            #expect(refusal?.code == .locked)
            #expect(SQLiteDatabase.holder(of: path)?.contains("this same program") == true)
            #expect(refusal?.reason.contains(path) == true)
            #expect(refusal?.reason.contains("this same program") == true)
            let link = path + "-link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            #expect(throws: SQLError(.locked, "")) { try SQLiteDatabase(path: link) }
            await database.close()
            let again = try SQLiteDatabase(path: link)
            await again.close()
        }
    }

    @Test func `F9: a second process on one file is refused`() async throws {
        try await Self.withFile { path in
            let database = try SQLiteDatabase(path: path)
            try await database.write { try $0.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY)") }
            let process = Int(getpid())
            await #expect(processExitsWith: .exitCode(42)) { [path = path as String, process = process as Int] in
                do {
                    _ = try SQLiteDatabase(path: path)
                } catch let error as SQLError {
                    let isClear = error.code == .locked && error.reason.contains("process \(process);")
                    // A reading tool is welcome meanwhile.
                    let reader = try SQLiteDatabase(path: path, readOnly: true)
                    let count = try await reader.read { try $0.query("SELECT id FROM entries").count }
                    exit(isClear && count == 0 ? 42 : 1)
                }
            }
            try await Self.insert(1, into: database)
            await database.close()
        }
    }

    @Test func `a read-only opening reads and refuses to write`() async throws {
        try await Self.withFile { path in
            let missing = #expect(throws: SQLError.self) { try SQLiteDatabase(path: path, readOnly: true) }
            #expect(missing?.reason.contains("does not exist") == true)
            let database = try SQLiteDatabase(path: path)
            try await database.write { try $0.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY)") }
            let reader = try SQLiteDatabase(path: path, readOnly: true)
            try await Self.insert(1, into: database)
            let ids = try await Self.ids(reader)
            #expect(ids == [1])
            await #expect(throws: SQLError(.readOnly, "")) { try await Self.insert(2, into: reader) }
            await reader.close()
            await database.close()
        }
    }

    @Test(arguments: ["", ":memory:", "file:x?mode=memory"])
    func `a name that is no file is refused`(path: String) {
        let refusal = #expect(throws: SQLError.self) { try SQLiteDatabase(path: path) }
        #expect(refusal?.reason.contains("is not the path of a database file") == true)
    }

    @Test func `a file that is no database and a missing directory are refused with a sentence`() async throws {
        try await Self.withFile { path in
            try Data(repeating: 65, count: 8_192).write(to: URL(fileURLWithPath: path))
            let refusal = #expect(throws: SQLError.self) { try SQLiteDatabase(path: path) }
            #expect(refusal?.code == .corrupt)
            #expect(refusal?.reason.contains(path) == true)
            let lost = #expect(throws: SQLError.self) { try SQLiteDatabase(path: path + ".d/x.db") }
            #expect(lost?.reason.contains("directory") == true)
        }
    }

    @Test func `a full disk refuses the write, keeps nothing of it and lets the next small one through`() async throws {
        try await Self.withFile { path in
            let database = try SQLiteDatabase(path: path)
            try await database.write { transaction in
                try transaction.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, body BLOB)")
                // The limit stays with the one writing connection and acts as a disk of 20 pages.
                try transaction.query("PRAGMA max_page_count = 20")
            }
            await #expect(throws: SQLError(.diskFull, "")) {
                try await database.write { transaction in
                    try transaction.execute("INSERT INTO entries (id) VALUES (1)")
                    try transaction.execute("INSERT INTO entries (id, body) VALUES (2, zeroblob(200000))")
                }
            }
            try await Self.insert(3, into: database)
            let ids = try await Self.ids(database)
            #expect(ids == [3])
            await database.close()
        }
    }

    @Test func `the WAL is emptied on the way and does not grow without end`() async throws {
        try await Self.withFile { path in
            let database = try SQLiteDatabase(path: path)
            try await database.write { try $0.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, body BLOB)") }
            let body = [UInt8](repeating: 7, count: 100_000)
            for id in 1...600 {
                try await database.write { try $0.execute("INSERT INTO entries (id, body) VALUES (\(id), \(body))") }
            }
            let size = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
            #expect(try #require(size) < 24_000_000, "60 MB went through it")
            await database.close()
        }
    }

    @Test func `after closing the file alone holds everything`() async throws {
        try await Self.withFile { path in
            let database = try SQLiteDatabase(path: path)
            try await database.write { try $0.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY)") }
            for id in 1...5 { try await Self.insert(id, into: database) }
            // A reader that stays open would otherwise be the last to close.
            #expect(try await Self.ids(database) == [1, 2, 3, 4, 5])
            await database.close()
            let copy = path + ".copy"
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            let again = try SQLiteDatabase(path: copy)
            #expect(try await Self.ids(again) == [1, 2, 3, 4, 5])
            await again.close()
        }
    }

    @Test func `a backup made while writing goes on is a whole database of one moment`() async throws {
        try await Self.withFile { path in
            let database = try SQLiteDatabase(path: path)
            try await database.write { transaction in
                try transaction.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, body BLOB)")
                try transaction.executeBatch(
                    (1...500).map { "INSERT INTO entries (id, body) VALUES (\($0), zeroblob(2000))" })
            }
            async let writes: Void = {
                for id in 501...600 { try await Self.insert(id, into: database) }
            }()
            try await database.backup(to: path + ".copy")
            try await writes
            await #expect(throws: SQLError(.other, "")) { try await database.backup(to: path + ".copy") }
            await database.close()
            let copy = try SQLiteDatabase(path: path + ".copy")
            let ids = try await Self.ids(copy)
            #expect(ids.count >= 500 && ids == Array(1...ids.count))
            #expect(!FileManager.default.fileExists(atPath: path + ".copy.partial"))
            await copy.close()
        }
    }
}
