import Evidence
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

    /// Verifies the whole log in a copy, and every state row against it, with the documents and contents themselves.
    static func audit(
        _ file: String, keys: KeyCabinet, clock: any WallClock,
        progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Report {
        let database = try SQLiteDatabase(path: file, readOnly: true)
        do {
            let (notices, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
            let report = try await Auditor(
                store: log, logKeys: keys.logKeys, entryKeys: keys.entryKeys, roots: keys.roots,
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
}
