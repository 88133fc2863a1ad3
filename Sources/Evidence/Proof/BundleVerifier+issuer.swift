extension BundleVerifier {
    /// In whose name the notice of a bundle was issued.
    enum IssuerCode {
        /// The entity with this unified social credit code.
        case known(String)
        /// The bundle is about a thing: any entity may sign what it found, and answers for it.
        case anyEntity
        /// The entries do not say; that was reported.
        case missing
    }

    /// The fact of a `NoticeIssued` entry that names the issuing entity.
    static let creditCode = "creditCode"

    /// Reads from the entries in whose name the notice was issued.
    ///
    /// A bundle that does not say is refused: what cannot be laid to anybody's door proves nothing.
    func issuerCode(
        of bundle: BundleReader, entries: [VerifiedEntry], _ report: inout VerificationReport
    ) -> IssuerCode {
        guard let about = bundle.index.flatMap(BundleSubject.init) else { return .missing }
        if case .thing = about { return .anyEntity }
        let issued = entries.compactMap(\.body).filter { $0.event == .noticeIssued }
        let codes = Set(issued.compactMap { $0.facts[Self.creditCode]?.string })
        guard codes.count == 1, let code = codes.first else {
            report.note(
                .failed, "issuer", BundleLayout.entries, zh: "没有（唯一的）签发记录（NoticeIssued）载明发出单位的统一社会信用代码",
                en: "no NoticeIssued entry, or more than one, says which entity (credit code) issued the notice")
            return .missing
        }
        return .known(code)
    }

    /// Holds a signature to the entity in whose name the notice was issued.
    ///
    /// A root certifies many: without this, another entity under it could make up a whole log, and so could whoever holds
    /// the key that signs entries.
    func verifyIssuer(
        of subject: String, signer: Certificate?, code: IssuerCode, _ report: inout VerificationReport
    ) {
        guard let signer else { return }  // the signature itself was refused
        let found = signer.creditCode
        switch code {
        case .missing: return
        case .anyEntity:
            report.note(
                found == nil ? .failed : .ok, "issuer", subject,
                zh: found.map { "由统一社会信用代码为 \($0) 的单位签章" } ?? "签章证书不属于任何单位（无统一社会信用代码）",
                en: found.map { "signed by the entity with the credit code \($0)" }
                    ?? "the signer's certificate names no entity (no credit code)")
        case .known(let code):
            let isIssuer = found == code
            report.note(
                isIssuer ? .ok : .failed, "issuer", subject,
                zh: isIssuer
                    ? "签章单位即发出单位（\(code)）" : "签章单位（\(found ?? "无统一社会信用代码")）不是记录所载的发出单位（\(code.prefix(40))）",
                en: isIssuer
                    ? "the signer is the issuing entity (\(code))"
                    : "the signer (\(found ?? "no credit code")) is not the issuing entity (\(code.prefix(40))) of the entries"
            )
        }
    }
}
