import Foundation
import GRDB
import Synchronization

/// A database in one file: one writing connection, several reading ones, every commit on the disk before it is reported.
///
/// Only one program at a time may open a file for writing; a lock file beside it (`….lock`) says so. A tool that only reads
/// opens it with `readOnly: true`, at any time.
public final class SQLiteDatabase: SQLDatabase {
    /// Always `.sqlite`.
    public let dialect = SQLDialect.sqlite
    /// The file, with links resolved.
    public let path: String
    let pool: DatabasePool
    /// Nil when the file was opened read-only.
    private let writer: SQLiteWriter?
    private let readers: SQLiteReaders
    let threads = WorkerThreads()
    private let reads = Atomic(0)
    private let isClosed = Atomic(false)

    /// Which program holds the file at `path` now, for people; nil when none does.
    public static func holder(of path: String) -> String? { FileLock.holder(ofDatabase: path) }

    /// Opens the file, creating it if need be.
    ///
    /// Throws `.locked` when another program (or this one) has the file open for writing, and refuses to start when SQLite
    /// does not confirm `synchronous=FULL`, WAL and foreign keys.
    ///
    /// - Parameter whenFull: asked for room, on the writer's thread, when a commit finds none; if it returns true the commit
    ///   is tried once more.
    public init(
        path: String, readOnly: Bool = false, readers: Int = 5, whenFull: @escaping @Sendable () -> Bool = { false }
    ) throws(SQLError) {
        let path = try Self.resolve(path, mustExist: readOnly)
        self.path = path
        // The lock comes before SQLite sees the file: opening alone may already replay a WAL.
        let lock = readOnly ? nil : try FileLock(databasePath: path)
        if !readOnly { try Self.createPrivately(path) }
        do {
            pool = try DatabasePool(path: path, configuration: Self.configuration(readOnly: readOnly, readers: readers))
            if !readOnly { try Self.assertDurable(pool, path: path) }
        } catch {
            throw SQLiteFault.error(error, path: path)
        }
        self.readers = SQLiteReaders(pool, threads, path: path, limit: max(1, readers))
        guard let lock else {
            writer = nil
            return
        }
        let writer = SQLiteWriter(pool, path: path, whenFull: whenFull)
        self.writer = writer
        threads.start("sqlite-writer") { [pool] in
            writer.run()
            // What the writer could not copy into the file is still in the WAL.
            try? pool.close()
            lock.release()
        }
    }

    deinit {
        readers.queue.close()
        writer?.queue.close()
    }

    /// Counts since the file was opened.
    public var statistics: SQLStatistics {
        var statistics = writer?.statistics.withLock { $0 } ?? SQLStatistics()
        statistics.reads = reads.load(ordering: .relaxed)
        return statistics
    }

    /// Runs a closure on one snapshot, beside other reads and the writer.
    public func read<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        guard !isClosed.load(ordering: .relaxed) else {
            throw SQLError(.closed, "the database \(path) was closed; open it again")
        }
        reads.add(1, ordering: .relaxed)
        return try await readers.perform(body)
    }

    /// Runs a closure in a transaction of the writer's next group, and returns when the group is on the disk.
    @discardableResult
    public func write<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        guard let writer else {
            throw SQLError(.readOnly, "the database \(path) was opened read-only; open it for writing")
        }
        return try await Job.perform(on: writer.queue, body)
    }

    /// Writes what is queued, empties the WAL into the file and lets go of the lock.
    public func close() async {
        guard !isClosed.exchange(true, ordering: .relaxed) else { return await threads.ended() }
        readers.queue.close()
        if let writer {
            writer.queue.close()
        } else {
            let pool = pool
            // Closing waits for running reads, so it does not belong on a cooperative thread.
            threads.start("sqlite-close") { try? pool.close() }
        }
        await threads.ended()
    }

    private static func configuration(readOnly: Bool, readers: Int) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.foreignKeysEnabled = true
        // Ours keep theirs for good; one more for a backup.
        configuration.maximumReaderCount = max(1, readers) + 1
        // A backup or a reading tool may hold the file for a moment.
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // The writer empties the WAL itself and looks at the outcome; see SQLiteWriter.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        }
        return configuration
    }

    /// Sets and confirms what durability rests on.
    private static func assertDurable(_ pool: DatabasePool, path: String) throws {
        try pool.writeWithoutTransaction { database in
            // Here and not in prepareDatabase: GRDB sets NORMAL after that has run.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            // Pages that one commit changes in many places, such as leaves of an index over hashes, are kept until it ends;
            // without the room each would be written out and read again (16 MiB, taken only when there is so much).
            try database.execute(sql: "PRAGMA cache_size = -16384")
            // A WAL that once grew long gives its space back when it starts over.
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
            for (pragma, expected) in [("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1")] {
                let found = try String.fetchOne(database, sql: "PRAGMA \(pragma)") ?? "nothing"
                guard found == expected else {
                    throw SQLError(
                        .other,
                        "database \(path): PRAGMA \(pragma) is \(found), not \(expected); a commit could be lost, so we do not start"
                    )
                }
            }
        }
    }

    /// The real path, so that two links to one file meet at the same lock.
    private static func resolve(_ path: String, mustExist: Bool) throws(SQLError) -> String {
        guard !path.isEmpty, !path.hasPrefix(":"), !path.hasPrefix("file:"), !path.utf8.contains(0) else {
            throw SQLError(
                .other, "\"\(path)\" is not the path of a database file; name a file, such as data/songda.db")
        }
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let url = URL(fileURLWithPath: path)
        let directory = url.deletingLastPathComponent().path
        guard !mustExist else {
            throw SQLError(
                .other, "the database \(path) does not exist; start songda once to make it, or correct the path")
        }
        guard let real = realpath(directory, nil) else {
            throw SQLError(
                .other, "the directory \(directory) of the database does not exist; make it, or correct the path")
        }
        defer { free(real) }
        return String(cString: real) + "/" + url.lastPathComponent
    }

    /// Makes an empty file for our eyes only; SQLite gives its WAL the same mode.
    private static func createPrivately(_ path: String) throws(SQLError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SQLError(
                .other, "the database \(path) cannot be written: \(FileLock.sentence(errno)); check its owner and mode")
        }
        // No SQLite connection is open yet, so this cannot drop one of its locks.
        _ = Glibc.close(descriptor)
    }
}
