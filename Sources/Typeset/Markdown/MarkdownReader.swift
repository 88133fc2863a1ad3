import CMark

/// Reads Markdown through cmark-gfm into our own tree, which has no place for anything dangerous.
enum MarkdownReader {
    static let deepest = 32

    static func blocks(of markdown: String) throws -> [Block] {
        _ = registration
        guard let parser = cmark_parser_new(CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8) else {
            throw TypesetError(.drawingFailed, "the Markdown reader could not start; is memory short?")
        }
        defer { cmark_parser_free(parser) }
        guard let tables = cmark_find_syntax_extension("table") else {
            throw TypesetError(
                .drawingFailed, "cmark-gfm lacks its table extension; install libcmark-gfm-extensions-dev")
        }
        cmark_parser_attach_syntax_extension(parser, tables)
        var text = markdown
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        }
        guard let root = cmark_parser_finish(parser) else {
            throw TypesetError(.drawingFailed, "the Markdown reader gave no tree; is memory short?")
        }
        defer { cmark_node_free(root) }
        return try blocks(in: root, depth: 0)
    }

    /// cmark keeps its list of extensions in a process-wide table: filled once, before the first parser.
    private static let registration: Void = cmark_gfm_core_extensions_ensure_registered()

    private typealias Node = OpaquePointer

    private static func children(of node: Node) -> some Sequence<Node> {
        sequence(first: cmark_node_first_child(node)) { $0.flatMap { cmark_node_next($0) } }
            .lazy.prefix { $0 != nil }.compactMap { $0 }
    }

    private static func blocks(in node: Node, depth: Int) throws -> [Block] {
        guard depth < deepest else {
            throw TypesetError(.nestingTooDeep, "lists or quotations are nested over \(deepest) deep; flatten the text")
        }
        return try children(of: node).compactMap { try block($0, depth: depth + 1) }
    }

    private static func block(_ node: Node, depth: Int) throws -> Block? {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_HEADING:
            return .heading(level: Int(cmark_node_get_heading_level(node)), try inlines(in: node, depth: depth))
        case CMARK_NODE_PARAGRAPH:
            let content = try inlines(in: node, depth: depth)
            return content.isEmpty ? nil : .paragraph(content)
        case CMARK_NODE_LIST:
            let isOrdered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
            let items = try children(of: node).map { try blocks(in: $0, depth: depth + 1) }
            return .list(start: isOrdered ? Int(cmark_node_get_list_start(node)) : nil, items: items)
        case CMARK_NODE_BLOCK_QUOTE:
            return .quote(try blocks(in: node, depth: depth))
        case CMARK_NODE_CODE_BLOCK:
            return .code(literal(node))
        case CMARK_NODE_THEMATIC_BREAK:
            return .rule
        default:
            // Raw HTML falls here and is dropped. Node types of extensions are known by name only.
            return typeName(node) == "table" ? .table(try table(node, depth: depth)) : nil
        }
    }

    private static func table(_ node: Node, depth: Int) throws -> Table {
        let count = Int(cmark_gfm_extensions_get_table_columns(node))
        let marks = cmark_gfm_extensions_get_table_alignments(node)
        let columns: [Table.Alignment] = (0..<count).map { index in
            switch marks?[index] {
            case UInt8(ascii: "c"): .centre
            case UInt8(ascii: "r"): .right
            default: .left
            }
        }
        var rows = try children(of: node).map { row in
            var cells = try children(of: row).map { try inlines(in: $0, depth: depth + 1) }
            while cells.count < count { cells.append([]) }
            return Array(cells.prefix(count))
        }
        let header = rows.isEmpty ? columns.map { _ in [] } : rows.removeFirst()
        return Table(columns: columns, header: header, rows: rows)
    }

    // MARK: - Inlines

    /// A soft break is kept apart until its neighbours are known.
    private enum Piece {
        case inline(Inline)
        case softBreak
    }

    private static func inlines(in node: Node, depth: Int) throws -> [Inline] {
        guard depth < deepest else {
            throw TypesetError(.nestingTooDeep, "bold or links are nested over \(deepest) deep; flatten the text")
        }
        var pieces: [Piece] = []
        for child in children(of: node) { pieces += try self.pieces(child, depth: depth + 1) }
        return join(pieces)
    }

    private static func pieces(_ node: Node, depth: Int) throws -> [Piece] {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_TEXT: return [.inline(.text(literal(node)))]
        case CMARK_NODE_CODE: return [.inline(.code(literal(node)))]
        case CMARK_NODE_LINEBREAK: return [.inline(.lineBreak)]
        case CMARK_NODE_SOFTBREAK: return [.softBreak]
        case CMARK_NODE_EMPH: return [.inline(.emphasis(try inlines(in: node, depth: depth)))]
        case CMARK_NODE_STRONG: return [.inline(.strong(try inlines(in: node, depth: depth)))]
        case CMARK_NODE_IMAGE:
            return try inlines(in: node, depth: depth).map { .inline($0) }
        case CMARK_NODE_LINK:
            let content = try inlines(in: node, depth: depth)
            let destination = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
            guard LinkRules.isAllowed(destination) else { return content.map { .inline($0) } }
            return [.inline(.link(content, destination: destination))]
        default: return []
        }
    }

    /// Joins neighbouring texts; a line end inside a paragraph is a space in English and nothing between Han.
    private static func join(_ pieces: [Piece]) -> [Inline] {
        var result: [Inline] = []
        func append(_ text: String) {
            if case .text(let before)? = result.last {
                result[result.count - 1] = .text(before + text)
            } else {
                result.append(.text(text))
            }
        }
        for (index, piece) in pieces.enumerated() {
            switch piece {
            case .inline(.text(let text)): append(text)
            case .inline(let inline): result.append(inline)
            case .softBreak:
                var next: Unicode.Scalar?
                if index + 1 < pieces.count, case .inline(let inline) = pieces[index + 1] {
                    next = [inline].words.unicodeScalars.first
                }
                let before = result.last.flatMap { [$0].words.unicodeScalars.last }
                if let before, let next, CharacterRules.joinsLikeHan(before), CharacterRules.joinsLikeHan(next) {
                    continue
                }
                append(" ")
            }
        }
        return result
    }

    private static func literal(_ node: Node) -> String {
        cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
    }

    private static func typeName(_ node: Node) -> String {
        cmark_node_get_type_string(node).map { String(cString: $0) } ?? ""
    }
}
