import Evidence
import Notices
import Testing

/// The form of Standard Webhooks 1.0.
@Suite struct WebhookSecretTests {
    @Test func `the published reference message has the published signature`() throws {
        let secret = try #require(WebhookSecret(text: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        #expect(
            secret.signature(
                id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: Array("{\"test\": 2432232314}".utf8))
                == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `a secret comes back as it was written, and each is another`() throws {
        let secret = WebhookSecret.random()
        #expect(secret.text.hasPrefix("whsec_") && secret.bytes.count == 32)
        #expect(WebhookSecret(text: secret.text) == secret)
        #expect(WebhookSecret.random() != secret)
    }

    @Test(arguments: ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", "whsec_not base64 at all!!"])
    func `what is no secret is refused`(_ text: String) { #expect(WebhookSecret(text: text) == nil) }

    @Test func `while a secret is replaced a message carries both signatures, the new one first`() {
        let (old, new) = (WebhookSecret.random(), WebhookSecret.random())
        let at = Timestamp(microseconds: 1_614_265_330_999_999)
        let message = WebhookMessage(
            id: "msg_1", webhook: WebhookID("w"), event: "NoticeIssued", payload: "{}", createdAt: at, dueAt: at)
        let request = WebhookRequest(message, to: "https://example.com/", secrets: [new, old], at: at)
        let headers = Dictionary(request.headers.map { ($0.name, $0.value) }) { first, _ in first }
        #expect(headers["webhook-id"] == "msg_1" && headers["webhook-timestamp"] == "1614265330")
        #expect(
            headers["webhook-signature"]
                == [new, old].map { $0.signature(id: "msg_1", seconds: 1_614_265_330, body: Array("{}".utf8)) }
                .joined(separator: " "))
    }
}
