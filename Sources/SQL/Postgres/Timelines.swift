import Synchronization

/// The newest timeline on which a cluster was met; each election begins a new one (PostgreSQL manual, 26.3.5).
///
/// A leader that stood still while another was elected wakes up in the belief that it leads. It cannot commit any more, having
/// no standby, but it answers readers with what was true long ago, until somebody tells it: the evidence log would look as if
/// an old copy of the database had been put in place.
final class Timelines: Sendable {
    private let newest = Mutex(0)

    /// Whether nobody was met on a newer one; 0 is a server that does not tell.
    func isCurrent(_ timeline: Int) -> Bool {
        newest.withLock { newest in
            newest = max(newest, timeline)
            return timeline == newest || timeline == 0
        }
    }
}
