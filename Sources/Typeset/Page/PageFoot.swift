/// The foot of a page: a grey rule, the notice's number and hash, the QR code, the page number.
struct PageFoot {
    static let codeSide = 54.0

    /// Distance of the rule from the top of the sheet.
    let top: Double
    let text: TextLayout
    let code: CodeImage?
    private(set) var number: TextLayout?

    init(document: PageDocument, code: QRCode?, paper: Paper, in typeface: Typeface) throws {
        let width = paper.measure - (code == nil ? 0 : Self.codeSide + 12)
        self.code = try code.map { try CodeImage($0) }
        text = TextLayout(
            Self.styled(document.footerLines), style: TextStyle(size: Typography.foot.size), width: width, in: typeface)
        let lines = Double(document.footerLines.isEmpty ? 0 : text.lines.count)
        // The page number stands under the text and beside the code, so the foot stays low.
        let content = max(code == nil ? 0 : Self.codeSide, (lines + 1) * Typography.foot.pitch + 4)
        top = paper.height - paper.bottom - content - 6
        guard top > paper.height / 2 else {
            throw TypesetError(
                .footTooTall, "the footer's \(document.footerLines.count) lines fill half the page; keep to a few")
        }
    }

    /// Writes the page's number; called once the number of pages is known.
    mutating func number(page: Int, of count: Int, isChinese: Bool, in typeface: Typeface) {
        let english = "Page \(page) of \(count)"
        let text = isChinese ? "第 \(page) 页 共 \(count) 页 / \(english)" : english
        number = TextLayout(
            StyledText(text), style: TextStyle(size: Typography.foot.size), width: nil, in: typeface)
    }

    /// Hashes are set in the fixed-width font, so that two of them can be compared by eye.
    private static func styled(_ lines: [String]) -> StyledText {
        var inlines: [Inline] = []
        for (index, line) in lines.enumerated() {
            if index > 0 { inlines.append(.lineBreak) }
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            for (position, word) in words.enumerated() {
                if position > 0 { inlines.append(.text(" ")) }
                let isHash = word.utf8.count >= 32 && word.utf8.allSatisfy { $0 < 0x80 }
                inlines.append(isHash ? .code(String(word)) : .text(String(word)))
            }
        }
        return StyledText(inlines)
    }
}
