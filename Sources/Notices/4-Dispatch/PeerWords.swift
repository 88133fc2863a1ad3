import Evidence

/// Words that a peer chose, cut to what an entry and an index can hold.
///
/// A mail server may answer with half a megabyte, a gateway with a whole one; an entry holds 64 KiB. An outcome that could
/// not be written down would be lost, and what was accepted would be sent again. The beginning is kept, and the hash of the
/// whole, against which the stored dialogue can be held.
public struct PeerWords: Sendable, Hashable {
    /// How much of them is kept, as they stand in an entry.
    public static let maximumBytes = 2048

    /// The words, or their beginning; without NUL, which no text column takes.
    public let text: String
    /// The hash of the whole; nil if nothing is missing.
    public let hashOfWhole: Digest?

    /// Cuts words.
    public init(_ words: String) {
        var (kept, room) = (String.UnicodeScalarView(), Self.maximumBytes)
        for scalar in words.unicodeScalars {
            // As the entry writes it: a control character takes six bytes there.
            let size = scalar.value < 0x20 ? 6 : scalar == "\"" || scalar == "\\" ? 2 : UTF8.width(scalar)
            guard size <= room else { break }
            kept.append(scalar.value == 0 ? "\u{FFFD}" : scalar)
            room -= size
        }
        text = String(kept)
        hashOfWhole = text == words ? nil : SHA256.hash(Array(words.utf8))
    }

    /// These facts, with whatever is long in them cut, and its hash beside it under the same name with `Hash` at its end.
    static func bounded(_ facts: [String: JSONValue]) -> [String: JSONValue] {
        var kept = facts
        for (name, value) in facts {
            let words: PeerWords
            switch value {
            case .string(let text): words = PeerWords(text)
            case .array, .object:
                let text = value.canonicalText
                guard text.utf8.count > maximumBytes else { continue }
                words = PeerWords(text)
            case .null, .bool, .integer, .number: continue
            }
            guard let hash = words.hashOfWhole else { continue }
            kept[name] = .string(words.text)
            kept["\(name)Hash"] = .string(hash.hex)
        }
        return kept
    }
}

extension UTF8 {
    fileprivate static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case ..<0x80: 1
        case ..<0x800: 2
        case ..<0x10000: 3
        default: 4
        }
    }
}
