/// A Markdown text, read once and written as HTML or as plain text.
///
/// Reading keeps only what a notice may contain: headings, paragraphs, lists, tables, quotations,
/// code, rules, bold, emphasis and links. Raw HTML is dropped, pictures become their description,
/// and links survive only as `https`, `http`, `mailto` or `tel`: a sealed notice loads nothing.
public struct MarkdownDocument: Sendable {
    let blocks: [Block]

    /// The longest text accepted, in UTF-8 bytes; a notice of this size has some two hundred pages.
    public static let maximumBytes = 1 << 20

    /// Reads a text; refuses control and direction-changing characters, 1 MiB, and nesting beyond 32 levels.
    public init(_ markdown: String) throws {
        try CharacterRules.check(markdown, in: "the text")
        guard markdown.utf8.count <= Self.maximumBytes else {
            throw TypesetError(
                .textTooLong,
                "the text has \(markdown.utf8.count) bytes, more than \(Self.maximumBytes); shorten it or attach the rest"
            )
        }
        blocks = try MarkdownReader.blocks(of: markdown)
    }

    /// An HTML fragment without attributes that run or load anything; safe to place in a page as it is.
    public var html: String {
        var writer = HTMLWriter()
        writer.write(blocks)
        return writer.html
    }

    /// The text of a `text/plain` mail: wrapped at 72 columns (a Han character takes two), links written out.
    public var plainText: String { PlainTextWriter.text(of: blocks) }
}
