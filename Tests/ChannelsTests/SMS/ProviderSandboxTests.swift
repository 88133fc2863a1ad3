import Curl
import Evidence
import Notices
import Testing

@testable import Channels
@testable import Sandbox

/// The adapters of real providers against the sandbox's imitations, over real HTTP.
@Suite struct ProviderSandboxTests {
    private func withPeer(
        _ options: SandboxSMSGateway.Options, _ body: (SandboxSMSGateway, Catcher, HTTPExchange) async throws -> Void
    ) async throws {
        var options = options
        options.mark = ""
        let (peer, catcher, exchange) = (SandboxSMSGateway(options: options), Catcher(), HTTPExchange())
        try await peer.start()
        try await catcher.start()
        peer.setCallbackURL(catcher.url)
        var failure: (any Error)?
        do { try await body(peer, catcher, exchange) } catch { failure = error }
        exchange.shutdown()
        try await peer.stop()
        try await catcher.stop()
        if let failure { throw failure }
    }

    @Test func `Aliyun's submission, push and status question agree about one message`() async throws {
        try await withPeer(.init()) { peer, catcher, exchange in
            let gateway = AliyunGateway(
                account: .init(keyID: "AK", keySecret: "aliyun-secret"),
                templates: ["zh-CN": SMSTemplate(code: "SMS_1", parameters: [.init("no", field: "number")])],
                endpoint: "http://127.0.0.1:\(peer.port ?? 0)")
            let channel = SMSChannel(
                route: RouteID("aliyun"), gateway: gateway, clock: StoppedClock(), exchange: exchange)
            let outcome = await channel.deliver(.sms())
            #expect(outcome.result == .accepted(reference: "SANDBOX1"))
            #expect(!outcome.transcript.joined().contains("aliyun-secret"))
            #expect(await eventually { catcher.requests.count == 1 })
            let pushed = try gateway.receipts(in: try #require(catcher.callbacks.first))
            #expect(pushed.map(\.reference) == ["k8f3q2m7"])
            let question = SMSStatusQuestion(
                providerID: nil, reference: "k8f3q2m7", phone: try PhoneNumber("13800138000"),
                submittedAt: StoppedClock().now)
            let request = try #require(try gateway.statusQuery(for: question, at: StoppedClock().now, nonce: "n"))
            let answer = try await exchange.send(request)
            let asked = try gateway.receipts(inStatus: answer, for: question)
            #expect(asked.map(\.state) == pushed.map(\.state))
            #expect(asked.map(\.happenedAt) == pushed.map(\.happenedAt))
        }
    }

    @Test func `Twilio's signed call-back is verified, and one signed with another key is not`() async throws {
        var options = SandboxSMSGateway.Options()
        options.account = "AC1"
        options.twilioSigner = { url, fields in
            TwilioSignature.value(token: "token", url: url, fields: fields.map { (name: $0.0, value: $0.1) })
        }
        try await withPeer(options) { peer, catcher, exchange in
            func gateway(_ token: String) -> TwilioGateway {
                TwilioGateway(
                    account: .init(sid: "AC1", token: token, from: "+15550001111"), callbackURL: catcher.url,
                    endpoint: "http://127.0.0.1:\(peer.port ?? 0)")
            }
            let channel = SMSChannel(
                route: RouteID("twilio"), gateway: gateway("token"), clock: StoppedClock(), exchange: exchange)
            #expect(await channel.deliver(.sms()).result == .accepted(reference: "SMsandbox1"))
            #expect(peer.messages.map(\.text) == ["【示例公司】您有一份重要人事文书，编号SD-1，请登录人事系统查阅"])
            #expect(await eventually { catcher.requests.count == 1 })
            let seen = try #require(catcher.callbacks.first)
            let callback = SMSCallback(
                url: "\(seen.url)?reference=k8f3q2m7", headers: seen.headers, body: seen.body)
            let receipts = try gateway("token").receipts(in: callback)
            #expect(
                receipts.map { $0.keys(route: channel.route) } == [
                    [.messageKey("k8f3q2m7"), .reference(route: channel.route, "SMsandbox1")]
                ])
            #expect(throws: SMSError(.foreignReceipt, "")) { try gateway("other").receipts(in: callback) }
        }
    }
}
