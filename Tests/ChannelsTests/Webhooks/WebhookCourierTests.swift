import Channels
import Curl
import Evidence
import Notices
import TestSupport
import Testing

/// Messages to web hooks over real HTTP.
@Suite struct WebhookCourierTests {
    private func request(_ url: String) -> WebhookRequest {
        let at = Timestamp(microseconds: 1_614_265_330_000_000)
        let message = WebhookMessage(
            id: "msg_1", webhook: WebhookID("w"), event: "NoticeIssued", payload: "{\"type\":\"NoticeIssued\"}",
            createdAt: at, dueAt: at)
        return WebhookRequest(message, to: url, secrets: [WebhookSecret(bytes: Array(repeating: 7, count: 32))], at: at)
    }

    @Test func `a message arrives with its three fields and its exact bytes`() async throws {
        let peer = try await ScriptedPeer.http(
            .at("/hook", .reply("HTTP/1.1 200 OK\nContent-Length: 4\n"), .raw("fine")))
        let courier = WebhookCourier(exchange: HTTPExchange(), allowsPrivate: true)
        let sent = request("http://127.0.0.1:\(peer.port)/hook")
        #expect(courier.fault(in: sent.url) == nil)
        #expect(await courier.post(sent) == .answered(status: 200, words: "fine", retryAfter: nil))
        let text = String(decoding: peer.messages.first ?? [], as: UTF8.self)
        #expect(text.hasPrefix("POST /hook HTTP/1.1\r\n") && text.hasSuffix("\r\n\r\n{\"type\":\"NoticeIssued\"}"))
        for header in sent.headers { #expect(text.contains("\r\n\(header.name): \(header.value)\r\n")) }
        await peer.stop()
    }

    @Test func `a redirect is an answer and is not followed; patience asked for is told`() async throws {
        let peer = try await ScriptedPeer.http(
            .at("/a", .reply("HTTP/1.1 307 Temporary Redirect\nLocation: /b\nContent-Length: 0\n")),
            .at("/busy", .reply("HTTP/1.1 429 Slow\nRetry-After: 90\nContent-Length: 0\n")))
        let courier = WebhookCourier(exchange: HTTPExchange(), allowsPrivate: true)
        let base = "http://127.0.0.1:\(peer.port)"
        #expect(await courier.post(request(base + "/a")) == .answered(status: 307, words: "", retryAfter: nil))
        #expect(
            await courier.post(request(base + "/busy")) == .answered(status: 429, words: "", retryAfter: .seconds(90)))
        #expect(peer.messages.count == 2)
        await peer.stop()
    }

    @Test func `of an answer the beginning is kept, and one without end is cut off`() async throws {
        let long = String(repeating: "x", count: 2_000)
        let peer = try await ScriptedPeer.http(
            .at("/long", .reply("HTTP/1.1 200 OK\nContent-Length: 2000\n"), .raw(long)),
            .at("/flood", .reply("HTTP/1.1 200 OK\nContent-Length: 999999999\n"), .raw(long)))
        let courier = WebhookCourier(exchange: HTTPExchange(), allowsPrivate: true)
        let base = "http://127.0.0.1:\(peer.port)"
        #expect(
            await courier.post(request(base + "/long"))
                == .answered(status: 200, words: String(long.prefix(300)), retryAfter: nil))
        guard case .failed(let reason) = await courier.post(request(base + "/flood")) else {
            Issue.record("a body of a gigabyte was taken")
            return
        }
        #expect(reason.contains("more than 65536 bytes"))
        await peer.stop()
    }

    @Test(arguments: [
        ("http://crm.example.com/hook", "must begin with https://"),
        ("ftp://crm.example.com/", "must begin with https://"),
        ("https://127.0.0.1/", "leads to this machine or a private network"),
        ("https://localhost:8443/", "leads to this machine or a private network"),
        ("https://10.0.0.7/", "leads to this machine or a private network"),
        ("https://[fd00::1]/", "leads to this machine or a private network"),
        ("https://169.254.169.254/latest/meta-data", "leads to this machine or a private network"),
        ("https://crm.example.com:25/", "names port 25"), ("https://a:b@crm.example.com/", "carries a login"),
        ("https://crm.example.com/#part", "after #"), ("https://crm.example.com/a b", "percent-encode"),
        ("nonsense", "https"),
    ])
    func `an address that must not be told is refused with its reason`(_ url: String, _ words: String) async throws {
        let courier = WebhookCourier(exchange: HTTPExchange(), allowsPrivate: false)
        #expect(courier.fault(in: url)?.contains(words) == true, "\(courier.fault(in: url) ?? "taken")")
        guard case .failed = await courier.post(request(url)) else {
            Issue.record("\(url) was sent")
            return
        }
    }

    @Test func `where the operator allows this machine, another is still told over TLS alone`() {
        let courier = WebhookCourier(exchange: HTTPExchange(), allowsPrivate: true)
        #expect(courier.fault(in: "http://127.0.0.1:9000/") == nil && courier.fault(in: "https://10.0.0.7/") == nil)
        #expect(courier.fault(in: "http://10.0.0.7/")?.contains("clear text") == true)
        #expect(courier.fault(in: "https://crm.example.com/hook") == nil)
    }
}
