import Evidence
import Notices

/// Every path of the server, once; `{name}` stands for one segment.
///
/// Patterns are registered as they stand here, and links are made here too, so that a path cannot be spelt in two ways.
public enum Site {
    // MARK: Notices

    /// Notices: issue one, list them.
    public static let notices = "/v1/notices"
    /// What a notice would say, without issuing it.
    public static let preview = "/v1/notices:preview"
    /// Many notices in one request.
    public static let batches = "/v1/batches"
    /// One notice, by id or number.
    public static let notice = "/v1/notices/{notice}"
    /// Agreement to its content.
    public static let approvals = "/v1/notices/{notice}/approvals"
    /// The values of its fields, until it is approved.
    public static let fields = "/v1/notices/{notice}/fields"
    /// Its withdrawal.
    public static let cancel = "/v1/notices/{notice}/cancel"
    /// What happened to it.
    public static let timeline = "/v1/notices/{notice}/timeline"
    /// The sealed bytes.
    public static let document = "/v1/notices/{notice}/document"
    /// The proof bundle.
    public static let proof = "/v1/notices/{notice}/proof"
    /// Its deliveries.
    public static let deliveries = "/v1/notices/{notice}/deliveries"
    /// Lets a notice go on that was set aside.
    public static let release = "/v1/notices/{notice}/release"
    /// Lets one delivery go on that was set aside.
    public static let deliveryRelease = "/v1/deliveries/{delivery}/release"
    /// What people observed on paper of one delivery.
    public static let postal = "/v1/deliveries/{delivery}/postal"
    /// The kinds of notices.
    public static let templates = "/v1/templates"
    /// One kind, with its fields.
    public static let template = "/v1/templates/{kind}"

    // MARK: People

    /// People: add one, list them.
    public static let people = "/v1/people"
    /// One person.
    public static let person = "/v1/people/{person}"
    /// Sends a code to one of their addresses.
    public static let challenge = "/v1/people/{person}/addresses/{channel}/challenge"
    /// Confirms that address.
    public static let confirmation = "/v1/people/{person}/addresses/{channel}/confirmation"
    /// Legal hold.
    public static let hold = "/v1/people/{person}/hold"
    /// Erasure after the retention period.
    public static let erasure = "/v1/people/{person}/erasure"
    /// Issuing entities.
    public static let issuers = "/v1/issuers"
    /// One issuing entity.
    public static let issuer = "/v1/issuers/{issuer}"

    // MARK: Inbox

    /// What is in the inbox of the key's person.
    public static let inbox = "/v1/inbox"
    /// Shows one notice and records that it did.
    public static let open = "/v1/inbox/{delivery}/open"
    /// Confirms receipt.
    public static let acknowledge = "/v1/inbox/{delivery}/acknowledge"
    /// Objects.
    public static let objection = "/v1/inbox/{delivery}/objection"
    /// Refuses to take it.
    public static let refusal = "/v1/inbox/{delivery}/refusal"

    // MARK: Operation

    /// Where gateways report; the last segment is the feed's secret.
    public static let receipts = "/v1/receipts/{feed}"
    /// Relays and gateways.
    public static let routes = "/v1/routes"
    /// Stops using a route.
    public static let pause = "/v1/routes/{route}/pause"
    /// Uses it again.
    public static let resume = "/v1/routes/{route}/resume"
    /// What was set aside, and why.
    public static let quarantine = "/v1/quarantine"
    /// API keys.
    public static let keys = "/v1/keys"
    /// One API key.
    public static let key = "/v1/keys/{key}"
    /// Addresses to which team keys may send.
    public static let teamAddresses = "/v1/team-addresses"
    /// One of them.
    public static let teamAddress = "/v1/team-addresses/{address}"
    /// Web hooks: register one, list them.
    public static let webhooks = "/v1/webhooks"
    /// What they may be told of.
    public static let webhookEvents = "/v1/webhook-events"
    /// One web hook.
    public static let webhook = "/v1/webhooks/{webhook}"
    /// A new secret for it.
    public static let webhookRotation = "/v1/webhooks/{webhook}/rotate"
    /// Tells it nothing more.
    public static let webhookDisabling = "/v1/webhooks/{webhook}/disable"
    /// Tells it again.
    public static let webhookEnabling = "/v1/webhooks/{webhook}/enable"
    /// Sends it a message that tells of nothing.
    public static let webhookTest = "/v1/webhooks/{webhook}/test"
    /// What it was told.
    public static let webhookMessages = "/v1/webhooks/{webhook}/messages"
    /// The attempts at one message.
    public static let webhookAttempts = "/v1/webhooks/{webhook}/messages/{message}/attempts"
    /// Sends it again.
    public static let webhookResend = "/v1/webhooks/{webhook}/messages/{message}/resend"
    /// The log's newest signed checkpoint.
    public static let checkpoint = "/v1/log/checkpoint"
    /// Whether the process answers.
    public static let health = "/healthz"
    /// Whether it can do its work.
    public static let ready = "/readyz"
    /// Figures for Prometheus.
    public static let metrics = "/metrics"

