import Evidence
import Foundation
import SQL
import Store

/// Copies of the embedded database.
enum DatabaseCopy {
    /// Copies it as of one moment, while it is in use; refuses to overwrite.
    static func take(of path: String, to file: String) async throws {
        let source = try SQLiteDatabase(path: path, readOnly: true)
        do { try await source.backup(to: file) } catch {
            await source.close()
            throw error
        }
        await source.close()
    }

    /// What was found in a copy.
    struct Report: Sendable {
        let log: AuditReport
        /// Nil for the copy of an older program, whose tables are others: then the log alone was verified.
        let state: StateReport?

        var isSound: Bool { log.isSound && state?.isSound ?? true }
        /// The first thing that is wrong.
        var finding: String { log.findings.first?.description ?? state?.findings.first?.description ?? "" }
    }

    /// Verifies the file of a copy, the whole log in it, and every state row, with the documents and contents themselves.
    ///
    /// A file that is damaged as such is refused.
    ///
    /// - Parameter pagesAtOnce: 1 beside other work, nil for all processors.
    static func audit(
        _ file: String, keys: KeyCabinet, clock: any WallClock, pagesAtOnce: Int? = nil,
        progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Report {
        try requireDatabase(file)
        let database = try SQLiteDatabase(path: file, readOnly: true)
        do {
            try await requireSound(database, file)
            try await requireLog(in: database, file)
            let (notices, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
            let report = try await Auditor(
                store: log, logKeys: keys.logKeys, entryKeys: keys.entryKeys, roots: keys.roots,
                pagesAtOnce: pagesAtOnce,
                open: { try await log.openBody(of: $0) }
            ).audit(progress: progress)
            let isOfToday = try await Migrator(Migrations.all).unapplied(database).isEmpty
            let state = isOfToday ? try await StateAuditor(notices).audit(progress: progress) : nil
            await database.close()
            return Report(log: report, state: state)
        } catch {
            await database.close()
            throw error
        }
    }

    /// Refuses what SQLite itself did not write, before SQLite words it.
    private static func requireDatabase(_ file: String) throws {
        guard FileManager.default.fileExists(atPath: file) else {
            throw Failure("\(file) does not exist; correct the path, or \(cure)")
        }
        let head: Data
        do {
            let handle = FileHandle(forReadingAtPath: file)
            head = try handle?.read(upToCount: 16) ?? Data()
            // Whether it may be read is what opening it tells.
            guard handle != nil else { return }
            try handle?.close()
        } catch { return }
        guard !head.isEmpty else {
            throw Failure("\(file) is empty, and so no backup of Songda; \(cure)")
        }
        guard head.elementsEqual("SQLite format 3\0".utf8) else {
            throw Failure("\(file) is no SQLite database, and so no backup of Songda; \(cure)")
        }
    }

    /// Refuses a file with damaged pages: in a table that the log says nothing of nobody else would see them.
    private static func requireSound(_ database: SQLiteDatabase, _ file: String) async throws {
        guard let fault = try await database.fault() else { return }
        throw Failure("\(file) is damaged (SQLite: \(fault)); take or name another copy; nothing was changed")
    }

    /// Refuses a database that is somebody else's.
    private static func requireLog(in database: SQLiteDatabase, _ file: String) async throws {
        let log = try await database.read { tx in
            try tx.first("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'evidence_entries'")
        }
        guard log != nil else {
            throw Failure("\(file) holds no evidence log, and so is no backup of Songda; \(cure)")
        }
    }

    private static let cure = "name a file that `songda backup` or the service has written; nothing was changed"
}
