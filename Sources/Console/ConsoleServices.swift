import Evidence
import Notices
import People

/// Everything the server is given; it makes nothing itself.
///
/// A class, because every page and every address holds it: as a value it would be copied, part by part, for each request.
public final class ConsoleServices: Sendable {
    /// The six rooms.
    public let pipeline: Pipeline
    /// People, addresses and issuing entities.
    public let addresses: AddressDesk
    /// Holds and erasure.
    public let retention: RetentionDesk
    /// Reads notices.
    public let reader: any NoticeReader
    /// Reads inboxes.
    public let inbox: any InboxStore
    /// API keys.
    public let credentials: any CredentialStore
    /// Reads people and issuing entities.
    public let recipients: any RecipientStore
    /// The HR core.
    public let people: PeopleDesks
    /// Other systems that are told of events.
    public let webhooks: WebhookDesk
    /// The addresses to which team keys may send.
    public let team: TeamDesk
    /// Accounts of the console.
    public let accounts: any AccountStore
    /// The kinds of notices.
    public let templates: TemplateLibrary
    /// The evidence log.
    public let log: any EvidenceLogStore
    /// Signs what operators do.
    public let recorder: EvidenceRecorder
    /// The time.
    public let clock: any WallClock
    /// The routes of every channel, to show and to pause.
    public let routes: [RouteTable]
    /// The gateways that report by calling us.
    public let callbacks: [CallbackFeed]
    /// The PEM certificate with which an entity's seal is verified; throws a sentence that says where to put it.
    public let sealCertificate: @Sendable (IssuerID) throws -> String
    /// Turns the Markdown of a notice into HTML without raw tags.
    public let renderMarkdown: @Sendable (String) throws -> String
    /// Sets reports as PDF.
    public let documents: DocumentMaker
    /// Says whether work can be done.
    public let health: @Sendable () async -> HealthReport
    /// Figures in the text format of Prometheus.
    public let metrics: @Sendable () async -> String
    /// What the sandbox of a rehearsal has received, the oldest first.
    public let sandbox: @Sendable () async -> [SandboxMessage]
    /// What the configuration says.
    public let settings: Settings
    /// Lets people in; one for all pages, because it counts tries.
    let signIn: SignIn
    /// Lets people in for whom the identity provider vouches; nil where none is configured.
    let openID: OpenIDSignIn?

    /// What the configuration says about the server.
    public struct Settings: Sendable {
        /// Shown by `/healthz`.
        public var version: String
        /// How the world reaches us, without a slash at the end; nil when only machines beside us do.
        public var publicBaseURL: String?
        /// The proxies whose `X-Forwarded-For` is believed, by address.
        ///
        /// Whoever else sends it is counted by their own address: they could otherwise choose the one by which tries are
        /// counted.
        public var proxies: Set<String>
        /// Ask for a key with the scope `read` at `/metrics`; otherwise the counts are open to whoever reaches the port.
        public var metricsNeedKey: Bool
        /// 32 secret bytes, the same in every process: the key of the passes that fetch an opened document.
        public var passKey: [UInt8]

        /// Whom the page that examines bundles trusts; with nothing named, what the bundle itself brings.
        public var verifyTrust: BundleVerifier.Trust

        /// Whether the world reaches us by HTTPS.
        var isSecure: Bool { publicBaseURL?.hasPrefix("https://") ?? false }
        /// A `__Host-` cookie cannot be set by another host of the domain; browsers take it over HTTPS only.
        var cookieName: String { isSecure ? "__Host-songda" : "songda" }

        /// A cookie that no script reads and no other site sends along; one with age 0 goes away.
        func cookie(_ name: String, _ value: String, age: Int? = nil) -> (name: String, value: String) {
            (
                "Set-Cookie",
                "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
                    + (age.map { "; Max-Age=\($0)" } ?? "")
            )
        }

        /// Everything goes to a sandbox on this machine, and every page says so.
        public var isRehearsal: Bool

