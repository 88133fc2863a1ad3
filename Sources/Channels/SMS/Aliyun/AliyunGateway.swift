import Curl
import Evidence

/// Aliyun Short Message Service (Dysmsapi 2017-05-25), signed with ACS3-HMAC-SHA256.
///
/// SendSms is not idempotent: after a timeout the message is looked for by QuerySendDetails, never sent again
/// blindly. Pushed receipts carry no signature, so each is confirmed by the same query.
public struct AliyunGateway: SMSGateway {
    /// What the console of the provider gives out.
    public struct Account: Sendable {
        /// AccessKey ID.
        public let keyID: String
        /// AccessKey secret.
        public let keySecret: String
        /// Names an account.
        public init(keyID: String, keySecret: String) {
            self.keyID = keyID
            self.keySecret = keySecret
        }
    }

    /// What the configuration calls it.
    public let name: String
    /// Aliyun adds the approved signature itself and refuses links in parameters.
    public let rules = SMSRules(signature: .provider, allowsLinks: false, maximumUnits: 500)
    /// False: the push has no signature.
    public let signsReceipts = false
    /// True: QuerySendDetails, for 30 days.
    public let canBeAsked = true
    let account: Account
    let templates: [String: SMSTemplate]
    let endpoint: String

    /// Configures a route; `templates` by language, `endpoint` with its scheme and without a path.
    public init(
        name: String = "aliyun", account: Account, templates: [String: SMSTemplate],
        endpoint: String = "https://dysmsapi.aliyuncs.com"
    ) {
        self.name = name
        self.account = account
        self.templates = templates
        self.endpoint = endpoint
    }

    /// The secret key and what a signature would give away of it.
    public var secrets: [String] { [account.keySecret] }

    /// SendSms with our reference as OutId, which the receipt echoes.
    public func request(for message: SMSMessage, at now: Timestamp, nonce: String) throws(SMSError) -> HTTPRequest {
        let template = try SMSTemplate.choose(from: templates, for: message, gateway: name)
        let values = try template.values(for: message)
        try rules.check(parameters: values)
        let parameters = values.map { name, value in
            "\"\(WebEncoding.jsonString(name))\":\"\(WebEncoding.jsonString(value))\""
        }
        return call(
            "SendSms",
            [
                ("PhoneNumbers", message.phone.mainlandDigits ?? message.phone.digits),
                ("SignName", message.signature), ("TemplateCode", template.code),
                ("TemplateParam", "{\(parameters.joined(separator: ","))}"), ("OutId", message.reference),
            ], at: now, nonce: nonce)
    }

    /// Reads Code and BizId; any other code than OK is not acceptance, whatever the HTTP status.
    public func verdict(on response: HTTPResponse, to message: SMSMessage) -> SMSVerdict {
        let body = JSONValue.body(response.body)
        let code = body?.text("Code") ?? ""
        let text = body?.text("Message") ?? ""
        if !code.isEmpty, code != "OK", let known = AliyunCode.verdict(code, text: text) { return known }
        if let byStatus = SMSVerdict.ofStatus(response, code: code, text: text) { return byStatus }
        guard let body, !code.isEmpty else { return .unreadable(response) }
        guard code == "OK" else {
            return SMSVerdict(.refused(reason: "\(code): \(text)"), .other, providerCode: code)
        }
        guard let id = body.text("BizId") else { return .unreadable(response) }
        return SMSVerdict(.accepted(reference: id), providerCode: code)
    }

    /// QuerySendDetails for the number and day; nil after the 30 days that Aliyun keeps them.
    public func statusQuery(
        for question: SMSStatusQuestion, at now: Timestamp, nonce: String
    ) throws(SMSError) -> HTTPRequest? {
        guard now.since(question.submittedAt) < .seconds(30 * 86_400) else { return nil }
        let local = question.submittedAt.adding(.seconds(8 * 3_600))  // Aliyun's day is Beijing's
        var fields = [
            ("PhoneNumber", question.phone.mainlandDigits ?? question.phone.digits),
            ("SendDate", local.rfc3339.prefix(10).filter { $0 != "-" }), ("PageSize", "50"), ("CurrentPage", "1"),
        ]
        if let id = question.providerID { fields.append(("BizId", id)) }
        return call("QuerySendDetails", fields, at: now, nonce: nonce)
    }

    private func call(_ action: String, _ fields: [(String, String)], at now: Timestamp, nonce: String) -> HTTPRequest {
        let body = Array(WebEncoding.form(fields.map { (name: $0.0, value: $0.1) }).utf8)
        let host = endpoint.split(separator: "/").last.map(String.init) ?? endpoint
        let signed = AliyunSignature.Request(
            headers: [
                ("content-type", "application/x-www-form-urlencoded"), ("host", host), ("x-acs-action", action),
                ("x-acs-content-sha256", SHA256.hash(body).hex), ("x-acs-date", "\(now.rfc3339.prefix(19))Z"),
                ("x-acs-signature-nonce", nonce), ("x-acs-version", "2017-05-25"),
            ], body: body)
        let authorization = AliyunSignature.authorization(signed, keyID: account.keyID, secret: account.keySecret)
        // libcurl writes Host itself, from the same address.
        let headers = signed.headers.filter { $0.name != "host" }.map { HTTPHeader(name: $0.name, value: $0.value) }
        return HTTPRequest(
            method: "POST", url: "\(endpoint)/",
            headers: headers + [
                HTTPHeader(name: "Accept", value: "application/json"),
                HTTPHeader(name: "Authorization", value: authorization),
            ], body: body)
    }
}
