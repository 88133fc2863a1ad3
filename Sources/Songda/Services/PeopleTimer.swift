import Logging
import Notices
import People
import Store

/// Does in the HR core what is due without anybody asking: once a minute each desk looks for its own.
///
/// Every run may come late, twice or from two processes at once; the desks see to it that an occasion is dealt with once.
struct PeopleTimer: Sendable {
    let people: PeopleDesks
    let notices: SQLNoticeStore
    let interval: Duration
    let logger: Logger

    /// Runs until told to stop.
    func run(until stop: StopSignal) async throws {
        let tick = Poke()
        stop.wakes(tick)
        while !stop.isStopped && !Task.isCancelled {
            await runOnce()
            await tick.wait(interval)
        }
    }

    /// Asks each desk once; the fault of one keeps no other from its work, and is tried again a minute later.
    func runOnce() async {
        await look("names") {
            // After an upgrade everybody; otherwise nobody.
            while try await notices.indexNames() > 0 {}
            return []
        }
        await look("roster") {
            _ = try await people.roster.runDue()
            return []
        }
        await look("clients") {
            _ = try await people.clients.runDue()
            return []
        }
        await look("handover") {
            _ = try await people.handover.runDue()
            return []
        }
        await look("agreements") { try await people.agreements.runDue() }
        await look("risk") { try await people.risk.runDue() }
    }

    /// - Parameter work: returns a sentence for each thing that could not be done.
    private func look(_ desk: String, _ work: () async throws -> [String]) async {
        do {
            for trouble in try await work() { logger.warning("\(desk)", metadata: ["trouble": "\(trouble)"]) }
        } catch is CancellationError {
            return
        } catch {
            logger.error("people timer", metadata: ["desk": "\(desk)", "alarm": "\(error)"])
        }
    }
}
