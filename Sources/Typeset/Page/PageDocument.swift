/// A document to be printed on A4: the text and what stands around it.
public struct PageDocument: Sendable {
    /// A line in bold at the head of every page, above everything else; nothing if nil.
    public var headLine: String?
    /// The body; a leading `# heading` is the printed title, otherwise `title` is printed above the body.
    public var markdown: String
    /// The title in the file's properties, and on the page where the body has no heading of its own.
    public var title: String
    /// `zh-CN` or `en`: decides indents and the wording of page numbers.
    public var language: String
    /// Lines at the foot of every page: the notice's number, its content hash.
    public var footerLines: [String]
    /// What the QR code at the foot of every page says; no code if nil.
    public var qrText: String?
    /// Seconds since 1970 UTC, written as the file's creation date; nothing else in the file depends on time.
    public var createdAt: Int64
    /// The issuing entity, for the file's properties.
    public var author: String
    /// The closing block at the lower right: issuing entity, then the date; text, never a picture of a seal.
    public var sealLines: [String]?

    /// Describes a document.
    public init(
        headLine: String? = nil,
        markdown: String,
        title: String,
        language: String = "zh-CN",
        footerLines: [String] = [],
        qrText: String? = nil,
        createdAt: Int64,
        author: String,
        sealLines: [String]? = nil
    ) {
        self.headLine = headLine
        self.markdown = markdown
        self.title = title
        self.language = language
        self.footerLines = footerLines
        self.qrText = qrText
        self.createdAt = createdAt
        self.author = author
        self.sealLines = sealLines
    }

    var isChinese: Bool { language.lowercased().hasPrefix("zh") }

    /// Fields outside the body are held to the same rules as the body.
    func check() throws {
        try CharacterRules.check(title, in: "the title")
        try CharacterRules.check(author, in: "the author")
        if let headLine { try CharacterRules.check(headLine, in: "the head line") }
        for line in footerLines { try CharacterRules.check(line, in: "a footer line") }
        for line in sealLines ?? [] { try CharacterRules.check(line, in: "the closing block") }
    }
}
