/// The text of one short message as the phone will show it, cut into the parts the network will carry.
///
/// 3GPP TS 23.038: seven-bit text holds 160 units, or 153 in each part of a longer message; everything else
/// is UCS-2 with 70, or 67 a part. The parts are what the provider bills and what each receipt may speak of.
public struct SMSText: Sendable, Hashable {
    /// How the network writes the characters.
    public enum Alphabet: String, Sendable, Hashable {
        /// The GSM seven-bit default alphabet with its extension table.
        case gsm7 = "GSM-7"
        /// Sixteen-bit units; a character outside the basic plane takes two.
        case ucs2 = "UCS-2"
    }

    /// The whole text, the signature included.
    public let text: String
    /// The alphabet that the whole message needs.
    public let alphabet: Alphabet
    /// How many units the text takes: septets or sixteen-bit units.
    public let units: Int
    /// The text of each part, in order; an empty text has one empty part.
    public let parts: [String]

    /// Counts and cuts a text.
    public init(_ text: String) {
        self.text = text
        let scalars = text.unicodeScalars
        let septets = scalars.map(Self.septets)
        if septets.contains(0) {
            alphabet = .ucs2
            let sizes = scalars.map { $0.value > 0xFFFF ? 2 : 1 }
            units = sizes.reduce(0, +)
            parts = Self.cut(scalars, sizes: sizes, single: 70, each: 67)
        } else {
            alphabet = .gsm7
            units = septets.reduce(0, +)
            parts = Self.cut(scalars, sizes: septets, single: 160, each: 153)
        }
    }

    /// Fills parts greedily; a two-unit scalar (escape sequence, surrogate pair) is never torn in half.
    private static func cut(
        _ scalars: String.UnicodeScalarView, sizes: [Int], single: Int, each: Int
    ) -> [String] {
        guard sizes.reduce(0, +) > single else { return [String(scalars)] }
        var parts: [String] = []
        var current = String.UnicodeScalarView()
        var used = 0
        for (scalar, size) in zip(scalars, sizes) {
            if used + size > each {
                parts.append(String(current))
                current = String.UnicodeScalarView()
                used = 0
            }
            current.append(scalar)
            used += size
        }
        parts.append(String(current))
        return parts
    }

    /// How many septets a scalar takes; 0 when the seven-bit alphabet lacks it.
    private static func septets(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        // Letters, digits and the punctuation that ASCII and GSM share.
        case "A"..."Z", "a"..."z", "0"..."9", "%"..."?", " "..."#", "\n", "\r": 1
        case "@", "£", "$", "¥", "è", "é", "ù", "ì", "ò", "Ç", "Ø", "ø", "Å", "å", "_", "¤", "¡", "¿", "§": 1
        case "Δ", "Φ", "Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ", "Ξ": 1
        case "Æ", "æ", "ß", "É", "Ä", "Ö", "Ñ", "Ü", "ä", "ö", "ñ", "ü", "à": 1
        case "\u{0C}", "^", "{", "}", "\\", "[", "~", "]", "|", "€": 2
        default: 0
        }
    }
}
