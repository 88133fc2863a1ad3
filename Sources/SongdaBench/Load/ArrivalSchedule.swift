/// When each of a constant stream is due, whether or not those before it have been served.
///
/// Whoever waits for an answer before asking again measures only how fast a slow server lets itself be asked; times are
/// counted from here, so that what a stall held up counts as held up.
struct ArrivalSchedule: Sendable, Equatable {
    let count: Int
    private let nanosecondsEach: Double

    /// - Parameter rate: how many a second.
    init(rate: Double, for seconds: Int) {
        count = max(1, Int((rate * Double(seconds)).rounded()))
        nanosecondsEach = Double(seconds) * 1e9 / Double(count)
    }

    /// When one is due, from the start.
    func due(_ index: Int) -> Duration { .nanoseconds(Int64((Double(index) * nanosecondsEach).rounded())) }

    /// How many are due by then.
    func dueBy(_ elapsed: Duration) -> Int {
        guard elapsed >= .zero else { return 0 }
        return min(count, Int(elapsed.inSeconds * 1e9 / nanosecondsEach) + 1)
    }
}
