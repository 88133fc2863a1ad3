import ArgumentParser
import Evidence
import Foundation
import Notices
import SQL
import Store
import Typeset

/// `songda doctor`: looks at everything a start needs and says how to cure what is wrong.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Check configuration, keys, certificates, templates, rules, fonts, database and disk; exit 1 on a fault.")

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var findings: [(name: String, fault: String?)] = []
        func check(_ name: String, _ body: () async throws -> Void) async {
            do {
                try await body()
                findings.append((name, nil))
            } catch {
                findings.append((name, "\(error)"))
            }
        }
        var configuration = Configuration()
        await check("configuration") { configuration = try source.read() }
        let clock = SystemClock()
        var keys: KeyCabinet?
        await check("keys") {
            keys = try KeyCabinet(
                directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
                logOrigin: configuration.logOrigin, clock: clock)
        }
        await check("templates") { _ = try TemplateLibrary(directory: configuration.templates) }
        await check("rules") { _ = try Application.law(configuration.rules) }
        await check("fonts") { _ = try FontSet.locate(directory: configuration.fonts) }
        await check("routes") {
            _ = try Application.mailRoutes(configuration.mail, linkKey: [UInt8](repeating: 1, count: 32))
            guard !configuration.mail.routes.isEmpty || configuration.isRehearsal else {
                throw Failure("mail.routes names no relay; add one, or set rehearsal: true")
            }
        }
        await check("database") {
            let isFile = configuration.database.hasPrefix("sqlite:")
            let path = String(configuration.database.dropFirst("sqlite:".count))
            // A database that is not there yet is made at the first start.
            guard !isFile || FileManager.default.fileExists(atPath: path) else { return }
            let database = try await Application.openDatabase(configuration.database, readOnly: true)
            let pending = try await Migrator(Migrations.all).unapplied(database)
            if let keys, pending.isEmpty {
                try await SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock).notices
                    .requireMasterKeys()
            }
            await database.close()
        }
        await check("disk") { try DiskSpace.requireRoom(beside: configuration.database) }
        let text = findings.map {
            "\($0.fault == nil ? "ok   " : "FAULT") \($0.name)\($0.fault.map { ": \($0)" } ?? "")"
        }
        output.show(
            .array(
                findings.map {
                    .object([
                        "check": .string($0.name), "ok": .bool($0.fault == nil),
                        "fault": $0.fault.map { .string($0) } ?? .null,
                    ])
                }),
            text: text.joined(separator: "\n"))
        if findings.contains(where: { $0.fault != nil }) { throw ExitCode(1) }
    }
}
