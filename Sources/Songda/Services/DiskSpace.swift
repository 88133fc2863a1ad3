import Foundation
import Notices

/// How much room the database has.
enum DiskSpace {
    /// What is free on the file system of an embedded database.
    struct Free: Sendable {
        let bytes: Int
        /// The larger of 512 MiB and 5 % of the file system.
        let floor: Int
        /// How many files can still be made; nil where the file system does not count them.
        let files: Int?
        /// Below it SQLite may not find a file for its journal.
        static let fewestFiles = 16

        /// Whether new work may be taken.
        var isEnough: Bool { bytes >= floor && files.map { $0 >= Self.fewestFiles } ?? true }

        /// What is there and what is needed.
        var words: BilingualText {
            var words = BilingualText(
                zh: "剩余 \(bytes >> 20) MiB，至少需要 \(floor >> 20) MiB",
                en: "\(bytes >> 20) MiB free, \(floor >> 20) MiB needed")
            if let files, files < Self.fewestFiles {
                words = BilingualText(
                    zh: words.zh + "；还能创建 \(files) 个文件，至少需要 \(Self.fewestFiles) 个",
                    en: words.en + "; \(files) more files possible, \(Self.fewestFiles) needed")
            }
            return words
        }
    }

    /// Refuses new work below the floor: what is under way must still find room for its outcome (contract 6).
    static func requireRoom(beside database: String) throws {
        guard let free = free(beside: database), !free.isEnough else { return }
        throw NoticeError(
            .unavailable,
            "the disk of the database is nearly full (\(free.words.en)), and nothing new is accepted; free some space")
    }

    /// What is free where the database is; nil when it is not on this machine.
    static func free(beside database: String) -> Free? {
        guard let path = file(of: database) else { return nil }
        let directory = (path as NSString).deletingLastPathComponent
        var status = statvfs()
        guard statvfs(directory.isEmpty ? "." : directory, &status) == 0 else { return nil }
        let block = Int(status.f_frsize)
        return Free(
            bytes: Int(status.f_bavail) * block, floor: max(512 << 20, Int(status.f_blocks) * block / 20),
            files: status.f_files == 0 ? nil : Int(status.f_favail))
    }

    /// The file of an embedded database; nil for one that is somewhere else.
    static func file(of database: String) -> String? {
        database.hasPrefix("sqlite:") ? String(database.dropFirst("sqlite:".count)) : nil
    }
}
