import Evidence
import Notices

/// All web hooks.
struct WebhookListPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let webhooks: [WebhookView]
    let isEmpty: Bool
}

/// One web hook with its newest messages.
struct WebhookPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let webhook: WebhookView
    let messages: [WebhookMessageView]
    let isEmpty: Bool
    let deadOnly: String
    let error: String?
}

/// One message with the attempts at it.
struct WebhookMessagePage: Sendable {
    let frame: Frame
    let w: [String: String]
    let webhook: WebhookView
    let message: WebhookMessageView
    let payload: String
    let attempts: [Attempt]
    let canResend: Bool
    let error: String?

    /// One attempt as it is shown.
    struct Attempt: Sendable {
        let number: Int
        let at: String
        let status: String
        let milliseconds: String
        let words: String
    }
}

/// A web hook as pages show it.
struct WebhookView: Sendable {
    let name: String
    let url: String
    let events: String
    let isActive: Bool
    let disabled: String?
    let pending: Int
    let dead: Int
    let hasDead: Bool
    let page: String

    init(_ webhook: Webhook, _ make: PageMaker) {
        name = webhook.name
        url = webhook.url
        events = webhook.events.sorted().joined(separator: ", ")
        isActive = webhook.state == .active
        disabled = webhook.disabledAt.map { "\(make.time($0)): \(webhook.disabledReason ?? "")" }
        pending = webhook.counts.pending
        dead = webhook.counts.dead
        hasDead = webhook.counts.dead > 0
        page = Site.page(Site.webhookPage, webhook.id)
    }
}

/// A message as pages show it.
struct WebhookMessageView: Sendable {
    let id: String
    let event: String
    let state: String
    let isDead: Bool
    let attempts: Int
    let at: String
    let due: String?
    let page: String

    init(_ message: WebhookMessage, _ make: PageMaker) {
        id = message.id
        event = message.event
        state = make.word("webhook_\(message.state.rawValue)")
        isDead = message.state == .dead
        attempts = message.attempts
        at = make.time(message.createdAt)
        due = message.dueAt.map { make.time($0) }
        page = Site.page(Site.webhookMessagePage, message.webhook, message: message.id)
    }
}
