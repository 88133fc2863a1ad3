/// The ways a body part may be written (RFC 2045 section 6), read tolerantly: this is other people's mail.
enum TransferDecoding {
    /// The content of a body part; an unknown encoding is left as it is.
    static func decode(_ body: ArraySlice<UInt8>, encoding: String?) -> [UInt8] {
        switch encoding?.lowercased() {
        case "base64": base64(body)
        case "quoted-printable": quotedPrintable(body)
        default: Array(body)
        }
    }

    /// Base 64 with anything that is not a digit passed over; ends at the padding.
    static func base64(_ text: some Sequence<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for digit in text {
            let value: UInt8
            switch digit {
            case 0x41...0x5A: value = digit - 0x41
            case 0x61...0x7A: value = digit - 0x61 + 26
            case 0x30...0x39: value = digit - 0x30 + 52
            case 0x2B, 0x2D: value = 62
            case 0x2F, 0x5F: value = 63
            case 0x3D: return bytes
            default: continue
            }
            bits = (bits << 6 | UInt32(value)) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    /// Quoted-printable; a broken escape stays as it is.
    ///
    /// In a header (`Q`), an underscore is a space.
    static func quotedPrintable(_ text: ArraySlice<UInt8>, inHeader: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        var at = text.startIndex
        while at < text.endIndex {
            let byte = text[at]
            if byte == 0x3D {
                if at + 2 < text.endIndex, let high = hex(text[at + 1]), let low = hex(text[at + 2]) {
                    bytes.append(high << 4 | low)
                    at += 3
                    continue
                }
                if let next = afterSoftBreak(text, from: at + 1) {
                    at = next
                    continue
                }
            }
            bytes.append(inHeader && byte == 0x5F ? 0x20 : byte)
            at += 1
        }
        return bytes
    }

    /// Where text goes on after `=` and a line end, blanks before the line end allowed.
    private static func afterSoftBreak(_ text: ArraySlice<UInt8>, from start: Int) -> Int? {
        var at = start
        while at < text.endIndex, text[at] == 0x20 || text[at] == 0x09 || text[at] == 0x0D { at += 1 }
        guard at < text.endIndex else { return at }
        return text[at] == 0x0A ? at + 1 : nil
    }

    private static func hex(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
