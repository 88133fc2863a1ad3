import ArgumentParser
import Evidence
import SQL
import Store

/// `songda migrate`: brings the schema up to date.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's schema up to date; `serve` does it too.")

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let database = try await Application.openDatabase(try source.read())
        let upgrade = try await Schema.bringUpToDate(database)
        await database.close()
        let copy = upgrade.copy.map { "; the database as it was before is in \($0)" } ?? ""
        output.show(
            .object([
                "applied": .array(upgrade.applied.map { .string($0) }),
                "copy": upgrade.copy.map { .string($0) } ?? .null,
            ]),
            text: upgrade.applied.isEmpty
                ? "The schema is up to date." : "Applied: \(upgrade.applied.joined(separator: ", "))\(copy)")
    }
}
