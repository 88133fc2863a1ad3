import Curl
import Foundation
import Yams

/// What the operator decided, checked as a whole before anything starts.
struct Configuration: Sendable {
    /// Names this process among those that share a database; leases carry it.
    var instance = "songda-1"
    /// `sqlite:PATH` or a PostgreSQL connection string.
    var database = "sqlite:var/songda.db"
    /// Whether PostgreSQL must have what it commits on a second server's disk.
    var requiresSyncStandby = false
    /// Where the private keys are.
    var keyDirectory = "certs/dev"
    /// Roots that the proof bundles suggest to their readers.
    var trustDirectory = "certs/trust"
    /// The templates of notices.
    var templates = "templates/notices"
    /// Page templates.
    var pages = "templates/console"
    /// The law of service and notice.
    var rules = "config/rules/service-law.yaml"
    /// The working days of each year.
    var calendars = "config/calendars"
    /// The fonts of formal notices, as config/setup-fonts.sh makes them.
    var fonts = "var/fonts"
    /// The name of the evidence log in its checkpoints.
    var logOrigin = "songda.example/evidence"
    /// Where checkpoints are kept outside the database.
    var witness = "var/songda.witness"
    /// How many years evidence is kept.
    var retentionYears = 10
    /// Everything goes to a sandbox on this machine; nothing reaches anybody.
    var isRehearsal = false
    /// HTTP.
    var http = HTTP()
    /// Mail.
    var mail = Mail()
    /// Text messages.
    var sms: [SMSRoute] = []
    /// Timestamp authorities, in the order in which they are asked.
    var timestamps = Timestamps()
    /// The identity provider through which people may sign in.
    var openID: OpenID?
    /// Deliveries under way at once, a channel.
    var inFlight = 64
    /// Web hooks may lead to this machine and to private networks.
    var webhooksReachPrivate = false
    /// Copies of the embedded database.
    var backup: Backup?

    struct HTTP: Sendable {
        var host = "127.0.0.1"
        var port = 8080
        /// Where people reach the pages from outside; no links are made without it.
        var publicURL: String?
        /// Where people sign in, in words, for notices.
        var portal = "songda.example"
        /// The proxies whose X-Forwarded-For is believed.
        var proxies: [String] = []
        /// Listen in clear text where other machines can reach it.
        var allowsClearText = false
        /// Ask for a key at /metrics.
        var metricsNeedKey = false
    }

    struct Mail: Sendable {
        /// The domain of Message-IDs and of the bounce address.
        var domain = "songda.example"
        var routes: [MailRoute] = []
        /// The mailbox that receives bounces and read receipts.
        var bounces: Bounces?
        var dkim: [DKIMKey] = []
    }

    struct MailRoute: Sendable {
        var relay: MailRelay
        var weight: Int
        var connections: Int
    }

    struct Bounces: Sendable {
        var mailbox: Curl.Mailbox
        var everySeconds: Int
    }

    struct Backup: Sendable {
        /// Where the copies go; on another disk or another machine's.
        var directory: String
        var interval: Duration
        /// How many are kept.
        var keep: Int
    }

    struct DKIMKey: Sendable {
        var domain: String
        var selector: String
        var keyFile: String
    }

    struct SMSRoute: Sendable {
        enum Kind: String, Sendable, CaseIterable { case generic, aliyun, tencent, twilio }
        var name: String
        var kind: Kind
        var weight: Int
        /// The description of a generic gateway.
        var description: String?
        var settings: [String: String]
        /// Files that hold one secret each, by name.
        var secretFiles: [String: String]
        /// The last part of the call-back address, a file with a secret.
        var callbackSecretFile: String?
    }

    struct Timestamps: Sendable {
        var authorities: [Authority] = []
        /// Use the built-in authority when no other answers, or none is configured.
        ///
        /// It is never independent.
        var usesBuiltIn = true
        struct Authority: Sendable {
            var name: String
            var url: String
            var rootsFile: String
            var isIndependent: Bool
            /// The policies accepted, as dotted object identifiers; nil accepts any.
            var policies: [String]?
        }
    }
}

extension Configuration {
    private static let keys: Set<String> = [
        "instance", "database", "require-sync-standby", "keys", "trust", "templates", "pages", "rules", "calendars",
        "fonts", "log", "witness",
        "retention-years",
        "rehearsal", "http", "mail", "sms", "timestamps", "dispatch", "oidc", "webhooks", "backup",
    ]

