import Glibc

/// Reads and writes files that hold secrets.
public enum KeyFile {
    /// Larger than any key, smaller than any harm.
    static let limit = 1 << 16

    /// Reads a secret, refusing a file that anyone but its owner may open.
    public static func read(_ path: String) throws(EvidenceError) -> [UInt8] {
        try contents(path, secret: true)
    }

    /// Reads a file that is no secret, such as a certificate.
    public static func readPublic(_ path: String) throws(EvidenceError) -> [UInt8] {
        try contents(path, secret: false)
    }

    /// Writes a secret to a new file that only its owner may open, and makes it durable.
    ///
    /// A file that exists is never overwritten: a lost key cannot be had back. On failure no file is left.
    public static func write(_ bytes: [UInt8], to path: String) throws(EvidenceError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = errno == EEXIST ? "it exists already; move it away first" : system(errno)
            throw EvidenceError(.badFile, "\(path) cannot be written: \(reason)")
        }
        // The mode given to open is cut by the umask; set it outright so that a strict umask cannot lock us out.
        var failure: Int32 = fchmod(descriptor, 0o600) == 0 ? 0 : errno
        var written = 0
        while failure == 0, written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { written += count } else if errno != EINTR { failure = errno }
        }
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        if failure == 0 { failure = syncDirectory(of: path) }
        if failure != 0 {
            unlink(path)
            throw EvidenceError(.badFile, "\(path) cannot be written: \(system(failure)); nothing was left behind")
        }
    }

    private static func contents(_ path: String, secret: Bool) throws(EvidenceError) -> [UInt8] {
        // Non-blocking so that a pipe put in its place cannot hold us up.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw EvidenceError(.badFile, "\(path) cannot be read: \(system(errno))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw EvidenceError(.badFile, "\(path) is not a file; give the path of one")
        }
        if secret {
            let mode = status.st_mode & 0o777
            guard mode & 0o077 == 0 else {
                throw EvidenceError(
                    .exposedFile,
                    "\(path) holds a secret but has mode 0\(String(mode, radix: 8)); run: chmod 600 \(path)")
            }
            guard status.st_uid == geteuid() || status.st_uid == 0 else {
                throw EvidenceError(
                    .exposedFile,
                    "\(path) holds a secret but belongs to user \(status.st_uid); run: chown \(geteuid()) \(path)")
            }
        }
        guard status.st_size <= limit else {
            throw EvidenceError(
                .tooLarge, "\(path) has \(status.st_size) bytes; a key or certificate has at most \(limit)")
        }
        // One byte more than allowed, to notice a file that grew since fstat.
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes[count...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if got == 0 { break }
            if got > 0 {
                count += got
            } else if errno != EINTR {
                throw EvidenceError(.badFile, "\(path) cannot be read: \(system(errno))")
            }
        }
        guard count <= limit else { throw EvidenceError(.tooLarge, "\(path) grew while it was read; try again") }
        return Array(bytes[..<count])
    }

    /// Makes the new directory entry durable; without this a crash may lose the file though its bytes were synced.
    private static func syncDirectory(of path: String) -> Int32 {
        let parent = path.utf8.lastIndex(of: 0x2F).map { String(path[...$0]) } ?? "."
        let descriptor = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        return fsync(descriptor) == 0 ? 0 : errno
    }

    private static func system(_ code: Int32) -> String {
        switch code {
        case ENOENT: return "there is no such file"
        case EACCES: return "this user may not open it"
        case ENOSPC: return "the disk is full"
        default: return "the system says error \(code) (errno)"
        }
    }
}
