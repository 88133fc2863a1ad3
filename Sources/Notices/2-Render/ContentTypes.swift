import Mustache

/// Writes values into Markdown so that they read as plain words.
///
/// It walks Unicode scalars: the library's own escaper walks grapheme clusters and misses a quotation mark that carries a
/// combining accent. Every ASCII punctuation mark gets a backslash, so no value can open a tag, a link, a list or a table.
struct MarkdownContent: MustacheContentType {
    static let name = "SONGDA-MARKDOWN"

    func escapeText(_ text: String) -> String {
        if text.isPlainWords { return text }
        var result = ""
        result.unicodeScalars.reserveCapacity(text.unicodeScalars.count * 2)
        for scalar in text.trimmed.unicodeScalars {
            switch scalar.value {
            // Only checked multi-line values contain these two; see FieldView.
            case 0x2028: result += "\\\n"
            case 0x2029: result += "\n\n"
            case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E:
                result += "\\"
                result.unicodeScalars.append(scalar)
            default:
                if scalar.isUnprintable { result += " " } else { result.unicodeScalars.append(scalar) }
            }
        }
        return result
    }
}

/// Writes values into one line of plain text: text messages, subjects, inbox lines.
///
/// There is no syntax to break out of except the line itself, so control characters and line breaks become spaces. The
/// brackets of an SMS signature become ordinary ones, so that no value can pose as a sender.
struct LineContent: MustacheContentType {
    static let name = "SONGDA-LINE"

    func escapeText(_ text: String) -> String {
        if text.isPlainWords { return text }
        var result = ""
        for scalar in text.trimmed.unicodeScalars {
            switch scalar.value {
            case 0x3010: result += "["
            case 0x3011: result += "]"
            default:
                if scalar.isUnprintable { result += " " } else { result.unicodeScalars.append(scalar) }
            }
        }
        return result
    }
}

extension String {
    /// Whether it is made of Latin letters, digits and Han characters alone, which no escaper changes.
    fileprivate var isPlainWords: Bool {
        var rest = 0
        for byte in utf8 {
            switch byte {
            case 0x80...0xBF where rest > 0: rest -= 1
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: break
            // The leading bytes of U+5000…U+8FFF.
            case 0xE5...0xE8: rest = 2
            default: return false
            }
        }
        return true
    }

    /// Without white space at both ends: four leading spaces would make a value a code block.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
