import Curl
import Evidence

extension GenericGateway {
    /// What the description says the gateway wants to hear.
    public var callbackReply: HTTPResponse {
        HTTPResponse(
            status: description.reply.status,
            headers: [HTTPHeader(name: "Content-Type", value: description.reply.contentType)],
            body: Array(description.reply.body.utf8))
    }

    /// Reads a call-back by the description's mapping, after its signature was checked if it has one.
    public func receipts(in callback: SMSCallback) throws(SMSError) -> [SMSReceipt] {
        try callback.checkSize(gateway: name)
        guard let report = description.callback else {
            throw SMSError(.malformedReceipt, "gateway \(name) describes no call-back, yet one came")
        }
        try checkSignature(callback)
        switch report.format {
        case .json: return try receipts(report, json: callback.body, for: nil)
        case .form:
            guard let fields = WebEncoding.fields(inForm: callback.body) else {
                throw SMSError(.malformedReceipt, "call-back of \(name) is not a form")
            }
            return [try receipt(report, AnswerReader(fields: fields))]
        case .query:
            guard let fields = callback.query else {
                throw SMSError(.malformedReceipt, "call-back of \(name) has a broken query")
            }
            return [try receipt(report, AnswerReader(fields: fields))]
        }
    }

    /// Reads the answer to a status question; only what is about that message.
    public func receipts(
        inStatus response: HTTPResponse, for question: SMSStatusQuestion
    ) throws(SMSError) -> [SMSReceipt] {
        guard let query = description.query else { return [] }
        if response.status == 404 { return [] }  // the gateway does not know the message, or not any more
        guard (200..<300).contains(response.status) else {
            throw SMSError(
                .malformedReceipt, "\(name) answered the status question with HTTP \(response.status); ask again later")
        }
        return try receipts(query.report, json: response.body, for: question).filter { receipt in
            receipt.reference == question.reference
                || (receipt.reference == nil && receipt.providerID != nil && receipt.providerID == question.providerID)
        }
    }

    private func checkSignature(_ callback: SMSCallback) throws(SMSError) {
        guard let signature = description.callbackSignature else { return }
        let expected = try signature.value(
            callbackValues, method: "POST", url: callback.url, body: callback.body)
        guard let given = callback.header(signature.header),
            ConstantTime.equal(Array(given.utf8), Array(expected.utf8))
        else {
            throw SMSError(
                .foreignReceipt,
                "call-back of \(name) has no valid \(signature.header); check the key if the gateway is genuine")
        }
    }

    private func receipts(
        _ report: GatewayDescription.Report, json bytes: [UInt8], for question: SMSStatusQuestion?
    ) throws(SMSError) -> [SMSReceipt] {
        guard let body = JSONValue.body(bytes) else {
            throw SMSError(.malformedReceipt, "\(name) sent \(bytes.count) bytes that are not JSON")
        }
        var items = [body]
        if let pointer = report.items {
            guard let elements = pointer.value(in: body)?.elements, elements.count <= 1_000 else {
                throw SMSError(
                    .malformedReceipt, "\(name) sent no list of at most 1000 reports where one was described")
            }
            items = elements
        }
        var receipts: [SMSReceipt] = []
        for item in items {
            receipts.append(try receipt(report, AnswerReader(json: item, reference: question?.reference ?? "")))
        }
        return receipts
    }

    private func receipt(_ report: GatewayDescription.Report, _ reader: AnswerReader) throws(SMSError) -> SMSReceipt {
        let (id, reference) = (report.id.flatMap(reader.text), report.reference.flatMap(reader.text))
        guard id != nil || reference != nil, let code = reader.text(at: report.code) else {
            throw SMSError(.malformedReceipt, "a report of \(name) lacks its status, or names no message")
        }
        let time = report.time.flatMap(reader.text).flatMap(report.timeForm.timestamp)
        return SMSReceipt(
            gateway: name, providerID: id, reference: reference,
            phone: SMSReceipt.phone(report.phone.flatMap(reader.text)), state: report.states[code] ?? .unknown,
            rawCode: code, rawText: report.text.flatMap(reader.text) ?? "",
            happenedAt: time.map { ObservedTime(at: $0, clock: "provider:\(name)") },
            part: part(report.part, reader))
    }

    private func part(_ places: GatewayDescription.PartPlaces?, _ reader: AnswerReader) -> SMSReceipt.Part? {
        switch places {
        case nil: return nil
        // Without a name it is still one part of those we counted, never the whole message.
        case .named(let place): return SMSReceipt.Part(name: reader.text(at: place) ?? "unnamed")
        case .counted(let sequence, let total):
            let words = (reader.text(at: sequence), reader.text(at: total))
            guard words.0 != nil || words.1 != nil else { return nil }
            guard let sequence = words.0.flatMap({ Int($0) }), let total = words.1.flatMap({ Int($0) }), total > 0,
                (1...total).contains(sequence)
            else { return SMSReceipt.Part(name: "\(words.0 ?? "?")/\(words.1 ?? "?")") }
            return SMSReceipt.Part(sequence: sequence, total: total)
        }
    }
}
