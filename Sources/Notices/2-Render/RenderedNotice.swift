import Evidence

/// A notice in its final words, for one recipient and in one language; what approvers approve and the seal covers.
public struct RenderedNotice: Sendable, Hashable {
    /// The template version it was made from.
    public let template: TemplateReference
    /// The language of the words.
    public let language: NoticeLanguage
    /// The document in Markdown; typeset to PDF, or sealed as it is.
    public let markdown: String
    /// The subject of the mail, one line.
    public let subject: String
    /// The body of the mail in Markdown: a cover, or the whole message for kinds without a PDF.
    public let emailText: String
    /// The text message without its 【signature】, which the channel or the provider puts in front.
    public let smsText: String
    /// The line in the inbox list.
    public let inboxTitle: String
    /// The field values as canonical JSON.
    public let fields: [UInt8]
    /// The articles it rests on.
    public let legalBasis: [LegalBasis]
    /// What must be done by when because of it.
    public let deadlines: [NoticeDeadline]
    /// What the author should know; not part of the content.
    public let warnings: [FieldFault]
    /// The canonical JSON of everything that matters: what is stored, hashed and approved.
    public let content: [UInt8]
    /// SHA-256 over ``content``; any change of words, values or circumstances changes it.
    public let contentHash: Digest
}

extension RenderedNotice {
    /// The canonical JSON that ``contentHash`` covers.
    static func content(
        _ template: TemplateReference, _ language: NoticeLanguage, _ context: RenderContext, values: JSONValue,
        texts: [String: String], basis: [LegalBasis]
    ) -> JSONValue {
        let circumstances: [String: JSONValue] = Dictionary(
            SystemField.allCases.map { ($0.rawValue, .string(context.text($0, language))) },
            uniquingKeysWith: { first, _ in first })
        var content: [String: JSONValue] = [
            "format": .string("songda.notice.v1"),
            "kind": .string(template.kind),
            "version": .integer(Int64(template.version)),
            "template": .string(template.hash.hex),
            "language": .string(language.rawValue),
            "context": .object(circumstances),
            "issueDay": .string(context.issueDate.description),
            "fields": values,
            "texts": .object(texts.mapValues { .string($0) }),
            "legalBasis": .array(basis.map { .object(["law": .string($0.law), "article": .string($0.article)]) }),
        ]
        // Absent from a notice that is meant: its bytes are what they always were.
        if context.isRehearsal { content["rehearsal"] = true }
        return .object(content)
    }
}
