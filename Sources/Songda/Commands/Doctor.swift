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
        await check("keys") {
            _ = try KeyCabinet(
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

/// How much room the database has.
enum DiskSpace {
    /// Refuses new work below the floor: what is under way must still find room for its outcome (contract 6).
    static func requireRoom(beside database: String) throws {
        guard let free = free(beside: database), free.bytes < free.floor else { return }
        throw NoticeError(
            .unavailable,
            "\(free.bytes >> 20) MiB are free where the database is, and \(free.floor >> 20) MiB are needed before new "
                + "notices are accepted; free some space")
    }

    /// Free bytes and the floor: the larger of 512 MiB and 5 % of the file system; nil when it is not on this machine.
    static func free(beside database: String) -> (bytes: Int, floor: Int)? {
        guard database.hasPrefix("sqlite:") else { return nil }
        let path = String(database.dropFirst("sqlite:".count))
        let directory = (path as NSString).deletingLastPathComponent
        var status = statvfs()
        guard statvfs(directory.isEmpty ? "." : directory, &status) == 0 else { return nil }
        let block = Int(status.f_frsize)
        return (Int(status.f_bavail) * block, max(512 << 20, Int(status.f_blocks) * block / 20))
    }
}
