import FoundationEssentials

/// Reads and writes the interfaces the sandbox gateway imitates.
enum SMSDialect {
    struct Submission: Sendable {
        var dialect: ReceivedSMS.Dialect
        var phone: String
        var text: String
        var signature = ""
        var reference: String
        var callback: String?
    }

    /// Reads a submission; nil when the request is none in any interface.
    static func submission(_ request: PlainRequest) -> Submission? {
        if request.method == "POST", request.path == "/v1/messages" { return json(request.body) }
        if request.headers.first(name: "x-acs-action") == "SendSms" { return aliyun(request.body) }
        if request.method == "POST", request.path.hasPrefix("/2010-04-01/Accounts/"),
            request.path.hasSuffix("/Messages.json")
        {
            return twilio(request.body)
        }
        return nil
    }

    /// The body of the answer to a submission that was taken.
    static func accepted(_ sms: ReceivedSMS) -> (status: Int, body: [UInt8]) {
        switch sms.dialect {
        case .json: (202, encoded(JSONAnswer(sandbox: true, id: sms.id, status: "queued", error: nil)))
        case .aliyun:
            (
                200,
                encoded(
                    AliyunAnswer(
                        Code: "OK", Message: "OK", RequestId: "\(SandboxIdentity.label)-\(sms.id)", BizId: sms.id))
            )
        case .twilio: (201, encoded(TwilioAnswer(sid: sms.id, status: "queued", to: sms.phone)))
        }
    }

    /// The body of an error with a success status.
    static func error(_ dialect: ReceivedSMS.Dialect, code: String, message: String) -> [UInt8] {
        switch dialect {
        case .json:
            encoded(JSONAnswer(sandbox: true, id: nil, status: nil, error: .init(code: code, message: message)))
        case .aliyun: encoded(AliyunAnswer(Code: code, Message: message, RequestId: SandboxIdentity.label, BizId: nil))
        case .twilio: encoded(TwilioError(code: Int(code) ?? 0, message: message, status: 400))
        }
    }

    /// The body of one receipt, and its media type.
    static func receipt(
        _ sms: ReceivedSMS, _ receipt: SMSConduct.Receipt, at seconds: Int64, account: String
    ) -> (body: [UInt8], mediaType: String, fields: [(String, String)]) {
        let code =
            receipt.code
            ?? (receipt.state == .delivered ? "DELIVERED" : receipt.state == .failed ? "UNDELIV" : "ENROUTE")
        switch sms.dialect {
        case .json:
            let report = JSONReport(
                id: sms.id, reference: sms.reference, to: sms.phone, status: receipt.state.rawValue, code: code,
                at: SandboxTime.beijing(seconds))
            return (encoded(JSONReports(sandbox: true, reports: [report])), "application/json", [])
        case .aliyun:
            let report = AliyunReport(
                phone_number: sms.phone, send_time: SandboxTime.beijing(sms.receivedAt),
                report_time: SandboxTime.beijing(seconds), success: receipt.state == .delivered, err_code: code,
                err_msg: SandboxIdentity.label, sms_size: "1", biz_id: sms.id, out_id: sms.reference)
            return (encoded([report]), "application/json;charset=UTF-8", [])
        case .twilio:
            let status = receipt.state == .failed ? "undelivered" : receipt.state == .pending ? "sent" : "delivered"
            let fields = [
                ("MessageSid", sms.id), ("SmsSid", sms.id), ("AccountSid", account), ("To", sms.phone),
                ("MessageStatus", status), ("SmsStatus", status), ("ApiVersion", "2010-04-01"),
            ]
            return (FormFields.encode(fields), "application/x-www-form-urlencoded", fields)
        }
    }

    /// The answer to a status question about messages that were found.
    static func status(_ messages: [ReceivedSMS]) -> [UInt8] {
        let reports = messages.map { sms in
            JSONReport(
                id: sms.id, reference: sms.reference, to: sms.phone, status: sms.state.rawValue,
                code: sms.state.rawValue.uppercased(), at: SandboxTime.beijing(sms.reportedAt ?? sms.receivedAt))
        }
        return encoded(JSONReports(sandbox: true, reports: reports))
    }

