import Curl
import Evidence
import Notices

/// How a gateway's answer to a submission is to be understood.
public struct SMSVerdict: Sendable, Hashable {
    /// The result in the words every channel shares.
    public let result: DeliveryOutcome.Result
    /// Why, as a value.
    public let reasonCode: DeliveryOutcome.ReasonCode
    /// Whether the route is at fault and not the message or the number.
    public let blamesRoute: Bool
    /// The provider's own code, untouched; empty when it gave none.
    public let providerCode: String
    /// How many parts the provider made of the message, if its answer says so.
    public let parts: Int?

    /// States a verdict.
    public init(
        _ result: DeliveryOutcome.Result, _ reasonCode: DeliveryOutcome.ReasonCode = .none,
        blamesRoute: Bool = false, providerCode: String = "", parts: Int? = nil
    ) {
        self.result = result
        self.reasonCode = reasonCode
        self.blamesRoute = blamesRoute
        self.providerCode = providerCode
        self.parts = parts
    }

    /// A provider's count of parts, where it is one.
    static func parts(_ text: String?) -> Int? {
        text.flatMap { Int($0) }.flatMap { (1...255).contains($0) ? $0 : nil }
    }

    /// Nobody took the message and the route needs an operator: wrong key, no money, wrong address.
    static func routeFault(_ reason: String, code: String = "") -> SMSVerdict {
        SMSVerdict(.deferred(reason: reason, after: nil), .policy, blamesRoute: true, providerCode: code)
    }

    /// A success status whose body says nothing we can read: the provider may well have the message.
    static func unreadable(_ response: HTTPResponse) -> SMSVerdict {
        SMSVerdict(
            .unknown(reason: "HTTP \(response.status) with a body that is not the documented answer"), .other,
            blamesRoute: true)
    }

    /// What the status alone says when it is not a success; nil for 2xx, which only the body can explain.
    ///
    /// 504 is unknown and not deferred: a proxy passed the request on and never saw the answer.
    static func ofStatus(_ response: HTTPResponse, code: String = "", text: String = "") -> SMSVerdict? {
        let words = [code, text].filter { !$0.isEmpty }.joined(separator: ": ")
        let reason = words.isEmpty ? "HTTP \(response.status)" : "HTTP \(response.status), \(words)"
        switch response.status {
        case 200..<300:
            return nil
        case 429:
            return SMSVerdict(
                .deferred(reason: reason, after: retryAfter(response)), .rateLimited, blamesRoute: true,
                providerCode: code)
        case 504:
            return SMSVerdict(.unknown(reason: reason), .connection, blamesRoute: true, providerCode: code)
        case 408, 425, 500...:
            return SMSVerdict(
                .deferred(reason: reason, after: retryAfter(response)), .connection, blamesRoute: true,
                providerCode: code)
        case 300..<400:
            return routeFault("\(reason): redirects are not followed; correct the gateway's address", code: code)
        case 401, 403, 404, 405, 407, 411, 415:
            return routeFault("\(reason): check the gateway's address and credentials", code: code)
        default:
            return SMSVerdict(.refused(reason: reason), .other, providerCode: code)
        }
    }

    /// Retry-After in seconds, at most a day; its date form is not honoured, since it needs a clock we trust less.
    static func retryAfter(_ response: HTTPResponse) -> Duration? {
        guard let text = response.header("Retry-After"), let seconds = Int64(text), seconds >= 0 else { return nil }
        return .seconds(min(seconds, 86_400))
    }
}