    /// Reads a file; relative paths in it are relative to the working directory.
    init(file path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigError("", path, "cannot be read; give --config the path of a songda.yaml", nil)
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigError("", path, "is not UTF-8; save it as UTF-8", nil)
        }
        try self.init(yaml: text)
    }

    /// Reads the text of a configuration file.
    init(yaml: String) throws {
        let root: ConfigSection
        do {
            root = try ConfigSection(try compose(yaml: yaml), path: "")
        } catch let error as YamlError {
            throw Self.sentence(error)
        }
        try root.allow(Self.keys)
        self.init()
        instance = try root.text("instance") ?? instance
        database = try root.text("database") ?? database
        requiresSyncStandby = try root.flag("require-sync-standby", default: requiresSyncStandby)
        keyDirectory = try root.text("keys") ?? keyDirectory
        trustDirectory = try root.text("trust") ?? trustDirectory
        templates = try root.text("templates") ?? templates
        pages = try root.text("pages") ?? pages
        rules = try root.text("rules") ?? rules
        calendars = try root.text("calendars") ?? calendars
        fonts = try root.text("fonts") ?? fonts
        logOrigin = try root.text("log") ?? logOrigin
        witness = try root.text("witness") ?? witness
        retentionYears = try root.number("retention-years", in: 1...200, default: retentionYears)
        isRehearsal = try root.flag("rehearsal", default: isRehearsal)
        http = try Self.readHTTP(try root.section("http"))
        mail = try Self.readMail(try root.section("mail"))
        for section in try root.sections("sms") { sms.append(try Self.readSMS(section)) }
        timestamps = try Self.readTimestamps(try root.section("timestamps"))
        openID = try Self.readOpenID(try root.section("oidc"), publicURL: http.publicURL)
        let dispatch = try root.section("dispatch")
        try dispatch.allow(["in-flight"])
        inFlight = try dispatch.number("in-flight", in: 1...1024, default: inFlight)
        let webhooks = try root.section("webhooks")
        try webhooks.allow(["private-targets"])
        webhooksReachPrivate = try webhooks.flag("private-targets", default: false)
        backup = try Self.readBackup(root, of: database)
        guard database.hasPrefix("sqlite:") || database.hasPrefix("postgres") || database.contains("host=") else {
            throw root.fault("database", "is neither sqlite:PATH nor a PostgreSQL connection string")
        }
        if requiresSyncStandby, database.hasPrefix("sqlite:") {
            throw root.fault("require-sync-standby", "is for PostgreSQL, and the database is SQLite; leave it out")
        }
    }

    /// The reader's own words quote the whole file.
    private static func sentence(_ error: YamlError) -> ConfigError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ConfigError("", nil, "is not YAML: \(problem)", mark.line)
        case .duplicatedKeysInMapping(let duplicates, let context):
            return ConfigError(
                duplicates.sorted().joined(separator: ", "), nil, "stands twice; remove one", context.mark.line)
        default: return ConfigError("", nil, "is not YAML: \(error)", nil)
        }
    }

    private static func readMail(_ section: ConfigSection) throws(ConfigError) -> Mail {
        try section.allow(["domain", "routes", "bounces", "dkim"])
        var mail = Mail()
        mail.domain = try section.text("domain") ?? mail.domain
        for route in try section.sections("routes") {
            try route.allow([
                "name", "host", "port", "security", "ca-file", "username", "password-file", "ehlo", "weight",
                "connections",
            ])
            let security = try route.choice("security", default: MailSecurity.startTLSRequired)
            let host = try route.needText("host")
            guard security != .clearText || isLoopback(host) else {
                throw route.fault(
                    "security",
                    "would send names and notices in the clear; use startTLSRequired or implicitTLS, or a relay "
                        + "on 127.0.0.1")
            }
            let relay = MailRelay(
                name: try route.needText("name"), host: host,
                port: try route.port("port", default: security == .implicitTLS ? 465 : 587), security: security,
                caFile: try route.text("ca-file"), credentials: try credentials(route),
                ehloName: try route.text("ehlo") ?? mail.domain)
            mail.routes.append(
                MailRoute(
                    relay: relay, weight: try route.number("weight", in: 0...1000, default: 1),
                    connections: try route.number("connections", in: 1...256, default: 16)))
        }
        let bounces = try section.section("bounces")
        try bounces.allow([
            "protocol", "host", "port", "security", "ca-file", "username", "password-file", "folder", "every-seconds",
        ])
        if let host = try bounces.text("host") {
            guard let credentials = try credentials(bounces) else {
                throw bounces.fault("username", "is missing; a mailbox is never open to everybody")
            }
            let kind = try bounces.choice("protocol", default: MailboxProtocol.imap)
            let security = try bounces.choice("security", default: MailSecurity.implicitTLS)
            mail.bounces = Bounces(
                mailbox: Curl.Mailbox(
                    name: "bounces", kind: kind, host: host,
                    port: try bounces.port("port", default: kind == .imap ? 993 : 995), security: security,
                    caFile: try bounces.text("ca-file"), credentials: credentials,
                    folder: try bounces.text("folder") ?? "INBOX"),
                everySeconds: try bounces.number("every-seconds", in: 1...3600, default: 30))
        }
        for key in try section.sections("dkim") {
            try key.allow(["domain", "selector", "key-file"])
            mail.dkim.append(
                DKIMKey(
                    domain: try key.needText("domain"), selector: try key.needText("selector"),
                    keyFile: try key.needText("key-file")))
        }
        return mail
    }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private static func credentials(_ section: ConfigSection) throws(ConfigError) -> MailCredentials? {
        guard let username = try section.text("username") else { return nil }
        let file = try section.needText("password-file")
        do throws(SecretFile.Fault) {
            return MailCredentials(username: username, password: try SecretFile.read(file))
        } catch { throw section.fault("password-file", error.description) }
    }

    private static func readSMS(_ section: ConfigSection) throws(ConfigError) -> SMSRoute {
        try section.allow(["name", "kind", "weight", "description", "settings", "secret-files", "callback-secret-file"])
        let kind = try section.choice("kind", default: SMSRoute.Kind.generic)
        let description = try section.text("description")
        if kind == .generic, description == nil {
            throw section.fault("description", "is missing; a generic gateway needs the path of its description")
        }
        return SMSRoute(
            name: try section.needText("name"), kind: kind,
            weight: try section.number("weight", in: 0...1000, default: 1), description: description,
            settings: try section.textMap("settings"), secretFiles: try section.textMap("secret-files"),
            callbackSecretFile: try section.text("callback-secret-file"))
    }

    private static func readTimestamps(_ section: ConfigSection) throws(ConfigError) -> Timestamps {
        try section.allow(["built-in", "authorities"])
        var timestamps = Timestamps()
        timestamps.usesBuiltIn = try section.flag("built-in", default: true)
        for authority in try section.sections("authorities") {
            try authority.allow(["name", "url", "roots-file", "independent", "policies"])
            guard isAddress(try authority.needText("url")) else {
                throw authority.fault("url", "is no address of HTTP; write it like https://tsa.example.com/tsr")
            }
            timestamps.authorities.append(
                Timestamps.Authority(
                    name: try authority.needText("name"), url: try authority.needText("url"),
                    rootsFile: try authority.needText("roots-file"),
                    isIndependent: try authority.flag("independent", default: true),
                    policies: try readPolicies(authority)))
        }
        guard timestamps.usesBuiltIn || !timestamps.authorities.isEmpty else {
            throw section.fault("built-in", "is false and authorities names none; add one, or set built-in: true")
        }
        return timestamps
    }

    /// Whether a text is an address of HTTP with a host, and without a part that would be lost.
    static func isAddress(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty else { return false }
        return ["http", "https"].contains(parts.scheme) && parts.fragment == nil && parts.user == nil
    }

    /// Nil when the key is absent; an empty list would refuse every token.
    private static func readPolicies(_ section: ConfigSection) throws(ConfigError) -> [String]? {
        guard section.names("policies") else { return nil }
        let policies = try section.texts("policies")
        guard !policies.isEmpty else {
            throw section.fault("policies", "names no policy; leave it out to accept any")
        }
        for policy in policies where !isObjectIdentifier(policy) {
            throw section.fault("policies", "\"\(policy.prefix(60))\" is no object identifier; write it like 1.2.3.4.1")
        }
        return policies
    }

    private static func isObjectIdentifier(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count >= 2 && text.utf8.count <= 200 && ["0", "1", "2"].contains(parts[0])
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    && (part == "0" || part.first != "0")
            }
    }
}
