import CPango

/// How a text looks as a whole; parts of it may be bold, fixed-width or underlined on top.
struct TextStyle {
    var size: Double
    var isBold = false
    var isMono = false
    /// Full-width lines are stretched to the measure; only for body text in Chinese.
    var isJustified = false
    /// Indent of the first line, in points.
    var indent = 0.0
    var alignment = Table.Alignment.left
}

/// A paragraph laid out in lines; owns its Pango layout, used on the press thread only.
///
/// Weight and family go in as attributes on byte ranges, never as Pango markup: text stays text.
final class TextLayout {
    /// One line: where it begins, how wide it is, and Pango's own record of it.
    struct Line {
        var x: Double
        var width: Double
        fileprivate(set) var pointer: UnsafeMutablePointer<PangoLayoutLine>
    }

    let style: TextStyle
    private(set) var lines: [Line] = []
    private let layout: OpaquePointer

    /// `width` nil means: as wide as the text is.
    init(_ text: StyledText, style: TextStyle, width: Double?, in typeface: Typeface) {
        self.style = style
        layout = pango_layout_new(typeface.context)
        // Texts were refused if they held a NUL, so the C string is the whole string.
        pango_layout_set_text(layout, text.string, -1)
        setFont()
        setAttributes(text.spans)
        pango_layout_set_auto_dir(layout, 0)
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        pango_layout_set_indent(layout, Self.units(style.indent))
        switch style.alignment {
        case .left: pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT)
        case .centre: pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
        case .right: pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT)
        }
        if let width { pango_layout_set_width(layout, Self.units(width)) }
        readLines(width: width, text: text.string)
        if pango_layout_get_unknown_glyphs_count(layout) > 0 { noteMissing(in: typeface) }
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(layout)) }

    /// The width of the longest line.
    var naturalWidth: Double { lines.map(\.width).max() ?? 0 }

    /// Draws one line with its baseline at the current point.
    func draw(_ index: Int, on context: OpaquePointer?) {
        pango_cairo_show_layout_line(context, lines[index].pointer)
    }

    static func units(_ points: Double) -> Int32 { Int32((points * Double(PANGO_SCALE)).rounded()) }
    static func points(_ units: Int32) -> Double { Double(units) / Double(PANGO_SCALE) }

    private func setFont() {
        let font = pango_font_description_new()
        defer { pango_font_description_free(font) }
        let families = (style.isMono ? [Typeface.mono] : []) + [Typeface.song, Typeface.fallback]
        pango_font_description_set_family(font, families.joined(separator: ","))
        pango_font_description_set_absolute_size(font, style.size * Double(PANGO_SCALE))
        if style.isBold { pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD) }
        pango_layout_set_font_description(layout, font)
    }

    private func setAttributes(_ spans: [StyledText.Span]) {
        let list = pango_attr_list_new()
        defer { pango_attr_list_unref(list) }
        func add(_ attribute: UnsafeMutablePointer<PangoAttribute>?, _ range: Range<Int>) {
            attribute?.pointee.start_index = UInt32(range.lowerBound)
            attribute?.pointee.end_index = UInt32(range.upperBound)
            pango_attr_list_insert(list, attribute)  // the list owns the attribute now
        }
        // A hyphen where an address or a number is broken would be a character that nobody wrote.
        if let plain = pango_attr_insert_hyphens_new(0) { pango_attr_list_insert(list, plain) }
        for span in spans {
            switch span.kind {
            case .bold: add(pango_attr_weight_new(PANGO_WEIGHT_BOLD), span.range)
            case .underlined: add(pango_attr_underline_new(PANGO_UNDERLINE_SINGLE), span.range)
            case .mono:
                add(pango_attr_family_new("\(Typeface.mono),\(Typeface.song),\(Typeface.fallback)"), span.range)
                add(pango_attr_size_new_absolute(Self.units(style.size * 0.9)), span.range)
            }
        }
        pango_layout_set_attributes(layout, list)
    }

    private func readLines(width: Double?, text: String) {
        guard let iterator = pango_layout_get_iter(layout) else { return }
        defer { pango_layout_iter_free(iterator) }
        let utf8 = Array(text.utf8)
        repeat {
            guard let line = pango_layout_iter_get_line(iterator) else { continue }
            var logical = PangoRectangle()
            pango_layout_iter_get_line_extents(iterator, nil, &logical)
            var size = Self.points(logical.width)
            if style.isJustified, let width, !endsParagraph(line, utf8) {
                let slack = width - size - (lines.isEmpty ? style.indent : 0)
                if Justification.stretch(line, text: utf8, by: Self.units(slack), em: Self.units(style.size)) {
                    size += slack
                }
            }
            lines.append(Line(x: Self.points(logical.x), width: size, pointer: line))
        } while pango_layout_iter_next_line(iterator) != 0
    }

    private func endsParagraph(_ line: UnsafeMutablePointer<PangoLayoutLine>, _ text: [UInt8]) -> Bool {
        let end = Int(line.pointee.start_index + line.pointee.length)
        return end >= text.count || text[end] == UInt8(ascii: "\n")
            || text[end] == 0xE2
                && text[end...].starts(with: [0xE2, 0x80, 0xA8])
    }

    private func noteMissing(in typeface: Typeface) {
        for line in lines {
            for run in Justification.runs(of: line.pointer) {
                let glyphs = run.pointee.glyphs.pointee
                for index in 0..<Int(glyphs.num_glyphs) where cpango_is_unknown(glyphs.glyphs[index].glyph) != 0 {
                    Unicode.Scalar(cpango_code_point(glyphs.glyphs[index].glyph)).map { typeface.note(missing: $0) }
                }
            }
        }
    }
}
