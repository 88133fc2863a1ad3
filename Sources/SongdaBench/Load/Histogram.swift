/// How often times of each length occurred, in a fixed amount of memory.
///
/// Up to 64 µs it is exact; beyond that each power of two is divided into 64 equal parts, so that a quantile is at most
/// 1.6 % too large. A list of all times would grow with the run, and the run watches its own memory.
struct Histogram: Sendable, Equatable {
    private static let parts = 64
    /// More than a day.
    private static let powers = 32
    private var counts = [Int](repeating: 0, count: Self.parts * Self.powers)
    /// How many there were.
    private(set) var count = 0
    /// The longest, exactly.
    private(set) var longest = 0

    /// Counts one; what is negative, because clocks differ by that much, counts as none.
    mutating func add(microseconds: Int) {
        let time = max(0, microseconds)
        counts[min(Self.index(of: time), counts.count - 1)] += 1
        count += 1
        longest = max(longest, time)
    }

    /// The time that so many of 100,000 do not exceed; 0 for none.
    func microseconds(at per100000: Int) -> Int {
        let rank = max(1, (count * per100000 + 99_999) / 100_000)
        var seen = 0
        for (index, number) in counts.enumerated() {
            seen += number
            if seen >= rank { return min(Self.upper(index), longest) }
        }
        return longest
    }

    /// How many of 100,000 do not exceed a time.
    func share(within microseconds: Int) -> Double {
        guard count > 0 else { return 0 }
        let covered = counts.indices.prefix { Self.upper($0) <= microseconds }.reduce(0) { $0 + counts[$1] }
        return Double(covered) / Double(count)
    }

    private static func index(of time: Int) -> Int {
        guard time >= parts else { return time }
        // The highest bit says the power, the six below it the part.
        let power = Int.bitWidth - 1 - time.leadingZeroBitCount
        let shift = power - 6
        return (shift + 1) * parts + (time >> shift) - parts
    }

    /// The longest time that falls into a place.
    private static func upper(_ index: Int) -> Int {
        guard index >= parts else { return index }
        let shift = index / parts - 1
        return ((index % parts + parts + 1) << shift) - 1
    }
}
