/// Writes header fields as bytes: folded at 76 columns, CR LF, never longer than a line may be.
struct FieldWriter {
    /// What has been written so far.
    private(set) var bytes: [UInt8] = []
    private static let width = 76

    /// Free text such as a subject: plain where it can be, encoded words where it must.
    mutating func text(_ name: String, _ value: String) throws(MailError) {
        try FieldText.check(value, field: name)
        let column = name.utf8.count + 2
        if FieldText.isPlain(value), let folded = Self.foldPlain(value, column: column) {
            line(name, folded)
        } else {
            line(name, EncodedWord.encode(value, column: column))
        }
    }

    /// A value that is in its final form already and made of `tokens`; a fold may come before each but the first.
    mutating func tokens(_ name: String, _ tokens: [String]) throws(MailError) {
        var value = ""
        var column = name.utf8.count + 2
        for (index, token) in tokens.enumerated() {
            try FieldText.check(token, field: name)
            if index > 0 {
                let fits = column + 1 + token.utf8.count <= Self.width
                value += fits ? " " : "\r\n "
                column = fits ? column + 1 : 1
            }
            value += token
            column += token.utf8.count
        }
        line(name, value)
    }

    /// A mailbox, its name as an atom, a quoted string or encoded words.
    mutating func mailbox(_ name: String, _ mailbox: Mailbox) throws(MailError) {
        guard let shown = mailbox.name else { return try tokens(name, [mailbox.address]) }
        try FieldText.check(shown, field: name)
        let column = name.utf8.count + 2
        let phrase: String
        if !FieldText.isPlain(shown) || column + shown.utf8.count > Self.width - 4 {
            phrase = EncodedWord.encode(shown, column: column)
        } else if shown.utf8.allSatisfy({ Mailbox.isAtomByte($0) || $0 == 0x20 }), !shown.utf8.starts(with: "=?".utf8) {
            phrase = shown
        } else {
            phrase = Self.quoted(shown)
        }
        let address = "<\(mailbox.address)>"
        let lastLine = phrase.utf8.split(separator: 0x0A).last?.count ?? 0
        let onFirst = phrase.utf8.contains(0x0A) ? 0 : column
        let fits = onFirst + lastLine + 1 + address.utf8.count <= Self.width
        line(name, phrase + (fits ? " " : "\r\n ") + address)
    }

    /// A quoted string (RFC 5322 section 3.2.4); the caller has checked for control characters.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }

    private mutating func line(_ name: String, _ value: String) {
        bytes += name.utf8
        bytes += ": ".utf8
        bytes += value.utf8
        bytes += [0x0D, 0x0A]
    }

    /// Plain text folded at its spaces, or nil if folding would lose something and it must be encoded.
    ///
    /// Lost would be: a word that fills a line, a run of spaces, text that already looks like an encoded word.
    private static func foldPlain(_ value: String, column: Int) -> String? {
        let words = value.split(separator: " ", omittingEmptySubsequences: false)
        guard !words.contains(where: { $0.isEmpty || $0.utf8.count > width - 1 || $0.contains("=?") }) else {
            return value.isEmpty ? "" : nil
        }
        var result = ""
        var at = column
        for (index, word) in words.enumerated() {
            let needed = word.utf8.count + (index == 0 ? 0 : 1)
            if at + needed <= width {
                result += index == 0 ? "" : " "
                at += needed
            } else {
                guard index > 0 else { return nil }
                result += "\r\n "
                at = 1 + word.utf8.count
            }
            result += word
        }
        return result
    }
}