    // MARK: Pages

    /// The page behind a link; made by ``LinkTokens``.
    public static let link = "/n/{token}"
    /// Asks for the one-time code.
    public static let linkCode = "/n/{token}/code"
    /// Answers a notice that was opened.
    public static let linkAnswer = "/n/{token}/answer"
    /// The document of a notice that was opened.
    public static let linkDocument = "/n/{token}/document"
    /// The style sheet; its name carries its hash, so that it may be kept for ever.
    public static let stylesheet = "/assets/{file}"

    // MARK: Console

    /// What needs me today.
    public static let home = "/"
    /// The door.
    public static let signIn = "/sign-in"
    /// Through the identity provider.
    public static let signInOpenID = "/sign-in/openid"
    /// Where the provider sends people back to.
    public static let signInReturn = "/sign-in/openid/return"
    /// The second factor of somebody for whom the provider has vouched.
    public static let signInCode = "/sign-in/openid/code"
    /// Where the provider says that sessions are over.
    public static let signInEnded = "/sign-in/openid/logout"
    /// The way out.
    public static let signOut = "/sign-out"
    /// Notices, in the browser.
    public static let noticeList = "/notices"
    /// One notice, in the browser.
    public static let noticePage = "/notices/{notice}"
    /// Agreement to its content.
    public static let noticeApproval = "/notices/{notice}/approve"
    /// Its withdrawal.
    public static let noticeCancellation = "/notices/{notice}/cancel"
    /// The sealed bytes.
    public static let noticeDocument = "/notices/{notice}/document"
    /// The proof bundle.
    public static let noticeProof = "/notices/{notice}/proof"
    /// The kinds to issue.
    public static let issue = "/issue"
    /// The form of one kind.
    public static let issueKind = "/issue/{kind}"
    /// What it would say.
    public static let issuePreview = "/issue/{kind}/preview"
    /// The inbox of whoever has signed in.
    public static let myInbox = "/inbox"
    /// One notice in it.
    public static let myNotice = "/inbox/{delivery}"
    /// An answer to it.
    public static let myAnswer = "/inbox/{delivery}/answer"
    /// Its sealed bytes.
    public static let myDocument = "/inbox/{delivery}/document"

    /// The door, and where to go from there.
    static func signIn(next: String?) -> String { door(signIn, next: next) }

    /// The same through the identity provider.
    static func signInOpenID(next: String?) -> String { door(signInOpenID, next: next) }

    private static func door(_ path: String, next: String?) -> String {
        guard let next, !next.isEmpty, next != home, next.utf8.allSatisfy({ $0.isNameByte || $0 == 0x2F }) else {
            return path
        }
        return path + "?next=" + next.replacing("/", with: "%2F")
    }

    /// A page about one notice.
    static func page(_ pattern: String, _ notice: NoticeID) -> String { fill(pattern, "notice", notice.rawValue) }
    /// A page about one kind.
    static func page(_ pattern: String, kind: String) -> String { fill(pattern, "kind", kind) }
    /// A page about one item of the inbox.
    static func page(_ pattern: String, _ delivery: DeliveryID) -> String {
        fill(pattern, "delivery", delivery.rawValue)
    }

    // MARK: Links

    /// Where one notice is.
    public static func link(to notice: NoticeID) -> String { fill(Self.notice, "notice", notice.rawValue) }
    /// Where one person is.
    public static func link(to person: PersonID) -> String { fill(Self.person, "person", person.rawValue) }
    /// Where one issuing entity is.
    public static func link(to issuer: IssuerID) -> String { fill(Self.issuer, "issuer", issuer.rawValue) }
    /// Where a page behind a link token is.
    public static func link(_ pattern: String, token: String) -> String { fill(pattern, "token", token) }
    /// Where an asset is.
    public static func asset(_ file: String) -> String { fill(stylesheet, "file", file) }

    /// Values that come here were checked to be one plain segment.
    private static func fill(_ pattern: String, _ name: String, _ value: String) -> String {
        pattern.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0 == "{\(name)}" ? Substring(value) : $0 }.joined(separator: "/")
    }
}
