/// How fast something grows, by the line that fits its readings best (least squares).
struct Slope: Sendable, Equatable {
    private var count = 0.0
    private var (sumX, sumY, sumXX, sumXY) = (0.0, 0.0, 0.0, 0.0)

    mutating func add(at x: Double, _ y: Double) {
        count += 1
        sumX += x
        sumY += y
        sumXX += x * x
        sumXY += x * y
    }

    /// The growth of y for one of x; nil for fewer than two readings at different places.
    var perUnit: Double? {
        let spread = count * sumXX - sumX * sumX
        guard count >= 2, spread > 0 else { return nil }
        return (count * sumXY - sumX * sumY) / spread
    }
}
