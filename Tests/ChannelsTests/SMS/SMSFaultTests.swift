import Curl
import Evidence
import Notices
import Testing

@testable import Channels
@testable import Sandbox

/// F34, F35 and F36 of the fault matrix, over real HTTP against the sandbox gateway.
@Suite struct SMSFaultTests {
    private func result(of conduct: SMSConduct) async throws -> (DeliveryOutcome, taken: Int) {
        var answer: (DeliveryOutcome, Int)?
        try await withSandbox { peer, _, channel, _ in
            peer.behave(conduct)
            let outcome = await channel.deliver(.sms())
            answer = (outcome, peer.messageCount)
        }
        return try #require(answer)
    }

    @Test func `an accepted message names the gateway's id and never claims arrival`() async throws {
        let (outcome, taken) = try await result(of: SMSConduct(.accept, receipts: []))
        #expect(outcome.result == .accepted(reference: "SANDBOX1"))
        #expect(taken == 1)
        #expect(outcome.peer == "sandbox")
        #expect(outcome.facts["parts"] == .integer(1))
        #expect(!outcome.blamesRoute)
    }

    @Test func `F34 a success status with an error body is not acceptance`() async throws {
        let (refused, taken) = try await result(of: SMSConduct(.errorBody(code: "no_such_number", message: "空号")))
        #expect(refused.result == .refused(reason: "no_such_number: 空号"))
        #expect(refused.reasonCode == .addressInvalid)
        #expect(taken == 0)
        let (busy, _) = try await result(of: SMSConduct(.errorBody(code: "busy", message: "later")))
        #expect(busy.result == .deferred(reason: "busy: later", after: .seconds(30)))
    }

    @Test func `F34 429 waits as long as Retry-After says and 500 is tried again`() async throws {
        let (limited, _) = try await result(of: SMSConduct(.status(429, retryAfter: 17)))
        #expect(limited.result == .deferred(reason: "HTTP 429", after: .seconds(17)))
        #expect(limited.reasonCode == .rateLimited)
        let (broken, _) = try await result(of: SMSConduct(.status(500, retryAfter: nil)))
        #expect(broken.result == .deferred(reason: "HTTP 500", after: nil))
        #expect(broken.blamesRoute)
    }

    @Test func `F34 a redirect is not followed`() async throws {
        let (outcome, taken) = try await result(of: SMSConduct(.redirect(to: "http://127.0.0.1:1/elsewhere")))
        guard case .deferred(let reason, _) = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(reason.contains("302"))
        #expect(outcome.blamesRoute)
        #expect(taken == 0)
        #expect(outcome.transcript.contains("< Location: http://127.0.0.1:1/elsewhere"))
    }

    @Test(arguments: [
        SMSConduct.Behaviour.truncatedBody, .truncatedJSON, .oversizedBody(10 << 20), .brokenGzip,
    ])
    func `F34 an answer that cannot be read leaves the outcome unknown`(behaviour: SMSConduct.Behaviour) async throws {
        let (outcome, taken) = try await result(of: SMSConduct(behaviour, receipts: []))
        guard case .unknown = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(taken == 1)
        #expect(outcome.transcript.joined().utf8.count < 16_384)
    }

