/// The measures of a page, in points (1/72 inch).
struct Paper: Sendable {
    var width: Double
    var height: Double
    var left: Double
    var right: Double
    var top: Double
    /// From the lower edge of the sheet to the baseline of the page number.
    var bottom: Double

    /// A4 with a measure of exactly 36 characters at 12 points, so that lines of Han fill without stretching.
    static let a4 = Paper(width: 595.276, height: 841.89, left: 81.638, right: 81.638, top: 78, bottom: 42)

    var measure: Double { width - left - right }
}

/// Sizes and line pitches of the house: 二号 title, 小四 body at one and a half lines, 五号 tables.
struct Typography: Sendable {
    var size: Double
    var pitch: Double

    static let title = Typography(size: 22, pitch: 34)
    /// Latin words are longer than Han ones: the same rank in a smaller size.
    static let latinTitle = Typography(size: 18, pitch: 28)
    static let section = Typography(size: 14, pitch: 26)
    static let body = Typography(size: 12, pitch: 22)
    static let table = Typography(size: 10.5, pitch: 17)
    static let code = Typography(size: 9.5, pitch: 15)
    static let head = Typography(size: 11, pitch: 18)
    static let foot = Typography(size: 8, pitch: 11.5)

    /// Where the baseline lies under the top of a line: the em box of Han centred in the pitch.
    var baseline: Double { (pitch - size) / 2 + size * 0.88 }
}
