import Glibc

/// The processor time of this process so far, of all its threads, in seconds.
///
/// Unlike a rate it hardly changes with what else the machine does, so it is what to compare between two versions.
enum ProcessorTime {
    static var seconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// Microseconds a unit since an earlier reading, for the facts of a leg.
    static func microseconds(since earlier: Double, units: Int) -> Double {
        ((seconds - earlier) * 1e6 / Double(max(1, units))).rounded()
    }
}
