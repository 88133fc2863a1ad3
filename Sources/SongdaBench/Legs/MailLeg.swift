import Evidence
import Foundation
import Notices

/// Notices that were accepted before, from their release to the last one proved: sealed, sent, recorded, sequenced.
///
/// The store may hold others that were served long ago.
struct MailLeg {
    let directory: String
    let root: String
    let count: Int
    let port: Int
    let counter: String
    var inFlight: Int?
    /// The port of a provider that takes connections and never answers, for the text messages that the store holds.
    var hole: Int?

    func run() async throws -> Leg {
        let gateway = try await BenchGateway(
            directory: directory, root: root, port: port, connections: 16, inFlight: inFlight)
        try await gateway.addPeople(count)
        try await concurrently(count, width: 64) { try await gateway.issue($0, to: $0) }
        try await gateway.drainLog()
        let first = try await gateway.verifiedCheckpoint()?.size ?? 0
        let commitsBefore = gateway.database.statistics.groups
        let hole = try hole.map { try HoleDispatcher(gateway: gateway, port: $0) }

        try RawSQLite.emptyLog(of: directory + "/songda.db")
        let consumption = try Consumption.begin()
        let sink = SinkCounter(path: counter)
        let start = ContinuousClock.now
        let marks = try await gateway.whileWorking(beside: hole) {
            try await Self.waitUntilProved(count, from: first, gateway, sink, since: start)
        }
        // What is in SQLite's log has yet to be written into its place, and is part of what this cost.
        try RawSQLite.emptyLog(of: directory + "/songda.db")
        var facts = try consumption.facts(units: count)
        facts["commits"] = Double(gateway.database.statistics.groups - commitsBefore)
        // What was begun there until the end is counted too.
        if hole != nil { try await gateway.drainLog() }
        let size = try await gateway.verifiedCheckpoint()?.size ?? 0
        let accepted = try await gateway.logged(.attemptAccepted, from: first, below: size)
        let all = try await gateway.logged(.attemptStarted, from: first, below: size)
        let lost = try await hole?.begun() ?? 0
        try await gateway.close()
        facts["log entries"] = Double(size - first)
        facts["seconds until the sink had all"] = marks.sink.inSeconds.rounded(to: 3)
        if hole != nil { facts[HoleDispatcher.begun] = Double(lost) }
        let (started, counted) = (all - lost, sink.messages())
        var fault: String?
        if accepted != count || started != count || counted != count {
            fault = "\(count) released, \(started) begun, \(accepted) accepted in the log, \(counted) in the sink"
        } else if hole != nil, lost == 0 {
            fault = "nothing was handed to the provider that never answers"
        }
        return Leg(seconds: marks.all.inSeconds, units: count, facts: facts, fault: fault)
    }

    /// Waits until the sink has counted so many and the log has proved them; says when each was so.
    private static func waitUntilProved(
        _ count: Int, from first: Int, _ gateway: BenchGateway, _ sink: SinkCounter,
        since start: ContinuousClock.Instant
    ) async throws -> (sink: Duration, all: Duration) {
        let limit = Duration.seconds(max(600, count / 50))
        var sinkDone: Duration?
        while true {
            try await Task.sleep(for: .milliseconds(5))
            let elapsed = ContinuousClock.now - start
            guard elapsed < limit else { throw BenchError("after \(limit) \(sink.messages()) of \(count) mails") }
            guard sink.messages() >= count else { continue }
            let reached = sinkDone ?? elapsed
            sinkDone = reached
            if try await gateway.hasProved(count, from: first, on: BenchGateway.mailRoute) {
                return (reached, ContinuousClock.now - start)
            }
        }
    }
}

/// Reads what `smtp-sink -c` has counted.
struct SinkCounter: Sendable {
    let path: String

    /// The messages so far; the sink writes "sess=1 quit=0 mesg=5" and a carriage return each time.
    func messages() -> Int {
        guard let file = FileHandle(forReadingAtPath: path) else { return 0 }
        defer { try? file.close() }
        guard let end = try? file.seekToEnd(), (try? file.seek(toOffset: end > 200 ? end - 200 : 0)) != nil,
            let data = try? file.readToEnd()
        else { return 0 }
        let text = String(decoding: data, as: UTF8.self)
        // The last complete line: what is being written now may be cut short.
        let lines = text.split(separator: "\r", omittingEmptySubsequences: false).dropLast()
        guard let mark = lines.last(where: { $0.contains("mesg=") })?.split(separator: "=").last else { return 0 }
        return Int(mark.trimmingCharacters(in: .whitespaces)) ?? 0
    }
}
