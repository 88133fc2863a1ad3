import Evidence
import Typeset

/// Typesets the sealed document; the same notice always gives the same bytes.
public struct DocumentMaker: Sendable {
    private let typesetter: PDFTypesetter

    /// Makes documents with this typesetter.
    public init(typesetter: PDFTypesetter) { self.typesetter = typesetter }

    /// The PDF of a page; a character no font has is a refusal that names it.
    func pdf(_ page: PageDocument) async throws -> [UInt8] {
        do {
            return try await typesetter.pdf(page)
        } catch let error as TypesetError {
            throw NoticeError(.invalid, "the document cannot be typeset: \(error.reason)")
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
                issuer: issuer, issuedAt: issuedAt))
    }

    /// The page of a notice: its words, and in the foot its number, the hash of its content and both as a QR code.
    static func page(
        markdown: String, title: String, language: String, number: String, contentHash: Digest, issuer: String,
        issuedAt: Timestamp
    ) -> PageDocument {
        PageDocument(
            markdown: markdown, title: title, language: language,
            footerLines: [number, "SHA-256 \(contentHash.hex)"],
            qrText: "songda:\(number):\(contentHash.hex)", createdAt: issuedAt.microseconds / 1_000_000,
            author: issuer)
    }
}
