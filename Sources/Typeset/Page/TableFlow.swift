/// Lays a table out in slices one text line high, so that a row longer than a page can go on overleaf.
struct TableFlow {
    let table: Table
    let typeface: Typeface
    let frame: BlockFlow.Frame

    private static let padding = 5.0
    private static let form = Typography.table
    /// Rows of up to this many lines are never divided.
    private static let shortRow = 10

    func lines() -> [PageLine] {
        guard !table.columns.isEmpty else { return [] }
        let widths = columnWidths()
        let hasHeader = table.header.contains { !$0.isEmpty }
        var head = hasHeader ? row(table.header, widths, isBold: true) : []
        for index in head.indices { head[index].keepsWithNext = true }
        var result = head
        for cells in table.rows {
            for var line in row(cells, widths, isBold: false) {
                // A header that fills the page would leave no room for its rows.
                if head.count <= 5 { line.header = head }
                result.append(line)
            }
        }
        return result
    }

    /// Shares the frame among the columns by what they contain; no column takes over, none vanishes.
    private func columnWidths() -> [Double] {
        let count = Double(table.columns.count)
        let least = min(Self.form.size * 3 + 2 * Self.padding, frame.width / count)
        let natural = table.columns.indices.map { column in
            let cells = [(table.header, true)] + table.rows.map { ($0, false) }
            let widest =
                cells.map { cells, isBold in
                    let style = TextStyle(size: Self.form.size, isBold: isBold)
                    return TextLayout(StyledText(cells[column]), style: style, width: nil, in: typeface).naturalWidth
                }.max() ?? 0
            return min(max(widest + 2 * Self.padding + 1, least), frame.width * 0.62)
        }
        let total = natural.reduce(0, +)
        guard total > frame.width else {
            // Spare room goes to every column in proportion: formal tables span the measure.
            return natural.map { $0 * frame.width / total }
        }
        let spare = frame.width - least * count
        let wanted = total - least * count
        return natural.map { least + ($0 - least) * spare / max(wanted, 1) }
    }

    private func row(_ cells: [[Inline]], _ widths: [Double], isBold: Bool) -> [PageLine] {
        let layouts = cells.indices.map { column in
            let style = TextStyle(size: Self.form.size, isBold: isBold, alignment: table.columns[column])
            return TextLayout(
                StyledText(cells[column]), style: style, width: widths[column] - 2 * Self.padding, in: typeface)
        }
        let count = max(1, layouts.map(\.lines.count).max() ?? 1)
        return (0..<count).map { index in
            let isFirst = index == 0
            let isLast = index == count - 1
            let above = isFirst ? 3.0 : 0
            let height = Self.form.pitch + above + (isLast ? 3 : 0)
            var line = PageLine(height: height, keepsWithNext: !isLast && count <= Self.shortRow)
            var x = frame.x
            line.strokes.append(.init(x1: x, y1: 0, x2: x, y2: height))
            for (column, layout) in layouts.enumerated() {
                if index < layout.lines.count {
                    let piece = PageLine.Piece(
                        layout: layout, index: index, x: x + Self.padding + layout.lines[index].x,
                        baseline: above + Self.form.baseline)
                    line.pieces.append(piece)
                }
                x += widths[column]
                line.strokes.append(.init(x1: x, y1: 0, x2: x, y2: height))
            }
            if isFirst { line.strokes.append(.init(x1: frame.x, y1: 0, x2: x, y2: 0)) }
            if isLast { line.strokes.append(.init(x1: frame.x, y1: height, x2: x, y2: height)) }
            return line
        }
    }
}
