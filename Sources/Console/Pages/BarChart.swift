/// Figures as bars, drawn by the server; the same figures stand beside them as a table.
///
/// Series differ by colour, by place within their group, and in the legend; every bar carries its figure, so that nothing
/// rests on colour alone. Only whole coordinates and our own classes go into the picture.
struct BarChart: Sendable {
    let id: String
    let title: String
    let summary: String
    let width: Int
    let height: Int
    let baseline: Int
    let legend: [Legend]
    let bars: [Bar]
    let labels: [Label]
    let head: [String]
    let rows: [Row]
    /// The same lying down, for windows that are too narrow.
    let narrow: Narrow

    /// What one colour stands for.
    struct Legend: Sendable {
        let name: String
        let series: Int
    }

    /// One bar with its figure above it.
    struct Bar: Sendable {
        let x: Int
        let y: Int
        let width: Int
        let height: Int
        let series: Int
        let middle: Int
        let textY: Int
        let figure: String
    }

    /// The name of a group under its bars.
    struct Label: Sendable {
        let x: Int
        let y: Int
        let text: String
    }

    /// One group as a line of the table.
    struct Row: Sendable {
        let name: String
        let figures: [String]
    }

    /// One group of bars.
    struct Group: Sendable {
        let name: String
        /// A value a series, with the words that stand for it; nil where there is none.
        let values: [(value: Int, words: String)?]
    }

    private static let (plotHeight, top, bottom, barWidth, gap) = (140, 24, 28, 26, 22)

    /// Draws the groups from left to right.
    ///
    /// - Parameters:
    ///   - id: unique on the page, made of letters and digits.
    ///   - least: what a full bar stands for at least, so that small figures do not look large.
    init(id: String, title: String, summary: String, series: [String], groups: [Group], least: Int) {
        self.id = id
        self.title = title
        self.summary = summary
        let highest = max(least, groups.flatMap(\.values).compactMap { $0?.value }.max() ?? 0, 1)
        let groupWidth = series.count * Self.barWidth + Self.gap
        width = max(1, groups.count) * groupWidth + Self.gap
        height = Self.top + Self.plotHeight + Self.bottom
        baseline = Self.top + Self.plotHeight
        legend = series.enumerated().map { Legend(name: $1, series: $0 + 1) }
        var (bars, labels) = ([Bar](), [Label]())
        for (place, group) in groups.enumerated() {
            let left = Self.gap + place * groupWidth
            for (number, value) in group.values.enumerated() {
                guard let value else { continue }
                let tall = Self.plotHeight * max(0, value.value) / highest
                let x = left + number * Self.barWidth
                bars.append(
                    Bar(
                        x: x + 2, y: Self.top + Self.plotHeight - tall, width: Self.barWidth - 4, height: tall,
                        series: number + 1, middle: x + Self.barWidth / 2,
                        textY: Self.top + Self.plotHeight - tall - 5, figure: value.words))
            }
            labels.append(
                Label(x: left + series.count * Self.barWidth / 2, y: height - 8, text: group.name))
        }
        self.bars = bars
        self.labels = labels
        narrow = Narrow(groups: groups, highest: highest, series: series.count)
        head = series
        rows = groups.map { group in Row(name: group.name, figures: group.values.map { $0?.words ?? "—" }) }
    }
}
