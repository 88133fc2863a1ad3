/// Distributes lines over pages: no heading, table head or first line stays alone at the end of a page.
struct PageBreaker {
    /// Height of the area for the body, in points.
    var height: Double

    func pages(of lines: [PageLine]) -> [[PlacedLine]] {
        var pages: [[PlacedLine]] = []
        var index = 0
        while index < lines.count {
            let end = self.end(of: lines, from: index)
            pages.append(place(lines[index..<end]))
            index = end
        }
        return pages.isEmpty ? [[]] : pages
    }

    /// The first line that goes to the next page; always at least one further than `start`.
    private func end(of lines: [PageLine], from start: Int) -> Int {
        var used = lines[start].header.reduce(0) { $0 + $1.height }
        var end = start
        while end < lines.count {
            let line = lines[end]
            used += line.height + (end == start ? 0 : line.spaceBefore)
            guard used <= height else { break }
            end += 1
        }
        guard end < lines.count else { return end }
        var kept = max(end, start + 1)
        while kept > start + 1, lines[kept - 1].keepsWithNext { kept -= 1 }
        // A chain longer than a page has to break somewhere: then where it fits.
        return lines[kept - 1].keepsWithNext ? max(end, start + 1) : kept
    }

    private func place(_ lines: ArraySlice<PageLine>) -> [PlacedLine] {
        var y = 0.0
        var placed: [PlacedLine] = []
        for line in lines.first?.header ?? [] {
            placed.append(PlacedLine(top: y, line: line))
            y += line.height
        }
        for (offset, line) in lines.enumerated() {
            if offset > 0 { y += line.spaceBefore }
            placed.append(PlacedLine(top: y, line: line))
            y += line.height
        }
        return placed
    }
}
