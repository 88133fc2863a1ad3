/// Finds the `$n` of a statement, leaving quoted text and comments alone.
enum Placeholders {
    /// How many `$n` there are, and the highest n.
    static func found(in sql: String) -> (count: Int, highest: Int) {
        var found = (count: 0, highest: 0)
        forEach(in: Array(sql.utf8)) { number in found = (found.count + 1, max(found.highest, number)) }
        return found
    }

    /// The first word of a statement, in upper case, comments skipped.
    static func verb(of sql: String) -> String {
        let bytes = Array(sql.utf8)
        var position = 0
        while position < bytes.count {
            if let after = skipComment(bytes, position) {
                position = after
            } else if bytes[position] <= UInt8(ascii: " ") || bytes[position] == UInt8(ascii: ";") {
                position += 1
            } else {
                break
            }
        }
        let word = bytes[position...].prefix { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") }
        return String(decoding: word, as: UTF8.self).uppercased()
    }

    private static func forEach(in bytes: [UInt8], _ found: (Int) -> Void) {
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                position = skipQuoted(bytes, position)
            } else if let after = skipComment(bytes, position) {
                position = after
            } else if byte == UInt8(ascii: "$") {
                var end = position + 1
                var number = 0
                while end < bytes.count, end - position < 8, let digit = digit(bytes[end]) {
                    number = number * 10 + digit
                    end += 1
                }
                if number > 0 { found(number) }
                position = end
            } else {
                position += 1
            }
        }
    }

    private static func digit(_ byte: UInt8) -> Int? {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
    }

    /// The position after a quoted run.
    ///
    /// A doubled quote inside reads as two runs side by side, which comes to the same.
    private static func skipQuoted(_ bytes: [UInt8], _ start: Int) -> Int {
        (bytes[(start + 1)...].firstIndex(of: bytes[start]) ?? bytes.count - 1) + 1
    }

    /// The position after a comment that starts here.
    private static func skipComment(_ bytes: [UInt8], _ start: Int) -> Int? {
        guard start + 1 < bytes.count else { return nil }
        switch (bytes[start], bytes[start + 1]) {
        case (UInt8(ascii: "-"), UInt8(ascii: "-")):
            return (bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count - 1) + 1
        case (UInt8(ascii: "/"), UInt8(ascii: "*")):
            var position = start + 2
            while position + 1 < bytes.count {
                if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
                    return position + 2
                }
                position += 1
            }
            return bytes.count
        default: return nil
        }
    }
}
