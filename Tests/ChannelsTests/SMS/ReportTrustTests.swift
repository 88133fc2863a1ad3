import Curl
import Evidence
import Notices
import Testing

@testable import Channels

/// What each provider's report rests on, and of how much of the message it speaks.
@Suite struct ReportTrustTests {
    private static let now = StoppedClock().now

    private func parsed(
        _ gateway: any SMSGateway, body: String = "", url: String = "https://hr.example/cb", headers: [HTTPHeader] = []
    ) throws -> ParsedReceipt {
        let callback = SMSCallback(url: url, headers: headers, body: Array(body.utf8))
        let parser = SMSCallbackParser(route: RouteID("main"), gateway: gateway)
        return try #require(
            try parser.parse(SMSCallbackParser.envelope(callback), receivedAt: Self.now).first)
    }

    private let aliyun = AliyunGateway(account: .init(keyID: "k", keySecret: "s"), templates: [:])
    private let tencent = TencentCloudGateway(
        account: .init(keyID: "k", keySecret: "s", application: "1400"),
        templates: ["zh-CN": SMSTemplate(code: "42", parameters: [])])
    private let twilio = TwilioGateway(
        account: .init(sid: "AC1", token: "twilio-token", from: "+15550001111"), callbackURL: "https://hr.example/cb")

    private func kannel() throws -> GenericGateway {
        try GenericGateway(
            description: Shipped.description("kannel"),
            settings: ["url": "https://kannel.example", "callback": "https://hr.example/cb"],
            secrets: ["username": "u", "password": "p"])
    }

    @Test func `unsigned reports of providers that can be asked are claims, and the entry says so`() throws {
        let reports = [
            try parsed(aliyun, body: #"[{"success":true,"biz_id":"9","out_id":"k8f3q2m7","sms_size":"3"}]"#),
            try parsed(tencent, body: #"[{"report_status":"SUCCESS","sid":"9","ext":"k8f3q2m7"}]"#),
        ]
        for report in reports {
            #expect(report.isClaim)
            #expect(report.facts["basis"]?.string?.contains("the provider is asked") == true)
            #expect(report.state == .delivered && report.part == nil)
        }
        // One report speaks of all three parts.
        #expect(reports[0].facts["parts"] == .integer(3))
    }

    @Test func `Kannel cannot be asked: its report counts, is about one part, and the entry says on what it rests`()
        throws
    {
        let url = "https://hr.example/cb?reference=k8f3q2m7&event=1&words=DELIVRD&time=1795257003&to=%2B8613800138000"
        let report = try parsed(try kannel(), url: url + "&part=A77")
        #expect(!report.isClaim)
        #expect(report.facts["basis"]?.string?.contains("cannot be asked") == true)
        #expect(report.state == nil && report.part == Receipt.Part(name: "A77", total: nil))
        #expect(try parsed(try kannel(), url: url + "&part=A78").dedupeKey != report.dedupeKey)
        #expect(try parsed(try kannel(), url: url + "&part=").part?.name == "unnamed")
        let failed = try parsed(
            try kannel(), url: url.replacing("event=1", with: "event=2") + "&part=A79")
        #expect(failed.state == .failed && failed.part == nil)
    }

    @Test func `a signed report is no claim, and a message of which some segments never arrived has failed`() throws {
        func report(_ status: String) throws -> ParsedReceipt {
            let fields = [("AccountSid", "AC1"), ("MessageSid", "SM1"), ("MessageStatus", status)].map {
                (name: $0.0, value: $0.1)
            }
            let signature = TwilioSignature.value(token: "twilio-token", url: "https://hr.example/cb", fields: fields)
            return try parsed(
                twilio, body: WebEncoding.form(fields),
                headers: [HTTPHeader(name: "X-Twilio-Signature", value: signature)])
        }
        let whole = try report("delivered")
        #expect(!whole.isClaim && whole.state == .delivered)
        #expect(whole.facts["basis"] == "a call-back that the provider signed")
        #expect(try report("partially_delivered").state == .failed)
    }

    @Test func `the answer to a question says that it is one`() throws {
        let question = SMSStatusQuestion(
            providerID: "9", reference: "k8f3q2m7", phone: try PhoneNumber("13800138000"), submittedAt: Self.now)
        let answer =
            #"{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"SendStatus":3,"OutId":"k8f3q2m7"}]}}"#
        let parser = SMSStatusParser(route: RouteID("main"), gateway: aliyun, question: question)
        let parsed = try parser.parse(Array(answer.utf8), receivedAt: Self.now)
        #expect(parsed.map(\.source) == [.smsQuery])
        #expect(parsed.first?.facts["basis"] == "the provider's answer to our question")
        #expect(parsed.first?.isClaim == false)
    }

    @Test func `the number of parts is the provider's where its answer has one, and else our own count`() async throws {
        let long = String(repeating: "文", count: 100)
        func parts(_ gateway: any SMSGateway, _ answer: String) async -> (Int?, DeliveryOutcome) {
            let channel = SMSChannel(route: RouteID("main"), gateway: gateway, clock: StoppedClock()) { _ in
                .json(answer)
            }
            let outcome = await channel.deliver(.sms(text: long))
            return (outcome.parts, outcome)
        }
        let (billed, outcome) = await parts(
            tencent, #"{"Response":{"SendStatusSet":[{"Code":"Ok","SerialNo":"9","Fee":4}]}}"#)
        #expect(billed == 4 && outcome.facts["partsByProvider"] == .integer(4))
        #expect(outcome.facts["parts"] == .integer(2))
        #expect(await parts(twilio, #"{"sid":"SM1","status":"queued","num_segments":"3"}"#).0 == 3)
        // "0" is Twilio's word for "not counted yet".
        #expect(await parts(twilio, #"{"sid":"SM1","status":"queued","num_segments":"0"}"#).0 == 2)
    }
}
