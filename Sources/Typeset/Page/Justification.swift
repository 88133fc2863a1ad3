import CPango

/// Stretches a line of Chinese to the full measure by a hair after every Han character.
///
/// Pango's own way widens only the spaces, which tears holes into lines that mix Han and Latin.
enum Justification {
    /// Returns whether the line was stretched; lines with too few places, or too short, stay ragged.
    static func stretch(
        _ line: UnsafeMutablePointer<PangoLayoutLine>, text: [UInt8], by slack: Int32, em: Int32
    ) -> Bool {
        guard slack > 0 else { return false }
        var places: [UnsafeMutablePointer<PangoGlyphInfo>] = []
        for run in runs(of: line) {
            guard let item = run.pointee.item, let glyphs = run.pointee.glyphs else { continue }
            for index in 0..<Int(glyphs.pointee.num_glyphs) {
                let offset = Int(item.pointee.offset) + Int(glyphs.pointee.log_clusters[index])
                if isStretchable(text, at: offset) { places.append(glyphs.pointee.glyphs + index) }
            }
        }
        // The last glyph of the line must end at the margin, not before it.
        let count = Int32(places.count - 1)
        guard count > 0, slack / count <= em / 6 else { return false }
        let share = slack / count
        let rest = Int(slack % count)
        for (index, place) in places.dropLast().enumerated() {
            place.pointee.geometry.width += share + (index < rest ? 1 : 0)
        }
        return true
    }

    static func runs(
        of line: UnsafeMutablePointer<PangoLayoutLine>
    ) -> [UnsafeMutablePointer<PangoGlyphItem>] {
        var runs: [UnsafeMutablePointer<PangoGlyphItem>] = []
        var entry = line.pointee.runs
        while let current = entry {
            if let data = current.pointee.data { runs.append(data.assumingMemoryBound(to: PangoGlyphItem.self)) }
            entry = current.pointee.next
        }
        return runs
    }

    /// Whether a Han character or full-width mark begins here; Latin letters and digits stay as they are.
    private static func isStretchable(_ text: [UInt8], at offset: Int) -> Bool {
        offset < text.count && text[offset] >= 0xE3
    }
}
