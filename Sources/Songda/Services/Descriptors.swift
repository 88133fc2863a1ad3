import Foundation

/// How the file descriptors of the process are shared out.
///
/// The system library that runs our tasks ends the process when it finds none left, so requests are accepted only while
/// enough remain for the database, the relays and the gateways.
enum Descriptors {
    /// What is kept for everything but requests and relays: database, log, gateways, the task runtime.
    private static let own = 160
    /// Fewer connections than these serve nobody.
    private static let fewest = 64

    /// Raises the limit of the process as far as it may go, and returns how many connections can be accepted.
    static func connections(besides relays: Int) throws -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return fewest }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        // Not being allowed to raise it leaves what there was.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return fewest }
        let free = Int(min(limit.rlim_cur, 65_536)) - own - relays
        guard free >= fewest else {
            throw Failure(
                "this process may open \(limit.rlim_cur) files, and needs \(own + relays + fewest); raise the limit "
                    + "(ulimit -n, or LimitNOFILE of the unit)")
        }
        return min(free, 8192)
    }
}
