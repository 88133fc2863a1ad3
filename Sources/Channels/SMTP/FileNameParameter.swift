/// The file name of an attachment as header parameters (RFC 2183, RFC 2231).
enum FileNameParameter {
    /// The longest percent-encoded piece on one line, so that name, quotes and fold stay within 76 columns.
    private static let pieceWidth = 56

    /// Tokens for Content-Disposition: the true name first, then an ASCII name for readers that know no RFC 2231.
    ///
    /// A reader that takes the first of two names then takes the true one.
    static func tokens(name: String, fallback: String) -> [String] {
        if FieldText.isPlain(name), name.utf8.count <= pieceWidth {
            return ["filename=\(FieldWriter.quoted(name))"]
        }
        let pieces = encodedPieces(of: name)
        let extended =
            pieces.count == 1
            ? ["filename*=UTF-8''\(pieces[0])"]
            : pieces.enumerated().map { index, piece in
                index == 0 ? "filename*0*=UTF-8''\(piece)" : "filename*\(index)*=\(piece)"
            }
        return extended + ["filename=\(FieldWriter.quoted(fallback))"]
    }

    /// Refuses names that a reader could take for a path or a command.
    static func check(_ name: String, field: String) throws(MailError) {
        try FieldText.check(name, field: field)
        guard !name.isEmpty, name.utf8.count <= 255 else {
            throw MailError(.badField, field: field, "needs 1 to 255 bytes")
        }
        // Bidirectional controls can make "fdp.exe" read as "exe.pdf".
        let hides: Set<UInt32> = [
            0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069,
        ]
        for scalar in name.unicodeScalars
        where scalar == "/" || scalar == "\\" || scalar == ":" || hides.contains(scalar.value) {
            throw MailError(
                .badField, field: field,
                "\"\(FieldText.shortened(name))\" holds a path separator or a direction mark; give a bare file name")
        }
    }

    /// Percent-encoded UTF-8 cut between characters, never inside a multibyte one.
    private static func encodedPieces(of name: String) -> [String] {
        var pieces: [String] = []
        var piece = ""
        for scalar in name.unicodeScalars {
            let encoded = String(scalar).utf8.map(percentEncoded).joined()
            if piece.utf8.count + encoded.utf8.count > pieceWidth {
                pieces.append(piece)
                piece = ""
            }
            piece += encoded
        }
        return pieces + [piece]
    }

    /// RFC 2231 attribute-char stays, everything else becomes %XX.
    private static func percentEncoded(_ byte: UInt8) -> String {
        if Mailbox.isAlphanumeric(byte) || "-._~!#$&+^`{|}".utf8.contains(byte) {
            return String(Unicode.Scalar(byte))
        }
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "%0" + digits : "%" + digits
    }
}
