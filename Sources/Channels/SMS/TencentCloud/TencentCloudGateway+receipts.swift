import Curl
import Evidence

extension TencentCloudGateway {
    private var clock: String { "provider:\(name)" }

    /// The reply that stops Tencent Cloud from pushing the same receipts again.
    public var callbackReply: HTTPResponse {
        HTTPResponse(
            status: 200, headers: [HTTPHeader(name: "Content-Type", value: "application/json")],
            body: Array(#"{"result":0,"errmsg":"OK"}"#.utf8))
    }

    /// Reads a call-back: a JSON array of at most 100 reports.
    public func receipts(in callback: SMSCallback) throws(SMSError) -> [SMSReceipt] {
        try callback.checkSize(gateway: name)
        guard let items = JSONValue.body(callback.body)?.elements, items.count <= 100 else {
            throw SMSError(.malformedReceipt, "call-back of \(name) is not a JSON array of at most 100 reports")
        }
        let time = ProviderTime(.pattern("yyyy-MM-dd HH:mm:ss"))
        var receipts: [SMSReceipt] = []
        for item in items {
            let (id, reference) = (item.text("sid"), item.text("ext"))
            guard id != nil || reference != nil, let status = item.text("report_status") else {
                throw SMSError(.malformedReceipt, "a report of \(name) lacks report_status, or both sid and ext")
            }
            receipts.append(
                SMSReceipt(
                    gateway: name, providerID: id, reference: reference,
                    phone: SMSReceipt.phone(item.text("mobile"), nationCode: item.text("nationcode")),
                    state: Self.state(status), rawCode: item.text("errmsg") ?? status,
                    rawText: item.text("description") ?? "",
                    happenedAt: item.text("user_receive_time").flatMap(time.timestamp)
                        .map { ObservedTime(at: $0, clock: clock) }))
        }
        return receipts
    }

    /// Reads PullSmsSendStatusByPhoneNumber; only the rows about the message asked for.
    public func receipts(
        inStatus response: HTTPResponse, for question: SMSStatusQuestion
    ) throws(SMSError) -> [SMSReceipt] {
        guard let answer = JSONValue.body(response.body)?.member("Response"), answer.member("Error") == nil,
            response.status == 200
        else {
            throw SMSError(
                .malformedReceipt,
                "\(name) answered the status question with HTTP \(response.status) and no status set;"
                    + " ask again later")
        }
        let rows = answer.member("PullSmsSendStatusSet")?.elements ?? []
        return rows.filter { row in
            row.text("SessionContext") == question.reference
                || (question.providerID != nil && row.text("SerialNo") == question.providerID)
        }.map { row in
            SMSReceipt(
                gateway: name, providerID: row.text("SerialNo"), reference: question.reference,
                phone: SMSReceipt.phone(row.text("PhoneNumber")), state: Self.state(row.text("ReportStatus") ?? ""),
                rawCode: row.text("ReportStatus") ?? "", rawText: row.text("Description") ?? "",
                happenedAt: row.text("UserReceiveTime").flatMap(ProviderTime(.epochSeconds).timestamp)
                    .map { ObservedTime(at: $0, clock: clock) })
        }
    }

    private static func state(_ status: String) -> SMSReceipt.State {
        switch status {
        case "SUCCESS": .delivered
        case "FAIL": .failed
        default: .unknown
        }
    }
}
