import Curl
import Evidence

extension TwilioGateway {
    /// Twilio wants any 2xx; an empty 204 avoids its warning about a body that is not TwiML.
    public var callbackReply: HTTPResponse { HTTPResponse(status: 204, headers: [], body: []) }

    /// Reads a status call-back after its signature and account were checked.
    public func receipts(in callback: SMSCallback) throws(SMSError) -> [SMSReceipt] {
        try callback.checkSize(gateway: name)
        guard let fields = WebEncoding.fields(inForm: callback.body) else {
            throw SMSError(.malformedReceipt, "call-back of \(name) is not a form")
        }
        guard let signature = callback.header("X-Twilio-Signature"),
            TwilioSignature.isValid(signature, token: account.token, url: callback.url, fields: fields)
        else {
            throw SMSError(
                .foreignReceipt,
                "call-back of \(name) has no valid X-Twilio-Signature; if it is genuine, the"
                    + " call-back address in the configuration differs from the one Twilio uses")
        }
        func field(_ name: String) -> String? {
            fields.first { $0.name == name && !$0.value.isEmpty }?.value
        }
        guard field("AccountSid") == account.sid else {
            throw SMSError(.foreignReceipt, "call-back of \(name) is about another account")
        }
        guard let sid = field("MessageSid") ?? field("SmsSid"),
            let status = field("MessageStatus") ?? field("SmsStatus")
        else { throw SMSError(.malformedReceipt, "call-back of \(name) lacks MessageSid or MessageStatus") }
        // RawDlrDoneDate is the carrier's wall clock without a zone: kept as text, not made into an instant.
        let carrierTime = field("RawDlrDoneDate").map { "RawDlrDoneDate \($0)" }
        return [
            SMSReceipt(
                gateway: name, providerID: sid, reference: callback.query?.first { $0.name == "reference" }?.value,
                phone: SMSReceipt.phone(field("To")), state: Self.state(status),
                rawCode: [status, field("ErrorCode")].compactMap { $0 }.joined(separator: " "),
                rawText: carrierTime ?? "", happenedAt: nil)
        ]
    }

    /// Reads a fetched message.
    public func receipts(
        inStatus response: HTTPResponse, for question: SMSStatusQuestion
    ) throws(SMSError) -> [SMSReceipt] {
        guard response.status == 200, let body = JSONValue.body(response.body), let sid = body.text("sid"),
            let status = body.text("status")
        else {
            throw SMSError(
                .malformedReceipt,
                "\(name) answered the status question with HTTP \(response.status) and no message; ask again later")
        }
        guard sid == question.providerID else {
            throw SMSError(
                .foreignReceipt, "\(name) answered about message \(SMSError.quoted(sid)), which was not asked")
        }
        return [
            SMSReceipt(
                gateway: name, providerID: sid, reference: question.reference,
                phone: SMSReceipt.phone(body.text("to")), state: Self.state(status),
                rawCode: [status, body.text("error_code")].compactMap { $0 }.joined(separator: " "),
                rawText: body.text("error_message") ?? "",
                happenedAt: body.text("date_updated").flatMap(ProviderTime(.rfc2822, offsetMinutes: 0).timestamp)
                    .map { ObservedTime(at: $0, clock: "provider:\(name)") })
        ]
    }

    /// "read" is an RCS report by the handset's program; for an SMS it says no more than arrival.
    private static func state(_ status: String) -> SMSReceipt.State {
        switch status {
        case "delivered", "read": .delivered
        // Some segments of the message never arrived: that is not the message.
        case "undelivered", "failed", "canceled", "partially_delivered": .failed
        case "accepted", "scheduled", "queued", "sending", "sent": .pending
        default: .unknown
        }
    }
}
