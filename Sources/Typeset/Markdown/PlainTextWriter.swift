/// Writes the tree as the `text/plain` part of a mail: lines of at most 72 columns where words allow it.
enum PlainTextWriter {
    static let width = 72

    static func text(of blocks: [Block]) -> String {
        let lines = self.lines(of: blocks, width: width)
        return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    }

    private static func lines(of blocks: [Block], width: Int) -> [String] {
        var result: [String] = []
        for (index, block) in blocks.enumerated() {
            if index > 0 { result.append("") }
            result += lines(of: block, width: width)
        }
        return result
    }

    private static func lines(of block: Block, width: Int) -> [String] {
        switch block {
        case .heading(let level, let inlines):
            let lines = LineWrapper.lines(words(inlines), width: width)
            let longest = lines.map { CharacterRules.columns($0) }.max() ?? 0
            switch level {
            case 1: return lines + [String(repeating: "=", count: min(longest, width))]
            case 2: return lines + [String(repeating: "-", count: min(longest, width))]
            default: return lines
            }
        case .paragraph(let inlines):
            return LineWrapper.lines(words(inlines), width: width)
        case .list(let start, let items):
            return list(start: start, items: items, width: width)
        case .table(let table):
            return self.table(table, width: width)
        case .quote(let blocks):
            return lines(of: blocks, width: width - 2).map { $0.isEmpty ? ">" : "> " + $0 }
        case .code(let text):
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
            if lines.last == "    " { lines.removeLast() }
            return lines
        case .rule:
            return [String(repeating: "-", count: width / 2)]
        }
    }

    private static func list(start: Int?, items: [[Block]], width: Int) -> [String] {
        let isLoose = items.contains { $0.filter { if case .paragraph = $0 { true } else { false } }.count > 1 }
        var result: [String] = []
        for (index, item) in items.enumerated() {
            if isLoose, index > 0 { result.append("") }
            let marker = start.map { "\($0 + index). " } ?? "- "
            let indent = String(repeating: " ", count: marker.utf8.count)
            var content: [String] = []
            for (position, block) in item.enumerated() {
                if position > 0, isLoose { content.append("") }
                content += lines(of: block, width: max(20, width - indent.utf8.count))
            }
            if content.isEmpty { content = [""] }
            for (row, line) in content.enumerated() {
                result.append(row == 0 ? marker + line : line.isEmpty ? "" : indent + line)
            }
        }
        return result
    }

    /// Aligned columns where they fit, otherwise one `heading: value` line a cell, a blank line between rows.
    private static func table(_ table: Table, width: Int) -> [String] {
        let header = table.header.map { words($0).replacingLineEnds }
        let rows = table.rows.map { $0.map { words($0).replacingLineEnds } }
        let widths = table.columns.indices.map { column in
            ([header] + rows).map { CharacterRules.columns($0[column]) }.max() ?? 0
        }
        let gap = "  "
        guard widths.reduce(0, +) + gap.utf8.count * max(0, widths.count - 1) <= width else {
            return rows.enumerated().flatMap { index, row in
                let cells = zip(header, row).flatMap { name, value in
                    LineWrapper.lines(name.isEmpty ? value : "\(name): \(value)", width: width)
                }
                return index > 0 ? [""] + cells : cells
            }
        }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, zip(widths, table.columns)).map { cell, column in
                pad(cell, to: column.0, column.1)
            }
            var joined = padded.joined(separator: gap)
            while joined.last == " " { joined.removeLast() }
            return joined
        }
        let underline = widths.map { String(repeating: "-", count: $0) }.joined(separator: gap)
        return (header.allSatisfy(\.isEmpty) ? [] : [line(header), underline]) + rows.map(line)
    }

    private static func pad(_ text: String, to width: Int, _ alignment: Table.Alignment) -> String {
        let missing = max(0, width - CharacterRules.columns(text))
        func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
        return switch alignment {
        case .left: text + spaces(missing)
        case .right: spaces(missing) + text
        case .centre: spaces(missing / 2) + text + spaces(missing - missing / 2)
        }
    }

    /// The words with links written out, since a reader of plain text cannot look behind them.
    private static func words(_ inlines: [Inline]) -> String { inlines.written(lineBreak: "\n", link: ("<", ">")) }
}

extension [Inline] {
    /// The words with every link's address behind its text, unless the text already is the address.
    func written(lineBreak: String, link marks: (String, String)) -> String {
        map { inline in
            switch inline {
            case .text(let text), .code(let text): return text
            case .lineBreak: return lineBreak
            case .emphasis(let children), .strong(let children):
                return children.written(lineBreak: lineBreak, link: marks)
            case .link(let children, let destination):
                let text = children.written(lineBreak: lineBreak, link: marks)
                let address = LinkRules.shown(destination)
                return text == address || text == destination || text.isEmpty
                    ? address : "\(text) \(marks.0)\(address)\(marks.1)"
            }
        }.joined()
    }
}

extension String {
    fileprivate var replacingLineEnds: String { split(separator: "\n").joined(separator: " ") }
}
