import ArgumentParser
import Evidence
import Foundation
import Store

/// `songda audit`: re-verifies everything in the log.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify every entry, tile, checkpoint and token again, and name the first bad one.",
        discussion: "Exit 1 if anything is wrong. It only reads, and may run beside the server.")

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @Option(
        help: "A file of checkpoints seen earlier (the option witness); shows a log that was rolled back.")
    var witness: String?

    func run() async throws {
        let configuration = try source.read()
        let clock = SystemClock()
        let keys = try KeyCabinet(
            directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
            logOrigin: configuration.logOrigin, clock: clock)
        let database = try await Application.openDatabase(configuration.database, readOnly: true)
        let (_, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
        let auditor = Auditor(
            store: log, logKeys: keys.logKeys, entryKeys: keys.entryKeys, roots: keys.roots,
            witnessed: try witness.map { try Self.checkpoints(file: $0, keys: keys.logKeys) } ?? [],
            open: { try await log.openBody(of: $0) })
        let bar = ProgressBar()
        let report = try await auditor.audit { bar.update($0, of: $1, "audit") }
        await database.close()
        output.show(Self.json(report), text: Self.text(report))
        if !report.isSound { throw ExitCode(1) }
    }

    private static func checkpoints(file: String, keys: [NoteKey]) throws -> [Checkpoint] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Failure("--witness \(file) cannot be read")
        }
        return try WitnessFile.checkpoints(in: Array(data), keys: keys)
    }

    private static func json(_ report: AuditReport) -> JSONValue {
        .object([
            "sound": .bool(report.isSound), "size": .integer(Int64(report.size)),
            "entriesVerified": .integer(Int64(report.entriesVerified)),
            "entriesErased": .integer(Int64(report.entriesErased)),
            "checkpointsVerified": .integer(Int64(report.checkpointsVerified)),
            "tokensVerified": .integer(Int64(report.tokensVerified)),
            "timestampedSize": .integer(Int64(report.timestampedSize)),
            "findings": .array(report.findings.map { .string($0.description) }),
        ])
    }

    private static func text(_ report: AuditReport) -> String {
        var lines = [
            "\(report.size) entries: \(report.entriesVerified) verified, \(report.entriesErased) erased; "
                + "\(report.checkpointsVerified) checkpoints, \(report.tokensVerified) timestamp tokens "
                + "(covering \(report.timestampedSize) entries)"
        ]
        if let first = report.firstBadEntry { lines.append("FIRST BAD ENTRY: \(first)") }
        lines += report.findings.prefix(50).map { "- \($0)" }
        lines.append(report.isSound ? "The log is sound. 日志完好。" : "The log is NOT sound. 日志不完好。")
        return lines.joined(separator: "\n")
    }
}
