import Curl
import Evidence
import Notices
import Synchronization
import Testing

@testable import Channels

@Suite struct SMSChannelTests {
    private func channel(
        answering: @escaping @Sendable (HTTPRequest) throws(HTTPFailure) -> HTTPResponse
    ) throws -> SMSChannel {
        SMSChannel(route: RouteID("main"), gateway: try Shipped.sandbox(port: 1), clock: StoppedClock()) {
            request throws(HTTPFailure) in try answering(request)
        }
    }

    /// Fails the test when anything is sent.
    private func silent() throws -> SMSChannel {
        try channel { _ throws(HTTPFailure) in
            Issue.record("a request left")
            throw .notSent("test")
        }
    }

    @Test func `the transcript keeps the phone and hides key and text`() async throws {
        let outcome = try await channel { _ throws(HTTPFailure) in
            .json(#"{"sandbox":true,"id":"S1","status":"queued","token":"s3cret-token"}"#, status: 202)
        }.deliver(.sms(text: "您有一份\"文书\"\n请查阅"))
        let transcript = outcome.transcript.joined(separator: "\n")
        #expect(transcript.contains("+8613800138000"))
        #expect(transcript.contains("> POST http://127.0.0.1:1/v1/messages"))
        #expect(transcript.contains("> Authorization: <secret>"))
        #expect(transcript.contains("\"text\":\"<text: "))
        #expect(transcript.contains("< HTTP 202"))
        #expect(!transcript.contains("s3cret-token"))
        #expect(!transcript.contains("请查阅"))
        #expect(outcome.facts["requestBodySHA256"] != nil)
    }

    @Test(arguments: ["1380013800", "13800138000\r\nX: y", "13800138000\u{0}", ""])
    func `a bad number is refused and nothing leaves`(phone: String) async throws {
        let outcome = try await silent().deliver(.sms(to: phone))
        guard case .refused(let reason) = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(reason.hasPrefix("phone "))
        #expect(outcome.reasonCode == .addressInvalid)
        #expect(!outcome.blamesRoute)
    }

    @Test(arguments: ["见 songda.cn", "【示例公司】您有", "a\u{0}b", ""])
    func `a text that breaks the gateway's rules is refused and nothing leaves`(text: String) async throws {
        let outcome = try await silent().deliver(.sms(text: text))
        guard case .refused = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(outcome.reasonCode == .policy)
    }

    @Test func `a key with a line feed never becomes a client reference`() async throws {
        let outcome = try await silent().deliver(.sms(key: "abc\r\ndef"))
        guard case .deferred = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(outcome.blamesRoute)
    }

    @Test func `what was not sent is deferred and what may have been taken is unknown`() async throws {
        let notSent = try await channel { _ throws(HTTPFailure) in throw .notSent("refused") }.deliver(.sms())
        #expect(notSent.result == .deferred(reason: "refused", after: nil))
        let lost = try await channel { _ throws(HTTPFailure) in throw .unknown("timed out") }.deliver(.sms())
        #expect(lost.result == .unknown(reason: "timed out"))
        let huge = try await channel { _ throws(HTTPFailure) in throw .responseTooLarge("10 MB") }.deliver(.sms())
        #expect(huge.result == .unknown(reason: "10 MB"))
        #expect(lost.blamesRoute && notSent.blamesRoute && huge.blamesRoute)
    }

    @Test func `one delivery makes exactly one request`() async throws {
        let count = Mutex(0)
        _ = await SMSChannel(route: RouteID("r"), gateway: try Shipped.sandbox(port: 1), clock: StoppedClock()) {
            _ throws(HTTPFailure) in
            count.withLock { $0 += 1 }
            throw .unknown("x")
        }.deliver(.sms())
        #expect(count.withLock { $0 } == 1)
    }

    @Test(arguments: [(504, true), (502, false), (503, false), (500, false), (408, false)])
    func `a proxy's timeout is unknown, other server errors are deferred`(status: Int, isUnknown: Bool) async throws {
        let outcome = try await channel { _ throws(HTTPFailure) in .json("x", status: status) }.deliver(.sms())
        if case .unknown = outcome.result { #expect(isUnknown) } else { #expect(!isUnknown) }
    }

    @Test func `wrong credentials wait for an operator instead of losing the notice`() async throws {
        for status in [401, 403, 404] {
            let outcome = try await channel { _ throws(HTTPFailure) in .json("{}", status: status) }.deliver(.sms())
            guard case .deferred = outcome.result else {
                Issue.record("\(status): \(outcome.result)")
                continue
            }
            #expect(outcome.blamesRoute)
        }
    }

    @Test func `a secret is found in every spelling, at the ends and joined to combining marks`() {
        var transcript = SMSTranscript(secrets: ["p&s \"x\""], text: "送达", units: 2)
        transcript.record(
            HTTPRequest(
                method: "POST", url: "https://x/?p=p%26s%20%22x%22&t=%E9%80%81%E8%BE%BE",
                body: Array(#"p&s "x"\#u{301}|p\u0026|送达|\u9001\u8fbe|p%26s+%22x%22|p&s \"x\""#.utf8)))
        let text = transcript.lines.joined(separator: "\n")
        #expect(text.contains("?p=<secret>&t=<text: 2 units>"))
        #expect(text.contains("<secret>\u{301}|p\\u0026|<text: 2 units>|<text: 2 units>|<secret>|<secret>"), "\(text)")
    }
}
