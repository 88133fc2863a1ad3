import Evidence
import Foundation
import Notices

/// Notices that were accepted before, from their release to the last one proved: sealed, sent, recorded, sequenced.
struct MailLeg {
    let directory: String
    let root: String
    let count: Int
    let port: Int
    let counter: String
    let inFlight: Int?

    func run() async throws -> Leg {
        let gateway = try await BenchGateway(
            directory: directory, root: root, port: port, connections: 16, inFlight: inFlight)
        try await gateway.addPeople(count)
        try await concurrently(count, width: 64) { try await gateway.issue($0, to: $0) }
        try await gateway.drainLog()
        let commitsBefore = gateway.database.statistics.groups

        let processor = ProcessorTime.seconds
        let stop = StopSignal()
        let sink = SinkCounter(path: counter)
        let marks = try await withThrowingTaskGroup(of: Void.self) { group in
            let start = ContinuousClock.now
            group.addTask { try await gateway.sealer.run(until: stop) }
            group.addTask { try await gateway.dispatcher.run(until: stop) }
            group.addTask { try await gateway.sequencer.run() }
            group.addTask { try await gateway.stamper.run() }
            // The workers end only when told; if one ends by itself, its error is thrown by the next line that waits.
            var sinkDone: Duration?
            var done: Duration?
            while done == nil {
                try await Task.sleep(for: .milliseconds(5))
                let elapsed = ContinuousClock.now - start
                guard elapsed < .seconds(600) else {
                    throw BenchError("after 600 s \(sink.messages()) of \(count) mails")
                }
                guard sink.messages() >= count else { continue }
                sinkDone = sinkDone ?? elapsed
                if try await gateway.hasProved(count) { done = ContinuousClock.now - start }
            }
            stop.stop()
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            return (sink: sinkDone ?? .zero, all: done ?? .zero)
        }
        let perUnit = ProcessorTime.microseconds(since: processor, units: count)
        let commits = gateway.database.statistics.groups - commitsBefore
        let size = try await gateway.verifiedCheckpoint()?.size ?? 0
        let accepted = try await gateway.logged(.attemptAccepted, below: size)
        let started = try await gateway.logged(.attemptStarted, below: size)
        try await gateway.close()
        let counted = sink.messages()
        let isSound = accepted == count && started == count && counted == count
        return Leg(
            seconds: marks.all.inSeconds, units: count,
            facts: [
                "commits": Double(commits), "log entries": Double(size), "CPU µs each": perUnit,
                "seconds until the sink had all": marks.sink.inSeconds.rounded(to: 3),
            ],
            fault: isSound
                ? nil : "\(count) released, \(started) begun, \(accepted) accepted in the log, \(counted) in the sink"
        )
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
