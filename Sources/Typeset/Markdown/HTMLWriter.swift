/// Writes the tree as an HTML fragment.
///
/// Everything is escaped byte by byte, never by grapheme: `"` followed by a combining mark is
/// still a quotation mark to a browser.
struct HTMLWriter {
    private(set) var html = ""

    mutating func write(_ blocks: [Block]) {
        for block in blocks { write(block) }
    }

    private mutating func write(_ block: Block) {
        switch block {
        case .heading(let level, let inlines):
            wrap("h\(level)") { $0.write(inlines) }
        case .paragraph(let inlines):
            wrap("p") { $0.write(inlines) }
        case .list(let start, let items):
            let tag = start == nil ? "ul" : "ol"
            html += start.map { $0 == 1 ? "<ol>\n" : "<ol start=\"\($0)\">\n" } ?? "<ul>\n"
            for item in items {
                html += "<li>"
                if item.count == 1, case .paragraph(let inlines)? = item.first { write(inlines) } else { write(item) }
                html += "</li>\n"
            }
            html += "</\(tag)>\n"
        case .table(let table):
            write(table)
        case .quote(let blocks):
            html += "<blockquote>\n"
            write(blocks)
            html += "</blockquote>\n"
        case .code(let text):
            html += "<pre><code>"
            escape(text)
            html += "</code></pre>\n"
        case .rule:
            html += "<hr>\n"
        }
    }

    private mutating func write(_ table: Table) {
        html += "<table>\n<thead>\n"
        write(row: table.header, tag: "th", table.columns)
        html += "</thead>\n<tbody>\n"
        for row in table.rows { write(row: row, tag: "td", table.columns) }
        html += "</tbody>\n</table>\n"
    }

    private mutating func write(row: [[Inline]], tag: String, _ columns: [Table.Alignment]) {
        html += "<tr>"
        for (cell, alignment) in zip(row, columns) {
            // `align` is old, but a style attribute would break the console's content security policy.
            switch alignment {
            case .left: html += "<\(tag)>"
            case .centre: html += "<\(tag) align=\"center\">"
            case .right: html += "<\(tag) align=\"right\">"
            }
            write(cell)
            html += "</\(tag)>"
        }
        html += "</tr>\n"
    }

    private mutating func write(_ inlines: [Inline]) {
        for inline in inlines {
            switch inline {
            case .text(let text): escape(text)
            case .lineBreak: html += "<br>\n"
            case .code(let text):
                html += "<code>"
                escape(text)
                html += "</code>"
            case .emphasis(let children):
                html += "<em>"
                write(children)
                html += "</em>"
            case .strong(let children):
                html += "<strong>"
                write(children)
                html += "</strong>"
            case .link(let children, let destination):
                html += "<a href=\""
                escape(destination)
                html += "\" rel=\"noopener noreferrer\">"
                write(children)
                html += "</a>"
            }
        }
    }

    private mutating func wrap(_ tag: String, _ content: (inout HTMLWriter) -> Void) {
        html += "<\(tag)>"
        content(&self)
        html += "</\(tag)>\n"
    }

    private mutating func escape(_ text: String) {
        // All five are ASCII, so bytes are enough to find them, and what lies between is copied as it is.
        let utf8 = text.utf8
        var copied = utf8.startIndex
        var position = utf8.startIndex
        while position < utf8.endIndex {
            let entity: String? =
                switch utf8[position] {
                case UInt8(ascii: "&"): "&amp;"
                case UInt8(ascii: "<"): "&lt;"
                case UInt8(ascii: ">"): "&gt;"
                case UInt8(ascii: "\""): "&quot;"
                case UInt8(ascii: "'"): "&#39;"
                default: nil
                }
            if let entity {
                html += text[copied..<position]
                html += entity
                copied = utf8.index(after: position)
            }
            utf8.formIndex(after: &position)
        }
        html += text[copied...]
    }
}
