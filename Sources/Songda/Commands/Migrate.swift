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
        let database = try await Application.openDatabase(try source.read().database)
        let applied = try await Migrator(Migrations.all).migrate(database)
        await database.close()
        output.show(
            .object(["applied": .array(applied.map { .string($0) })]),
            text: applied.isEmpty ? "The schema is up to date." : "Applied: \(applied.joined(separator: ", "))")
    }
}
