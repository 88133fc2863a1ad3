import ArgumentParser
import Evidence
import Foundation
import Store

/// `songda audit`: re-verifies the log, and lays the rows the gateway works from beside it.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify every entry, tile, checkpoint and token again, and every state row against the entries.",
        discussion: """
            Names the first bad entry and every row that was made, changed or removed by hand. Exit 1 if anything is wrong.
            It only reads, and may run beside the server.
            """)

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "A file of checkpoints seen earlier; without it the configured witness file is used, if it is there.")
    var witness: String?
    @Flag(help: "Verify the log alone, not the state rows.")
    var logOnly = false

    func run() async throws {
        let configuration = try source.read()
        let clock = SystemClock()
        let keys = try KeyCabinet(
            directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
            logOrigin: configuration.logOrigin, clock: clock)
        let seen = try Self.witness(named: witness, or: configuration.witness, keys: keys.logKeys)
        let database = try await Application.openDatabase(configuration, readOnly: true)
        let (notices, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
        let auditor = Auditor(
            store: log, logKeys: keys.logKeys, entryKeys: keys.entryKeys, roots: keys.roots,
            witnessed: seen?.checkpoints ?? [], open: { try await log.openBody(of: $0) })
        let bar = ProgressBar()
        let report = try await auditor.audit { bar.update($0, of: $1, "log") }
        let state = logOnly ? nil : try await StateAuditor(notices).audit { bar.update($0, of: $1, "state") }
        await database.close()
        let findings = AuditFindings(log: report, state: state, witness: seen?.path)
        output.show(findings.json, text: findings.text)
        if !findings.isSound { throw ExitCode(1) }
    }

    /// The checkpoints somebody outside has kept, and the file they come from.
    static func witness(
        named: String?, or configured: String, keys: [NoteKey]
    ) throws -> (path: String, checkpoints: [Checkpoint])? {
        let path = named ?? configured
        guard let data = FileManager.default.contents(atPath: path) else {
            guard named == nil, access(path, F_OK) != 0 else {
                throw Failure("witness file \(path) cannot be read; give --witness the path of one that can")
            }
            return nil
        }
        return (path, try WitnessFile.checkpoints(in: Array(data), keys: keys))
    }
}

/// What an audit found, for people and for programs.
struct AuditFindings {
    let log: AuditReport
    /// Nil when only the log was verified.
    let state: StateReport?
    /// The witness file that was used, if there was one.
    let witness: String?

    /// Whether nothing is wrong.
    var isSound: Bool { log.isSound && state?.isSound ?? true }

    var json: JSONValue {
        var members: [String: JSONValue] = [
            "sound": .bool(isSound), "size": .integer(Int64(log.size)),
            "entriesVerified": .integer(Int64(log.entriesVerified)),
            "entriesErased": .integer(Int64(log.entriesErased)),
            "checkpointsVerified": .integer(Int64(log.checkpointsVerified)),
            "tokensVerified": .integer(Int64(log.tokensVerified)),
            "timestampedSize": .integer(Int64(log.timestampedSize)),
            "findings": .array(log.findings.map { .string($0.description) }),
            "witness": witness.map { .string($0) } ?? .null,
        ]
        if let state {
            members["state"] = .object([
                "notices": .integer(Int64(state.notices)), "deliveries": .integer(Int64(state.deliveries)),
                "findings": .array(state.findings.map { .string($0.description) }),
            ])
        }
        return .object(members)
    }

    var text: String {
        var lines = [
            "\(log.size) entries: \(log.entriesVerified) verified, \(log.entriesErased) erased; "
                + "\(log.checkpointsVerified) checkpoints, \(log.tokensVerified) timestamp tokens "
                + "(covering \(log.timestampedSize) entries)"
        ]
        if let first = log.firstBadEntry { lines.append("FIRST BAD ENTRY: \(first)") }
        lines += Self.list(log.findings.map(\.description), isTruncated: log.isTruncated)
        lines.append(log.isSound ? "The log is sound. 日志完好。" : "The log is NOT sound. 日志不完好。")
        if let state {
            lines.append("\(state.notices) notices and \(state.deliveries) deliveries compared with their entries")
            if state.erased > 0 { lines.append("\(state.erased) notices only in part: personal data was erased") }
            lines += Self.list(state.findings.map(\.description), isTruncated: state.isTruncated)
            lines.append(
                state.isSound
                    ? "Every state row follows from the entries. 状态与存证一致。"
                    : "Rows do NOT follow from the entries. 状态与存证不一致。")
        }
        lines.append(Self.limits(witness))
        return lines.joined(separator: "\n")
    }

    private static func list(_ findings: [String], isTruncated: Bool) -> [String] {
        let more = findings.count - 50
        return findings.prefix(50).map { "- \($0)" }
            + (more > 0 || isTruncated ? ["- and \(isTruncated ? "many" : "\(more)") more; --json lists them"] : [])
    }

    /// What no audit of this kind can see.
    private static func limits(_ witness: String?) -> String {
        guard let witness else {
            return
                "No witness file: a log cut back to an earlier state, or written anew from its first entry by somebody "
                + "who holds the log key and the entry key, would look the same. Compare with checkpoints kept elsewhere "
                + "(--witness) or with bundles handed out."
        }
        return "Compared with the checkpoints in \(witness): a rewritten history would need that file changed too."
    }
}
