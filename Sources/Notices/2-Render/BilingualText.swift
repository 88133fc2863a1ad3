/// The languages a notice can be written in.
public enum NoticeLanguage: String, Sendable, Hashable, Codable, CaseIterable {
    /// Chinese in simplified script, the language of record.
    case chinese = "zh-CN"
    /// English.
    case english = "en"
}

/// One text in both languages of the product.
public struct BilingualText: Sendable, Hashable {
    /// Chinese.
    public let zh: String
    /// English.
    public let en: String

    /// Pairs the two texts.
    public init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    /// The text in one language.
    public func text(_ language: NoticeLanguage) -> String {
        switch language {
        case .chinese: zh
        case .english: en
        }
    }
}

extension String {
    /// The text in quotation marks, cut to what fits in a sentence, with everything unprintable shown by its number.
    var shortened: String {
        let limit = 40
        var result = ""
        var count = 0
        for scalar in unicodeScalars {
            if count == limit {
                result += "…"
                break
            }
            if scalar.isUnprintable {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
            count += 1
        }
        return "“\(result)”"
    }
}

extension Unicode.Scalar {
    /// Control characters, line separators, and the invisible characters that reorder or hide text.
    var isUnprintable: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x2028, 0x2029: true
        default: reordersText || isUnusable
        }
    }

    /// Bidirectional controls: they can make a name or an amount read differently from what is signed.
    var reordersText: Bool {
        switch value {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Non-characters, tag characters, zero-width fillers and the byte order mark: nothing that can stand on paper.
    var isUnusable: Bool {
        switch value {
        case 0xAD, 0x180E, 0x200B, 0x2060...0x2064: true
        case 0xFDD0...0xFDEF, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
        default: value & 0xFFFE == 0xFFFE
        }
    }
}
