import Console
import Evidence
import Notices

/// Whether work can be done: what `/readyz` says, each with its reason.
///
/// It makes a durable write; whoever serves it keeps the answer for a moment.
struct Health: Sendable {
    let application: Application

    func report() async -> HealthReport {
        var checks: [HealthReport.Check] = []
        // Asking a server that does not answer takes half a minute, and whoever asks us wants to know now.
        if let since = application.database.statistics.unreachableSince {
            let seconds = (ContinuousClock.now - since).components.seconds
            checks.append(
                .init(name: "database", isOK: false, reason: "no server has answered for \(seconds) s; see its log"))
            checks.append(routes())
            return HealthReport(checks: checks)
        }
        do {
            // A lease nobody else wants is the smallest durable write there is.
            _ = try await application.notices.cursor("health")
            try await application.notices.setCursor("health", to: application.clock.now.rfc3339)
            checks.append(.init(name: "database", isOK: true, reason: "writes are durable"))
        } catch {
            checks.append(.init(name: "database", isOK: false, reason: "cannot be written: \(error)"))
        }
        checks.append(space())
        checks.append(await log())
        checks.append(routes())
        return HealthReport(checks: checks)
    }

    private func space() -> HealthReport.Check {
        guard let free = DiskSpace.free(beside: application.configuration.database) else {
            return .init(name: "disk", isOK: true, reason: "the database's disk is its server's to watch")
        }
        let reserve = application.reserve.map { "; \($0.standing)" } ?? ""
        return .init(name: "disk", isOK: free.isEnough, reason: free.sentence + reserve)
    }

    private func log() async -> HealthReport.Check {
        do {
            let newest = try await application.log.latestCheckpoint()
            let stamped = try await application.log.latestTimestampedCheckpoint()
            let waiting = try await application.log.stagedEntries(limit: 1001).count
            let behind = (newest?.size ?? 0) - (stamped?.size ?? 0)
            var reason = "\(newest?.size ?? 0) entries, \(waiting) waiting for a place"
            if let outage = try await application.log.timestampOutage() {
                reason += "; \(behind) awaiting timestamp since \(outage.since.rfc3339): \(outage.reason)"
            }
            // A missing timestamp is shown and does not stop anything; a log that no longer grows does.
            return .init(name: "evidence", isOK: waiting <= 1000, reason: reason)
        } catch {
            return .init(name: "evidence", isOK: false, reason: "\(error)")
        }
    }

    private func routes() -> HealthReport.Check {
        let resting = application.routes.values.flatMap(\.status).filter { $0.isPaused || $0.breaker != .closed }
        let names = resting.map { "\($0.route): \($0.isPaused ? "paused" : $0.reason)" }.sorted()
        return .init(
            name: "routes", isOK: true,
            reason: names.isEmpty ? "all in use" : "resting: " + names.joined(separator: "; "))
    }
}
