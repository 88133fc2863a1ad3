import Curl
import Evidence

extension AliyunGateway {
    private var clock: String { "provider:\(name)" }

    /// The reply that stops Aliyun from pushing the same receipts again after 1, 5 and 10 minutes.
    public var callbackReply: HTTPResponse {
        HTTPResponse(
            status: 200, headers: [HTTPHeader(name: "Content-Type", value: "application/json;charset=utf-8")],
            body: Array(#"{"code":0,"msg":"接收成功"}"#.utf8))
    }

    /// Reads an SmsReport push: a JSON array of reports.
    public func receipts(in callback: SMSCallback) throws(SMSError) -> [SMSReceipt] {
        try callback.checkSize(gateway: name)
        guard let items = JSONValue.body(callback.body)?.elements, items.count <= 1_000 else {
            throw SMSError(.malformedReceipt, "call-back of \(name) is not a JSON array of at most 1000 reports")
        }
        var receipts: [SMSReceipt] = []
        for item in items {
            let (id, reference) = (item.text("biz_id"), item.text("out_id"))
            guard id != nil || reference != nil, case .bool(let success)? = item.member("success") else {
                throw SMSError(.malformedReceipt, "a report of \(name) lacks success, or both biz_id and out_id")
            }
            receipts.append(
                SMSReceipt(
                    gateway: name, providerID: id, reference: reference,
                    phone: SMSReceipt.phone(item.text("phone_number")), state: success ? .delivered : .failed,
                    rawCode: item.text("err_code") ?? "", rawText: item.text("err_msg") ?? "",
                    happenedAt: observed(item.text("report_time")),
                    // One report speaks of the whole message, however many parts it had.
                    totalParts: SMSVerdict.parts(item.text("sms_size"))))
        }
        return receipts
    }

    /// Reads QuerySendDetails; only the rows about the message asked for.
    public func receipts(
        inStatus response: HTTPResponse, for question: SMSStatusQuestion
    ) throws(SMSError) -> [SMSReceipt] {
        guard let body = JSONValue.body(response.body), body.text("Code") == "OK" else {
            throw SMSError(
                .malformedReceipt,
                "\(name) answered QuerySendDetails with HTTP \(response.status)"
                    + " \(SMSError.quoted(JSONValue.body(response.body)?.text("Code") ?? "no code")); ask again later")
        }
        let rows = body.member("SmsSendDetailDTOs")?.member("SmsSendDetailDTO")?.elements ?? []
        return rows.filter { $0.text("OutId") == question.reference }.map { row in
            let state: SMSReceipt.State =
                switch row.text("SendStatus") {
                case "1": .pending
                case "2": .failed
                case "3": .delivered
                default: .unknown
                }
            return SMSReceipt(
                gateway: name, providerID: question.providerID, reference: question.reference,
                phone: SMSReceipt.phone(row.text("PhoneNum")), state: state,
                rawCode: row.text("ErrCode") ?? row.text("SendStatus") ?? "",
                happenedAt: observed(row.text("ReceiveDate")))
        }
    }

    private func observed(_ text: String?) -> ObservedTime? {
        text.flatMap { ProviderTime(.pattern("yyyy-MM-dd HH:mm:ss")).timestamp($0) }
            .map { ObservedTime(at: $0, clock: clock) }
    }
}
