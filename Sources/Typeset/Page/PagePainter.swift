import CPango

/// Draws one composed page.
struct PagePainter {
    let context: OpaquePointer?
    let paper: Paper

    private static let ink = 0.0
    private static let grey = 0.36
    private static let hairline = 0.65
    private static let ground = 0.95

    func paint(_ page: ComposedPage) {
        for placed in page.lines { paint(placed.line, top: paper.top + placed.top) }
        paint(page.foot)
        if let head = page.head { paint(head) }
    }

    /// In the upper margin, which the body leaves free.
    private func paint(_ head: TextLayout) {
        shade(Self.ink)
        let baseline = (paper.top - Typography.head.pitch) / 2 + Typography.head.baseline
        show(head, line: 0, x: (paper.width - head.naturalWidth) / 2, baseline: baseline)
        let rule = baseline + Typography.head.size * 0.5
        cairo_set_line_width(context, 0.5)
        cairo_move_to(context, paper.left, rule)
        cairo_line_to(context, paper.width - paper.right, rule)
        cairo_stroke(context)
    }

    private func paint(_ line: PageLine, top: Double) {
        if let x = line.groundFrom {
            shade(Self.ground)
            cairo_rectangle(context, paper.left + x, top, paper.measure - x, line.height)
            cairo_fill(context)
        }
        if !line.strokes.isEmpty {
            shade(Self.ink)
            cairo_set_line_width(context, 0.5)
            cairo_set_line_cap(context, CAIRO_LINE_CAP_SQUARE)
            for stroke in line.strokes {
                cairo_move_to(context, paper.left + stroke.x1, top + stroke.y1)
                cairo_line_to(context, paper.left + stroke.x2, top + stroke.y2)
            }
            cairo_stroke(context)
        }
        shade(Self.ink)
        for piece in line.pieces {
            show(piece.layout, line: piece.index, x: paper.left + piece.x, baseline: top + piece.baseline)
        }
    }

    private func paint(_ foot: PageFoot) {
        shade(Self.hairline)
        cairo_set_line_width(context, 0.5)
        cairo_move_to(context, paper.left, foot.top)
        cairo_line_to(context, paper.width - paper.right, foot.top)
        cairo_stroke(context)
        shade(Self.grey)
        for index in foot.text.lines.indices {
            let top = foot.top + 6 + Double(index) * Typography.foot.pitch
            show(foot.text, line: index, x: paper.left, baseline: top + Typography.foot.baseline)
        }
        if let number = foot.number {
            let x = (paper.width - number.naturalWidth) / 2
            show(number, line: 0, x: x, baseline: paper.height - paper.bottom)
        }
        if let code = foot.code { paint(code, top: foot.top + 7) }
    }

    /// The margin to its left and the page's edge are the quiet zone.
    private func paint(_ code: CodeImage, top: Double) {
        cairo_save(context)
        cairo_translate(context, paper.width - paper.right - PageFoot.codeSide, top)
        let scale = PageFoot.codeSide / Double(code.size)
        cairo_scale(context, scale, scale)
        cairo_set_source_surface(context, code.surface, 0, 0)
        cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST)  // modules stay square
        cairo_paint(context)
        cairo_restore(context)
    }

    private func show(_ layout: TextLayout, line: Int, x: Double, baseline: Double) {
        guard layout.lines.indices.contains(line) else { return }
        cairo_move_to(context, x, baseline)
        layout.draw(line, on: context)
    }

    private func shade(_ level: Double) { cairo_set_source_rgb(context, level, level, level) }
}
