import Evidence
import Notices

/// Figures in the text format of Prometheus 0.0.4.
struct Metrics: Sendable {
    let application: Application

    func text() async -> String {
        var lines: [String] = []
        func family(_ name: String, _ help: String, _ kind: String = "gauge") {
            lines.append("# HELP \(name) \(help)")
            lines.append("# TYPE \(name) \(kind)")
        }
        do {
            let counts = try await application.notices.counts()
            family("songda_notices", "Notices by state.")
            for (state, count) in counts.notices.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                lines.append("songda_notices{state=\"\(state.rawValue)\"} \(count)")
            }
            family("songda_deliveries", "Deliveries by channel and observed state.")
            for (channel, states) in counts.deliveries.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                for (state, count) in states.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    lines.append(
                        "songda_deliveries{channel=\"\(channel.rawValue)\",state=\"\(state.rawValue)\"} \(count)")
                }
            }
            family("songda_evidence_staged", "Entries without a place in the log.")
            lines.append("songda_evidence_staged \(counts.stagedEntries)")
            family("songda_oldest_due_seconds", "Age of the oldest delivery that is due.")
            let age = counts.oldestDue.map { max(0, application.clock.now.since($0).components.seconds) } ?? 0
            lines.append("songda_oldest_due_seconds \(age)")
            let newest = try await application.log.latestCheckpoint()
            let stamped = try await application.log.latestTimestampedCheckpoint()
            family("songda_log_size", "Entries in the log, and those that a timestamp covers.")
            lines.append("songda_log_size{covered=\"checkpoint\"} \(newest?.size ?? 0)")
            lines.append("songda_log_size{covered=\"timestamp\"} \(stamped?.size ?? 0)")
            family(
                "songda_service_seconds", "Time in which the service was ready, and time since it is watched, by days.")
            for share in try await application.ledger.shares(of: [1, 30, 365], at: application.clock.now) {
                for (kind, span) in [("ready", share.served), ("watched", share.watched)] {
                    lines.append(
                        "songda_service_seconds{days=\"\(share.days)\",kind=\"\(kind)\"} \(span.components.seconds)")
                }
            }
        } catch {
            // Scrapes go on without the database; its absence is a figure too.
            lines.append("# the database cannot be read")
        }
        let database = application.database.statistics
        family("songda_database_writes_total", "Transactions made durable.", "counter")
        lines.append("songda_database_writes_total \(database.writes)")
        family("songda_database_commits_total", "Commits, each of a group of transactions.", "counter")
        lines.append("songda_database_commits_total \(database.groups)")
        family("songda_route_open", "1 while a route rests because it failed or was paused.")
        // Two channels may have a route of one name, and a series may stand here once.
        for (channel, table) in application.routes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            for status in table.status.sorted(by: { $0.route.rawValue < $1.route.rawValue }) {
                let isOpen = status.isPaused || status.breaker != .closed
                let route = Self.escaped(status.route.rawValue)
                lines.append(
                    "songda_route_open{channel=\"\(channel.rawValue)\",route=\"\(route)\"} \(isOpen ? 1 : 0)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
