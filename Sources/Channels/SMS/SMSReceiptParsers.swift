import Curl
import Evidence
import Notices

/// Reads the call-backs of one gateway as receipts.
///
/// What a call-back says depends on its address and headers too, so the raw bytes that are kept and hashed are an envelope
/// around all three.
public struct SMSCallbackParser: ReceiptParser {
    /// The feed's name: `sms:` and the route.
    public let feed: String
    private let gateway: any SMSGateway
    private let route: RouteID

    /// Reads what one route's gateway sends.
    public init(route: RouteID, gateway: any SMSGateway) {
        self.route = route
        self.gateway = gateway
        feed = "sms:\(route)"
    }

    /// On what a report rests, in the words of the entry.
    private var basis: String {
        if gateway.signsReceipts { return "a call-back that the provider signed" }
        return gateway.canBeAsked
            ? "an unsigned call-back at a secret path; the provider is asked whether it is true"
            : "an unsigned call-back at a secret path; this provider cannot be asked"
    }

    /// The bytes under which a call-back is kept.
    public static func envelope(_ callback: SMSCallback) -> [UInt8] {
        JSONValue.object([
            "url": .string(callback.url), "body": .string(Base64.encode(callback.body)),
            "headers": .array(
                callback.headers.map { .object(["name": .string($0.name), "value": .string($0.value)]) }),
        ]).canonicalBytes
    }

    /// What the call-back claims.
    public func parse(_ raw: [UInt8], receivedAt: Timestamp) throws -> [ParsedReceipt] {
        let json = try JSONValue(parsing: raw)
        guard let url = json["url"]?.string, let body = json["body"]?.string.flatMap({ Base64.decode($0) }) else {
            throw SMSError(.malformedReceipt, "what was kept of a call-back is damaged")
        }
        let headers = (json["headers"]?.array ?? []).compactMap { header in
            header["name"]?.string.flatMap { name in header["value"]?.string.map { HTTPHeader(name: name, value: $0) } }
        }
        let receipts = try gateway.receipts(in: SMSCallback(url: url, headers: headers, body: body))
        return receipts.map {
            $0.parsed(
                route: route, source: .smsReport, receivedAt: receivedAt,
                facts: ["signedByProvider": .bool(gateway.signsReceipts), "basis": .string(basis)],
                isClaim: !gateway.signsReceipts && gateway.canBeAsked)
        }
    }
}

/// Reads the answer to one status question as receipts.
public struct SMSStatusParser: ReceiptParser {
    /// The feed's name: `sms-query:` and the route.
    public let feed: String
    private let gateway: any SMSGateway
    private let route: RouteID
    private let question: SMSStatusQuestion

    /// Reads the answer to this question.
    public init(route: RouteID, gateway: any SMSGateway, question: SMSStatusQuestion) {
        self.route = route
        self.gateway = gateway
        self.question = question
        feed = "sms-query:\(route)"
    }

    /// What the answer claims; asked by ourselves over TLS, so nothing about it can be forged by others.
    public func parse(_ raw: [UInt8], receivedAt: Timestamp) throws -> [ParsedReceipt] {
        let response = HTTPResponse(status: 200, headers: [], body: raw)
        return try gateway.receipts(inStatus: response, for: question).map {
            $0.parsed(
                route: route, source: .smsQuery, receivedAt: receivedAt,
                facts: ["basis": "the provider's answer to our question"])
        }
    }
}

extension SMSReceipt {
    fileprivate func parsed(
        route: RouteID, source: Receipt.Source, receivedAt: Timestamp, facts: [String: JSONValue],
        isClaim: Bool = false
    ) -> ParsedReceipt {
        let event: EvidenceEvent =
            switch state {
            case .delivered: .receiptDelivered
            case .failed: .receiptFailed
            case .pending, .unknown: .receiptDelayed
            }
        var facts = facts
        facts["gateway"] = .string(gateway)
        facts["code"] = .string(rawCode)
        if let providerID { facts["providerID"] = .string(providerID) }
        if let part { facts["part"] = .string(part.name) }
        if let parts = part?.total ?? totalParts { facts["parts"] = .integer(Int64(parts)) }
        return ParsedReceipt(
            keys: keys(route: route), source: source, state: deliveryState, event: event, reason: reason,
            happenedAt: happenedAt ?? ObservedTime(at: receivedAt, clock: ObservedTime.ours),
            dedupeKey: identity.hex, facts: facts, part: arrivedPart, isClaim: isClaim)
    }
}
