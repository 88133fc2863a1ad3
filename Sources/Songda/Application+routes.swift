import Channels
import Curl
import Evidence
import Foundation
import Notices
import Typeset

extension Application {
    /// The mail routes with what they share: the return path, the composer, the reader of reports.
    struct MailRoutes {
        var routes: [RouteTable.Route] = []
        var pools: [MailPool] = []
        var reports: ReportReader
    }

    static func mailRoutes(_ mail: Configuration.Mail, linkKey: [UInt8]) throws -> MailRoutes {
        // Its own key, derived: who forges a bounce address must not be able to forge a link.
        let key = HMAC.sha256(key: linkKey, Array("songda return path".utf8))
        let returnPath = try ReturnPath(key: key, domain: mail.domain)
        let signatures = try Dictionary(grouping: mail.dkim, by: \.domain).sorted { $0.key < $1.key }.map {
            domain, keys in
            try DKIM(
                domain: domain,
                keys: keys.map { DKIM.Key(selector: $0.selector, signer: try SigningKey(file: $0.keyFile)) })
        }
        let composer = MailComposer(
            returnPath: returnPath, messageDomain: mail.domain, signatures: signatures
        ) { markdown, _ in
            let document = try MarkdownDocument(markdown)
            return MailCover(text: document.plainText, html: document.html)
        }
        var result = MailRoutes(reports: ReportReader(returnPath: returnPath, messageDomain: mail.domain))
        for route in mail.routes {
            let pool = MailPool(relay: route.relay, maxConnections: route.connections)
            result.pools.append(pool)
            result.routes.append(
                RouteTable.Route(
                    channel: MailChannel(route: RouteID(route.relay.name), composer: composer, pool: pool),
                    weight: route.weight))
        }
        return result
    }

    /// One SMS route: its channel, its gateway, and how its receipts are read.
    struct SMSRouteParts {
        let route: RouteTable.Route
        let gateway: any SMSGateway
        let parser: SMSCallbackParser
        let callbackSecret: String?
    }

    static func smsRoutes(
        _ routes: [Configuration.SMSRoute], clock: any WallClock, exchange: HTTPExchange
    ) throws -> [SMSRouteParts] {
        try routes.map { route in
            let id = RouteID(route.name)
            let gateway = try gateway(route)
            var secret: String?
            if let file = route.callbackSecretFile {
                let name = "sms \(route.name) callback-secret-file"
                let text: String
                do throws(SecretFile.Fault) { text = try SecretFile.read(file) } catch {
                    throw ConfigError(name, file, error.description, nil)
                }
                guard text.utf8.count >= 32 else {
                    throw ConfigError(name, file, "holds \(text.utf8.count) characters; write at least 32", nil)
                }
                secret = text
            }
            return SMSRouteParts(
                route: RouteTable.Route(
                    channel: SMSChannel(route: id, gateway: gateway, clock: clock, exchange: exchange),
                    weight: route.weight),
                gateway: gateway, parser: SMSCallbackParser(route: id, gateway: gateway), callbackSecret: secret)
        }
    }

    private static func gateway(_ route: Configuration.SMSRoute) throws -> any SMSGateway {
        var secrets: [String: String] = [:]
        for (name, file) in route.secretFiles {
            do throws(SecretFile.Fault) { secrets[name] = try SecretFile.read(file) } catch {
                throw ConfigError("sms \(route.name) secret-files.\(name)", file, error.description, nil)
            }
        }
        func setting(_ name: String) throws -> String {
            guard let value = route.settings[name] else {
                throw ConfigError("sms \(route.name) settings.\(name)", nil, "is missing", nil)
            }
            return value
        }
        func secret(_ name: String) throws -> String {
            guard let value = secrets[name] else {
                throw ConfigError("sms \(route.name) secret-files.\(name)", nil, "is missing", nil)
            }
            return value
        }
        /// `template-zh-CN: SMS_1234` with one parameter, the text's field, named by `parameter`.
        func templates() throws -> [String: SMSTemplate] {
            var templates: [String: SMSTemplate] = [:]
            for (name, code) in route.settings where name.hasPrefix("template-") {
                templates[String(name.dropFirst("template-".count))] = SMSTemplate(
                    code: code,
                    parameters: (route.settings["parameters"] ?? "number").split(separator: ",").map {
                        SMSTemplate.Parameter(String($0), field: String($0))
                    })
            }
            return templates
        }
        switch route.kind {
        case .generic:
            let file = route.description ?? ""
            guard let data = FileManager.default.contents(atPath: file) else {
                throw ConfigError("sms \(route.name) description", file, "cannot be read", nil)
            }
            return try GenericGateway(
                name: route.name,
                description: try GatewayDescription(yaml: String(decoding: data, as: UTF8.self), file: file),
                settings: route.settings, secrets: secrets)
        case .aliyun:
            return AliyunGateway(
                name: route.name,
                account: .init(keyID: try setting("key-id"), keySecret: try secret("key-secret")),
                templates: try templates())
        case .tencent:
            return TencentCloudGateway(
                name: route.name,
                account: .init(
                    keyID: try setting("key-id"), keySecret: try secret("key-secret"),
                    application: try setting("application")),
                templates: try templates())
        case .twilio:
            return TwilioGateway(
                name: route.name,
                account: .init(sid: try setting("sid"), token: try secret("token"), from: try setting("from")),
                callbackURL: try setting("callback-url"))
        }
    }
}

extension KeyCabinet {
    /// What travels with every proof bundle.
    var proofTrust: ProofDesk.Trust {
        ProofDesk.Trust(
            logKeys: logKeys, entryKeys: entryKeys, entryCertificates: [entryCertificate] + retiredEntries, roots: roots
        )
    }
}
