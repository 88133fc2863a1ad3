import Foundation
import GRDBSQLite

/// SQLite's C interface with nothing above it: the baseline of P2 and P3.
///
/// One thread, one prepared statement, WAL, `synchronous=FULL`, SQLite's own checkpoints; the library is the one that
/// Songda uses.
final class RawSQLite {
    private var database: OpaquePointer?
    private var insert: OpaquePointer?

    init(path: String) throws {
        guard sqlite3_open(path, &database) == SQLITE_OK else { throw BenchError("\(path) cannot be opened") }
        for sql in [
            "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
            "CREATE TABLE raw (position INTEGER PRIMARY KEY, body BLOB NOT NULL)",
        ] {
            guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
                throw BenchError("SQLite refuses \(sql)")
            }
        }
        guard sqlite3_prepare_v2(database, "INSERT INTO raw (body) VALUES (?1)", -1, &insert, nil) == SQLITE_OK else {
            throw BenchError("SQLite cannot prepare an insert")
        }
        guard try integer("PRAGMA synchronous") == 2 else { throw BenchError("the baseline is not durable") }
    }

    deinit {
        sqlite3_finalize(insert)
        sqlite3_close(database)
    }

    /// Inserts these rows, so many a transaction; returns when the last is durable.
    func insert(_ rows: [[UInt8]], count: Int, batch: Int) throws {
        var done = 0
        while done < count {
            // One row a transaction needs no BEGIN: SQLite then begins and commits by itself.
            if batch > 1 { try execute("BEGIN") }
            for index in done..<min(done + batch, count) {
                let row = rows[index % rows.count]
                // The array outlives the step, so SQLite need not copy it.
                let isDone = row.withUnsafeBytes { bytes in
                    sqlite3_bind_blob(insert, 1, bytes.baseAddress, Int32(bytes.count), nil) == SQLITE_OK
                        && sqlite3_step(insert) == SQLITE_DONE && sqlite3_reset(insert) == SQLITE_OK
                }
                guard isDone else { throw BenchError("the baseline's insert failed") }
            }
            if batch > 1 { try execute("COMMIT") }
            done += batch
        }
    }

    /// That of the library.
    static var version: String { String(cString: sqlite3_libversion()) }

    /// How many rows there are.
    func count() throws -> Int { try integer("SELECT count(*) FROM raw") }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
            throw BenchError("the baseline's \(sql) failed")
        }
    }

    private func integer(_ sql: String) throws -> Int { try Self.integer(sql, on: database) }

    /// Asks one question of a database without changing it, whoever has it open.
    static func integer(_ sql: String, in path: String) throws -> Int {
        var database: OpaquePointer?
        defer { sqlite3_close(database) }
        // Closing one that may write would empty the WAL, which is for the server to do after a crash.
        guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
            throw BenchError("\(path) cannot be opened")
        }
        return try integer(sql, on: database)
    }

    /// The rows of an answer as texts, read as ``integer(_:in:)`` reads.
    static func texts(_ sql: String, in path: String) throws -> [[String]] {
        var (database, statement): (OpaquePointer?, OpaquePointer?)
        defer {
            sqlite3_finalize(statement)
            sqlite3_close(database)
        }
        guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK,
            sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK
        else { throw BenchError("\(path) cannot be asked \(sql)") }
        var rows: [[String]] = []
        var step = sqlite3_step(statement)
        while step == SQLITE_ROW {
            rows.append(
                (0..<sqlite3_column_count(statement)).map { column in
                    sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
                })
            step = sqlite3_step(statement)
        }
        guard step == SQLITE_DONE else { throw BenchError("SQLite broke off in \(sql)") }
        return rows
    }

    /// Copies the write-ahead log of a database into its file, whoever has it open, so that what was written before the clock
    /// starts is not paid for afterwards.
    static func emptyLog(of path: String) throws {
        var database: OpaquePointer?
        defer { sqlite3_close(database) }
        guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else {
            throw BenchError("\(path) cannot be opened")
        }
        // A reader, or the server doing the same, is in the way for a moment.
        for _ in 0..<100 {
            if try integer("PRAGMA wal_checkpoint(TRUNCATE)", on: database) == 0 { return }
            usleep(50_000)
        }
        throw BenchError("the log of \(path) cannot be emptied")
    }

    private static func integer(_ sql: String, on database: OpaquePointer?) throws -> Int {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK, sqlite3_step(statement) == SQLITE_ROW
        else { throw BenchError("SQLite refuses \(sql)") }
        return Int(sqlite3_column_int64(statement, 0))
    }

    /// Runs the baseline once in a directory of its own.
    static func leg(_ bench: Workbench, rows: [[UInt8]], count: Int, batch: Int) throws -> Leg {
        try bench.withDirectory { directory in
            let raw = try RawSQLite(path: directory + "/raw.db")
            let start = ContinuousClock.now
            try raw.insert(rows, count: count, batch: batch)
            let seconds = (ContinuousClock.now - start).inSeconds
            let stored = try raw.count()
            return Leg(
                seconds: seconds, units: count, facts: [:],
                fault: stored == count ? nil : "the baseline stored \(stored) of \(count)")
        }
    }
}
