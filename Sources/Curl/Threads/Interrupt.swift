import CCurl
import Glibc
import Synchronization

/// A deadline from outside that a blocked thread learns of at once: for cancellation and for shutting down.
final class Interrupt: Sendable {
    private let limit = Atomic<Int64>(Int64.max)
    /// Readable when the deadline has changed; poll it beside the socket.
    let descriptor: Int32

    init() {
        descriptor = ccurl_event()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The moment after which the thread must give up.
    var deadline: Instant { Instant(nanoseconds: limit.load(ordering: .acquiring)) }

    var isDue: Bool { deadline <= Instant.now }

    /// Makes the thread give up at `deadline` at the latest.
    func set(_ deadline: Instant) {
        guard limit.load(ordering: .relaxed) != deadline.nanoseconds else { return }
        limit.store(deadline.nanoseconds, ordering: .releasing)
        var one: UInt64 = 1
        // A full counter already wakes the thread, so a failed write loses nothing.
        _ = write(descriptor, &one, 8)
    }

    /// Takes the wake-up away so that the next poll blocks again.
    func drain() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}
