/// Hands messages to one relay over a few kept connections, each on its own thread.
///
/// Never throws: what happened to a message is a `MailOutcome`. A message is tried once, except that a kept connection
/// which turns out dead before the server has heard anything is replaced silently.
public final class MailPool: Sendable {
    private let core: MailPoolCore

    /// Describes a pool; connections are opened when there is something to send.
    ///
    /// `queueLimit` bounds the messages that wait for a connection; more are deferred at once.
    /// `messagesPerConnection` ends a connection politely before servers that count do it for us.
    public init(
        relay: MailRelay, maxConnections: Int = 16, idleTimeout: Duration = .seconds(30), queueLimit: Int = 10_000,
        messagesPerConnection: Int = 1000
    ) {
        core = MailPoolCore(
            relay: relay, maxConnections: max(1, maxConnections), idleTimeout: idleTimeout,
            queueLimit: max(1, queueLimit), messagesPerConnection: max(1, messagesPerConnection))
    }

    deinit { core.stop(grace: .zero) }

    /// The relay this pool sends to.
    public var relay: MailRelay { core.relay }

    /// Hands one message over and reports what became of it, with the dialogue.
    ///
    /// `message` is RFC 5322 bytes with CR LF line ends; they go out unchanged but for dot-stuffing.
    /// A message or address that must not go on the wire is `deferred` without a reply and without a connection.
    /// Cancelling the task ends the attempt: `deferred` before the final dot, `unknown` after it.
    public func deliver(_ envelope: MailEnvelope, message: [UInt8]) async -> MailDelivery {
        let mail: CheckedMail
        do {
            mail = try CheckedMail(envelope, message: message)
        } catch {
            return core.unsent(error.reason, error.phase)
        }
        let id = core.reserve()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { core.submit(MailJob(id: id, mail: mail, answer: $0)) }
        } onCancel: {
            core.cancel(id)
        }
    }

    /// Refuses new messages, gives those on the wire `grace` to end, says QUIT and closes everything.
    public func shutdown(grace: Duration = .seconds(20)) async {
        await withCheckedContinuation { core.stop(grace: grace, then: $0) }
    }
}

/// One message waiting for its turn, and who waits for it.
struct MailJob: Sendable {
    let id: UInt64
    let mail: CheckedMail
    let answer: CheckedContinuation<MailDelivery, Never>
}
