/// Base 64 text by RFC 4648.
public enum Base64 {
    /// The standard alphabet with padding, on one line.
    public static func encode(_ bytes: [UInt8]) -> String { encode(bytes, plus: 0x2B, slash: 0x2F, padded: true) }

    /// The alphabet for URLs and file names, without padding.
    public static func encodeURL(_ bytes: [UInt8]) -> String { encode(bytes, plus: 0x2D, slash: 0x5F, padded: false) }

    /// Reads the standard alphabet, or nil for anything but the one text `encode` would give.
    ///
    /// No white space, full padding, unused bits zero: two texts for the same bytes would let evidence be altered
    /// without its value changing.
    public static func decode(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 4) else { return nil }
        var end = digits.count
        while end > 0, digits.count - end < 2, digits[end - 1] == 0x3D { end -= 1 }
        return decode(digits[..<end], plus: 0x2B, slash: 0x2F)
    }

    /// Reads the alphabet for URLs without padding, or nil for anything but the one text `encodeURL` would give.
    public static func decodeURL(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8)[...], plus: 0x2D, slash: 0x5F)
    }

    private static func encode(_ bytes: [UInt8], plus: UInt8, slash: UInt8, padded: Bool) -> String {
        func digit(_ value: UInt32) -> UInt8 {
            let low = UInt8(truncatingIfNeeded: value & 0x3F)
            switch low {
            case 0..<26: return 0x41 + low
            case 26..<52: return 0x61 + low - 26
            case 52..<62: return 0x30 + low - 52
            case 62: return plus
            default: return slash
            }
        }
        return String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { buffer in
            var position = 0
            func put(_ byte: UInt8) {
                buffer[position] = byte
                position += 1
            }
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let count = min(3, bytes.count - start)
                var group = UInt32(bytes[start]) << 16
                if count > 1 { group |= UInt32(bytes[start + 1]) << 8 }
                if count > 2 { group |= UInt32(bytes[start + 2]) }
                put(digit(group >> 18))
                put(digit(group >> 12))
                if count > 1 { put(digit(group >> 6)) } else if padded { put(0x3D) }
                if count > 2 { put(digit(group)) } else if padded { put(0x3D) }
            }
            return position
        }
    }

    private static func decode(_ digits: ArraySlice<UInt8>, plus: UInt8, slash: UInt8) -> [UInt8]? {
        guard digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var width = 0
        for digit in digits {
            let value: UInt8
            switch digit {
            case 0x41...0x5A: value = digit - 0x41
            case 0x61...0x7A: value = digit - 0x61 + 26
            case 0x30...0x39: value = digit - 0x30 + 52
            case plus: value = 62
            case slash: value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            width += 6
            if width >= 8 {
                width -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(width)))
                bits &= (1 << UInt32(width)) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }
}
