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

    /// Verifies the whole log in a copy.
    static func audit(
        _ file: String, keys: KeyCabinet, clock: any WallClock,
        progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> AuditReport {
        let database = try SQLiteDatabase(path: file, readOnly: true)
        let (_, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
        let report: AuditReport
        do {
            report = try await Auditor(
                store: log, logKeys: keys.logKeys, entryKeys: keys.entryKeys, roots: keys.roots,
                open: { try await log.openBody(of: $0) }
            ).audit(progress: progress)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        return report
    }
}
