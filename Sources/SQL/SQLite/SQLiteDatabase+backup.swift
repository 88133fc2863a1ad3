import Foundation
import GRDB

extension SQLiteDatabase {
    /// Copies the database, as of one moment and while it is in use, to a new file.
    ///
    /// The file appears under its name only when it is complete and on the disk. Refuses to overwrite.
    public func backup(to target: String) async throws {
        let source = pool
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            threads.start("sqlite-backup") {
                continuation.resume(with: Result { try Self.copy(source, to: target) })
            }
        }
    }

    private static func copy(_ source: DatabasePool, to target: String) throws(SQLError) {
        guard access(target, F_OK) != 0 else {
            throw SQLError(.other, "the backup \(target) exists already; name another file, or move this one away")
        }
        let partial = target + ".partial"
        _ = unlink(partial)
        let descriptor = Glibc.open(partial, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SQLError(
                .other, "cannot write the backup \(partial): \(FileLock.sentence(errno)); check the directory")
        }
        defer { _ = Glibc.close(descriptor) }
        do {
            let copy = try DatabaseQueue(path: partial)
            try source.backup(to: copy)
            // The copy inherits WAL mode, which would leave half of it in a second file.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        } catch {
            _ = unlink(partial)
            throw SQLiteFault.error(error, path: partial)
        }
        guard fsync(descriptor) == 0, rename(partial, target) == 0 else {
            let problem = FileLock.sentence(errno)
            _ = unlink(partial)
            throw SQLError(.ioError, "the backup \(target) did not reach the disk: \(problem); use another disk")
        }
        // The name itself must be on the disk too.
        let directory = Glibc.open(URL(fileURLWithPath: target).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { return }
        defer { _ = Glibc.close(directory) }
        guard fsync(directory) == 0 else {
            throw SQLError(.ioError, "the name of the backup \(target) did not reach the disk; use another disk")
        }
    }
}