    /// The answer to Aliyun's QuerySendDetails.
    static func aliyunDetails(_ messages: [ReceivedSMS]) -> [UInt8] {
        let rows = messages.map { sms in
            AliyunRow(
                PhoneNum: sms.phone, SendStatus: sms.state == .delivered ? 3 : sms.state == .failed ? 2 : 1,
                ErrCode: sms.state.rawValue.uppercased(), Content: sms.text,
                SendDate: SandboxTime.beijing(sms.receivedAt),
                ReceiveDate: sms.reportedAt.map(SandboxTime.beijing) ?? "", OutId: sms.reference)
        }
        return encoded(
            AliyunDetails(
                Code: "OK", Message: "OK", RequestId: SandboxIdentity.label, TotalCount: rows.count,
                SmsSendDetailDTOs: .init(SmsSendDetailDTO: rows)))
    }

    /// The answer to a fetch of one Twilio message.
    static func twilioMessage(_ sms: ReceivedSMS) -> [UInt8] {
        let status = sms.state == .delivered ? "delivered" : sms.state == .failed ? "undelivered" : "sent"
        return encoded(
            TwilioAnswer(
                sid: sms.id, status: status, to: sms.phone,
                date_updated: SandboxTime.mailDate(sms.reportedAt ?? sms.receivedAt)))
    }

    private static func json(_ body: [UInt8]) -> Submission? {
        // What is wrong with it is the client's to find out: the answer is 400.
        guard let message = try? JSONDecoder().decode(JSONMessage.self, from: Data(body))
        else { return nil }
        return Submission(
            dialect: .json, phone: message.to, text: message.text, signature: message.signature ?? "",
            reference: message.reference, callback: message.callback)
    }

    private static func aliyun(_ body: [UInt8]) -> Submission? {
        let form = FormFields(body)
        guard let phone = form["PhoneNumbers"], let text = form["TemplateParam"] else { return nil }
        return Submission(
            dialect: .aliyun, phone: phone, text: text, signature: form["SignName"] ?? "",
            reference: form["OutId"] ?? "", callback: nil)
    }

    private static func twilio(_ body: [UInt8]) -> Submission? {
        let form = FormFields(body)
        guard let phone = form["To"], let text = form["Body"] else { return nil }
        return Submission(dialect: .twilio, phone: phone, text: text, reference: "", callback: form["StatusCallback"])
    }

    private static func encoded(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("these types hold only text and numbers")
        }
        return Array(data)
    }

    private struct JSONMessage: Decodable {
        var to: String
        var text: String
        var signature: String?
        var reference: String
        var callback: String?
    }
    private struct JSONAnswer: Encodable {
        struct Fault: Encodable { var code: String, message: String }
        var sandbox: Bool
        var id: String?
        var status: String?
        var error: Fault?
    }
    private struct JSONReports: Encodable { var sandbox: Bool, reports: [JSONReport] }
    private struct JSONReport: Encodable {
        var id: String
        var reference: String
        var to: String
        var status: String
        var code: String
        var at: String
    }
    // The names below are the providers' own spelling.
    private struct AliyunAnswer: Encodable { var Code: String, Message: String, RequestId: String, BizId: String? }
    private struct AliyunReport: Encodable {
        var phone_number: String, send_time: String, report_time: String, success: Bool, err_code: String
        var err_msg: String, sms_size: String, biz_id: String, out_id: String
    }
    private struct AliyunRow: Encodable {
        var PhoneNum: String, SendStatus: Int, ErrCode: String, Content: String, SendDate: String
        var ReceiveDate: String, OutId: String
    }
    private struct AliyunRows: Encodable { var SmsSendDetailDTO: [AliyunRow] }
    private struct AliyunDetails: Encodable {
        var Code: String, Message: String, RequestId: String, TotalCount: Int, SmsSendDetailDTOs: AliyunRows
    }
    private struct TwilioAnswer: Encodable { var sid: String, status: String, to: String, date_updated: String? = nil }
    private struct TwilioError: Encodable { var code: Int, message: String, status: Int }
}
