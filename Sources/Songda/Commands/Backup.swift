import ArgumentParser
import Evidence
import Foundation
import SQL
import Store

/// `songda backup`: a consistent copy of the embedded database, while the server runs.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the SQLite database to a file, consistently, while the server runs.",
        discussion:
            "PostgreSQL is backed up with its own tools (pg_basebackup). The keys are not in the copy: keep them apart."
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The file to write; it must not exist.")
    var file: String

    func run() async throws {
        let configuration = try options.read()
        guard configuration.database.hasPrefix("sqlite:") else {
            throw Failure("database \(configuration.database.prefix(12))…: use pg_basebackup or pg_dump for PostgreSQL")
        }
        guard !FileManager.default.fileExists(atPath: file) else { throw Failure("\(file) exists; name a new file") }
        let path = String(configuration.database.dropFirst("sqlite:".count))
        try await DatabaseCopy.take(of: path, to: file)
        let copy = try SQLiteDatabase(path: file, readOnly: true)
        let clock = SystemClock()
        let keys = try KeyCabinet(
            directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
            logOrigin: configuration.logOrigin, clock: clock)
        let (_, log) = SQLNoticeStore.stores(in: copy, vault: keys.vault, clock: clock)
        let size = try await log.latestCheckpoint()?.size ?? 0
        await copy.close()
        output.show(
            .object(["file": .string(file), "logSize": .integer(Int64(size))]),
            text: "Copied to \(file); its log has \(size) entries. Check it with: songda restore --check \(file)")
    }
}
