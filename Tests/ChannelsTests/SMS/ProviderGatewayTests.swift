import Curl
import Evidence
import Notices
import Testing

@testable import Channels

private let now = StoppedClock().now

@Suite struct AliyunGatewayTests {
    private let gateway = AliyunGateway(
        account: .init(keyID: "AK", keySecret: "aliyun-secret"),
        templates: [
            "zh-CN": SMSTemplate(
                code: "SMS_1", parameters: [.init("no", field: "number"), .init("name", field: "recipient")])
        ])

    @Test func `a submission carries our reference, an escaped template parameter and a signature`() throws {
        let request = try gateway.request(for: .example(), at: now, nonce: "n1")
        #expect(request.method == "POST")
        #expect(request.url == "https://dysmsapi.aliyuncs.com/")
        let fields = try #require(WebEncoding.fields(inForm: request.body))
        #expect(fields.first { $0.name == "PhoneNumbers" }?.value == "13800138000")
        #expect(fields.first { $0.name == "OutId" }?.value == "k8f3q2m7")
        #expect(fields.first { $0.name == "SignName" }?.value == "示例公司")
        #expect(fields.first { $0.name == "TemplateParam" }?.value == #"{"no":"SD-1","name":"张\"三"}"#)
        #expect(request.header("x-acs-date") == "2026-11-21T10:32:05Z")
        #expect(request.header("x-acs-content-sha256") == SHA256.hash(request.body).hex)
        #expect(
            request.header("Authorization")?.hasPrefix(
                "ACS3-HMAC-SHA256 Credential=AK,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;"
                    + "x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=") == true)
    }

    @Test func `two nonces give two signatures`() throws {
        let first = try gateway.request(for: .example(), at: now, nonce: "n1").header("Authorization")
        #expect(try gateway.request(for: .example(), at: now, nonce: "n2").header("Authorization") != first)
    }

    @Test func `a link in a parameter and a missing template are refused before sending`() throws {
        var message = try SMSMessage.example()
        message = SMSMessage(
            phone: message.phone, text: "x", signature: "s", reference: "r",
            fields: ["number": "见songda.cn", "recipient": "x"])
        #expect(throws: SMSError(.text, "")) { try gateway.request(for: message, at: now, nonce: "n") }
        message = SMSMessage(phone: message.phone, text: "x", signature: "s", reference: "r", language: "en")
        #expect(throws: SMSError(.message, "")) { try gateway.request(for: message, at: now, nonce: "n") }
    }

    @Test func `F34 only the code OK with a BizId is acceptance`() throws {
        let message = try SMSMessage.example()
        func result(_ text: String, status: Int = 200) -> SMSVerdict {
            gateway.verdict(on: .json(text, status: status), to: message)
        }
        #expect(
            result(#"{"Code":"OK","Message":"OK","BizId":"9006","RequestId":"R"}"#).result
                == .accepted(reference: "9006"))
        #expect(result(#"{"Code":"isv.MOBILE_NUMBER_ILLEGAL","Message":"m"}"#).reasonCode == .addressInvalid)
        #expect(result(#"{"Code":"isv.SMS_SIGNATURE_ILLEGAL","Message":"m"}"#).reasonCode == .policy)
        #expect(
            result(#"{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"m"}"#).result
                == .deferred(reason: "isv.BUSINESS_LIMIT_CONTROL: m", after: .seconds(3_600)))
        #expect(result(#"{"Code":"SignatureDoesNotMatch","Message":"m"}"#, status: 400).blamesRoute)
        #expect(result(#"{"Code":"Throttling.User","Message":"m"}"#, status: 400).reasonCode == .rateLimited)
        #expect(
            result(#"{"Code":"isv.SOMETHING_NEW","Message":"m"}"#).result == .refused(reason: "isv.SOMETHING_NEW: m"))
        for unreadable in ["", "{\"Code\":\"OK\"", "{\"Code\":\"OK\"}", "<html>", "[]"] {
            guard case .unknown = result(unreadable).result else {
                Issue.record("\(unreadable): \(result(unreadable).result)")
                continue
            }
        }
    }

    private let push = #"""
        [{"phone_number":"13800138000","send_time":"2026-11-21 18:30:00","report_time":"2026-11-21 18:30:03",
          "success":true,"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"9006","out_id":"k8f3q2m7"},
         {"phone_number":"13900139000","report_time":"2026-11-21 18:30:04","success":false,"err_code":"MK:0001",
          "err_msg":"空号","biz_id":"9007","out_id":"other"}]
        """#

    @Test func `a push gives each report with the provider's own time`() throws {
        let receipts = try gateway.receipts(in: SMSCallback(url: "https://x/", headers: [], body: Array(push.utf8)))
        #expect(receipts.map(\.state) == [.delivered, .failed])
        #expect(receipts.map(\.reference) == ["k8f3q2m7", "other"])
        #expect(receipts[0].happenedAt?.at.rfc3339 == "2026-11-21T10:30:03.000000Z")
        #expect(receipts[0].happenedAt?.clock == "provider:aliyun")
        #expect(receipts[1].reason == "MK:0001: 空号")
        #expect(receipts[1].deliveryState == .failed)
        #expect(!gateway.signsReceipts)
        #expect(String(decoding: gateway.callbackReply.body, as: UTF8.self).contains("\"code\":0"))
    }

    @Test(arguments: [
        "", "{}", "[1]", #"[{"success":true}]"#, #"[{"success":"true","biz_id":"1"}]"#,
        #"[{"biz_id":"1","out_id":"2"}]"#,
        "[{\"success\":true,\"biz_id\":\"1\"",
    ])
    func `a malformed push is refused whole`(text: String) {
        #expect(throws: SMSError(.malformedReceipt, "")) {
            try gateway.receipts(in: SMSCallback(url: "https://x/", headers: [], body: Array(text.utf8)))
        }
    }

    @Test func `a body beyond the cap is not even parsed`() {
        let body = [UInt8](repeating: UInt8(ascii: " "), count: SMSCallback.maximumBytes + 1)
        #expect(throws: SMSError(.malformedReceipt, "")) {
            try gateway.receipts(in: SMSCallback(url: "https://x/", headers: [], body: body))
        }
    }

    @Test func `a status question asks for Beijing's day and ends after 30 days`() throws {
        let phone = try PhoneNumber("13800138000")
        let submitted = try #require(Timestamp(rfc3339: "2026-11-20T16:30:00Z"))
        let question = SMSStatusQuestion(providerID: nil, reference: "k8f3q2m7", phone: phone, submittedAt: submitted)
        let request = try #require(try gateway.statusQuery(for: question, at: now, nonce: "n"))
        #expect(request.text.contains("SendDate=20261121"))
        #expect(request.header("x-acs-action") == "QuerySendDetails")
        #expect(try gateway.statusQuery(for: question, at: submitted.adding(.seconds(30 * 86_400)), nonce: "n") == nil)
        let answer = HTTPResponse.json(
            #"{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":["#
                + #"{"PhoneNum":"13800138000","SendStatus":3,"ErrCode":"DELIVERED","ReceiveDate":"2026-11-21 00:31:00","OutId":"k8f3q2m7"},"#
                + #"{"PhoneNum":"13800138000","SendStatus":2,"OutId":"theirs"}]}}"#)
        let receipts = try gateway.receipts(inStatus: answer, for: question)
        #expect(receipts.map(\.state) == [.delivered])
        #expect(receipts[0].happenedAt?.at.rfc3339 == "2026-11-20T16:31:00.000000Z")
        #expect(throws: SMSError.self) {
            try gateway.receipts(inStatus: .json(#"{"Code":"Throttling"}"#), for: question)
        }
    }
}

@Suite struct TencentCloudGatewayTests {
    private let gateway = TencentCloudGateway(
        account: .init(keyID: "AKID", keySecret: "tencent-secret", application: "1400"),
        templates: ["zh-CN": SMSTemplate(code: "42", parameters: [.init("1", field: "number")])])

    @Test func `a submission names number, template and our reference`() throws {
        let request = try gateway.request(for: .example(), at: now, nonce: "n")
        let body = try JSONValue(parsing: request.body)
        #expect(body["PhoneNumberSet"] == ["+8613800138000"])
        #expect(body["TemplateParamSet"] == ["SD-1"])
        #expect(body["SessionContext"] == "k8f3q2m7")
        #expect(request.header("X-TC-Timestamp") == "1795257125")
        #expect(request.header("Authorization")?.contains("SignedHeaders=content-type;host;x-tc-action, ") == true)
    }

    @Test func `F34 each number's own code decides, not the HTTP status`() throws {
        let message = try SMSMessage.example()
        func verdict(_ status: String) -> SMSVerdict {
            gateway.verdict(on: .json(#"{"Response":{"SendStatusSet":[{\#(status)}],"RequestId":"R"}}"#), to: message)
        }
        #expect(
            verdict(#""SerialNo":"5000:1","Code":"Ok","Message":"send success""#).result
                == .accepted(reference: "5000:1"))
        #expect(
            verdict(#""SerialNo":"","Code":"InvalidParameterValue.IncorrectPhoneNumber""#).reasonCode == .addressInvalid
        )
        #expect(verdict(#""Code":"FailedOperation.SignatureIncorrectOrUnapproved""#).reasonCode == .policy)
        #expect(verdict(#""Code":"LimitExceeded.PhoneNumberDailyLimit""#).reasonCode == .rateLimited)
        #expect(verdict(#""Code":"FailedOperation.InsufficientBalanceInSmsPackage""#).blamesRoute)
        let error = gateway.verdict(
            on: .json(#"{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"m"}}}"#), to: message)
        #expect(error.result == .deferred(reason: "AuthFailure.SignatureFailure: m", after: nil))
        let timeout = gateway.verdict(
            on: .json(#"{"Response":{"Error":{"Code":"InternalError.Timeout","Message":"m"}}}"#), to: message)
        #expect(timeout.result == .unknown(reason: "InternalError.Timeout: m"))
        guard case .unknown = gateway.verdict(on: .json(#"{"Response":{"SendStatusSet":[]}}"#), to: message).result
        else {
            Issue.record("an empty status set is not an answer")
            return
        }
    }

    @Test func `a call-back and a pulled status say the same of one message`() throws {
        let push = #"""
            [{"user_receive_time":"2026-11-21 18:30:03","nationcode":"86","mobile":"13800138000","report_status":"SUCCESS",
              "errmsg":"DELIVRD","description":"用户短信送达成功","sid":"5000:1","ext":"k8f3q2m7"}]
            """#
        let pushed = try gateway.receipts(in: SMSCallback(url: "https://x/", headers: [], body: Array(push.utf8)))
        #expect(pushed.count == 1)
        #expect(pushed[0].phone == "+8613800138000")
        let question = SMSStatusQuestion(
            providerID: "5000:1", reference: "k8f3q2m7", phone: try PhoneNumber("13800138000"), submittedAt: now)
        let pulled = try gateway.receipts(
            inStatus: .json(
                #"{"Response":{"PullSmsSendStatusSet":[{"UserReceiveTime":1795257003,"PhoneNumber":"+8613800138000","#
                    + #""SerialNo":"5000:1","ReportStatus":"SUCCESS","Description":"d"},"#
                    + #"{"SerialNo":"5000:2","ReportStatus":"FAIL","PhoneNumber":"+8613800138000"}]}}"#), for: question)
        #expect(pulled.count == 1)
        #expect(pulled[0].state == pushed[0].state)
        #expect(pulled[0].happenedAt == pushed[0].happenedAt)
        #expect(try gateway.statusQuery(for: question, at: now.adding(.seconds(7 * 86_400)), nonce: "n") == nil)
    }
}

@Suite struct TwilioGatewayTests {
    private let gateway = TwilioGateway(
        account: .init(sid: "AC1", token: "twilio-token", from: "+15550001111"), callbackURL: "https://hr.example/cb/s")

    private func callback(_ fields: [(name: String, value: String)], token: String = "twilio-token") -> SMSCallback {
        let url = "https://hr.example/cb/s?reference=k8f3q2m7"
        let signature = TwilioSignature.value(token: token, url: url, fields: fields)
        return SMSCallback(
            url: url, headers: [HTTPHeader(name: "x-twilio-signature", value: signature)],
            body: Array(WebEncoding.form(fields).utf8))
    }

    private let fields: [(name: String, value: String)] = [
        ("MessageSid", "SM1"), ("AccountSid", "AC1"), ("To", "+8613800138000"), ("MessageStatus", "delivered"),
        ("RawDlrDoneDate", "2611211830"),
    ]

    @Test func `a submission carries the call-back with our reference`() throws {
        let request = try gateway.request(for: .example(), at: now, nonce: "n")
        #expect(request.url == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json")
        #expect(request.text.contains("StatusCallback=https%3A%2F%2Fhr.example%2Fcb%2Fs%3Freference%3Dk8f3q2m7"))
        #expect(request.header("Authorization") == "Basic QUMxOnR3aWxpby10b2tlbg==")
        #expect(gateway.secrets.contains("QUMxOnR3aWxpby10b2tlbg=="))
    }

    @Test func `F34 an SID with a living status is acceptance, an error code is not`() throws {
        let message = try SMSMessage.example()
        func verdict(_ text: String, status: Int) -> SMSVerdict {
            gateway.verdict(on: .json(text, status: status), to: message)
        }
        #expect(
            verdict(#"{"sid":"SM1","status":"queued","error_code":null}"#, status: 201).result
                == .accepted(reference: "SM1"))
        #expect(verdict(#"{"code":21211,"message":"m","status":400}"#, status: 400).reasonCode == .addressInvalid)
        #expect(verdict(#"{"code":20003,"message":"m","status":401}"#, status: 401).blamesRoute)
        #expect(verdict(#"{"code":20429,"message":"m","status":429}"#, status: 429).reasonCode == .rateLimited)
        #expect(
            verdict(#"{"sid":"SM1","status":"failed","error_code":30008}"#, status: 201).result
                != .accepted(reference: "SM1"))
    }

    @Test func `a signed call-back is read, and the carrier's time without a zone is not made an instant`() throws {
        let receipts = try gateway.receipts(in: callback(fields))
        #expect(receipts.map(\.state) == [.delivered])
        #expect(receipts[0].reference == "k8f3q2m7")
        #expect(receipts[0].providerID == "SM1")
        #expect(receipts[0].happenedAt == nil)
        #expect(receipts[0].rawText == "RawDlrDoneDate 2611211830")
    }

    @Test func `F36 a forged call-back and one of another account are refused`() throws {
        #expect(throws: SMSError(.foreignReceipt, "")) { try gateway.receipts(in: callback(fields, token: "other")) }
        var unsigned = callback(fields)
        unsigned = SMSCallback(url: unsigned.url, headers: [], body: unsigned.body)
        #expect(throws: SMSError(.foreignReceipt, "")) { try gateway.receipts(in: unsigned) }
        var foreign = fields
        foreign[1].value = "AC2"
        #expect(throws: SMSError(.foreignReceipt, "")) { try gateway.receipts(in: callback(foreign)) }
        let genuine = callback(fields)
        let moved = SMSCallback(
            url: genuine.url.replacing("k8f3q2m7", with: "anotherone"), headers: genuine.headers, body: genuine.body)
        #expect(throws: SMSError(.foreignReceipt, "")) { try gateway.receipts(in: moved) }
    }

    @Test(arguments: [
        ("sent", SMSReceipt.State.pending), ("undelivered", .failed), ("failed", .failed), ("read", .delivered),
        ("somethingnew", .unknown),
    ])
    func `a status is taken for no more than it says`(status: String, state: SMSReceipt.State) throws {
        var changed = fields
        changed[3].value = status
        #expect(try gateway.receipts(in: callback(changed))[0].state == state)
    }

    @Test func `a status question needs the SID and reads the fetched message`() throws {
        let phone = try PhoneNumber("13800138000")
        let lost = SMSStatusQuestion(providerID: nil, reference: "r", phone: phone, submittedAt: now)
        #expect(try gateway.statusQuery(for: lost, at: now, nonce: "n") == nil)
        let known = SMSStatusQuestion(providerID: "SM1", reference: "r", phone: phone, submittedAt: now)
        #expect(try gateway.statusQuery(for: known, at: now, nonce: "n")?.url.hasSuffix("/Messages/SM1.json") == true)
        let answer =
            #"{"sid":"SM1","status":"delivered","to":"+8613800138000","date_updated":"Sat, 21 Nov 2026 10:30:03 +0000"}"#
        let receipts = try gateway.receipts(inStatus: .json(answer), for: known)
        #expect(receipts[0].happenedAt?.at.rfc3339 == "2026-11-21T10:30:03.000000Z")
        #expect(throws: SMSError(.foreignReceipt, "")) {
            try gateway.receipts(inStatus: .json(answer.replacing("SM1", with: "SM2")), for: known)
        }
    }
}
