import Mustache

/// Writes values into HTML so that they are text and nothing else.
///
/// The library's own escaper walks grapheme clusters and misses a quotation mark that carries a combining accent. This one
/// walks scalars and also covers what could end an unquoted attribute or a comment; control characters and the invisible
/// ones that reorder text become spaces.
struct HTMLText: MustacheContentType {
    static let name = "SONGDA-HTML"

    func escapeText(_ text: String) -> String {
        var result = ""
        result.unicodeScalars.reserveCapacity(text.unicodeScalars.count)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: result.unicodeScalars.append(scalar)
            case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: result += " "
            case 0x22, 0x26, 0x27, 0x2F, 0x3C, 0x3D, 0x3E, 0x60: result += "&#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
