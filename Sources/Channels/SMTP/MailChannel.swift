import Curl
import Evidence
import Notices

/// E-mail through one relay.
///
/// Which relay a delivery goes through, and when it is tried again, is for the dispatcher to say.
public struct MailChannel: Channel {
    /// It serves mailboxes.
    public let kind = ChannelKind.email
    /// The relay's name in the configuration.
    public let route: RouteID
    private let composer: MailComposer
    private let handOver: @Sendable (_ envelope: MailEnvelope, _ message: [UInt8]) async -> MailDelivery

    /// A channel over a pool of connections to one relay.
    public init(route: RouteID, composer: MailComposer, pool: MailPool) {
        self.init(route: route, composer: composer) { await pool.deliver($0, message: $1) }
    }

    init(
        route: RouteID, composer: MailComposer,
        handOver: @escaping @Sendable (_ envelope: MailEnvelope, _ message: [UInt8]) async -> MailDelivery
    ) {
        self.route = route
        self.composer = composer
        self.handOver = handOver
    }

    /// Builds the message, hands it over and says what the relay answered.
    ///
    /// A parcel that cannot become a message is refused by ourselves, and the facts say so; nothing was sent.
    public func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        let mail: MailComposer.Mail
        do {
            mail = try composer.compose(parcel)
        } catch let error as MailError {
            return notSent(
                error.description, error.code == .badAddress && error.field == "To" ? .addressInvalid : .other)
        } catch {
            return notSent("the message could not be built: \(error)", .other)
        }
        return outcome(of: await handOver(mail.envelope, mail.bytes), mail)
    }

    private func notSent(_ reason: String, _ code: DeliveryOutcome.ReasonCode) -> DeliveryOutcome {
        DeliveryOutcome(.refused(reason: reason), reasonCode: code, peer: "songda", facts: ["sent": .bool(false)])
    }

    private func outcome(of delivery: MailDelivery, _ mail: MailComposer.Mail) -> DeliveryOutcome {
        let verdict = MailVerdict(delivery.outcome)
        return DeliveryOutcome(
            verdict.result, reasonCode: verdict.reasonCode, peer: "\(delivery.peer.host):\(delivery.peer.port)",
            transcript: (delivery.opening + delivery.transcript).map {
                ($0.direction == .client ? "C: " : "S: ") + $0.text
            },
            facts: Self.facts(delivery, mail), blamesRoute: verdict.blamesRoute)
    }

    /// What a reader of the evidence may ask beyond the dialogue.
    private static func facts(_ delivery: MailDelivery, _ mail: MailComposer.Mail) -> [String: JSONValue] {
        var facts: [String: JSONValue] = [
            "messageID": .string(mail.messageID.value),
            "messageSHA256": .string(SHA256.hash(mail.bytes).hex),
            "messageBytes": .integer(Int64(mail.bytes.count)),
            "returnPath": .string(mail.envelope.sender),
            "dsnOffered": .bool(delivery.offeredDSN),
            "tls": .bool(delivery.usedTLS),
            "reusedConnection": .bool(delivery.reusedConnection),
        ]
        if let ip = delivery.peer.ip { facts["peerAddress"] = .string(ip) }
        if let domain = mail.signedBy { facts["dkim"] = .string(domain) }
        if let pem = delivery.tlsCertificatePEM, let der = PEM.decode(pem, label: "CERTIFICATE")?.first {
            facts["tlsCertificateSHA256"] = .string(SHA256.hash(der).hex)
        }
        return facts
    }
}

/// What the answer of a mail server means for a delivery.
struct MailVerdict {
    let result: DeliveryOutcome.Result
    let reasonCode: DeliveryOutcome.ReasonCode
    let blamesRoute: Bool

    init(_ outcome: MailOutcome) {
        switch outcome {
        case .accepted(let reply):
            self.init(.accepted(reference: reply.text), .none, blamesRoute: false)
        case .unknown(let reason):
            self.init(.unknown(reason: reason), .connection, blamesRoute: true)
        case .deferred(let reason, let reply, let phase):
            let code = Self.reasonCode(reply, phase)
            // A 4xx about the recipient or the message is that recipient's matter; all else is the relay's.
            let aboutRelay = reply.map { [421, 503, 530, 534, 535, 538].contains($0.code) } ?? true
            let aboutRecipient = !aboutRelay && [.rcptTo, .data, .endOfData].contains(phase)
            self.init(.deferred(reason: reason, after: nil), code, blamesRoute: !aboutRecipient)
        case .refused(let reply, let phase):
            let code = Self.reasonCode(reply, phase)
            switch phase {
            case .connect, .tls, .auth:
                // The relay will not talk to us: that says nothing about the recipient and may be mended.
                self.init(.deferred(reason: reply.text, after: nil), code, blamesRoute: true)
            case .mailFrom where Self.isTooLarge(reply):
                // The size is declared with the sender (RFC 1870): the message is at fault, and no other try mends it.
                self.init(.refused(reason: reply.text), .other, blamesRoute: false)
            case .mailFrom:
                // It refuses our sender address, which may be mended: no recipient's delivery may end by it, and to blame
                // their address would mislead every rule.
                let ours = code == .addressInvalid ? .policy : code
                self.init(.deferred(reason: reply.text, after: nil), ours, blamesRoute: true)
            case .rcptTo, .data, .endOfData:
                self.init(.refused(reason: reply.text), code, blamesRoute: false)
            }
        }
    }

    private init(
        _ result: DeliveryOutcome.Result, _ reasonCode: DeliveryOutcome.ReasonCode, blamesRoute: Bool
    ) {
        self.result = result
        self.reasonCode = reasonCode
        self.blamesRoute = blamesRoute
    }

    private static func isTooLarge(_ reply: SMTPReply) -> Bool {
        if let status = EnhancedStatus.first(in: reply.lines.joined(separator: " ")) {
            return (status.subject, status.detail) == (3, 4) || (status.subject, status.detail) == (2, 3)
        }
        return reply.code == 552
    }

    private static func reasonCode(_ reply: SMTPReply?, _ phase: MailPhase) -> DeliveryOutcome.ReasonCode {
        switch phase {
        case .tls: .tlsPolicy
        case .auth: .policy
        default: reply.map { RefusalReason.code(reply: $0.code, text: $0.lines.joined(separator: " ")) } ?? .connection
        }
    }
}
