import ArgumentParser
import Evidence
import Foundation
import Notices
import SQL
import Store

/// `songda restore`: puts a copy in place after verifying the whole log in it.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify a backup and put it in the place of the configured SQLite database.",
        discussion: """
            The present database, if there is one, is kept beside it under a new name. If its log is longer than the
            backup's, the entries that would be missing are counted, and you have to say --accept-loss; that it was said
            is then an entry of the restored log.
            """)

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Only verify the backup.")
    var check = false
    @Flag(help: "Restore although the present database has a longer log.")
    var acceptLoss = false
    @Argument(help: "The backup.")
    var file: String

    func run() async throws {
        let configuration = try source.read()
        guard configuration.database.hasPrefix("sqlite:") else { throw Failure("restore works on SQLite databases") }
        let target = String(configuration.database.dropFirst("sqlite:".count))
        let clock = SystemClock()
        let keys = try KeyCabinet(
            directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
            logOrigin: configuration.logOrigin, clock: clock)
        let bar = ProgressBar()
        let found = try await DatabaseCopy.audit(file, keys: keys, clock: clock) {
            bar.update($0, of: $1, "verify")
        }
        guard found.isSound else { throw Failure("\(file) is not sound: \(found.finding); nothing was changed") }
        let backup = found.log
        // The witness may know of a longer log than any database that is left.
        var lost = try Audit.witness(named: nil, or: configuration.witness, keys: keys.logKeys)?.checkpoints
            .max { $0.size < $1.size }.map { (size: $0.size, root: $0.root) }
        if FileManager.default.fileExists(atPath: target) {
            // A restore takes the lock, so that nobody is using the database; a check may run beside the server.
            let database = try SQLiteDatabase(path: target, readOnly: check)
            let (_, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
            if let newest = try await log.latestCheckpoint(), newest.size >= lost?.size ?? 0 {
                lost = (newest.size, newest.root)
            }
            await database.close()
        }
        let known = lost?.size ?? 0
        let missing = max(0, known - backup.size)
        if !check {
            guard missing == 0 || acceptLoss else {
                throw Failure(
                    "the log has had \(known) entries, as the present database or the witness file shows, the backup \(backup.size): \(missing) would be missing; "
                        + "say --accept-loss if that is meant")
            }
            var entries: [SignedEntry] = []
            if missing > 0, let lost {
                // Whoever holds a bundle from the part that is gone finds here why the log does not know it.
                entries = [
                    try EvidenceRecorder(signer: keys.entries, clock: clock).entry(
                        .logLossAccepted, at: clock.now,
                        [
                            "by": Keys.operator.facts, "missing": .integer(Int64(missing)),
                            "size": .integer(Int64(backup.size)), "lostSize": .integer(Int64(lost.size)),
                            "lostRoot": .string(lost.root.hex),
                        ])
                ]
            }
            let noted = entries
            try await Self.replace(target, with: file) { database in
                guard !noted.isEmpty else { return }
                // A backup of an older program has older tables.
                _ = try await Migrator(Migrations.all).migrate(database)
                try await SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock).log.stage(noted)
            }
            if missing > 0 { try Self.setAside(configuration.witness) }
        }
        output.show(
            .object([
                "sound": .bool(true), "logSize": .integer(Int64(backup.size)), "missing": .integer(Int64(missing)),
                "restored": .bool(!check),
            ]),
            text: "\(file): \(backup.size) entries, all sound; \(missing) entries newer than it. "
                + (check ? "Nothing was changed." : "Restored to \(target)."))
    }

    /// The old file is renamed, never deleted.
    ///
    /// - Parameter noting: writes into the copy before it is in place, so that neither is there without the other.
    private static func replace(
        _ target: String, with file: String, noting: (any SQLDatabase) async throws -> Void
    ) async throws {
        let files = FileManager.default
        let staged = target + ".restoring"
        // An interrupted restore left them; a journal of one copy beside another would be played into it.
        let beside = [staged, staged + "-wal", staged + "-shm", staged + ".lock"]
        for left in beside where files.fileExists(atPath: left) { try files.removeItem(atPath: left) }
        let backup = try SQLiteDatabase(path: file, readOnly: true)
        try await backup.backup(to: staged)
        await backup.close()
        let copy = try SQLiteDatabase(path: staged)
        do { try await noting(copy) } catch {
            await copy.close()
            throw error
        }
        await copy.close()
        // An empty journal may stay; one with pages in it would have to come along.
        let journal = try? files.attributesOfItem(atPath: staged + "-wal")[.size] as? Int
        guard (journal ?? 0) == 0 else {
            throw Failure("\(staged) could not be closed in order, and was not put in place; run the command again")
        }
        for left in beside.dropFirst() where files.fileExists(atPath: left) { try files.removeItem(atPath: left) }
        try setAside(target)
        try files.moveItem(atPath: staged, toPath: target)
    }

    /// Renames a file and what SQLite keeps beside it.
    ///
    /// The witness goes too when a loss was accepted: it has seen the log that is no longer here, and would rightly
    /// refuse the one that is.
    private static func setAside(_ path: String) throws {
        let files = FileManager.default
        let aside = "\(path).before-\(SystemClock().now.rfc3339.filter { $0.isNumber })"
        for suffix in ["", "-wal", "-shm"] where files.fileExists(atPath: path + suffix) {
            try files.moveItem(atPath: path + suffix, toPath: aside + suffix)
        }
    }
}
