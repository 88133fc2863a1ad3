import Evidence
import Foundation
import SQL

/// This process's claim on its instance name; held while it serves.
///
/// A file belongs to one process anyway. A database server takes any number, and each needs a name of its own.
public struct InstanceClaim: Sendable {
    /// Why a name cannot be had, or not be kept.
    public struct InUse: Error, Sendable, CustomStringConvertible {
        /// One sentence: the name, who has it, and the cure.
        public let description: String
    }

    private let leases: InstanceLeases
    private let instance: String
    private let clock: any WallClock
    private let process: ProcessIdentity
    private let term: Duration

    /// A claim on a name, not made yet.
    ///
    /// - Parameters:
    ///   - isRehearsal: whether the process rehearses; it does not share a database with one that does not.
    ///   - term: how long a holder that says nothing more is believed to be there.
    public init(
        on instance: String, in database: any SQLDatabase, clock: any WallClock, isRehearsal: Bool,
        term: Duration = .seconds(10)
    ) {
        self.init(
            on: instance, in: database, clock: clock, as: ProcessIdentity(isRehearsal: isRehearsal), term: term)
    }

    init(
        on instance: String, in database: any SQLDatabase, clock: any WallClock, as process: ProcessIdentity,
        term: Duration
    ) {
        leases = InstanceLeases(database)
        self.instance = instance
        self.clock = clock
        self.process = process
        self.term = term
    }

    /// Takes the name; waits for a holder that may be gone, and refuses when it shows that it is not.
    public func take() async throws {
        var replaceable: InstanceLeases.Holder?
        var watch = Watch(term: term)
        while let other = try await show(replacing: replaceable) {
            replaceable = nil
            switch watch.judge(other) {
            case .isThere:
                throw InUse(
                    description:
                        "instance: \"\(instance)\" is in use by another process (\(Self.sentence(other))); stop it, or "
                        + "give this one a name of its own")
            case .isGone: replaceable = other
            case .isSilent: try await Task.sleep(for: term / 20)
            }
        }
        do { try await requireSameKind() } catch {
            try await release()
            throw error
        }
    }

    /// Refuses to rehearse beside a process that serves for real, and the other way round: each would take up what the
    /// other has under way.
    ///
    /// Asked with the own name in hand, so that of two that start at once one sees the other.
    private func requireSameKind() async throws {
        var watches: [String: Watch] = [:]
        while true {
            let others = try await leases.holders().filter { name, holder in
                guard let other = ProcessIdentity(holder.owner) else { return false }
                return name != instance && other.isRehearsal != process.isRehearsal
            }
            var isOpen = false
            for (name, other) in others {
                switch watches[name, default: Watch(term: term)].judge(other) {
                case .isThere:
                    throw InUse(
                        description: "instance: the process \"\(name)\" (\(Self.sentence(other))) "
                            + (process.isRehearsal ? "serves for real" : "rehearses")
                            + " on this database; stop it, or name a database of its own for the rehearsal")
                case .isGone: break
                case .isSilent: isOpen = true
                }
            }
            guard isOpen else { return }
            try await Task.sleep(for: term / 20)
            _ = try await show()
        }
    }

    /// Shows that this process is there; what comes back is another that has the name.
    private func show(replacing seen: InstanceLeases.Holder? = nil) async throws -> InstanceLeases.Holder? {
        try await leases.take(instance, owner: process.text, replacing: seen, until: clock.now.adding(term))
    }

    private static func sentence(_ holder: InstanceLeases.Holder) -> String {
        ProcessIdentity(holder.owner)?.sentence ?? holder.owner
    }

    /// Finds out whether a holder is there: by its count, with a clock of our own.
    private struct Watch {
        enum Verdict {
            case isThere
            case isGone
            case isSilent
        }

        /// So often one looks before a holder counts as silent: a machine that slept, or was too busy to look, has seen
        /// nothing.
        private static let enough = 20

        let term: Duration
        private var seen: (holder: InstanceLeases.Holder, since: ContinuousClock.Instant)?
        private var looks = 0

        init(term: Duration) { self.term = term }

        mutating func judge(_ holder: InstanceLeases.Holder) -> Verdict {
            if ProcessIdentity(holder.owner)?.isGone == true { return .isGone }
            looks += 1
            guard let seen, seen.holder.owner == holder.owner else {
                seen = (holder, .now)
                looks = 1
                return .isSilent
            }
            if seen.holder.beat != holder.beat { return .isThere }
            return looks > Self.enough && ContinuousClock.now - seen.since > term ? .isGone : .isSilent
        }
    }

    /// Shows that the holder is there until cancelled; throws ``InUse`` when somebody else has taken the name.
    public func keep() async throws {
        while true {
            try await Task.sleep(for: term * 0.3)
            guard let other = try await show() else { continue }
            throw InUse(
                description:
                    "instance: \"\(instance)\" was taken over by another process (\(Self.sentence(other))) while this "
                    + "one said nothing for \(term.components.seconds) s; give each a name of its own")
        }
    }

    /// Gives the name up, once nothing is under way any more.
    public func release() async throws { try await leases.release(instance, owner: process.text) }
}
