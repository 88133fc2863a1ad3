import Curl
import Evidence
import Foundation
import TestSupport
import Testing

/// A caller of the HTTP interface.
struct Caller: Sendable {
    let port: Int
    let secret: String
    /// The key's id, where it was told.
    let id: String
    private let exchange = HTTPExchange()

    init(port: Int, secret: String, id: String = "") {
        self.port = port
        self.secret = secret
        self.id = id
    }

    /// One request, whatever its answer.
    func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, key: String? = nil,
        within limit: Duration = .seconds(30)
    ) async throws -> HTTPResponse {
        var headers = [HTTPHeader(name: "Authorization", value: "Bearer \(secret)")]
        if body != nil { headers.append(HTTPHeader(name: "Content-Type", value: "application/json")) }
        if let key { headers.append(HTTPHeader(name: "Idempotency-Key", value: key)) }
        return try await exchange.send(
            HTTPRequest(
                method: method, url: "http://127.0.0.1:\(port)\(path)", headers: headers,
                body: body?.canonicalBytes ?? [], timeout: limit, maxResponseBytes: 64 << 20))
    }

    /// One request that must succeed, and its answer.
    @discardableResult
    func json(_ method: String, _ path: String, _ body: JSONValue? = nil, key: String? = nil) async throws -> JSONValue
    {
        let answer = try await send(method, path, body, key: key)
        guard (200..<300).contains(answer.status) else {
            throw TestSupportError(
                "\(method) \(path): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
        return try JSONValue(parsing: answer.body)
    }

    /// A text of an answer.
    func text(_ method: String, _ path: String, _ body: JSONValue? = nil, key: String? = nil, _ name: String)
        async throws -> String
    {
        let answer = try await json(method, path, body, key: key)
        return try #require(answer[name]?.string, "\(name) in \(answer.canonicalText.prefix(300))")
    }

    func close() { exchange.shutdown() }

    // MARK: What most tests need

    /// Puts the issuing entity on record.
    func enrol() async throws {
        try await json(
            "PUT", "/v1/issuers/\(House.issuer)",
            [
                "fullName": .string(House.issuerName), "creditCode": .string(House.creditCode),
                "contact": "人力资源部 021-61234567", "mailbox": "hr@songda.test", "smsSignature": "宏远贸易",
            ])
    }

    /// Puts a person on record and returns their id.
    func person(_ id: String, name: String = "王芳", mail: String?, phone: String? = nil) async throws -> String {
        let addresses = [("email", mail), ("sms", phone)].compactMap { channel, value in
            value.map { JSONValue.object(["channel": .string(channel), "value": .string($0)]) }
        }
        return try await text(
            "POST", "/v1/people",
            [
                "externalID": .string(id), "name": .string(name), "language": "zh-CN",
                "addresses": .array(addresses),
            ], "id")
    }

    /// Makes another key and returns a caller with it.
    func colleague(_ name: String, _ scopes: [String], person: String? = nil) async throws -> Caller {
        let made = try await json(
            "POST", "/v1/keys",
            [
                "name": .string(name), "scopes": .array(scopes.map { .string($0) }),
                "person": person.map { .string($0) } ?? .null,
            ])
        return Caller(
            port: port, secret: try #require(made["secret"]?.string), id: try #require(made["id"]?.string))
    }

    /// Issues a risk alert: no approval, a message without PDF, at any hour.
    func alert(_ person: String, key: String) async throws -> String {
        try await text("POST", "/v1/notices", Requests.alert(to: person), key: key, "id")
    }

    /// The deliveries of a notice.
    func deliveries(of notice: String) async throws -> [JSONValue] {
        try await json("GET", "/v1/notices/\(notice)/deliveries")["items"]?.array ?? []
    }

    /// The state of a notice on one channel; nil while it has no delivery there.
    func state(of notice: String, on channel: String = "email") async throws -> String? {
        try await deliveries(of: notice).first { $0["channel"]?.string == channel }?["state"]?.string
    }

    /// Waits until a notice has this state on a channel.
    func wait(for state: String, of notice: String, on channel: String = "email") async throws {
        var last: [JSONValue] = []
        try await eventually("\(notice) to be \(state) on \(channel), which is \(last)") {
            last = try await deliveries(of: notice)
            return last.contains { $0["channel"]?.string == channel && $0["state"]?.string == state }
        }
    }

    /// The evidence of a notice, in the order in which it happened.
    func timeline(of notice: String) async throws -> [JSONValue] {
        try await json("GET", "/v1/notices/\(notice)/timeline")["timeline"]?["items"]?.array ?? []
    }

    /// Whether the server says that it can do its work.
    func isReady() async throws -> Bool { try await send("GET", "/readyz").status == 200 }
}

/// The bodies of requests.
enum Requests {
    /// To HR, about days without clocking in.
    static func alert(to person: String) -> JSONValue {
        [
            "issuer": .string(House.issuer), "kind": "risk-alert", "language": "zh-CN",
            "recipients": [.string(person)],
            "fields": [
                "employee": "张三", "pattern": "absence", "count": 2, "signals": ["最近两个排班工作日无打卡记录"],
                "rule": "考勤规则 attendance-absence 第3版",
            ],
        ]
    }

    /// Article 39(2), complete; the missing address confirmation is overridden by the author and a second person.
    static func dismissal(to person: String, confirmedBy second: String) -> JSONValue {
        let day = { (offset: Int) in
            JSONValue.string(
                String(SystemClock().now.adding(.seconds(8 * 3600 + offset * 86_400)).rfc3339.prefix(10)))
        }
        return [
            "issuer": .string(House.issuer), "kind": "dismissal", "language": "zh-CN",
            "recipients": [.string(person)],
            "fields": [
                "position": "华东区销售经理", "contractStart": "2022-03-01", "ground": "39-2",
                "facts": "您连续五个工作日未办理请假手续且未到岗。", "ruleClause": "《考勤管理制度》（2025年版）第十二条第三款",
                "evidence": ["考勤记录（打卡系统导出，2份）"], "unionNoticeDate": day(-5), "unionReply": "工会书面回复无异议",
                "finalDate": day(0), "handoverDate": day(3),
            ],
            "overrides": [
                ["finding": "address", "confirmedBy": .string(second), "reason": "入职时未签署送达地址确认书，同时安排 EMS 邮寄"]
            ],
        ]
    }
}

/// Waits until something holds, asking a few times a second; throws with the sentence when it never does.
func eventually(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(60), _ holds: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !holds() {
        guard ContinuousClock.now < end else { throw TestSupportError("waited \(limit) for \(what())") }
        try await Task.sleep(for: .milliseconds(50))
    }
}
