extension Configuration {
    /// Copies of the embedded database, if any are to be taken.
    static func readBackup(_ root: ConfigSection, of database: String) throws -> Backup? {
        guard root.names("backup") else { return nil }
        guard let source = DiskSpace.file(of: database) else {
            throw root.fault(
                "backup", "is for SQLite; back a PostgreSQL server up with pg_basebackup or its administrator's tools")
        }
        let section = try root.section("backup")
        try section.allow(["directory", "every-hours", "keep"])
        let directory = try section.needText("directory")
        guard !BackupPlace(directory: directory, source: source).isBesideSource else {
            throw section.fault(
                "directory",
                "is the database's own directory: what takes it takes the copies too; name a directory on another disk "
                    + "or machine")
        }
        return Backup(
            directory: directory,
            interval: .seconds(3_600 * (try section.number("every-hours", in: 1...168, default: 24))),
            keep: try section.number("keep", in: 1...1_000, default: 14))
    }
}
