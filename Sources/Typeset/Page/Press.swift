/// Turns one document into one file; lives on the press thread only.
final class Press {
    private let fonts: FontSet
    private let everyday: Typeface
    /// Made when the first document with a rare character comes; most processes never need it.
    private var complete: Typeface?

    init(fonts: FontSet) throws {
        self.fonts = fonts
        everyday = try Typeface(files: [fonts.primary, fonts.primaryBold, fonts.mono])
    }

    func print(_ document: PageDocument, body: [Block], code: QRCode?) throws -> PrintedDocument {
        var composer = Composer(document: document, typeface: everyday)
        var pages = try composer.pages(of: body, code: code)
        if !everyday.missing.isEmpty {
            let typeface =
                try complete
                ?? Typeface(
                    files: [fonts.primary, fonts.primaryBold, fonts.mono],
                    collections: [fonts.fallback, fonts.fallbackBold]
                )
            complete = typeface
            composer = Composer(document: document, typeface: typeface)
            pages = try composer.pages(of: body, code: code)
            try refuse(typeface.missing)
        }
        let sections = pages.enumerated().flatMap { index, page in
            page.lines.filter(\.line.opensSection).map { _ in index + 1 }
        }
        return PrintedDocument(
            pdf: try PDFSurface.write(pages, document: document, paper: Paper.a4), sectionPages: sections)
    }

    private func refuse(_ missing: Set<Unicode.Scalar>) throws {
        guard !missing.isEmpty else { return }
        let sorted = missing.sorted { $0.value < $1.value }
        throw TypesetError(
            .missingGlyphs,
            "no font can show \(TypesetError.list(sorted)); write the name with characters of Noto Serif CJK",
            characters: sorted
        )
    }
}
