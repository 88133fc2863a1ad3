import Evidence
import Notices
import People
import Synchronization

/// The receiver of a web hook that answers as a test says and keeps what it was sent.
public final class ScriptedReceiver: Sendable {
    private struct State {
        var answer: @Sendable (WebhookRequest) -> WebhookAnswer = { _ in
            .answered(status: 200, words: "ok", retryAfter: nil)
        }
        var received: [WebhookRequest] = []
    }

    private let state = Mutex(State())

    /// A receiver that takes everything.
    public init() {}

    /// What it was sent, in order.
    public var received: [WebhookRequest] { state.withLock { $0.received } }

    /// Says how it answers from now on.
    public func answers(_ answer: @escaping @Sendable (WebhookRequest) -> WebhookAnswer) {
        state.withLock { $0.answer = answer }
    }

    /// Answers with one status from now on.
    public func answers(_ status: Int, retryAfter: Duration? = nil) {
        answers { _ in .answered(status: status, words: "status \(status)", retryAfter: retryAfter) }
    }

    /// Takes a request.
    public func take(_ request: WebhookRequest) async -> WebhookAnswer {
        let answer = state.withLock { state in
            state.received.append(request)
            return state.answer
        }
        return answer(request)
    }
}

extension WebhookRequest {
    /// The first field of a name.
    public func header(_ name: String) -> String { headers.first { $0.name == name }?.value ?? "" }
}

extension TestGateway {
    /// What the whole product tells.
    public static let webhookEvents = WebhookEvents.gateway.merging(.people)

    /// Whoever sends to the web hooks of this gateway.
    public func webhookSender(
        to receiver: ScriptedReceiver, limits: WebhookSender.Limits = .init(), owner: String = "one"
    ) -> WebhookSender {
        WebhookSender(
            store: store, events: Self.webhookEvents, recorder: recorder, clock: clock, owner: owner, limits: limits,
            isRehearsal: options.isRehearsal, post: { await receiver.take($0) }, alarm: { [alarms] in alarms.hear($0) })
    }

    /// The list of addresses to which team keys may send.
    public var teamDesk: TeamDesk {
        TeamDesk(store: store, recorder: recorder, clock: clock, normalise: Self.normalise)
    }

    /// Whoever registers them; only addresses with "bad" in them are refused.
    public func webhookDesk(wake: @escaping @Sendable () -> Void = {}) -> WebhookDesk {
        WebhookDesk(
            store: store, events: Self.webhookEvents, recorder: recorder, clock: clock,
            fault: { $0.contains("bad") ? "is bad; name a good one" : nil }, wake: wake)
    }
}
