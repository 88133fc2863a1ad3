import Evidence
import Foundation
import SQL
import Store

/// The audit that `songda audit` makes, of a log that another process has written.
struct AuditLeg {
    let directory: String
    let count: Int
    /// Where the clear bodies go, for the baseline.
    let file: String

    func run() async throws -> Leg {
        let (keys, log, database) = try open()
        let processor = ProcessorTime.seconds
        let start = ContinuousClock.now
        let report = try await Auditor(
            store: log, logKeys: [keys.log.key], entryKeys: [keys.entries.publicKey], roots: [],
            open: { try await log.openBody(of: $0) }
        ).audit()
        let seconds = (ContinuousClock.now - start).inSeconds
        let perUnit = ProcessorTime.microseconds(since: processor, units: count)
        let signature = try await signatureMicroseconds(log, keys)
        await database.close()
        let checkpoints = (count + AppendLeg.batch - 1) / AppendLeg.batch
        let isWhole =
            report.isSound && report.size == count && report.entriesVerified == count
            && report.checkpointsVerified >= checkpoints
        return Leg(
            seconds: seconds, units: count,
            facts: [
                "CPU µs each": perUnit, "checkpoints": Double(report.checkpointsVerified),
                "µs each for the entry's signature alone": signature.rounded(to: 1),
            ],
            fault: isWhole
                ? nil
                : "\(report.entriesVerified) entries of \(count) verified under \(report.checkpointsVerified) checkpoints, "
                    + "\(report.findings.first?.description ?? "no fault found")")
    }

    /// Writes the clear body of every entry to one file, leaf by leaf.
    func writeBodies() async throws -> Leg {
        let (_, log, database) = try open()
        guard FileManager.default.createFile(atPath: file, contents: nil),
            let handle = FileHandle(forWritingAtPath: file)
        else { throw BenchError("\(file) cannot be written") }
        let start = ContinuousClock.now
        var written = 0
        while true {
            let page = try await log.entries(from: written, limit: Tile.fullWidth)
            guard !page.isEmpty else { break }
            var bytes: [UInt8] = []
            for entry in page {
                guard case .clear(let body) = try await log.openBody(of: entry) else {
                    throw BenchError("leaf \(entry.leafIndex) has no body")
                }
                bytes += body
            }
            try handle.write(contentsOf: bytes)
            written += page.count
        }
        try handle.close()
        await database.close()
        return Leg(
            seconds: (ContinuousClock.now - start).inSeconds, units: written,
            fault: written == count ? nil : "\(written) bodies of \(count)")
    }

    /// What verifying one entry's signature takes and nothing else, so that a reader sees where the time goes.
    private func signatureMicroseconds(_ log: SQLEvidenceLogStore, _ keys: LogKeys) async throws -> Double {
        var signed: [(body: [UInt8], signature: [UInt8])] = []
        for entry in try await log.entries(from: 0, limit: 2_000) {
            if case .clear(let body) = try await log.openBody(of: entry) { signed.append((body, entry.signature)) }
        }
        let start = ContinuousClock.now
        let sound = signed.count(where: { keys.entries.publicKey.isValid($0.signature, for: $0.body) })
        // Those that do not hold are the audit's to report.
        return (ContinuousClock.now - start).inSeconds * 1e6 / Double(max(1, sound))
    }

    private func open() throws -> (LogKeys, SQLEvidenceLogStore, SQLiteDatabase) {
        let keys = try LogKeys(directory: directory)
        let database = try SQLiteDatabase(path: directory + "/songda.db", readOnly: true)
        let (_, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: SystemClock())
        return (keys, log, database)
    }
}
