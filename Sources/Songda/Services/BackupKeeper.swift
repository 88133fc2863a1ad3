import Console
import Evidence
import Foundation
import Logging
import Notices

/// Copies the embedded database to another place at intervals, and tries each copy before it counts (S-129).
///
/// A copy that nobody has opened is a hope: each is audited from its first entry to its last before it takes its name, and only
/// then may an older one go. The name says when it was taken, so that a restarted service knows what there is.
struct BackupKeeper: Sendable {
    let settings: Configuration.Backup
    /// The database's file.
    let source: String
    let keys: KeyCabinet
    let clock: any WallClock
    let logger: Logger

    /// Looks once a minute until told to stop; what went wrong is tried again at the next look.
    func run(until stop: StopSignal) async {
        let tick = Poke()
        stop.wakes(tick)
        while !stop.isStopped && !Task.isCancelled {
            do {
                if try isDue() { try await take() }
            } catch is CancellationError {
                return
            } catch {
                logger.error("backup", metadata: ["alarm": "\(error)"])
            }
            await tick.wait(.seconds(60))
        }
    }

    private func isDue() throws -> Bool {
        guard let newest = try copies().last(where: { $0.takenAt <= clock.now }) else { return true }
        return clock.now.since(newest.takenAt) >= settings.interval
    }

    private func take() async throws {
        let now = clock.now
        let unchecked = "\(settings.directory)/unchecked.db"
        let files = FileManager.default
        if files.fileExists(atPath: unchecked) { try files.removeItem(atPath: unchecked) }
        try await DatabaseCopy.take(of: source, to: unchecked)
        // The server goes on beside it: one processor is enough.
        let report = try await DatabaseCopy.audit(unchecked, keys: keys, clock: clock, pagesAtOnce: 1)
        guard report.isSound else {
            let kept = "\(settings.directory)/unsound-\(Self.stamp(now)).db"
            try files.moveItem(atPath: unchecked, toPath: kept)
            throw Failure(
                "the copy \(kept) is not sound: \(report.finding); no older copy was removed; run "
                    + "`songda audit`")
        }
        let name = "\(Self.prefix)\(Self.stamp(now)).db"
        try files.moveItem(atPath: unchecked, toPath: "\(settings.directory)/\(name)")
        logger.info("backup", metadata: ["file": "\(name)", "entries": "\(report.log.size)"])
        for old in try copies().dropLast(settings.keep) {
            try files.removeItem(atPath: "\(settings.directory)/\(old.name)")
        }
    }

    /// Where the copies go.
    private var place: BackupPlace { BackupPlace(directory: settings.directory, source: source) }

    /// What an operator is told; work goes on without a copy, and so none of it stops anything.
    func finding() -> HealthReport.Check {
        func check(_ code: String, isOK: Bool, _ zh: String, _ en: String) -> HealthReport.Check {
            .init(name: "backup", isOK: isOK, code: code, reason: BilingualText(zh: zh, en: en), stopsWork: false)
        }
        if let fault = place.fault() {
            return check(
                "unreachable", isOK: false, "无法备份：\(fault.zh)", "no copy can be taken: \(fault.en)")
        }
        do {
            guard let newest = try copies().last else {
                return check("none", isOK: true, "尚无经过校验的备份", "no copy has been taken and checked yet")
            }
            guard clock.now.since(newest.takenAt) > settings.interval + settings.interval else {
                return check(
                    "fresh", isOK: true, "最近一次经过校验的备份：\(newest.name)", "newest checked copy: \(newest.name)")
            }
            return check(
                "late", isOK: false, "最近一次经过校验的备份 \(newest.name) 已过期；原因见日志中的 backup",
                "the newest checked copy, \(newest.name), is old; the log says under \"backup\" why")
        } catch {
            return check("unreachable", isOK: false, "无法备份：\(error)", "no copy can be taken: \(error)")
        }
    }

    // MARK: What there is

    private static let prefix = "songda-"

    /// The instant as it stands in a name: "20261122031500", in UTC.
    private static func stamp(_ instant: Timestamp) -> String { String(instant.rfc3339.filter(\.isNumber).prefix(14)) }

    /// The copies that were found sound, the oldest first.
    ///
    /// The directory is never made: one that is missing is a disk that is not mounted, and what was written in its place
    /// would lie beside the database.
    private func copies() throws -> [(name: String, takenAt: Timestamp)] {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: settings.directory) } catch {
            throw Failure("backup.directory \(settings.directory) cannot be read; make it, or mount its disk")
        }
        return names.sorted().compactMap { name in
            guard name.hasPrefix(Self.prefix), name.hasSuffix(".db") else { return nil }
            let digits = Array(name.dropFirst(Self.prefix.count).dropLast(3))
            guard digits.count == 14, digits.allSatisfy(\.isNumber) else { return nil }
            func part(_ range: Range<Int>) -> String { String(digits[range]) }
            return Timestamp(
                rfc3339:
                    "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z"
            ).map { (name, $0) }
        }
    }
}
