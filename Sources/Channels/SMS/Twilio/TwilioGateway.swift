import Curl
import Evidence

/// Twilio Programmable Messaging, with signed call-backs.
///
/// Our reference travels in the call-back's address, which the signature covers, so a receipt finds its
/// delivery even when the answer to the submission was lost.
public struct TwilioGateway: SMSGateway {
    /// What the console of the provider gives out.
    public struct Account: Sendable {
        /// Account SID, `AC…`.
        public let sid: String
        /// Auth token: authenticates us and is the key of the call-backs' signature.
        public let token: String
        /// The sending number, or a messaging service `MG…`.
        public let from: String
        /// Names an account.
        public init(sid: String, token: String, from: String) {
            self.sid = sid
            self.token = token
            self.from = from
        }
    }

    /// What the configuration calls it.
    public let name: String
    /// The text goes as it is, signature in front; links are allowed.
    public let rules: SMSRules
    /// True: X-Twilio-Signature is verified.
    public let signsReceipts = true
    /// True: a message is fetched by its SID.
    public let canBeAsked = true
    let account: Account
    let endpoint: String
    let callbackURL: String

    /// Configures a route; `callbackURL` is our call-back address exactly as it is seen from outside.
    public init(
        name: String = "twilio", account: Account, callbackURL: String, signature: SMSRules.SignaturePlacement = .text,
        endpoint: String = "https://api.twilio.com"
    ) {
        self.name = name
        self.account = account
        self.callbackURL = callbackURL
        self.endpoint = endpoint
        rules = SMSRules(signature: signature, allowsLinks: true, maximumUnits: 1_600)
    }

    /// The token, and the Basic credentials made of it.
    public var secrets: [String] { [account.token, credentials] }

    /// Submits the text with our reference in the call-back's address.
    public func request(for message: SMSMessage, at now: Timestamp, nonce: String) throws(SMSError) -> HTTPRequest {
        let separator = callbackURL.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        let callback = "\(callbackURL)\(separator)reference=\(WebEncoding.percent(message.reference))"
        let origin = account.from.hasPrefix("MG") ? "MessagingServiceSid" : "From"
        let body = WebEncoding.form([
            ("To", message.phone.e164), (origin, account.from), ("Body", message.text), ("StatusCallback", callback),
        ])
        return call("POST", "Messages.json", body: Array(body.utf8))
    }

    /// Reads the message's SID and first status, or Twilio's own error code.
    public func verdict(on response: HTTPResponse, to message: SMSMessage) -> SMSVerdict {
        let body = JSONValue.body(response.body)
        let code = body?.text("code") ?? body?.text("error_code") ?? ""
        let text = body?.text("message") ?? body?.text("error_message") ?? ""
        if let known = Self.known(code, text: text, response) { return known }
        if let byStatus = SMSVerdict.ofStatus(response, code: code, text: text) { return byStatus }
        guard let sid = body?.text("sid"), let status = body?.text("status") else { return .unreadable(response) }
        guard status != "failed", status != "undelivered", status != "canceled" else {
            return SMSVerdict(.refused(reason: "\(status) \(code): \(text)"), .other, providerCode: code)
        }
        return SMSVerdict(
            .accepted(reference: sid), providerCode: status, parts: SMSVerdict.parts(body?.text("num_segments")))
    }

    /// Fetches the message; nil while its SID is unknown, since Twilio cannot be asked by our reference.
    public func statusQuery(
        for question: SMSStatusQuestion, at now: Timestamp, nonce: String
    ) throws(SMSError) -> HTTPRequest? {
        guard let sid = question.providerID else { return nil }
        return call("GET", "Messages/\(WebEncoding.percent(sid)).json", body: [])
    }

    private var credentials: String { Base64.encode(Array("\(account.sid):\(account.token)".utf8)) }

    private func call(_ method: String, _ path: String, body: [UInt8]) -> HTTPRequest {
        var headers = [HTTPHeader(name: "Authorization", value: "Basic \(credentials)")]
        if !body.isEmpty {
            headers.append(HTTPHeader(name: "Content-Type", value: "application/x-www-form-urlencoded"))
        }
        return HTTPRequest(
            method: method, url: "\(endpoint)/2010-04-01/Accounts/\(account.sid)/\(path)", headers: headers, body: body)
    }

    private static func known(_ code: String, text: String, _ response: HTTPResponse) -> SMSVerdict? {
        let reason = "\(code): \(text)"
        switch code {
        case "21211", "21214", "21217", "21614":
            return SMSVerdict(.refused(reason: reason), .addressInvalid, providerCode: code)
        case "21408", "21610", "21612", "21617":
            return SMSVerdict(.refused(reason: reason), .policy, providerCode: code)
        case "14107", "20429", "21611":
            return SMSVerdict(
                .deferred(reason: reason, after: SMSVerdict.retryAfter(response)), .rateLimited, blamesRoute: true,
                providerCode: code)
        case "20003", "20005", "20404", "21603", "21606":
            return .routeFault(reason, code: code)
        default:
            return nil
        }
    }
}
