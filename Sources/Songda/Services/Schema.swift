import Foundation
import SQL
import Store

/// The schema of the database, brought to what this program knows.
enum Schema {
    /// What was done.
    struct Upgrade: Sendable {
        /// The migrations that ran.
        let applied: [String]
        /// Where an embedded database was copied to before; nil when nothing had to be kept.
        let copy: String?
    }

    /// Runs what is missing; an embedded database that is in use already is copied first, beside itself.
    ///
    /// Each migration is one transaction: killed anywhere, the next start goes on. A copy that an interrupted upgrade has
    /// left is the older one and is kept. A database of a newer program is refused before anything is touched.
    static func bringUpToDate(_ database: any SQLDatabase) async throws -> Upgrade {
        let migrator = Migrator(Migrations.all)
        let pending = try await migrator.unapplied(database)
        var copy: String?
        if let first = pending.first, pending.count < migrator.migrations.count,
            let file = database as? SQLiteDatabase
        {
            let path = "\(file.path).before-\(first)"
            if !FileManager.default.fileExists(atPath: path) { try await file.backup(to: path) }
            copy = path
        }
        return Upgrade(applied: try await migrator.migrate(database), copy: copy)
    }
}
