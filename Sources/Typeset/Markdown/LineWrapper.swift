/// Breaks text into lines by display columns, with the rules of Chinese line breaking.
///
/// Between Han characters a line may end anywhere, except before closing and after opening marks;
/// a run without spaces (a word, a link, a hash) is never cut: a cut link does not work.
enum LineWrapper {
    static func lines(_ text: String, width: Int) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { wrap($0, width: width) }
    }

    private static func wrap(_ text: Substring, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for piece in pieces(of: text) {
            let needed = CharacterRules.columns(piece.text)
            if used > 0, used + (piece.spaced ? 1 : 0) + needed > width {
                lines.append(line)
                (line, used) = (piece.text, needed)
            } else {
                if piece.spaced, used > 0 {
                    line += " "
                    used += 1
                }
                line += piece.text
                used += needed
            }
        }
        lines.append(line)
        return lines
    }

    /// What must stay together, and whether a space stood before it.
    private struct Piece {
        var text: String
        var spaced: Bool
    }

    private static func pieces(of text: Substring) -> [Piece] {
        var pieces: [Piece] = []
        var spaced = false
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == " " || scalar == "\t" {
                spaced = true
                last = nil
                continue
            }
            if let last, !spaced, staysTogether(last, scalar), !pieces.isEmpty {
                pieces[pieces.count - 1].text.unicodeScalars.append(scalar)
            } else {
                pieces.append(Piece(text: String(scalar), spaced: spaced))
            }
            spaced = false
            last = scalar
        }
        return pieces
    }

    private static func staysTogether(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Bool {
        if CharacterRules.closing.contains(right) || CharacterRules.opening.contains(left) { return true }
        if CharacterRules.columns(right) == 0 { return true }
        return !CharacterRules.isWide(left) && !CharacterRules.isWide(right)
    }
}
