/// A block of a notice, as far as notices go: nothing here can carry markup, script or a remote picture.
enum Block: Sendable, Equatable {
    case heading(level: Int, [Inline])
    case paragraph([Inline])
    /// `start` is nil for bullets; every item is a run of blocks.
    indirect case list(start: Int?, items: [[Block]])
    case table(Table)
    indirect case quote([Block])
    case code(String)
    case rule
}

/// A table with one header row; every row has as many cells as there are columns.
struct Table: Sendable, Equatable {
    enum Alignment: Sendable { case left, centre, right }

    var columns: [Alignment]
    var header: [[Inline]]
    var rows: [[[Inline]]]
}

/// A run of text inside a block.
enum Inline: Sendable, Equatable {
    case text(String)
    case code(String)
    case lineBreak
    indirect case emphasis([Inline])
    indirect case strong([Inline])
    indirect case link([Inline], destination: String)
}

extension [Inline] {
    /// The words alone, for measuring and for deciding; line breaks become spaces.
    var words: String {
        map { inline in
            switch inline {
            case .text(let text), .code(let text): text
            case .lineBreak: " "
            case .emphasis(let children), .strong(let children), .link(let children, _): children.words
            }
        }.joined()
    }
}
