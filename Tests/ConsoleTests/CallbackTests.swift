import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// Gateways that report by calling us.
@Suite struct CallbackTests {
    private static let secret = "0123456789abcdef0123456789abcdef"

    /// Reads `key=<message key>&state=<word>`; a word it does not know is an error, `forged` a forgery.
    private struct WordParser: ReceiptParser {
        let feed = "sms:test"

        struct Unreadable: Error {}

        func parse(_ raw: [UInt8], receivedAt: Timestamp) throws -> [ParsedReceipt] {
            let values = try FormFields(raw, what: "the report").values
            guard let key = values["key"], let word = values["state"] else { throw Unreadable() }
            guard let state = DeliveryState(rawValue: word == "forged" ? "delivered" : word) else { throw Unreadable() }
            return [
                ParsedReceipt(
                    keys: [.messageKey(key)], source: .smsReport, state: state, event: .receiptDelivered,
                    reason: word, happenedAt: ObservedTime(at: receivedAt, clock: "provider:test"),
                    dedupeKey: "\(key) \(word)", forgery: word == "forged" ? "the signature is wrong" : nil)
            ]
        }
    }

    private static func with(_ body: (TestServer, _ delivery: Delivery) async throws -> Void) async throws {
        let feed = CallbackFeed(name: "test", secret: secret) { request in
            let raw = request.method == "GET" ? Array(request.query.utf8) : request.body
            guard request.url.hasPrefix("https://hr.example.com/v1/receipts/\(secret)") else {
                throw WordParser.Unreadable()
            }
            return Callback(
                raw: raw, parser: WordParser(),
                reply: CallbackReply(contentType: "application/json", body: Array("{\"code\":0}".utf8)))
        }
        try await TestServer.with(callbacks: [feed]) { server in
            try await server.gateway.person()
            let notice = try await server.gateway.issue(server.gateway.riskAlert())
            try await server.gateway.settle()
            let sms = try #require(
                try await server.gateway.store.deliveries(of: notice).first { $0.address.channel == .sms })
            try await body(server, sms)
        }
    }

    private static let path = "/v1/receipts/\(secret)"

    @Test func `a report is recorded once, by POST or GET, and answered in the gateway's words`() async throws {
        try await Self.with { server, sms in
            let report = "key=\(sms.messageKey)&state=delivered"
            let first = try await server.http.send("POST", Self.path, body: Array(report.utf8))
            #expect(first.status == 200 && first.text == "{\"code\":0}")
            let second = try await server.get("\(Self.path)?\(report)")
            #expect(second.status == 200)
            #expect(try await server.gateway.store.delivery(sms.id)?.state == .delivered)
            let events = try await server.gateway.events(of: sms.notice)
            #expect(events.filter { $0 == .receiptDelivered }.count == 1)
        }
    }

    @Test func `a forgery is answered like a report, recorded as a forgery, and changes nothing`() async throws {
        try await Self.with { server, sms in
            let report = "key=\(sms.messageKey)&state=forged"
            let answer = try await server.http.send("POST", Self.path, body: Array(report.utf8))
            #expect(answer.status == 200)
            #expect(try await server.gateway.store.delivery(sms.id)?.state == .accepted)
        }
    }

    @Test func `what the feed cannot read is refused without telling why`() async throws {
        try await Self.with { server, _ in
            for body in ["", "state=delivered", "key=x&state=nonsense", "key=%ff"] {
                let answer = try await server.http.send("POST", Self.path, body: Array(body.utf8))
                #expect(answer.status == 400 && !answer.text.contains("nonsense"), "\(body)")
            }
        }
    }

    @Test func `a large body and a wrong secret are refused`() async throws {
        try await Self.with { server, _ in
            let large = try await server.http.send(
                "POST", Self.path, body: Array(repeating: 0x61, count: (64 << 10) + 1))
            #expect(large.status == 413)
            var statuses: Set<Int> = []
            for index in 0..<15 {
                statuses.insert(try await server.get("/v1/receipts/wrong-\(index)").status)
            }
            #expect(statuses == [404, 429])
            #expect(try await server.http.send("POST", Self.path, body: Array("x".utf8)).status == 400)
        }
    }
}
