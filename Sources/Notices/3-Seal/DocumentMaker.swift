import Evidence
import Typeset

/// Typesets the sealed document; the same notice always gives the same bytes.
public struct DocumentMaker: Sendable {
    private let typesetter: PDFTypesetter
    private let isRehearsal: Bool

    /// Makes documents with this typesetter; those of a rehearsal are marked as such on every page.
    public init(typesetter: PDFTypesetter, isRehearsal: Bool = false) {
        self.typesetter = typesetter
        self.isRehearsal = isRehearsal
    }

    /// The PDF of a page; a character no font has is a refusal that names it.
    func pdf(_ page: PageDocument) async throws -> [UInt8] {
        do {
            return try await typesetter.pdf(page)
        } catch let error as TypesetError {
            throw NoticeError(.invalid, "the document cannot be typeset: \(error.reason)")
        }
    }

    /// The characters of a page that no font has; none when it can be typeset.
    func unprintable(_ page: PageDocument) async throws -> [Unicode.Scalar] {
        do {
            _ = try await typesetter.pdf(page)
            return []
        } catch let error as TypesetError {
            guard error.code == .missingGlyphs else {
                throw NoticeError(.invalid, "the document cannot be typeset: \(error.reason)")
            }
            return error.characters
        }
    }

    /// The PDF of another document that is served or signed here; in its foot stand its number and the hash of its content.
    public func pdf(
        markdown: String, title: String, language: NoticeLanguage, number: String, contentHash: Digest, issuer: String,
        issuedAt: Timestamp
    ) async throws -> [UInt8] {
        try await pdf(
            Self.page(
                markdown: markdown, title: title, language: language.rawValue, number: number, contentHash: contentHash,
                issuer: issuer, issuedAt: issuedAt, isRehearsal: isRehearsal))
    }

    /// The same for papers that quote what others wrote, with the page on which each section of the second level begins.
    ///
    /// Nothing here is served, and what was recorded must be shown whatever it is: characters that no font has or that are
    /// invisible are printed as their code points instead of refusing the whole.
    public func sections(
        markdown: String, title: String, language: NoticeLanguage, number: String, contentHash: Digest, issuer: String,
        issuedAt: Timestamp
    ) async throws -> (pdf: [UInt8], pages: [Int]) {
        let printed = try await printed(
            Self.page(
                markdown: markdown, title: title, language: language.rawValue, number: number, contentHash: contentHash,
                issuer: issuer, issuedAt: issuedAt, isRehearsal: isRehearsal))
        return (printed.pdf, printed.sectionPages)
    }

    /// The PDF of a report on what was recorded, with lines of its own in the foot and an address as its code.
    ///
    /// Like ``sections(markdown:title:language:number:contentHash:issuer:issuedAt:)`` it shows whatever was recorded.
    public func report(_ report: PrintedReport) async throws -> [UInt8] {
        try await printed(
            PageDocument(
                headLine: report.isRehearsal || isRehearsal ? RehearsalMark.line : nil, markdown: report.markdown,
                title: report.title, language: report.language.rawValue, footerLines: report.footerLines,
                qrText: report.code, createdAt: report.asOf.microseconds / 1_000_000, author: report.author)
        ).pdf
    }

    private func printed(_ page: PageDocument) async throws -> PrintedDocument {
        var page = page
        // Forbidden characters are found before missing ones, so that there are at most two reasons to look again.
        for _ in 0..<3 {
            do {
                return try await typesetter.printed(page)
            } catch let error as TypesetError {
                guard !error.characters.isEmpty else {
                    throw NoticeError(.invalid, "the document cannot be typeset: \(error.reason)")
                }
                page.markdown = Self.naming(Set(error.characters), in: page.markdown)
            }
        }
        throw NoticeError(.invalid, "the document cannot be typeset: it keeps having characters that no font shows")
    }

    /// The text with some of its characters as code points.
    private static func naming(_ characters: Set<Unicode.Scalar>, in text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if characters.contains(scalar) {
                result += "〔U+\(String(scalar.value, radix: 16, uppercase: true))〕"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The page of a notice: its words, and in the foot its number, the hash of its content and both as a QR code.
    ///
    /// The foot says whose hash it is: that of the file, in which it stands, is another one.
    static func page(
        markdown: String, title: String, language: String, number: String, contentHash: Digest, issuer: String,
        issuedAt: Timestamp, isRehearsal: Bool
    ) -> PageDocument {
        PageDocument(
            headLine: isRehearsal ? RehearsalMark.line : nil, markdown: markdown, title: title, language: language,
            footerLines: [number, "\(language == "en" ? "Content" : "内容") SHA-256 \(contentHash.hex)"],
            qrText: "songda:\(number):\(contentHash.hex)", createdAt: issuedAt.microseconds / 1_000_000,
            author: issuer)
    }
}
