import Curl
import Evidence

/// Tencent Cloud SMS (2021-01-11), signed with TC3-HMAC-SHA256.
///
/// An answer with HTTP 200 says nothing by itself: each number has its own code in SendStatusSet. Call-backs
/// carry no signature, so each receipt is confirmed by a query.
public struct TencentCloudGateway: SMSGateway {
    /// What the console of the provider gives out.
    public struct Account: Sendable {
        /// SecretId.
        public let keyID: String
        /// SecretKey.
        public let keySecret: String
        /// SmsSdkAppId.
        public let application: String
        /// The region of the API, for example `ap-guangzhou`.
        public let region: String
        /// Names an account.
        public init(keyID: String, keySecret: String, application: String, region: String = "ap-guangzhou") {
            self.keyID = keyID
            self.keySecret = keySecret
            self.application = application
            self.region = region
        }
    }

    /// What the configuration calls it.
    public let name: String
    /// Tencent adds the approved signature itself and refuses links in parameters.
    public let rules = SMSRules(signature: .provider, allowsLinks: false, maximumUnits: 500)
    /// False: the call-back has no signature.
    public let signsReceipts = false
    /// True: PullSmsSendStatusByPhoneNumber, for 7 days.
    public let canBeAsked = true
    let account: Account
    let templates: [String: SMSTemplate]
    let endpoint: String

    /// Configures a route; `templates` by language, `endpoint` with its scheme and without a path.
    public init(
        name: String = "tencent", account: Account, templates: [String: SMSTemplate],
        endpoint: String = "https://sms.tencentcloudapi.com"
    ) {
        self.name = name
        self.account = account
        self.templates = templates
        self.endpoint = endpoint
    }

    /// The secret key.
    public var secrets: [String] { [account.keySecret] }

    /// SendSms with our reference as SessionContext, which the receipt echoes as `ext`.
    public func request(for message: SMSMessage, at now: Timestamp, nonce: String) throws(SMSError) -> HTTPRequest {
        let template = try SMSTemplate.choose(from: templates, for: message, gateway: name)
        let values = try template.values(for: message)
        try rules.check(parameters: values)
        return call(
            "SendSms",
            [
                "PhoneNumberSet": .array([.string(message.phone.e164)]), "SmsSdkAppId": .string(account.application),
                "TemplateId": .string(template.code), "SignName": .string(message.signature),
                "TemplateParamSet": .array(values.map { .string($0.value) }),
                "SessionContext": .string(message.reference),
            ], at: now)
    }

    /// Reads the code of the one number that was submitted.
    public func verdict(on response: HTTPResponse, to message: SMSMessage) -> SMSVerdict {
        let answer = JSONValue.body(response.body)?.member("Response")
        if let error = answer?.member("Error"), let code = error.text("Code") {
            return TencentCode.verdict(code, text: error.text("Message") ?? "")
        }
        if let byStatus = SMSVerdict.ofStatus(response) { return byStatus }
        guard let rows = answer?.member("SendStatusSet")?.elements, rows.count == 1, let row = rows.first,
            let code = row.text("Code")
        else { return .unreadable(response) }
        guard code == "Ok" else { return TencentCode.verdict(code, text: row.text("Message") ?? "") }
        guard let id = row.text("SerialNo") else { return .unreadable(response) }
        // Fee is what is billed, and what is billed is the parts.
        return SMSVerdict(.accepted(reference: id), providerCode: code, parts: SMSVerdict.parts(row.text("Fee")))
    }

    /// PullSmsSendStatusByPhoneNumber from the minute before submission; nil after the 7 days it reaches back.
    public func statusQuery(
        for question: SMSStatusQuestion, at now: Timestamp, nonce: String
    ) throws(SMSError) -> HTTPRequest? {
        guard now.since(question.submittedAt) < .seconds(7 * 86_400) else { return nil }
        return call(
            "PullSmsSendStatusByPhoneNumber",
            [
                "BeginTime": .integer(question.submittedAt.microseconds / 1_000_000 - 60),
                "EndTime": .integer(now.microseconds / 1_000_000), "Offset": .integer(0), "Limit": .integer(100),
                "PhoneNumber": .string(question.phone.e164), "SmsSdkAppId": .string(account.application),
            ], at: now)
    }

    private func call(_ action: String, _ fields: [String: JSONValue], at now: Timestamp) -> HTTPRequest {
        let body = JSONValue.object(fields).canonicalBytes
        let host = endpoint.split(separator: "/").last.map(String.init) ?? endpoint
        let seconds = now.microseconds / 1_000_000
        let signed = TencentSignature.Request(
            service: "sms", timestamp: seconds,
            headers: [
                ("content-type", "application/json; charset=utf-8"), ("host", host),
                ("x-tc-action", action.lowercased()),
            ], body: body)
        let authorization = TencentSignature.authorization(signed, keyID: account.keyID, secret: account.keySecret)
        return HTTPRequest(
            method: "POST", url: "\(endpoint)/",
            headers: [
                HTTPHeader(name: "Content-Type", value: "application/json; charset=utf-8"),
                HTTPHeader(name: "X-TC-Action", value: action),
                HTTPHeader(name: "X-TC-Version", value: "2021-01-11"),
                HTTPHeader(name: "X-TC-Region", value: account.region),
                HTTPHeader(name: "X-TC-Timestamp", value: String(seconds)),
                HTTPHeader(name: "Authorization", value: authorization),
            ], body: body)
    }
}
