import GRDB
import GRDBSQLite

/// The write-ahead log of a file, as its one writing connection sees it; touched on that connection's thread only.
final class SQLiteLog {
    private let database: Database
    /// Pages in the log after the last commit.
    private var pages = 0
    /// Pages in the log when it was last copied into the file; SQLite starts over as soon as no reader needs it.
    private var copied = 0

    init(_ database: Database) {
        self.database = database
        // Called in the commit itself, on this thread; the object outlives the connection's use.
        _ = sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<SQLiteLog>.fromOpaque(context).takeUnretainedValue().note(Int(pages))
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        _ = sqlite3_wal_hook(database.sqliteConnection, nil, nil)
    }

    private func note(_ count: Int) {
        pages = count
        if pages < copied { copied = 0 }
    }

    /// Pages that have come since the log was last copied into the file.
    var growth: Int { pages - copied }

    /// Copies what is in the log into the file, as far as no reader is in the way.
    func copyIntoFile(_ kind: Database.CheckpointMode) throws {
        // Noted first: if a reader is in the way, the next try comes after as many pages again.
        copied = pages
        _ = try database.checkpoint(kind)
    }
}
