import NIOCore

/// What every sandbox server has in common: it says what it is, and it listens to this machine alone.
public enum SandboxIdentity {
    /// Stands in every banner, header and log line of a sandbox.
    public static let label = "SANDBOX"
    /// The name the mail servers greet with; `.invalid` can never be resolved (RFC 2606).
    public static let hostName = "sandbox.songda.invalid"
    /// The sentence that says what a sandbox does.
    public static let notice = "SANDBOX: accepted for rehearsal, delivered to nobody"

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
