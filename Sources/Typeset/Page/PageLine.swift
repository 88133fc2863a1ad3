/// One line of a page, complete: what the page breaker moves and the painter draws.
struct PageLine {
    /// A piece of text; `x` and `baseline` count from the line's upper left corner.
    struct Piece {
        var layout: TextLayout
        var index: Int
        var x: Double
        var baseline: Double
    }

    /// A hairline from one point of the line's box to another.
    struct Stroke {
        var x1: Double
        var y1: Double
        var x2: Double
        var y2: Double
    }

    var height: Double
    /// Space above, dropped at the top of a page.
    var spaceBefore = 0.0
    var pieces: [Piece] = []
    var strokes: [Stroke] = []
    /// A light ground from `x` to the right margin, for code.
    var groundFrom: Double?
    /// The line must not be the last of a page.
    var keepsWithNext = false
    /// A section begins here: a heading of the second level.
    var opensSection = false
    /// Lines repeated when a page begins with this line: a table's header.
    var header: [PageLine] = []
}

/// A line and where it stands on its page.
struct PlacedLine {
    var top: Double
    var line: PageLine
}

/// Everything on one page.
struct ComposedPage {
    var lines: [PlacedLine]
    var foot: PageFoot
    /// A line in the upper margin, centred.
    var head: TextLayout?
}
