import Foundation
import Synchronization

/// The claim of one program on a database file, held until the value is released or the process ends.
///
/// A lock file of its own: SQLite's locks are fcntl locks, which the kernel drops as soon as *any* descriptor of the file is
/// closed in the process. `flock` belongs to this one descriptor, so a second open in the same process is refused too.
final class FileLock: Sendable {
    /// The open lock file; -1 once released.
    private let descriptor: Atomic<Int32>

    /// Claims the database at `path`, or throws `.locked` with the number of the process that holds it.
    init(databasePath path: String) throws(SQLError) {
        let lockPath = path + ".lock"
        // CLOEXEC: a child process must not carry the claim on after we are gone.
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SQLError(
                .other,
                "cannot open the lock file \(lockPath): \(Self.sentence(errno)); check the directory and its owner")
        }
        var isMine = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        if !isMine, errno == EWOULDBLOCK {
            // Somebody who only asks who is there (``holder(ofDatabase:)``) is gone within a moment.
            usleep(20_000)
            isMine = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        }
        guard isMine else {
            let problem = errno
            let holder = Self.holder(descriptor)
            _ = Glibc.close(descriptor)
            guard problem == EWOULDBLOCK else {
                throw SQLError(.other, "cannot lock \(lockPath): \(Self.sentence(problem)); use a local file system")
            }
            throw SQLError(
                .locked,
                "the database \(path) is in use by \(holder); stop it first, or use another file"
            )
        }
        let owner = Array("\(getpid())\n".utf8)
        // Only a help for the reader of the message above, so a failure here changes nothing.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, owner, owner.count, 0) }
        self.descriptor = Atomic(descriptor)
    }

    deinit { release() }

    /// Gives the claim up, at once and not when the last reference happens to go.
    func release() {
        // The file stays: deleting it would let two programs lock two different files of one name.
        let held = descriptor.exchange(-1, ordering: .relaxed)
        if held >= 0 { _ = Glibc.close(held) }
    }

    /// Who holds the database at `path` now, for people; nil when nobody does.
    static func holder(ofDatabase path: String) -> String? {
        let descriptor = open(path + ".lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        // Closing gives back what was got.
        defer { _ = Glibc.close(descriptor) }
        // Shared: two who only ask do not hold each other up.
        return flock(descriptor, LOCK_SH | LOCK_NB) == 0 ? nil : holder(descriptor)
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard let process = Int32(String(decoding: digits, as: UTF8.self)) else { return "another program" }
        return process == getpid() ? "this same program (process \(process))" : "process \(process)"
    }

    static func sentence(_ number: Int32) -> String { String(cString: strerror(number)) }
}