    @Test(arguments: [SMSConduct.Behaviour.late(.seconds(5)), .lostReply])
    func `F35 a lost answer is unknown, is not sent again, and the status question finds the message`(
        behaviour: SMSConduct.Behaviour
    ) async throws {
        try await withSandbox { peer, catcher, channel, exchange in
            peer.behave(SMSConduct(behaviour, receipts: [.init(.delivered)]))
            let outcome = await channel.deliver(.sms())
            guard case .unknown = outcome.result else {
                Issue.record("\(outcome.result)")
                return
            }
            #expect(peer.messageCount == 1, "sent again blindly")
            #expect(await eventually { peer.messages.first?.state == .delivered })
            let question = SMSStatusQuestion(
                providerID: nil, reference: "k8f3q2m7", phone: try PhoneNumber("13800138000"),
                submittedAt: StoppedClock().now)
            let request = try #require(
                try channel.gateway.statusQuery(for: question, at: StoppedClock().now, nonce: "n"))
            let receipts = try channel.gateway.receipts(inStatus: try await exchange.send(request), for: question)
            #expect(receipts.map(\.providerID) == ["SANDBOX1"])
            #expect(receipts.map(\.state) == [.delivered])
            #expect(peer.messageCount == 1)
        }
    }

    @Test func `F35 a status question about a message that never arrived finds nothing`() async throws {
        try await withSandbox { _, _, channel, exchange in
            let question = SMSStatusQuestion(
                providerID: nil, reference: "never", phone: try PhoneNumber("13800138000"),
                submittedAt: StoppedClock().now)
            let request = try #require(
                try channel.gateway.statusQuery(for: question, at: StoppedClock().now, nonce: "n"))
            #expect(try channel.gateway.receipts(inStatus: try await exchange.send(request), for: question).isEmpty)
        }
    }

    @Test func `F35 an unreachable gateway has nothing and may be tried again`() async throws {
        let gateway = try Shipped.sandbox(port: 1)
        let exchange = HTTPExchange()
        defer { exchange.shutdown() }
        let channel = SMSChannel(route: RouteID("main"), gateway: gateway, clock: StoppedClock(), exchange: exchange)
        let outcome = await channel.deliver(.sms())
        guard case .deferred = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(outcome.blamesRoute)
        #expect(outcome.reasonCode == .connection)
    }

    @Test func `F36 a receipt posted twice has one identity`() async throws {
        try await withSandbox { peer, catcher, channel, _ in
            peer.behave(SMSConduct(.accept, receipts: [.init(.delivered, copies: 3)]))
            _ = await channel.deliver(.sms())
            #expect(await eventually { catcher.requests.count == 3 })
            let receipts = try catcher.callbacks.flatMap { try channel.gateway.receipts(in: $0) }
            #expect(receipts.count == 3)
            #expect(Set(receipts.map(\.identity)).count == 1)
            #expect(receipts[0].phone == "+8613800138000")
            #expect(receipts[0].happenedAt?.clock == "provider:sandbox")
        }
    }

    @Test func `F36 reordered receipts end in the strongest state`() async throws {
        try await withSandbox { peer, catcher, channel, _ in
            peer.behave(
                SMSConduct(.accept, receipts: [.init(.delivered), .init(.pending, after: .milliseconds(150))]))
            _ = await channel.deliver(.sms())
            #expect(await eventually { catcher.requests.count == 2 })
            let receipts = try catcher.callbacks.flatMap { try channel.gateway.receipts(in: $0) }
            #expect(receipts.map(\.state) == [.delivered, .pending])
            let state = receipts.compactMap(\.deliveryState).reduce(DeliveryState.accepted) { $0.merged(with: $1) }
            #expect(state == .delivered)
        }
    }

    @Test func `F36 a receipt that comes before the answer is found by our own reference`() async throws {
        try await withSandbox { peer, catcher, channel, _ in
            peer.behave(SMSConduct(.accept, receipts: [.init(.delivered, beforeReply: true)]))
            async let outcome = channel.deliver(.sms())
            #expect(await eventually { catcher.requests.count == 1 })
            let callback = try #require(catcher.callbacks.first)
            let receipt = try #require(try channel.gateway.receipts(in: callback).first)
            #expect(receipt.keys(route: channel.route).first == .messageKey("k8f3q2m7"))
            #expect(await outcome.result == .accepted(reference: "SANDBOX1"))
            #expect(receipt.providerID == "SANDBOX1")
        }
    }

    @Test func `F36 a receipt of another message in a status answer is left out`() throws {
        let gateway = try Shipped.sandbox(port: 1)
        let question = SMSStatusQuestion(
            providerID: "SANDBOX1", reference: "mine", phone: try PhoneNumber("13800138000"),
            submittedAt: StoppedClock().now)
        let answer = HTTPResponse.json(
            #"{"reports":[{"id":"SANDBOX1","reference":"theirs","to":"+8613800138000","status":"delivered","code":"D","at":""},"#
                + #"{"id":"X","reference":"mine","to":"+8613800138000","status":"failed","code":"F","at":""}]}"#)
        let receipts = try gateway.receipts(inStatus: answer, for: question)
        #expect(receipts.map(\.reference) == ["mine"])
        #expect(receipts.map(\.happenedAt) == [nil])
    }

    @Test func `a receipt that nobody takes is posted again by the gateway`() async throws {
        try await withSandbox(catcherStatus: 500) { peer, catcher, channel, _ in
            _ = await channel.deliver(.sms())
            #expect(await eventually { catcher.requests.count == 2 })
            #expect(await eventually { peer.postedReceipts.map(\.status) == [500, 500] })
        }
    }
}
