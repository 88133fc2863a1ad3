/// Lays blocks out as one endless column of lines, which the page breaker then cuts.
struct BlockFlow {
    /// Where blocks may stand: the distance from the left margin and the width left.
    struct Frame {
        var x: Double
        var width: Double
        /// Body text of the notice itself, not of a list, quotation or cell.
        var isBody = true

        func inset(by space: Double, right: Double = 0) -> Frame {
            // Deep nesting must not squeeze the text to nothing.
            let left = min(space, max(0, width - right - 120))
            return Frame(x: x + left, width: width - left - right, isBody: false)
        }
    }

    let document: PageDocument
    let typeface: Typeface
    let measure: Double
    private(set) var lines: [PageLine] = []
    /// Space owed to the next line.
    private var owed = 0.0
    private var hasBodyText = false

    init(document: PageDocument, typeface: Typeface, measure: Double) {
        self.document = document
        self.typeface = typeface
        self.measure = measure
    }

    mutating func write(_ blocks: [Block]) { write(blocks, in: Frame(x: 0, width: measure)) }

    mutating func write(_ blocks: [Block], in frame: Frame) {
        for block in blocks { write(block, in: frame) }
    }

    private mutating func write(_ block: Block, in frame: Frame) {
        switch block {
        case .heading(let level, let inlines): heading(level, inlines, in: frame)
        case .paragraph(let inlines): paragraph(inlines, in: frame)
        case .list(let start, let items): list(start: start, items, in: frame)
        case .table(let table):
            owe(8)
            for line in TableFlow(table: table, typeface: typeface, frame: frame).lines() { append(line) }
            owe(10)
        case .quote(let blocks):
            owe(4)
            write(blocks, in: frame.inset(by: Typography.body.size * 2, right: Typography.body.size))
            owe(4)
        case .code(let text): code(text, in: frame)
        case .rule:
            let middle = Typography.body.pitch / 2
            let stroke = PageLine.Stroke(x1: frame.x, y1: middle, x2: frame.x + frame.width, y2: middle)
            append(PageLine(height: Typography.body.pitch, strokes: [stroke]))
        }
    }

    // MARK: - Kinds of block

    private mutating func heading(_ level: Int, _ inlines: [Inline], in frame: Frame) {
        let form: Typography = level == 1 ? (document.isChinese ? .title : .latinTitle) : level == 2 ? .section : .body
        let style = TextStyle(size: form.size, isBold: true, alignment: level == 1 ? .centre : .left)
        owe(level == 1 ? (lines.isEmpty ? 0 : 16) : level == 2 ? 10 : 4)
        let first = lines.count
        set(StyledText(inlines), style, form, in: frame, keepsAll: true)
        if level == 2, lines.indices.contains(first) { lines[first].opensSection = true }
        owe(level == 1 ? 18 : level == 2 ? 4 : 0)
    }

    private mutating func paragraph(_ inlines: [Inline], in frame: Frame) {
        let words = inlines.words
        let isHan = words.unicodeScalars.contains { CharacterRules.isWide($0) }
        let isIndented = document.isChinese && isHan && frame.isBody && !isSalutation(words)
        var style = TextStyle(size: Typography.body.size, isJustified: isHan)
        if isIndented { style.indent = style.size * 2 }
        owe(document.isChinese ? (frame.isBody ? 3 : 0) : (frame.isBody ? 9 : 2))
        set(StyledText(inlines), style, .body, in: frame)
        if frame.isBody { hasBodyText = true }
    }

    /// The line that names the person addressed (`张三先生：`) stands at the margin.
    private func isSalutation(_ words: String) -> Bool {
        !hasBodyText && words.count <= 40 && (words.hasSuffix("：") || words.hasSuffix(":"))
    }

    private mutating func list(start: Int?, _ items: [[Block]], in frame: Frame) {
        let size = Typography.body.size
        let outer = document.isChinese && frame.isBody ? size * 2 : frame.isBody ? size : 0
        // The font's own bullet is too faint beside Han; a small disc, lifted to the middle, is not.
        let style = TextStyle(size: start == nil ? size * 0.45 : size)
        let lift = start == nil ? size * 0.22 : 0
        let markers = items.indices.map { index in
            TextLayout(StyledText(start.map { "\($0 + index)." } ?? "●"), style: style, width: nil, in: typeface)
        }
        let room = max((markers.map(\.naturalWidth).max() ?? 0) + size * 0.6, size * 1.3)
        for (item, marker) in zip(items, markers) {
            let first = lines.count
            let inner = frame.inset(by: outer + room)
            write(item, in: inner)
            if lines.count == first { append(PageLine(height: Typography.body.pitch)) }
            let piece = PageLine.Piece(
                layout: marker, index: 0, x: inner.x - room, baseline: Typography.body.baseline - lift)
            lines[first].pieces.insert(piece, at: 0)
        }
        if frame.isBody { owe(3) }
    }

    private mutating func code(_ text: String, in frame: Frame) {
        owe(6)
        let trimmed = text.hasSuffix("\n") ? String(text.dropLast()) : text
        let style = TextStyle(size: Typography.code.size, isMono: true)
        let layout = TextLayout(
            StyledText(trimmed), style: style, width: max(60, frame.width - 12), in: typeface)
        for index in layout.lines.indices {
            let piece = PageLine.Piece(
                layout: layout, index: index, x: frame.x + 6, baseline: Typography.code.baseline)
            append(PageLine(height: Typography.code.pitch, pieces: [piece], groundFrom: frame.x))
        }
        owe(6)
    }

    /// The closing block: entity and date, centred on each other, two characters from the right margin.
    mutating func close(with seal: [String]) {
        let size = Typography.body.size
        let room = measure - size * 2
        let layouts = seal.map {
            TextLayout(StyledText($0), style: TextStyle(size: size), width: room, in: typeface)
        }
        let width = layouts.map(\.naturalWidth).max() ?? 0
        // A closing block alone on a page could be put under any text: it takes the last lines along.
        for index in lines.indices.suffix(2) { lines[index].keepsWithNext = true }
        owe(Typography.body.pitch * 1.5)
        for layout in layouts {
            for (index, line) in layout.lines.enumerated() {
                let x = room - width + (width - line.width) / 2
                let piece = PageLine.Piece(layout: layout, index: index, x: x, baseline: Typography.body.baseline)
                append(PageLine(height: Typography.body.pitch, pieces: [piece], keepsWithNext: true))
            }
        }
        if !lines.isEmpty { lines[lines.count - 1].keepsWithNext = false }
    }

    // MARK: - Lines

    private mutating func set(
        _ text: StyledText, _ style: TextStyle, _ form: Typography, in frame: Frame, keepsAll: Bool = false
    ) {
        let layout = TextLayout(text, style: style, width: frame.width, in: typeface)
        let count = layout.lines.count
        for (index, line) in layout.lines.enumerated() {
            let piece = PageLine.Piece(layout: layout, index: index, x: frame.x + line.x, baseline: form.baseline)
            // Neither a paragraph's first line nor its last stands alone on a page.
            let keeps = keepsAll || (count > 1 && (index == 0 || index == count - 2))
            append(PageLine(height: form.pitch, pieces: [piece], keepsWithNext: keeps))
        }
    }

    private mutating func owe(_ space: Double) { owed = max(owed, space) }

    private mutating func append(_ line: PageLine) {
        var line = line
        line.spaceBefore += owed
        owed = 0
        lines.append(line)
    }
}
