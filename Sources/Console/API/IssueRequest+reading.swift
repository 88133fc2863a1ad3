import Evidence
import Notices

extension IssueRequest {
    /// Reads a request to issue; whatever is wrong with its form is listed at once.
    init(body: JSONValue, path: String = "", batch: String? = nil) throws(NoticeError) {
        var reader = ObjectReader(body, path: path)
        let issuer = reader.line("issuer")
        let kind = reader.line("kind")
        let version = reader.optionalInteger("version")
        let language = reader.optionalLine("language")
        let recipients = reader.lines("recipients", maximum: 100, isRequired: true)
        let fields = reader.object("fields")
        let overrides = reader.nestedList("overrides", maximum: 20) { PreflightOverride(reading: &$0) }
        let declarations = reader.optionalNested("declarations") { PreflightDeclarations(reading: &$0) }
        // In a batch the batch has the name; a row that brings another would be lost to whoever looks for it.
        let own = batch == nil ? reader.optionalLine("batch", maximum: 100) : nil
        let expected = reader.value("expectedContentHash") == nil ? nil : reader.digest("expectedContentHash")
        let earlier = reader.optionalLine("remindsOf")
        try reader.finish()
        guard let issuer, let kind, let fields else { throw reader.refusal }
        self.init(
            issuer: IssuerID(issuer), kind: kind, version: version, language: language,
            recipients: recipients.map { PersonID($0) }, fields: fields, overrides: overrides,
            declarations: declarations ?? PreflightDeclarations(), batch: batch ?? own,
            expectedContentHash: expected, remindsOf: earlier.map { NoticeID($0) })
    }
}

extension PreflightOverride {
    fileprivate init?(reading reader: inout ObjectReader) {
        let finding = reader.line("finding")
        let reason = reader.text("reason", maximum: 2000)
        let confirmedBy = reader.line("confirmedBy")
        guard let finding, let reason, let confirmedBy else { return nil }
        self.init(finding: finding, reason: reason, confirmedBy: confirmedBy)
    }
}

extension PreflightDeclarations {
    fileprivate init(reading reader: inout ObjectReader) {
        let notified = reader.value("unionNotifiedAt") == nil ? nil : reader.instant("unionNotifiedAt")
        // An empty list says "none"; an absent one says nothing.
        let states =
            reader.value("protectedStates") == nil ? nil : Set(reader.lines("protectedStates", maximum: 50))
        self.init(
            unionNotifiedAt: notified, protectedStates: states, evidence: reader.lines("evidence", maximum: 200))
    }
}
