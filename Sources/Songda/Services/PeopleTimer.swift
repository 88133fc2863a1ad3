import Logging
import Notices
import People

/// Does what the HR core has due, once a minute: each desk has one verb that is safe to repeat.
struct PeopleTimer: Sendable {
    let people: PeopleDesks
    let logger: Logger

    /// Looks once a minute, until told to stop; what one desk cannot do stops no other.
    func run(until stop: StopSignal) async throws {
        let tick = Poke()
        stop.wakes(tick)
        while !stop.isStopped && !Task.isCancelled {
            await runOnce()
            await tick.wait(.seconds(60))
        }
    }

    /// Looks at every desk once.
    func runOnce() async {
        await look("agreements") { try await people.agreements.runDue() }
    }

    private func look(_ desk: String, _ body: () async throws -> [String]) async {
        do {
            for trouble in try await body() { logger.warning("\(desk)", metadata: ["trouble": "\(trouble)"]) }
        } catch {
            // It is tried again in a minute; what it is about stands in the sentence.
            logger.error("\(desk)", metadata: ["trouble": "\(error)"])
        }
    }
}
