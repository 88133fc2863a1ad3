import Evidence

/// A report that is printed and not served: its words and what stands around them.
public struct PrintedReport: Sendable {
    /// The body.
    public let markdown: String
    /// The title in the file's properties.
    public let title: String
    /// The language of the body.
    public let language: NoticeLanguage
    /// Lines at the foot of every page.
    public let footerLines: [String]
    /// What the QR code says.
    public let code: String
    /// Up to when the report knows; the file's creation date, so that the same knowledge gives the same bytes.
    public let asOf: Timestamp
    /// The issuing entity, for the file's properties.
    public let author: String
    /// Marks every page as one of a rehearsal.
    public let isRehearsal: Bool

    /// Describes a report.
    public init(
        markdown: String, title: String, language: NoticeLanguage, footerLines: [String], code: String, asOf: Timestamp,
        author: String, isRehearsal: Bool
    ) {
        self.markdown = markdown
        self.title = title
        self.language = language
        self.footerLines = footerLines
        self.code = code
        self.asOf = asOf
        self.author = author
        self.isRehearsal = isRehearsal
    }
}

/// Words from outside as Markdown that says just that: nothing in them is markup, and they stay on their line.
public enum PlainMarkdown {
    /// Escapes a text; at most so many characters of it.
    ///
    /// What cannot be seen stays in, so that the typesetter names it instead of leaving it out.
    public static func line(_ text: String, maximum: Int = 2000) -> String {
        var result = ""
        for scalar in text.trimmed.unicodeScalars.prefix(maximum) {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: result += " "
            case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E:
                result += "\\"
                result.unicodeScalars.append(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + (text.unicodeScalars.count > maximum ? "…" : "")
    }
}
