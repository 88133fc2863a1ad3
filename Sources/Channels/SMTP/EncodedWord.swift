import Evidence

/// Text outside ASCII in a header field (RFC 2047, B encoding, UTF-8).
enum EncodedWord {
    private static let opening = "=?UTF-8?B?"
    private static let closing = "?="
    /// RFC 2047 section 2: a word has 75 characters at most, a line that holds one has 76.
    private static let longestWord = 75
    private static let longestLine = 76

    /// Encoded words joined by folding white space; `column` characters of the first line are taken already.
    ///
    /// Each word decodes alone: no multibyte character is ever split between two of them.
    static func encode(_ text: String, column: Int) -> String {
        var words: [String] = []
        var chunk: [UInt8] = []
        var room = capacity(longestLine - column)
        func close() {
            guard !chunk.isEmpty else { return }
            words.append(opening + Base64.encode(chunk) + closing)
            chunk.removeAll(keepingCapacity: true)
            room = capacity(longestLine - 1)
        }
        for character in text {
            // A combined character is kept whole where it fits, so that no reader shows half of it.
            let whole = Array(String(character).utf8)
            if chunk.count + whole.count > room { close() }
            if whole.count <= room {
                chunk += whole
                continue
            }
            for scalar in character.unicodeScalars {
                let bytes = Array(String(scalar).utf8)
                if chunk.count + bytes.count > room { close() }
                chunk += bytes
            }
        }
        close()
        return words.joined(separator: "\r\n ")
    }

    /// The bytes of text that fit into a word of which `space` characters may be used.
    private static func capacity(_ space: Int) -> Int {
        max(0, (min(space, longestWord) - opening.utf8.count - closing.utf8.count) / 4 * 3)
    }
}
