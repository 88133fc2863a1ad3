import Evidence
import Foundation
import Notices
import Store

/// This process's claim on its instance name; held while it serves.
///
/// A file belongs to one process anyway. A database server takes any number, and each needs a name of its own.
struct InstanceClaim: Sendable {
    /// How long a holder that says nothing more is believed to be there.
    static let term = Duration.seconds(10)

    let leases: InstanceLeases
    let instance: String
    let clock: any WallClock
    /// `host:process:random`, so that a restart is another holder, and a neighbour on this machine can be looked for.
    private let holder = "\(ProcessInfo.processInfo.hostName):\(getpid()):\(Hex.encode(SecureRandom.bytes(6)))"

    init(leases: InstanceLeases, instance: String, clock: any WallClock) {
        self.leases = leases
        self.instance = instance
        self.clock = clock
    }

    /// Takes the name; waits for a holder that may be gone, and refuses when it is not.
    func take() async throws {
        let patience = ContinuousClock.now + Self.term + .seconds(2)
        let tick = Poke()
        var other = try await leases.take(instance, holder: holder, until: clock.now.adding(Self.term), now: clock.now)
        while let present = other {
            guard ContinuousClock.now < patience else {
                throw Failure(
                    "instance: \"\(instance)\" is in use by another process (\(Self.sentence(present))); stop it, or give "
                        + "this one a name of its own")
            }
            let gone = Self.isGone(present) ? present : nil
            if gone == nil { await tick.wait(.milliseconds(500)) }
            other = try await leases.take(
                instance, holder: holder, replacing: gone, until: clock.now.adding(Self.term), now: clock.now)
        }
    }

    /// Renews the claim until told to stop; throws when somebody else has taken it.
    func keep(until stop: StopSignal) async throws {
        let tick = Poke()
        stop.wakes(tick)
        while !stop.isStopped && !Task.isCancelled {
            await tick.wait(.seconds(3))
            let other = try await leases.take(
                instance, holder: holder, until: clock.now.adding(Self.term), now: clock.now)
            if let other {
                throw Failure(
                    "instance: \"\(instance)\" was taken over by another process (\(Self.sentence(other))) while this one "
                        + "said nothing for \(Self.term.components.seconds) s; give each a name of its own")
            }
        }
    }

    /// Gives the name up, once nothing is under way any more.
    func release() async throws { try await leases.release(instance, holder: holder, now: clock.now) }

    /// Whether a holder was a process of this machine that is there no more.
    private static func isGone(_ holder: String) -> Bool {
        let parts = holder.split(separator: ":")
        guard parts.count == 3, parts[0] == ProcessInfo.processInfo.hostName, let process = pid_t(parts[1]) else {
            return false
        }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    private static func sentence(_ holder: String) -> String {
        let parts = holder.split(separator: ":")
        return parts.count == 3 ? "process \(parts[1]) on \(parts[0])" : holder
    }
}
