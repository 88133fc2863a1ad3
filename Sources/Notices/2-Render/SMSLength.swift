/// How many parts a text message takes, its signature counted.
///
/// One part holds 160 letters of the GSM alphabet or 70 UTF-16 units; a longer message has 153 or 67 in each part, because
/// a header joins the parts. A surrogate pair is never split.
public struct SMSLength: Sendable, Hashable {
    /// The number of parts.
    public let parts: Int

    /// Counts a text behind 【signature】.
    public init(text: String, signature: String) {
        let whole = signature.isEmpty ? text : "【\(signature)】\(text)"
        let septets = whole.unicodeScalars.reduce(into: Int?(0)) { sum, scalar in
            sum = sum.flatMap { total in Self.septets(scalar).map { total + $0 } }
        }
        if let septets {
            parts = septets <= 160 ? 1 : (septets + 152) / 153
        } else {
            parts = Self.unicodeParts(whole)
        }
    }

    private static func unicodeParts(_ text: String) -> Int {
        guard text.utf16.count > 70 else { return 1 }
        var parts = 1
        var used = 0
        for scalar in text.unicodeScalars {
            let width = scalar.value > 0xFFFF ? 2 : 1
            if used + width > 67 {
                parts += 1
                used = 0
            }
            used += width
        }
        return parts
    }

    /// The septets of a character in GSM 03.38, or nil when the alphabet lacks it.
    private static func septets(_ scalar: Unicode.Scalar) -> Int? {
        if extended.contains(scalar) { return 2 }
        return basic.contains(scalar) ? 1 : nil
    }

    private static let extended = Set("^{}\\[]~|€".unicodeScalars)
    private static let basic = Set(
        ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
            + "¿abcdefghijklmnopqrstuvwxyzäöñüà").unicodeScalars)
}
