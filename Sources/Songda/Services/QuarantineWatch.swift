import Evidence
import Logging
import Notices

/// Tells the operator, once, of each notice and delivery that was set aside: nobody else will.
struct QuarantineWatch: Sendable {
    /// More than these at once are told as a number.
    private static let page = 50

    let desk: OperationDesk
    let logger: Logger

    /// Looks every ten seconds until told to stop.
    func run(until stop: StopSignal) async throws {
        let tick = Poke()
        stop.wakes(tick)
        var told: Set<String> = []
        while !stop.isStopped && !Task.isCancelled {
            // What was released and is set aside again is told again.
            told = try await look(besides: told)
            await tick.wait(.seconds(10))
        }
    }

    /// - Returns: everything that is set aside now.
    private func look(besides told: Set<String>) async throws -> Set<String> {
        var present: Set<String> = []
        func tell(_ id: String, _ what: Logger.Metadata) {
            guard present.insert(id).inserted, !told.contains(id) else { return }
            logger.error("set aside until an operator releases it", metadata: what)
        }
        for one in try await desk.quarantinedNotices(limit: Self.page) {
            tell(one.notice.rawValue, ["alarm": "\(one.reason)", "notice": "\(one.number)", "kind": "\(one.kind)"])
        }
        for one in try await desk.quarantinedDeliveries(limit: Self.page) {
            tell(
                one.delivery.id.rawValue,
                ["alarm": "\(one.reason)", "notice": "\(one.number)", "delivery": "\(one.delivery.id)"])
        }
        return present
    }
}
