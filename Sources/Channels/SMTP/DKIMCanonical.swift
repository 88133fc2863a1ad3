/// The relaxed canonical forms of RFC 6376 section 3.4.
enum DKIMCanonical {
    /// One header field as it stands, fold and all.
    struct Field {
        /// Lower case.
        let name: String
        /// What follows the colon, without the final CR LF.
        let value: ArraySlice<UInt8>
    }

    /// The header fields and the body of a message with CR LF line ends.
    static func split(_ message: [UInt8]) -> (fields: [Field], body: ArraySlice<UInt8>) {
        var fields: [Field] = []
        var start = 0
        while start < message.count {
            if message[start] == 0x0D, start + 1 < message.count, message[start + 1] == 0x0A {
                return (fields, message[(start + 2)...])
            }
            var end = lineEnd(message, from: start)
            // A line that begins with white space belongs to the field before it.
            while end + 2 < message.count, message[end + 2] == 0x20 || message[end + 2] == 0x09 {
                end = lineEnd(message, from: end + 2)
            }
            if let colon = message[start..<end].firstIndex(of: 0x3A) {
                let name = message[start..<colon].filter { !isSpace($0) }
                fields.append(
                    Field(
                        name: String(decoding: name, as: UTF8.self).lowercased(), value: message[(colon + 1)..<end]))
            }
            start = end + 2
        }
        return (fields, [])
    }

    /// What is hashed and signed: the named fields from the bottom up, then the signature field with an empty `b=`.
    static func signingInput(fields: [Field], names: [String], signature: [UInt8]) -> [UInt8] {
        var remaining: [String: [Field]] = [:]
        for field in fields { remaining[field.name, default: []].append(field) }
        var input: [UInt8] = []
        for name in names {
            // A name listed more often than it occurs stands for "no further one" and adds nothing.
            guard let field = remaining[name]?.popLast() else { continue }
            input += canonical(field)
            input += [0x0D, 0x0A]
        }
        guard let colon = signature.firstIndex(of: 0x3A) else { return input }
        return input + canonical(Field(name: "dkim-signature", value: signature[(colon + 1)...]))
    }

    /// Lower-case name, unfolded value, runs of white space as one space, none at either end.
    static func canonical(_ field: Field) -> [UInt8] {
        var result = Array(field.name.utf8) + [0x3A]
        let head = result.count
        var pending = false
        for byte in field.value where byte != 0x0D && byte != 0x0A {
            if isSpace(byte) {
                pending = true
                continue
            }
            if pending, result.count > head { result.append(0x20) }
            pending = false
            result.append(byte)
        }
        return result
    }

    /// Runs of white space as one space, none at line ends, no empty lines at the end.
    static func body(_ body: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(body.count + 2)
        var lineBreaks = 0
        var pendingSpace = false
        for byte in body {
            switch byte {
            case 0x0D: continue
            case 0x0A:
                lineBreaks += 1
                pendingSpace = false
            case 0x20, 0x09: pendingSpace = true
            default:
                // Line ends are held back until something follows, so that empty lines at the end vanish.
                if lineBreaks > 0 {
                    for _ in 0..<lineBreaks {
                        result.append(0x0D)
                        result.append(0x0A)
                    }
                    lineBreaks = 0
                }
                if pendingSpace { result.append(0x20) }
                pendingSpace = false
                result.append(byte)
            }
        }
        return result.isEmpty ? [] : result + [0x0D, 0x0A]
    }

    private static func lineEnd(_ message: [UInt8], from start: Int) -> Int {
        var at = start
        while at < message.count, !(message[at] == 0x0D && at + 1 < message.count && message[at + 1] == 0x0A) {
            at += 1
        }
        return at
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
