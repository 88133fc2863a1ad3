/// The type of a body part with its parameters, read tolerantly.
struct ContentType: Sendable, Hashable {
    /// `multipart/report`, lower case.
    let mediaType: String
    /// Parameter names in lower case; the first of a name counts.
    let parameters: [String: String]

    static let plainText = ContentType(mediaType: "text/plain", parameters: [:])

    init(mediaType: String, parameters: [String: String]) {
        self.mediaType = mediaType
        self.parameters = parameters
    }

    /// Reads a Content-Type value; anything unreadable is plain text, as RFC 2045 section 5.2 says.
    init(_ value: String?) {
        guard let value else {
            self = .plainText
            return
        }
        let pieces = Self.pieces(of: Array(value.utf8))
        let type = String(decoding: HeaderFields.trimmed(pieces.first ?? []), as: UTF8.self).lowercased()
        guard type.utf8.contains(0x2F) else {
            self = .plainText
            return
        }
        var found: [String: String] = [:]
        for piece in pieces.dropFirst() {
            guard let equals = piece.firstIndex(of: 0x3D) else { continue }
            let name = String(decoding: HeaderFields.trimmed(piece[..<equals]), as: UTF8.self).lowercased()
            if found[name] == nil { found[name] = Self.unquoted(HeaderFields.trimmed(piece[(equals + 1)...])) }
        }
        self.init(mediaType: type, parameters: found)
    }

    /// Cut at semicolons outside quoted strings; comments in parentheses dropped.
    private static func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var piece: [UInt8] = []
        var quoted = false
        var depth = 0
        var escaped = false
        for byte in bytes {
            defer { escaped = !escaped && byte == 0x5C && quoted }
            if byte == 0x22, !escaped, depth == 0 { quoted.toggle() }
            if !quoted, byte == 0x28 { depth += 1 }
            if depth > 0 {
                if byte == 0x29 { depth -= 1 }
                continue
            }
            if byte == 0x3B, !quoted {
                pieces.append(piece[...])
                piece = []
            } else {
                piece.append(byte)
            }
        }
        return pieces + [piece[...]]
    }

    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.first == 0x22 else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        var escaped = false
        for byte in bytes.dropFirst() {
            if !escaped, byte == 0x22 { break }
            if !escaped, byte == 0x5C {
                escaped = true
                continue
            }
            escaped = false
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
