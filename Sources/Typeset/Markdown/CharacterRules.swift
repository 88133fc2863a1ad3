/// What a character may do in a notice: which are refused, which are wide, where a line may break.
enum CharacterRules {
    /// Controls, and marks that reorder text on the page ("Trojan source"): what is read must be what was sealed.
    static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069: true
        case 0x2028, 0x2029, 0xFEFF, 0xFFF9...0xFFFD: true
        case 0xE0000...0xE007F: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }

    static func check(_ text: String, in place: String) throws {
        var found: Set<Unicode.Scalar> = []
        for scalar in text.unicodeScalars where isForbidden(scalar) { found.insert(scalar) }
        guard found.isEmpty else {
            let sorted = found.sorted { $0.value < $1.value }
            throw TypesetError(
                .forbiddenCharacter,
                "\(place) has characters that are invisible or reorder text: \(TypesetError.list(sorted)); remove them",
                characters: sorted
            )
        }
    }

    /// Han, kana, hangul and full-width forms: two columns in a terminal, one em in print.
    static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF: true
        case 0xA000...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60: true
        case 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD: true
        default: false
        }
    }

    /// Wide, or a mark that Chinese shares with Latin and sets without spaces around it.
    static func joinsLikeHan(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2018...0x201D, 0x2014, 0x2026, 0xB7: true
        default: isWide(scalar)
        }
    }

    /// May not begin a line (GB/T 15834: closing marks stay with what they close).
    static let closing: Set<Unicode.Scalar> = Set("，。、；：？！）》〉」』】〕〗”’…—·％,.;:?!)]}%".unicodeScalars)
    /// May not end a line.
    static let opening: Set<Unicode.Scalar> = Set("（《〈「『【〔〖“‘([{".unicodeScalars)

    /// Whether it may not begin a line; most of a text are Han and Latin letters, which need no look at the table.
    static func isClosing(_ scalar: Unicode.Scalar) -> Bool { !isLetter(scalar) && closing.contains(scalar) }
    /// Whether it may not end a line.
    static func isOpening(_ scalar: Unicode.Scalar) -> Bool { !isLetter(scalar) && opening.contains(scalar) }

    /// The letters and ideographs of nearly every notice.
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x4E00...0x9FFF: true
        default: false
        }
    }

    /// Columns in a fixed-width display; combining marks and joiners take none.
    static func columns(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns($1) }
    }

    static func columns(_ scalar: Unicode.Scalar) -> Int {
        // The property is looked up in a table of all of Unicode; for these two ranges it is known.
        switch scalar.value {
        case 0x20...0x7E: return 1
        case 0x4E00...0x9FFF, 0xFF01...0xFF60: return 2
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: 0
        default: isWide(scalar) ? 2 : 1
        }
    }
}
