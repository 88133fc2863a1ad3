import Logging
import Notices
import Store

/// Looks every few seconds whether the service is ready and keeps the account of it (S-130).
struct ServiceWatch: Sendable {
    let health: Health
    let ledger: ServiceLedger
    /// Shorter than the gap that still counts, by what a slow look takes.
    static let interval: Duration = .seconds(15)

    /// Watches until told to stop; what cannot be noted is simply not counted.
    func run(until stop: StopSignal) async {
        let tick = Poke()
        stop.wakes(tick)
        var wasReady = false
        while !stop.isStopped && !Task.isCancelled {
            wasReady = await look(wasReady)
            await tick.wait(Self.interval)
        }
    }

    private func look(_ wasReady: Bool) async -> Bool {
        guard await health.report().isReady else { return false }
        do {
            try await ledger.noteReady(at: health.application.clock.now, wasReady: wasReady)
            return true
        } catch {
            health.application.logger.warning("service watch", metadata: ["trouble": "\(error)"])
            return false
        }
    }
}
