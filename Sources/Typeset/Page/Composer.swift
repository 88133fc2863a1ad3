/// Composes a document into pages: body, closing block, and the foot every page carries.
struct Composer {
    let document: PageDocument
    let typeface: Typeface
    let paper = Paper.a4

    /// Sets the typeface's language; the typeface gathers the characters it lacks from here on.
    init(document: PageDocument, typeface: Typeface) {
        self.document = document
        self.typeface = typeface
        typeface.begin(language: document.language)
    }

    func pages(of body: [Block], code: QRCode?) throws -> [ComposedPage] {
        var flow = BlockFlow(document: document, typeface: typeface, measure: paper.measure)
        if case .heading(level: 1, _)? = body.first {
            flow.write(body)
        } else {
            flow.write([.heading(level: 1, [.text(document.title)])] + body)
        }
        if let seal = document.sealLines, !seal.isEmpty { flow.close(with: seal) }
        var foot = try PageFoot(document: document, code: code, paper: paper, in: typeface)
        // Wider than the measure it would be cut into lines, of which one is shown: let it run into the margins.
        let head = document.headLine.map {
            TextLayout(
                StyledText($0), style: TextStyle(size: Typography.head.size, isBold: true), width: nil, in: typeface)
        }
        let breaker = PageBreaker(height: foot.top - Self.gapAboveFoot - paper.top)
        let pages = breaker.pages(of: flow.lines)
        return pages.enumerated().map { index, lines in
            foot.number(page: index + 1, of: pages.count, isChinese: document.isChinese, in: typeface)
            return ComposedPage(lines: lines, foot: foot, head: head)
        }
    }

    private static let gapAboveFoot = 14.0
}
