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
