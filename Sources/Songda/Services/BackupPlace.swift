import Foundation
import Notices

/// The directory of the copies, looked at from outside: whether one could be written there now, and how far from the
/// database it lies.
struct BackupPlace: Sendable {
    let directory: String
    /// The database's file.
    let source: String

    /// Why no copy could be written there now, with the cure; nil when one could.
    ///
    /// The directory is never made: one that is missing is a disk that is not mounted.
    func fault() -> BilingualText? {
        let name = "backup.directory \(directory)"
        var status = stat()
        guard stat(directory, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            return BilingualText(
                zh: "\(name) 无法读取（\(reason)）；请创建该目录，或者挂载其所在磁盘",
                en: "\(name) cannot be read (\(reason)); make it, or mount its disk")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return BilingualText(
                zh: "\(name) 不是目录；请改为一个目录", en: "\(name) is no directory; name one")
        }
        guard access(directory, R_OK | W_OK | X_OK) == 0 else {
            let reason = String(cString: strerror(errno))
            return BilingualText(
                zh: "\(name) 不可写（\(reason)）；请授予本服务的用户写入权限",
                en: "\(name) cannot be written (\(reason)); let the user of this service write there")
        }
        if isBesideSource {
            return BilingualText(
                zh: "\(name) 就是数据库所在目录；请改为另一磁盘上的目录",
                en: "\(name) is the database's own directory; name one on another disk")
        }
        guard let free = freeBytes(), free < needed else { return nil }
        return BilingualText(
            zh: "\(name) 剩余 \(free >> 20) MiB，一份备份需要 \(needed >> 20) MiB；请腾出空间，或者调低 backup.keep",
            en:
                "\(name) has \(free >> 20) MiB free, and a copy needs \(needed >> 20) MiB; free some, or lower backup.keep"
        )
    }

    /// What will not help on the worst day, though copies can be written.
    func notes() -> [String] {
        guard let copies = Self.status(directory), let data = Self.status(databaseDirectory),
            copies.st_dev == data.st_dev
        else { return [] }
        return [
            "backup.directory \(directory) is on the database's own disk: what takes the disk takes both; name a "
                + "directory on another disk or machine"
        ]
    }

    /// Whether the copies would lie in the directory of the database itself, by whatever name it goes.
    var isBesideSource: Bool {
        if let copies = Self.status(directory), let data = Self.status(databaseDirectory) {
            return copies.st_dev == data.st_dev && copies.st_ino == data.st_ino
        }
        return Self.plain(directory) == Self.plain(databaseDirectory)
    }

    private var databaseDirectory: String {
        let directory = (source as NSString).deletingLastPathComponent
        return directory.isEmpty ? "." : directory
    }

    /// The database with its journal, and a mebibyte to spare.
    private var needed: Int {
        ["", "-wal"].reduce(1 << 20) { $0 + (Self.status(source + $1).map { Int($0.st_size) } ?? 0) }
    }

    private func freeBytes() -> Int? {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return nil }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private static func plain(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
}
