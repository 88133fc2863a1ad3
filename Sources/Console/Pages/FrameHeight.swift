/// How high the frame of a document is, so that nearly every one is read without scrolling inside it.
///
/// The frame runs no script that could tell its height, and a style must not stand in the page: so the height is estimated
/// from the words, for a wide window and for a telephone, and the style sheet has a class for each step.
enum FrameHeight {
    /// The steps of the style sheet; what is longer scrolls.
    static let steps = 1...24
    /// How many lines one step holds.
    private static let linesAStep = 5

    /// The classes of the frame that shows these words.
    static func classes(of markdown: String) -> String {
        // About eighty columns fit a line of a wide window, and thirty-four one of a telephone.
        "document wide-\(step(markdown, columns: 80)) slim-\(step(markdown, columns: 34))"
    }

    /// A blank line between paragraphs takes half of one; the title and the margins take two and a half.
    private static func step(_ markdown: String, columns: Int) -> Int {
        let halves = markdown.split(separator: "\n", omittingEmptySubsequences: false).reduce(5) { sum, line in
            // A character of Han takes two columns.
            let width = line.unicodeScalars.reduce(0) { $0 + ($1.value < 0x2E80 ? 1 : 2) }
            return sum + (width == 0 ? 1 : 2 * ((width + columns - 1) / columns))
        }
        let step = (halves + 2 * linesAStep - 1) / (2 * linesAStep)
        return min(max(step, steps.lowerBound), steps.upperBound)
    }
}
