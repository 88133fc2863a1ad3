extension BarChart {
    /// The same figures as bars that lie, one under the other: they fit a telephone, where standing ones would run off.
    struct Narrow: Sendable {
        let width: Int
        let height: Int
        let bars: [Bar]
        let labels: [Label]

        private static let (left, room, figures, barHeight, gap) = (62, 190, 48, 16, 10)

        init(groups: [Group], highest: Int, series: Int) {
            let groupHeight = series * Self.barHeight + Self.gap
            width = Self.left + Self.room + Self.figures
            height = max(1, groups.count) * groupHeight + Self.gap
            var (bars, labels) = ([Bar](), [Label]())
            for (place, group) in groups.enumerated() {
                let top = Self.gap + place * groupHeight
                for (number, value) in group.values.enumerated() {
                    guard let value else { continue }
                    let long = Self.room * max(0, value.value) / highest
                    let y = top + number * Self.barHeight
                    bars.append(
                        Bar(
                            x: Self.left, y: y + 1, width: long, height: Self.barHeight - 2, series: number + 1,
                            middle: Self.left + long + 4, textY: y + Self.barHeight - 4, figure: value.words))
                }
                labels.append(Label(x: 0, y: top + series * Self.barHeight / 2 + 4, text: group.name))
            }
            self.bars = bars
            self.labels = labels
        }
    }
}