        /// States the settings.
        public init(
            version: String, publicBaseURL: String?, passKey: [UInt8], proxies: Set<String> = [],
            metricsNeedKey: Bool = false, isRehearsal: Bool = false, verifyTrust: BundleVerifier.Trust = .init()
        ) {
            precondition(passKey.count >= 32, "the pass key needs 32 bytes")
            self.version = version
            self.publicBaseURL = publicBaseURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
            self.passKey = passKey
            self.proxies = proxies
            self.metricsNeedKey = metricsNeedKey
            self.isRehearsal = isRehearsal
            self.verifyTrust = verifyTrust
        }
    }

    /// Gathers the services.
    public init(
        pipeline: Pipeline, addresses: AddressDesk, retention: RetentionDesk, reader: any NoticeReader,
        inbox: any InboxStore, credentials: any CredentialStore, recipients: any RecipientStore,
        people: PeopleDesks, webhooks: WebhookDesk, team: TeamDesk, accounts: any AccountStore,
        templates: TemplateLibrary, log: any EvidenceLogStore,
        recorder: EvidenceRecorder,
        clock: any WallClock,
        routes: [RouteTable], callbacks: [CallbackFeed],
        sealCertificate: @escaping @Sendable (IssuerID) throws -> String,
        renderMarkdown: @escaping @Sendable (String) throws -> String, documents: DocumentMaker,
        health: @escaping @Sendable () async -> HealthReport, metrics: @escaping @Sendable () async -> String,
        sandbox: @escaping @Sendable () async -> [SandboxMessage] = { [] },
        identityProvider: (settings: OpenIDSettings, exchange: ProviderExchange)? = nil, settings: Settings
    ) {
        self.pipeline = pipeline
        self.addresses = addresses
        self.retention = retention
        self.reader = reader
        self.inbox = inbox
        self.credentials = credentials
        self.recipients = recipients
        self.people = people
        self.webhooks = webhooks
        self.team = team
        self.accounts = accounts
        let signIn = SignIn(store: accounts, recorder: recorder, clock: clock)
        self.signIn = signIn
        openID = identityProvider.map { provider in
            OpenIDSignIn(
                provider: OpenIDProvider(provider.settings, clock: clock, exchange: provider.exchange), signIn: signIn,
                seal: CookieSeal(key: settings.passKey), redirect: (settings.publicBaseURL ?? "") + Site.signInReturn,
                staff: { try await people.roster.working(number: $0) })
        }
        self.templates = templates
        self.log = log
        self.recorder = recorder
        self.clock = clock
        self.routes = routes
        self.callbacks = callbacks
        self.sealCertificate = sealCertificate
        self.renderMarkdown = renderMarkdown
        self.documents = documents
        // Open to whoever reaches the port: a durable write and a count of every row must not be had for a GET each.
        let (recentHealth, recentMetrics) = (
            Recent(for: .seconds(1), clock: clock, make: health), Recent(for: .seconds(10), clock: clock, make: metrics)
        )
        self.health = { await recentHealth.value() }
        self.metrics = { await recentMetrics.value() }
        self.sandbox = sandbox
        self.settings = settings
    }
}

/// Whether the process can do its work, with a reason for everything that stands against it.
public struct HealthReport: Sendable, Hashable {
    /// One thing that was looked at.
    public struct Check: Sendable, Hashable {
        /// What was looked at, for example `database`.
        public let name: String
        /// Whether it is in order.
        public let isOK: Bool
        /// What was found, for programs: one word of few, `low` for example, whatever the language.
        public let code: String
        /// What was found, for people.
        public let reason: BilingualText
        /// Whether no work can be done while it is not in order; otherwise it is told, and work goes on.
        public let stopsWork: Bool
        /// States a finding.
        public init(name: String, isOK: Bool, code: String, reason: BilingualText, stopsWork: Bool = true) {
            self.name = name
            self.isOK = isOK
            self.code = code
            self.reason = reason
            self.stopsWork = stopsWork
        }
    }

    /// What was looked at, in order.
    public let checks: [Check]
    /// Whether everything is in order that work needs.
    public var isReady: Bool { checks.allSatisfy { $0.isOK || !$0.stopsWork } }
    /// How much of the time it was ready; empty before the first look.
    public let served: [ServedShare]
    /// Gathers findings.
    public init(checks: [Check], served: [ServedShare] = []) {
        self.checks = checks
        self.served = served
    }
}
