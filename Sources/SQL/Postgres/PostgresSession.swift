import Foundation

/// A thread's access to the server: one connection, made anew when it is lost.
///
/// Touched by its thread only.
final class PostgresSession {
    let target: PostgresTarget
    /// How long to wait for a server that is gone.
    let patience: Duration
    private let statistics: PostgresStatistics
    private var current: PostgresConnection?

    init(_ target: PostgresTarget, patience: Duration, _ statistics: PostgresStatistics) {
        self.target = target
        self.patience = patience
        self.statistics = statistics
    }

    /// The connection, reconnecting until the deadline; throws `.connectionLost` when the server stays away.
    func connection(until deadline: ContinuousClock.Instant) throws(SQLError) -> PostgresConnection {
        if let current, !current.isBroken, target.isCurrent(current) {
            do {
                if current.isCrowded { try current.forgetStatements() }
                return current
            } catch {
                // A connection that cannot even do this is of no use; a fresh one is made below.
            }
        }
        current = nil
        var backoff = Backoff()
        while true {
            do throws(SQLError) {
                let fresh = try PostgresConnection(target)
                guard target.isCurrent(fresh) else { throw PostgresTarget.noLeader }
                current = fresh
                statistics.noteServer(isThere: true)
                return fresh
            } catch  where error.code == .connectionLost {
                statistics.noteServer(isThere: false)
                guard backoff.sleep(until: deadline) else { throw error }
            }
        }
    }

    /// Gives up the connection, and with it any transaction that was open on it.
    func disconnect() { current = nil }
}

/// Pauses that double and vary, so that those who lost a race do not meet again at once.
struct Backoff {
    private var step = Duration.milliseconds(10)

    /// Sleeps for the next pause; false, without sleeping, once the deadline has passed.
    mutating func sleep(until deadline: ContinuousClock.Instant) -> Bool {
        guard ContinuousClock.now < deadline else { return false }
        let pause = step * Double.random(in: 0.5...1.5)
        Thread.sleep(forTimeInterval: pause / .seconds(1))
        step = min(step * 2, .seconds(1))
        return true
    }
}
