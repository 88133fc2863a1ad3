/// Checks on text that goes into a header field.
///
/// All checks are on Unicode scalars: in the Character view a CR LF pair is one grapheme, and a search
/// for either of its halves finds nothing.
enum FieldText {
    /// The longest text, in UTF-8 bytes, that we put into one field.
    ///
    /// RFC 5322 limits lines only, but a field beyond this is a mistake, and several servers drop such mail.
    static let longest = 2000

    /// Refuses what could end the field, start another, or vanish on the way.
    static func check(_ text: String, field: String) throws(MailError) {
        for scalar in text.unicodeScalars where breaksField(scalar) {
            throw MailError(
                .controlCharacter, field: field,
                "\"\(shortened(text))\" contains \(codePoint(scalar)), which could forge a header field; remove it")
        }
        guard text.utf8.count <= longest else {
            throw MailError(
                .badField, field: field,
                "\"\(shortened(text))\" has \(text.utf8.count) bytes; the limit is \(longest)")
        }
    }

    /// True of control characters and of the separators that some programs turn into a line end.
    static func breaksField(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }

    /// True of text that needs no encoding: printable ASCII and space.
    static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    /// The first forty scalars with control characters made visible, for an error message.
    static func shortened(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(40) {
            if breaksField(scalar) { shown += codePoint(scalar) } else { shown.unicodeScalars.append(scalar) }
        }
        return text.unicodeScalars.count > 40 ? shown + "…" : shown
    }

    private static func codePoint(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
