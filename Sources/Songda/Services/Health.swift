import Console
import Evidence
import Notices

/// Whether work can be done: what `/readyz` says, each with its reason.
///
/// It makes a durable write; whoever serves it keeps the answer for a moment.
struct Health: Sendable {
    let application: Application

    func report() async -> HealthReport {
        // Asking a server that does not answer takes as long as our patience, and whoever asks us wants to know now.
        if let since = application.database.statistics.unreachableSince {
            let seconds = (ContinuousClock.now - since).components.seconds
            return HealthReport(checks: [
                .init(
                    name: "database", isOK: false, code: "unreachable",
                    reason: BilingualText(
                        zh: "数据库服务器已 \(seconds) 秒没有应答，请查看其日志",
                        en: "no server has answered for \(seconds) s; see its log")), space(), routes(),
            ])
        }
        var checks = [await database(), space(), await log(), routes()]
        if let backup = application.backup { checks.append(backup.finding()) }
        // Beside the state, not part of it: that it cannot be read is the database's finding already.
        let served = try? await application.ledger.shares(of: [1, 30, 365], at: application.clock.now)
        return HealthReport(checks: checks, served: served ?? [])
    }

    private func database() async -> HealthReport.Check {
        do {
            // A lease nobody else wants is the smallest durable write there is.
            _ = try await application.notices.cursor("health")
            try await application.notices.setCursor("health", to: application.clock.now.rfc3339)
            return .init(
                name: "database", isOK: true, code: "durable",
                reason: BilingualText(zh: "写入已落盘", en: "writes are durable"))
        } catch {
            return .init(
                name: "database", isOK: false, code: "not-writable",
                reason: BilingualText(zh: "无法写入（程序记录的原因：\(error)）", en: "cannot be written: \(error)"))
        }
    }

    private func space() -> HealthReport.Check {
        guard let free = DiskSpace.free(beside: application.configuration.database) else {
            return .init(
                name: "disk", isOK: true, code: "remote",
                reason: BilingualText(zh: "数据库的磁盘由其服务器负责", en: "the database's disk is its server's to watch"))
        }
        var words = free.words
        if let reserve = application.reserve?.standing.words {
            words = BilingualText(zh: "\(words.zh)；\(reserve.zh)", en: "\(words.en); \(reserve.en)")
        }
        return .init(name: "disk", isOK: free.isEnough, code: free.isEnough ? "enough" : "low", reason: words)
    }

    private func log() async -> HealthReport.Check {
        do {
            let newest = try await application.log.latestCheckpoint()?.size ?? 0
            let stamped = try await application.log.latestTimestampedCheckpoint()?.size ?? 0
            let waiting = try await application.log.stagedEntries(limit: 1001).count
            // A missing timestamp is shown and does not stop anything; a log that no longer grows does.
            let isGrowing = waiting <= 1000
            var words = BilingualText(
                zh: "\(newest) 条记录，\(waiting) 条等待入列", en: "\(newest) entries, \(waiting) waiting for a place")
            var code = isGrowing ? "growing" : "not-growing"
            if let outage = try await application.log.timestampOutage() {
                let (behind, since) = (newest - stamped, outage.since.rfc3339)
                words = BilingualText(
                    zh: "\(words.zh)；自 \(since) 起有 \(behind) 条等待时间戳（程序记录的原因：\(outage.reason)）",
                    en: "\(words.en); \(behind) awaiting timestamp since \(since): \(outage.reason)")
                if isGrowing { code = "awaiting-timestamp" }
            }
            return .init(name: "evidence", isOK: isGrowing, code: code, reason: words)
        } catch {
            return .init(
                name: "evidence", isOK: false, code: "unreadable",
                reason: BilingualText(zh: "无法读取（程序记录的原因：\(error)）", en: "cannot be read: \(error)"))
        }
    }

    private func routes() -> HealthReport.Check {
        let resting = application.routes.values.flatMap(\.status).filter { $0.isPaused || $0.breaker != .closed }
            .sorted { $0.route.rawValue < $1.route.rawValue }
        guard !resting.isEmpty else {
            return .init(
                name: "routes", isOK: true, code: "in-use", reason: BilingualText(zh: "全部在用", en: "all in use"))
        }
        return .init(
            name: "routes", isOK: true, code: "resting",
            reason: BilingualText(
                zh: "暂停使用：" + resting.map { "\($0.route)：\($0.isPaused ? "人工暂停" : $0.reason)" }.joined(separator: "；"),
                en: "resting: "
                    + resting.map { "\($0.route): \($0.isPaused ? "paused" : $0.reason)" }.joined(separator: "; ")))
    }
}
