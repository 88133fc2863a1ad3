import Evidence

/// What a caller asks for: one notice.
public struct IssueRequest: Sendable {
    /// In whose name.
    public var issuer: IssuerID
    /// For example `dismissal`.
    public var kind: String
    /// The template's version; nil means the newest.
    public var version: Int?
    /// `zh-CN` or `en`; nil means the first recipient's language.
    public var language: String?
    /// To whom, at least one.
    public var recipients: [PersonID]
    /// The values of the kind's fields, an object.
    public var fields: JSONValue
    /// Overrides of pre-flight findings, each with a reason and a second person.
    public var overrides: [PreflightOverride]
    /// Answers to the pre-flight questions that no field holds.
    public var declarations: PreflightDeclarations
    /// Groups notices issued together.
    public var batch: String?
    /// SHA-256 of the content as the caller expects it; a difference refuses.
    public var expectedContentHash: Digest?
    /// The earlier notice to the same people that this one reminds of.
    public var remindsOf: NoticeID?

    /// Asks for a notice.
    public init(
        issuer: IssuerID, kind: String, version: Int? = nil, language: String? = nil, recipients: [PersonID],
        fields: JSONValue, overrides: [PreflightOverride] = [],
        declarations: PreflightDeclarations = PreflightDeclarations(), batch: String? = nil,
        expectedContentHash: Digest? = nil, remindsOf: NoticeID? = nil
    ) {
        self.issuer = issuer
        self.kind = kind
        self.version = version
        self.language = language
        self.recipients = recipients
        self.fields = fields
        self.overrides = overrides
        self.declarations = declarations
        self.batch = batch
        self.expectedContentHash = expectedContentHash
        self.remindsOf = remindsOf
    }
}
