/// Breaks text into lines by display columns, with the rules of Chinese line breaking.
///
/// Between Han characters a line may end anywhere, except before closing and after opening marks;
/// a run without spaces (a word, a link, a hash) is never cut: a cut link does not work.
enum LineWrapper {
    static func lines(_ text: String, width: Int) -> [String] {
        // Splitting goes by grapheme, which costs more than the wrapping; most texts are a single line.
        guard text.utf8.contains(0x0A) else { return wrap(text[...], width: width) }
        return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { wrap($0, width: width) }
    }

    private static func wrap(_ text: Substring, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        // The part of the line that stands in the text as it is, and is copied in one go.
        var run = text.startIndex..<text.startIndex
        for piece in pieces(of: text) {
            if used > 0, used + (piece.spaced ? 1 : 0) + piece.columns > width {
                lines.append(line + text[run])
                (line, used) = ("", piece.columns)
                run = piece.range
            } else if piece.spaced {
                line += text[run]
                if used > 0 {
                    line += " "
                    used += 1
                }
                run = piece.range
                used += piece.columns
            } else {
                run = run.isEmpty ? piece.range : run.lowerBound..<piece.range.upperBound
                used += piece.columns
            }
        }
        lines.append(line + text[run])
        return lines
    }

    /// What must stay together, how wide it is, and whether a space stood before it.
    private struct Piece {
        var range: Range<String.Index>
        var columns: Int
        var spaced: Bool
    }

    // Every mail passes here, character by character, so pieces are ranges and no text is copied on the way.
    private static func pieces(of text: Substring) -> [Piece] {
        var pieces: [Piece] = []
        // A Han character has three bytes and is a piece; Latin words have more.
        pieces.reserveCapacity(text.utf8.count / 3 + 1)
        var spaced = false
        var last: Unicode.Scalar?
        let scalars = text.unicodeScalars
        var position = scalars.startIndex
        while position < scalars.endIndex {
            let scalar = scalars[position]
            let start = position
            scalars.formIndex(after: &position)
            if scalar == " " || scalar == "\t" {
                spaced = true
                last = nil
                continue
            }
            let columns = CharacterRules.columns(scalar)
            if let last, !spaced, !pieces.isEmpty, staysTogether(last, scalar, columns: columns) {
                let index = pieces.count - 1
                pieces[index].range = pieces[index].range.lowerBound..<position
                pieces[index].columns += columns
            } else {
                pieces.append(Piece(range: start..<position, columns: columns, spaced: spaced))
            }
            spaced = false
            last = scalar
        }
        return pieces
    }

    private static func staysTogether(_ left: Unicode.Scalar, _ right: Unicode.Scalar, columns: Int) -> Bool {
        if columns == 0 || CharacterRules.isClosing(right) || CharacterRules.isOpening(left) { return true }
        return !CharacterRules.isWide(left) && !CharacterRules.isWide(right)
    }
}
