import NIOCore

/// What every sandbox server has in common: it says what it is, and it listens to this machine alone.
public enum SandboxIdentity {
    /// Stands in every banner, header and log line of a sandbox.
    public static let label = "SANDBOX"
    /// The name the mail servers greet with; `.invalid` can never be resolved (RFC 2606).
    public static let hostName = "sandbox.songda.invalid"
    /// The sentence that says what a sandbox does.
    public static let notice = "SANDBOX: accepted for rehearsal, delivered to nobody"

    /// Stands before the numbers that one start gives, so that no other start gives the same names.
    ///
    /// A sandbox forgets its numbers when it ends, and a database that met their names skips what it has seen. 64 random
    /// bits, in letters and digits that stand in a UIDL (RFC 1939) and in a path as they are.
    public static func startMark() -> String {
        String(UInt64.random(in: .min ... .max), radix: 16) + "-"
    }

    /// Where a sandbox may listen and whom it may call back: loopback addresses as numbers, nothing else.
    static func loopbackAddress(host: String, port: Int) throws -> SocketAddress {
        guard host == "127.0.0.1" || host == "::1" else {
            throw SandboxError(
                .notLoopback,
                "sandbox host \"\(host.prefix(40))\" is not loopback; a sandbox speaks clear text and accepts everything,"
                    + " so use 127.0.0.1 or ::1")
        }
        guard (0...65535).contains(port) else {
            throw SandboxError(.badPort, "sandbox port \(port) is not a port (0–65535); use 0 for a free one")
        }
        return try SocketAddress(ipAddress: host, port: port)
    }
}
