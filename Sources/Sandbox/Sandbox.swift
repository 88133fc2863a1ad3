import NIOCore

/// What every sandbox server has in common: it says what it is, and it listens to this machine alone.
public enum Sandbox {
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

/// Why a sandbox server does not start or does not do what a script asks.
public struct SandboxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of refusal.
    public enum Code: String, Sendable {
        /// The host is not this machine's loopback.
        case notLoopback = "sandbox.not-loopback"
        /// The port does not exist.
        case badPort = "sandbox.bad-port"
        /// `start()` was called twice, or the port was asked for before `start()`.
        case wrongState = "sandbox.wrong-state"
        /// The spool directory cannot be written.
        case spool = "sandbox.spool"
    }

    /// Which kind.
    public let code: Code
    /// A sentence: thing, value, cure.
    public let reason: String

    init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Compares the code alone.
    public static func == (left: SandboxError, right: SandboxError) -> Bool { left.code == right.code }

    /// The code and the sentence.
    public var description: String { "\(code.rawValue): \(reason)" }
}
