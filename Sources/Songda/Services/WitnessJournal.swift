import Evidence
import Foundation
import Synchronization

/// Keeps checkpoints outside the database, so that a database put back to an earlier state is noticed at the next start.
///
/// A line a minute is enough: what matters is that the file is older than the moment somebody rolls the database back. Put
/// it on another disk, or send it away; whoever can change both can hide a rollback of the last minute.
final class WitnessJournal: Sendable {
    private let path: String
    private let clock: any WallClock
    private let lastWrite = Mutex<Timestamp?>(nil)
    /// What was seen in earlier runs.
    let witnessed: [Checkpoint]

    /// Reads the file; a line that does not verify is refused, because a witness that may be edited is none.
    init(path: String, keys: [NoteKey], clock: any WallClock) throws {
        self.path = path
        self.clock = clock
        try Application.makeDirectory(of: path, option: "witness")
        let bytes = FileManager.default.contents(atPath: path).map { Array($0) } ?? []
        // An unreadable witness must not count as none.
        guard !bytes.isEmpty || access(path, F_OK) != 0 || access(path, R_OK) == 0 else {
            throw Failure("witness file \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        witnessed = bytes.isEmpty ? [] : try WitnessFile.checkpoints(in: bytes, keys: keys)
        try Self.dropCutLine(of: bytes, path)
    }

    /// A crash or a full disk may have cut the last line; the next one must not be glued to it.
    private static func dropCutLine(of bytes: [UInt8], _ path: String) throws {
        let whole = (bytes.lastIndex(of: 0x0A) ?? -1) + 1
        guard whole < bytes.count, truncate(path, off_t(whole)) != 0 else { return }
        throw Failure(
            "witness file \(path) ends in a cut line that cannot be removed: \(String(cString: strerror(errno)))")
    }

    /// Writes a line if the last one is a minute old; says why not if it cannot.
    func note(_ checkpoint: StoredCheckpoint, alarm: @Sendable (String) -> Void) {
        let now = clock.now
        let isDue = lastWrite.withLock { last in
            if let last, now.since(last) < .seconds(60) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        do {
            let line = try WitnessFile.line(for: checkpoint)
            let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Failure("cannot be opened: \(String(cString: strerror(errno)))") }
            defer { close(descriptor) }
            let end = lseek(descriptor, 0, SEEK_END)
            guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
                let reason = String(cString: strerror(errno))
                // Half a line on a full disk would spoil the next one.
                _ = ftruncate(descriptor, end)
                throw Failure("cannot be written: \(reason)")
            }
        } catch {
            alarm("witness file \(path): \(error)")
        }
    }
}
